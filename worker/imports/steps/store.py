"""Step 4: write new scores and orphans, in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import msgspec
import orjson
from sqlalchemy import Connection

from common.text.canonical import orphan_id
from worker.imports.flow import (
    MESSAGE_LIMIT,
    Collected,
    Converted,
    EntryError,
    ImportHead,
    NewScore,
    Unmatched,
)
from worker.imports.steps.convert import entry_error
from worker.records import orphan_rows, scores

NOT_KEPT = (
    "Scores whose error is TooManyOrphans were not kept to be tried again: you have {most} such"
    " scores, as many as may be."
)


def store_scores(
    connection: Connection, head: ImportHead, collected: Collected, new: Iterable[NewScore]
) -> list[NewScore]:
    """One COPY, whatever the number of scores, to which they go as they are made; all of them."""
    stored: list[NewScore] = []
    rows = _score_rows(new, stored)
    first = next(rows, None)
    if first is not None:
        same = {
            "user_id": head.user_id,
            "import_id": head.import_id,
            "game": collected.game.id,
            "import_type": collected.import_type.name,
            "time_added": head.added,
        }
        scores.insert(connection, chain([first], rows), same)
    return stored


def highlight_scores(connection: Connection, head: ImportHead, converted: Converted) -> None:
    """Marks out the stored scores that this import says are."""
    if converted.highlighted:
        scores.highlight(connection, head.user_id, list(converted.highlighted))


def _score_rows(new: Iterable[NewScore], stored: list[NewScore]) -> Iterator[dict[str, Any]]:
    """What differs from score to score. stored: takes the scores in."""
    for position, score in enumerate(new):
        chart = score.chart
        stored.append(score)
        yield {
            "score_id": score.score_id,
            "position": position,
            "playtype": chart.playtype,
            "song_id": chart.songID,
            "chart_id": chart.chartID,
            "is_primary": chart.isPrimary,
            "service": score.service,
            "time_achieved": score.time_achieved,
            "comment": score.comment,
            "highlight": score.highlight,
            "score_data": score.score_data,
            "score_meta": score.score_meta,
            "calculated_data": score.calculated_data,
        }


def store_orphans(
    connection: Connection,
    head: ImportHead,
    collected: Collected,
    converted: Converted,
    most: int,
) -> None:
    """Keeps the unmatched entries the user does not have as orphans already.

    Each of them is reported: `SongOrChartNotFound` when it is new, `OrphanExists` when it is not,
    `TooManyOrphans` where it is not kept because the user has `most` of them, which a warning
    explains.
    """
    new = new_orphans(connection, head, collected, converted, most)
    if not new:
        return
    context = msgspec.json.encode(collected.parsed.context)
    orphan_rows.insert(
        connection,
        (
            {
                "user_id": head.user_id,
                "orphan_id": orphan,
                "import_id": head.import_id,
                "import_type": collected.import_type.name,
                "game": collected.game.id,
                "data": unmatched.data,
                "context": context,
                "err_msg": unmatched.message[:MESSAGE_LIMIT],
                "time_inserted": head.added,
            }
            for orphan, unmatched in new
        ),
    )


def new_orphans(
    connection: Connection,
    head: ImportHead,
    collected: Collected,
    converted: Converted,
    most: int,
) -> list[tuple[str, Unmatched]]:
    """Reports the unmatched entries as `store_orphans` says; those it stores, with their IDs."""
    new: list[tuple[str, Unmatched]] = []
    orphans = _identify(head, collected, converted)
    if not orphans:
        return new
    known = orphan_rows.known(connection, head.user_id, [orphan for orphan, _ in orphans])
    room = _room(connection, head.user_id, most) if len(known) < len(orphans) else 0
    has_room = True
    for orphan, unmatched in orphans:
        kind = "OrphanExists"
        if orphan not in known and len(new) < room:
            kind = "SongOrChartNotFound"
            known.add(orphan)
            new.append((orphan, unmatched))
        elif orphan not in known:
            kind, has_room = "TooManyOrphans", False
        line = EntryError(unmatched.position, kind, unmatched.message, unmatched.subject)
        converted.errors.append(line)
    if not has_room:
        # Said once: of a hundred thousand lines the same words would be most of the document.
        collected.parsed.warnings.append(NOT_KEPT.format(most=most))
    return new


def _room(connection: Connection, user_id: int, most: int) -> int:
    """How many orphans more the user may have."""
    return most - orphan_rows.count(connection, user_id, most)


def _identify(
    head: ImportHead, collected: Collected, converted: Converted
) -> list[tuple[str, Unmatched]]:
    identified = []
    for unmatched in converted.unmatched:
        try:
            orphan = orphan_id(
                collected.import_type.name,
                orjson.loads(unmatched.data),
                collected.parsed.context,
                head.user_id,
            )
        except Exception as failure:
            converted.errors.append(entry_error(unmatched.position, unmatched.subject, failure))
        else:
            identified.append((orphan, unmatched))
    return identified
