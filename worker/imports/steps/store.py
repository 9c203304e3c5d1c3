"""Step 4: write new scores and orphans, in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson
from sqlalchemy import Connection, text

from common.database.engine import copy_encoded, copy_field, copy_json, copy_lines, copy_text
from common.database.parameters import text_array
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

SCORE_COLUMNS = (
    "user_id",
    "score_id",
    "import_id",
    "position",
    "game",
    "playtype",
    "song_id",
    "chart_id",
    "is_primary",
    "service",
    "import_type",
    "time_achieved",
    "time_added",
    "comment",
    "highlight",
    "score_data",
    "score_meta",
    "calculated_data",
)

ORPHAN_COLUMNS = (
    "user_id",
    "orphan_id",
    "import_id",
    "import_type",
    "game",
    "data",
    "context",
    "err_msg",
    "time_inserted",
)


NOT_KEPT = (
    "Scores whose error is TooManyOrphans were not kept to be tried again: you have {most} such"
    " scores, as many as may be."
)


def store_scores(
    connection: Connection, head: ImportHead, collected: Collected, new: list[NewScore]
) -> None:
    """One COPY, whatever the number of scores."""
    if new:
        copy_lines(connection, "scores", SCORE_COLUMNS, _score_lines(head, collected, new))


def highlight_scores(connection: Connection, head: ImportHead, converted: Converted) -> None:
    """Marks out the stored scores that this import says are."""
    if converted.highlighted:
        connection.execute(
            text(
                "UPDATE scores SET highlight = true WHERE user_id = :user_id"
                " AND score_id = ANY(CAST(:score_ids AS text[]))"
            ),
            {"user_id": head.user_id, "score_ids": text_array(list(converted.highlighted))},
        )


def _score_lines(head: ImportHead, collected: Collected, new: Iterable[NewScore]) -> Iterator[str]:
    import_type = collected.import_type.name
    game = collected.game.id
    for position, score in enumerate(new):
        chart = score.chart
        yield "\t".join(
            (
                str(head.user_id),
                score.score_id,
                head.import_id,
                str(position),
                game,
                chart.playtype,
                str(chart.songID),
                copy_text(chart.chartID),
                "t" if chart.isPrimary else "f",
                copy_text(score.service),
                import_type,
                "\\N" if score.time_achieved is None else str(score.time_achieved),
                str(head.added),
                copy_field(score.comment),
                "t" if score.highlight else "f",
                copy_encoded(score.score_data),
                copy_encoded(score.score_meta),
                copy_json(score.calculated_data),
            )
        )


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
    orphans = _identify(head, collected, converted)
    if not orphans:
        return
    known = set(
        connection.scalars(
            text(
                """
                SELECT orphan_id FROM orphan_scores
                WHERE user_id = :user_id AND orphan_id = ANY(CAST(:orphan_ids AS text[]))
                """
            ),
            {
                "user_id": head.user_id,
                "orphan_ids": text_array([orphan for orphan, _ in orphans]),
            },
        )
    )
    new: list[tuple[str, Unmatched]] = []
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
    context = copy_json(collected.parsed.context)
    lines = (
        "\t".join(
            (
                str(head.user_id),
                orphan,
                head.import_id,
                collected.import_type.name,
                collected.game.id,
                copy_encoded(unmatched.data),
                context,
                copy_text(unmatched.message[:MESSAGE_LIMIT]),
                str(head.added),
            )
        )
        for orphan, unmatched in new
    )
    copy_lines(connection, "orphan_scores", ORPHAN_COLUMNS, lines)


def _room(connection: Connection, user_id: int, most: int) -> int:
    """How many orphans more the user may have."""
    count: int = connection.scalars(
        text(
            "SELECT count(*) FROM ("
            " SELECT FROM orphan_scores WHERE user_id = :user_id LIMIT :most) AS kept"
        ),
        {"user_id": user_id, "most": most},
    ).one()
    return most - count


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
