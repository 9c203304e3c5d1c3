"""Sessions as stored: found, extended, and cut down when scores go away.

A session's times and ratings always follow from the scores in it, so that taking scores away
again leaves it as it was before they came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, text

from common.games.ratings import session_ratings
from common.games.registry import get_gpt
from common.sessions import Session

# --- reading -----------------------------------------------------------------------------

_OVERLAPPING = text(
    """
    SELECT session_id, playtype, time_started, time_ended FROM sessions
    WHERE user_id = :user_id AND game = :game AND playtype = ANY(:playtypes)
      AND time_started < :before AND time_ended >= :since
    ORDER BY time_started, time_inserted, session_id
    """
)


def stored_sessions(
    connection: Connection,
    user_id: int,
    game: str,
    playtypes: Collection[str],
    *,
    since: float,
    before: float,
) -> dict[str, list[Session]]:
    """By playtype, the user's sessions that ended at or after `since` and began before `before`.

    In order of their start.
    """
    found: dict[str, list[Session]] = {playtype: [] for playtype in playtypes}
    for row in connection.execute(
        _OVERLAPPING,
        {
            "user_id": user_id,
            "game": game,
            "playtypes": list(playtypes),
            "since": since,
            "before": before,
        },
    ):
        found[row.playtype].append(Session(row.time_started, row.time_ended, row.session_id))
    return found


_CALCULATED = text(
    """
    SELECT session_id, (
        SELECT coalesce(json_agg(scores.calculated_data), '[]') FROM scores
        WHERE scores.user_id = :user_id AND scores.score_id = ANY(sessions.score_ids)) AS calculated
    FROM sessions WHERE user_id = :user_id AND session_id = ANY(:session_ids)
    """
)


def calculated_of_scores(
    connection: Connection, user_id: int, session_ids: Sequence[str]
) -> dict[str, list[Mapping[str, float | None]]]:
    """By session, the calculatedData of the scores that it lists, in no particular order."""
    if not session_ids:
        return {}
    given = {"user_id": user_id, "session_ids": session_ids}
    return {row.session_id: row.calculated for row in connection.execute(_CALCULATED, given)}


# --- writing -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SessionChange:
    """What a stored session becomes; see `change_sessions` for `score_ids`."""

    session_id: str
    score_ids: Sequence[str]
    time_started: float
    time_ended: float
    calculated_data: Mapping[str, float | None]


_CHANGE = text(
    """
    UPDATE sessions
    SET score_ids = CASE WHEN :keep THEN sessions.score_ids ELSE '{}' END || changed.score_ids,
        time_started = changed.time_started,
        time_ended = changed.time_ended,
        calculated_data = changed.calculated_data
    FROM json_to_recordset(CAST(:changes AS json)) AS changed (
        session_id text, score_ids text[], time_started double precision,
        time_ended double precision, calculated_data jsonb)
    WHERE sessions.user_id = :user_id AND sessions.session_id = changed.session_id
    """
)


def change_sessions(
    connection: Connection, user_id: int, changes: Sequence[SessionChange], *, keep: bool
) -> None:
    """Writes what sessions become. keep: their scores stay, the given ones come behind them."""
    if changes:
        given = {
            "user_id": user_id,
            "changes": orjson.dumps(changes).decode(),
            "keep": keep,
        }
        connection.execute(_CHANGE, given)


# --- taking scores away ------------------------------------------------------------------

_HOLDING = text(
    """
    SELECT session_id, game, playtype, score_ids FROM sessions
    WHERE user_id = :user_id AND session_id = ANY(ARRAY(
        SELECT holding.session_id
        FROM sessions AS holding
        CROSS JOIN LATERAL unnest(holding.score_ids) AS listed (score_id)
        JOIN unnest(CAST(:score_ids AS text[])) AS removed (score_id) USING (score_id)
        WHERE holding.user_id = :user_id))
    """
)
_SCORES = text(
    "SELECT score_id, time_achieved, calculated_data FROM scores"
    " WHERE user_id = :user_id AND score_id = ANY(:score_ids)"
)


def remove_scores(connection: Connection, user_id: int, score_ids: Iterable[str]) -> None:
    """Takes scores out of the user's sessions; a session that is left without any is deleted.

    Times and ratings of the others are those of the scores that remain. Whether the scores
    themselves were deleted already makes no difference. At most four statements.
    """
    removed = set(score_ids)
    if not removed:
        return
    given = {"user_id": user_id, "score_ids": list(removed)}
    holding = connection.execute(_HOLDING, given).all()
    listed = {score_id for session in holding for score_id in session.score_ids}
    given = {"user_id": user_id, "score_ids": list(listed - removed)}
    remaining = {row.score_id: row for row in connection.execute(_SCORES, given)}
    changes: list[SessionChange] = []
    emptied: list[str] = []
    for session in holding:
        scores = [remaining[each] for each in session.score_ids if each in remaining]
        if scores:
            changes.append(_made_of(session, scores))
        else:
            emptied.append(session.session_id)
    change_sessions(connection, user_id, changes, keep=False)
    if emptied:
        connection.execute(
            text(
                "DELETE FROM sessions WHERE user_id = :user_id AND session_id = ANY(:session_ids)"
            ),
            {"user_id": user_id, "session_ids": emptied},
        )


def _made_of(session: Row[Any], scores: Sequence[Row[Any]]) -> SessionChange:
    times = [score.time_achieved for score in scores]
    return SessionChange(
        session.session_id,
        [score.score_id for score in scores],
        min(times),
        max(times),
        session_ratings(
            get_gpt(session.game, session.playtype), [score.calculated_data for score in scores]
        ),
    )
