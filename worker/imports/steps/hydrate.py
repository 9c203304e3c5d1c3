"""Step 3: identify each score, drop the known ones, derive the rest's metrics and ratings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Final

import msgspec
from sqlalchemy import Connection

from common.games.scoring.hydration import hydrate as hydrate_score
from common.games.scoring.hydration import score_id
from worker.import_types.base import Subject
from worker.imports.flow import Candidate, Collected, Converted, NewScore, draining
from worker.imports.steps.convert import entry_error
from worker.records import scores

NO_META: Final = b"{}"

_encode: Final = msgspec.json.Encoder().encode


def identify(collected: Collected, converted: Converted, user_id: int) -> None:
    """Gives every candidate its score ID; one that cannot be identified becomes an error."""
    identified = []
    for candidate in converted.candidates:
        dry = candidate.dry
        gpt = collected.game.playtypes[dry.chart.playtype]
        try:
            identifier = score_id(user_id, gpt, dry.chart.chartID, dry.scoreData)
            # A file may repeat a few scores a hundred thousand times.
            candidate.score_id = sys.intern(identifier)
        except Exception as failure:
            converted.errors.append(entry_error(candidate.position, _subject(candidate), failure))
        else:
            identified.append(candidate)
    converted.candidates = identified


def _subject(candidate: Candidate) -> Subject:
    return Subject(candidate.dry.song.title, candidate.dry.chart.difficulty)


def drop_known(connection: Connection, user_id: int, converted: Converted) -> None:
    """Leaves the candidates that the user has neither stored nor blacklisted, counts the others.

    The user's lock is held, so nobody can store any of them before we do.
    """
    score_ids = list({candidate.score_id for candidate in converted.candidates})
    blacklisted, stored = scores.known(connection, user_id, score_ids)
    if not blacklisted and not stored:
        return
    unknown = []
    for candidate in converted.candidates:
        if candidate.score_id in blacklisted:
            converted.skipped.blacklisted += 1
        elif candidate.score_id in stored:
            converted.skipped.duplicates += 1
            if candidate.dry.highlight:
                converted.highlighted[candidate.score_id] = candidate.dry.chart.chartID
        else:
            unknown.append(candidate)
    converted.candidates = unknown


def hydrate(
    collected: Collected, converted: Converted, now: int, tell: Callable[[str], None]
) -> Iterator[NewScore]:
    """Validates and completes the candidates; a repetition in the input counts once.

    Each is made as it is asked for, and the candidates are used up meanwhile: what they weigh is
    gone by the time the new scores are complete.
    """
    made: set[str] = set()
    known = converted.skipped.duplicates + converted.skipped.blacklisted
    for done, candidate in enumerate(draining(converted.candidates), start=known + 1):
        if done % 256 == 0:
            tell(f"Imported {done} Scores...")
        if candidate.score_id in made:
            converted.skipped.duplicates += 1
            continue
        try:
            new = _hydrated(collected, candidate, now)
        except Exception as failure:
            converted.errors.append(entry_error(candidate.position, _subject(candidate), failure))
        else:
            made.add(candidate.score_id)
            yield new


def _hydrated(collected: Collected, candidate: Candidate, now: int) -> NewScore:
    dry = candidate.dry
    gpt = collected.game.playtypes[dry.chart.playtype]
    hydrated = hydrate_score(gpt, dry.chart, dry.scoreData, dry.timeAchieved, now)
    return NewScore(
        candidate.score_id,
        dry.chart,
        dry.service,
        dry.comment,
        dry.timeAchieved,
        _encode(dry.scoreMeta) if dry.scoreMeta else NO_META,
        _encode(hydrated.score_data),
        hydrated.calculated,
        dry.highlight,
    )
