"""Sessions: see `concessions`.

What ours makes of them is held against the rule as decided. Where the reference's rule says
something else, sessions are put as it has them, so that what follows is still compared.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, text

from common.database.engine import copy_rows
from common.games.kit.ratings import session_ratings
from common.games.registry import get_gpt
from common.text.canonical import new_session_id
from tests.golden.pipelines.snapshots import Key, Step, after
from tests.golden.told import grouping
from tests.golden.told.grouping import Session

_DELETING = ("revert", "deleteScore", "deleteScores")

OTHER_SESSIONS = "other sessions"


@after(*_DELETING)
def sessions_keep_their_times(step: Step) -> None:
    """A session that lost scores is as long as those that remain; the reference's stays."""
    for key, row in step.after["sessions"].items():
        then = step.before["sessions"][key]
        if row.score_ids != then.score_ids:
            times = [
                step.after["scores"][row.user_id, score_id].time_achieved
                for score_id in row.score_ids
            ]
            assert (row.time_started, row.time_ended) == (min(times), max(times))
            step.connection.execute(
                text(
                    "UPDATE sessions SET time_started = :started, time_ended = :ended"
                    " WHERE user_id = :user_id AND session_id = :session_id"
                ),
                {
                    "started": then.time_started,
                    "ended": then.time_ended,
                    "user_id": row.user_id,
                    "session_id": row.session_id,
                },
            )


@after("import", "deorphan")
def sessions_are_the_reference_s(step: Step) -> None:
    """A group of scores that lies deep inside a session joins it, and orphans that become scores
    together are grouped together. The reference opens a second session there, and takes orphans
    one by one.
    """
    added: dict[Key, list[Row[Any]]] = defaultdict(list)
    for key, score in step.after["scores"].items():
        if key not in step.before["scores"] and score.time_achieved is not None:
            added[score.user_id, score.game, score.playtype].append(score)
    for whose, scores in added.items():
        _check(step, whose, scores)


def _check(step: Step, whose: Key, scores: list[Row[Any]]) -> None:
    ours = _stored(step, whose)
    for of_import in _by_import(scores):
        grouping.place(ours, grouping.groups(of_import), grouping.as_decided)
    stored = {
        row.session_id: Session(
            row.session_id, row.time_started, row.time_ended, list(row.score_ids)
        )
        for row in step.after["sessions"].values()
        if (row.user_id, row.game, row.playtype) == whose
    }
    by_scores = {tuple(session.score_ids): session for session in stored.values()}
    for session in ours:
        found = by_scores.pop(tuple(session.score_ids), None)
        assert found is not None, f"no session of {session.score_ids}"
        assert session.session_id in ("", found.session_id)
        assert (session.started, session.ended) == (found.started, found.ended)
        session.session_id = found.session_id
    assert not by_scores, f"more sessions than there should be: {by_scores}"

    theirs = _stored(step, whose)
    placed = []
    one_by_one = step.operation == "deorphan"
    for of_import in _by_import(scores):
        new = [[play] for play in of_import] if one_by_one else grouping.groups(of_import)
        placed += grouping.place(theirs, new, grouping.as_the_reference)
    if one_by_one and step.recorded_sessions is not None:
        theirs = _as_recorded(step, whose, theirs)
    if sorted(each.score_ids for each in theirs) != sorted(each.score_ids for each in ours):
        step.ledger.departures.add(OTHER_SESSIONS)
        _name(theirs, ours)
        _store(step, whose, theirs)
        if step.operation == "import":
            _tell(step, placed, whose[2])


def _stored(step: Step, whose: Key) -> list[Session]:
    """The sessions that there were, in the order of their beginning."""
    rows = [
        row
        for row in step.before["sessions"].values()
        if (row.user_id, row.game, row.playtype) == whose
    ]
    rows.sort(key=lambda row: (row.time_started, row.time_inserted, row.session_id))
    return [
        Session(row.session_id, row.time_started, row.time_ended, list(row.score_ids))
        for row in rows
    ]


def _by_import(scores: list[Row[Any]]) -> list[list[grouping.Play]]:
    """The plays of each import, in their order."""
    of_imports: dict[str, list[Row[Any]]] = defaultdict(list)
    for score in scores:
        of_imports[score.import_id].append(score)
    return [
        [(score.time_achieved, score.score_id) for score in sorted(own, key=lambda s: s.position)]
        for own in of_imports.values()
    ]


def _as_recorded(step: Step, whose: Key, placed: list[Session]) -> list[Session]:
    """The reference's sessions, where its order of orphans is not known from ours."""
    user_id = whose[0]
    scores = step.after["scores"]
    found = []
    for recorded in step.recorded_sessions or ():
        theirs = recorded["userID"], recorded["game"], recorded["playtype"]
        if theirs == whose and all((user_id, each) in scores for each in recorded["scoreIDs"]):
            session = Session(
                "", recorded["timeStarted"], recorded["timeEnded"], list(recorded["scoreIDs"])
            )
            found.append(session)
    held = sorted(each for session in found for each in session.score_ids)
    if held != sorted(each for session in placed for each in session.score_ids):
        return placed
    known = {session.score_ids[0]: session.session_id for session in _stored(step, whose)}
    for session in found:
        session.session_id = known.get(session.score_ids[0], "")
    return found


def _name(theirs: Iterable[Session], ours: Iterable[Session]) -> None:
    """New sessions of the same first score keep their ID."""
    known = {session.score_ids[0]: session.session_id for session in ours}
    taken = {session.session_id for session in theirs if session.session_id}
    for session in theirs:
        if not session.session_id:
            candidate = known.get(session.score_ids[0], "")
            session.session_id = (
                candidate if candidate and candidate not in taken else new_session_id()
            )
            taken.add(session.session_id)


def _store(step: Step, whose: Key, sessions: list[Session]) -> None:
    user_id, game, playtype = whose
    known = {
        row.session_id: row
        for row in [*step.before["sessions"].values(), *step.after["sessions"].values()]
    }
    step.connection.execute(
        text(
            "DELETE FROM sessions WHERE user_id = :user_id AND game = :game"
            " AND playtype = :playtype"
        ),
        {"user_id": user_id, "game": game, "playtype": playtype},
    )
    columns = (
        "user_id",
        "session_id",
        "game",
        "playtype",
        "score_ids",
        "name",
        "highlight",
        "time_inserted",
        "time_started",
        "time_ended",
        "calculated_data",
    )
    rows = []
    for session in sessions:
        row = known.get(session.session_id)
        calculated = [
            step.after["scores"][user_id, score_id].calculated_data
            for score_id in session.score_ids
        ]
        rows.append(
            (
                user_id,
                session.session_id,
                game,
                playtype,
                session.score_ids,
                row.name if row else "Another Second Session",
                row.highlight if row else False,
                row.time_inserted if row else step.now,
                session.started,
                session.ended,
                session_ratings(get_gpt(game, playtype), calculated),
            )
        )
    copy_rows(step.connection, "sessions", columns, rows)


def _tell(step: Step, placed: list[tuple[Session, str]], playtype: str) -> None:
    """Puts what the reference says of its sessions into the ImportDocument."""
    document = step.result
    assert len(document["playtypes"]) == 1 or playtype, document
    others = [
        each
        for each in document["createdSessions"]
        if _playtype_of(step, each["sessionID"]) != playtype
    ]
    own = [{"sessionID": session.session_id, "type": how} for session, how in placed]
    first = document["playtypes"][:1] == [playtype]
    document["createdSessions"] = [*own, *others] if first else [*others, *own]
    step.connection.execute(
        text(
            "UPDATE imports SET created_sessions = CAST(:sessions AS jsonb)"
            " WHERE import_id = :import_id"
        ),
        {
            "sessions": json.dumps(document["createdSessions"]),
            "import_id": document["importID"],
        },
    )


def _playtype_of(step: Step, session_id: str) -> str | None:
    for row in step.after["sessions"].values():
        if row.session_id == session_id:
            playtype: str = row.playtype
            return playtype
    return None
