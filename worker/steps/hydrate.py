"""Step 3: identify each score, drop the known ones, derive the rest's metrics and ratings."""

from __future__ import annotations

import sys
from collections.abc import Callable

from sqlalchemy import Connection, text

from common.games.hydration import hydrate as hydrate_score
from common.games.hydration import score_id
from worker.importing import Candidate, Collected, Converted, NewScore
from worker.steps.convert import entry_error


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
            converted.errors.append(entry_error(candidate.position, failure))
        else:
            identified.append(candidate)
    converted.candidates = identified


def drop_known(connection: Connection, user_id: int, converted: Converted) -> list[Candidate]:
    """The candidates the user has neither stored nor blacklisted; the others are counted.

    The user's lock is held, so nobody can store any of them before we do.
    """
    score_ids = list({candidate.score_id for candidate in converted.candidates})
    blacklisted, stored = _known(connection, user_id, score_ids)
    unknown = []
    for candidate in converted.candidates:
        if candidate.score_id in blacklisted:
            converted.skipped.blacklisted += 1
        elif candidate.score_id in stored:
            converted.skipped.duplicates += 1
        else:
            unknown.append(candidate)
    return unknown


def _known(connection: Connection, user_id: int, score_ids: list[str]) -> tuple[set[str], set[str]]:
    """Which of the ids are on the user's blacklist, and which are stored."""
    if not score_ids:
        return set(), set()
    given = {"user_id": user_id, "score_ids": score_ids}
    blacklisted = connection.scalars(
        text("SELECT score_id FROM score_blacklist WHERE user_id = :user_id"), given
    )
    stored = connection.scalars(
        text("SELECT score_id FROM scores WHERE user_id = :user_id AND score_id = ANY(:score_ids)"),
        given,
    )
    return set(blacklisted), set(stored)


def hydrate(
    collected: Collected,
    converted: Converted,
    unknown: list[Candidate],
    now: int,
    tell: Callable[[str], None],
) -> list[NewScore]:
    """Validates and completes the unknown candidates; a repetition in the input counts once."""
    new: dict[str, NewScore] = {}
    done_before = len(converted.candidates) - len(unknown)
    for done, candidate in enumerate(unknown, start=done_before + 1):
        if done % 256 == 0:
            tell(f"Imported {done} Scores...")
        if candidate.score_id in new:
            converted.skipped.duplicates += 1
            continue
        dry = candidate.dry
        gpt = collected.game.playtypes[dry.chart.playtype]
        try:
            hydrated = hydrate_score(gpt, dry.chart, dry.scoreData, dry.timeAchieved, now)
        except Exception as failure:
            converted.errors.append(entry_error(candidate.position, failure))
        else:
            new[candidate.score_id] = NewScore(
                candidate.score_id, dry, hydrated.score_data, hydrated.calculated
            )
    return list(new.values())
