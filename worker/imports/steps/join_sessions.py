"""Step 5: put the new scores into sessions."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from common.games.kit.ratings import best_values, rated_by
from common.sessions.grouping import SESSION_GAP, Placement, Play, Session, place, runs
from common.sessions.session_names import random_name
from common.text.canonical import new_session_id
from worker.imports.flow import Collected, ImportHead, NewScore
from worker.records.sessions import (
    SessionChange,
    change_sessions,
    insert_sessions,
    stored_best_values,
    stored_sessions,
)


def update_sessions(
    connection: Connection,
    head: ImportHead,
    collected: Collected,
    new: list[NewScore],
    *,
    name: Callable[[], str] = random_name,
) -> list[dict[str, Any]]:
    """Creates or extends sessions; returns ImportDocument.createdSessions.

    One statement finds the sessions, one reads and one writes those that are extended, and a
    COPY writes the new ones, whatever the number of each. name: draws the name of a new one.
    """
    new_runs = _runs_of_playtypes(new)
    if not new_runs:
        return []
    stored = stored_sessions(
        connection,
        head.user_id,
        collected.game.id,
        list(new_runs),
        since=min(found[0][0].time for found in new_runs.values()) - SESSION_GAP,
        before=max(found[-1][-1].time for found in new_runs.values()) + SESSION_GAP,
    )
    placements = {playtype: place(found, stored[playtype]) for playtype, found in new_runs.items()}
    extended, created = _touched(placements)
    for session, _ in created:
        session.session_id = new_session_id()
    _extend(connection, head, collected, extended)
    _create(connection, head, collected, created, name)
    return [
        {
            "sessionID": placement.session.session_id,
            "type": "Created" if placement.created else "Appended",
        }
        for of_playtype in placements.values()
        for placement in of_playtype
    ]


# A session and its playtype.
Touched = list[tuple[Session, str]]


def _runs_of_playtypes(new: list[NewScore]) -> dict[str, list[list[Play]]]:
    """The runs of each playtype that has scores of known time, in the order of the import."""
    plays: dict[str, list[Play]] = {}
    for score in new:
        # Also where its time is unknown: it is the first score of a playtype that orders them.
        of_playtype = plays.setdefault(score.chart.playtype, [])
        if score.time_achieved is not None:
            of_playtype.append(Play(score.score_id, score.time_achieved, score.calculated_data))
    return {playtype: runs(found) for playtype, found in plays.items() if found}


def _touched(placements: dict[str, list[Placement]]) -> tuple[Touched, Touched]:
    """The stored sessions that got plays, and the new ones, each once."""
    extended: dict[str, tuple[Session, str]] = {}
    created: Touched = []
    for playtype, of_playtype in placements.items():
        for placement in of_playtype:
            session = placement.session
            if placement.created:
                created.append((session, playtype))
            elif session.session_id:
                extended[session.session_id] = session, playtype
    return list(extended.values()), created


def _extend(
    connection: Connection, head: ImportHead, collected: Collected, extended: Touched
) -> None:
    known = stored_best_values(
        connection, head.user_id, [session.session_id for session, _ in extended]
    )
    changes = []
    for session, playtype in extended:
        gpt = collected.game.playtypes[playtype]
        added = [play.calculated for play in session.added]
        values = best_values(gpt, added, known[session.session_id])
        changes.append(
            SessionChange(
                session.session_id,
                [play.score_id for play in session.added],
                session.time_started,
                session.time_ended,
                values,
                rated_by(gpt, values),
            )
        )
    change_sessions(connection, head.user_id, changes, keep_scores=True)


def _create(
    connection: Connection,
    head: ImportHead,
    collected: Collected,
    created: Touched,
    name: Callable[[], str],
) -> None:
    if not created:
        return

    def row(session: Session, playtype: str) -> dict[str, Any]:
        gpt = collected.game.playtypes[playtype]
        values = best_values(gpt, [play.calculated for play in session.added])
        return {
            "user_id": head.user_id,
            "session_id": session.session_id,
            "game": collected.game.id,
            "playtype": playtype,
            "score_ids": [play.score_id for play in session.added],
            "name": name(),
            "desc": None,
            "highlight": False,
            "time_inserted": head.added,
            "time_started": session.time_started,
            "time_ended": session.time_ended,
            "calculated_data": rated_by(gpt, values),
            "best_values": values,
            "best_values_of": len(session.added),
        }

    insert_sessions(connection, itertools.starmap(row, created))
