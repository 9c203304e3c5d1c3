"""Sessions as stored: found, extended, and cut down when scores go away.

A session's times and ratings always follow from the scores in it, so that taking scores away
again leaves it as it was before they came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, text

from common.database.columns import Columns
from common.database.parameters import text_array
from common.database.statements import Statement
from common.games.kit.ratings import BestValues, best_values, rated_by
from common.games.registry import get_gpt
from common.profiles.profile_tables import SessionRow
from common.sessions.grouping import Session

COLUMNS: Final = Columns(SessionRow)

# --- reading -----------------------------------------------------------------------------

# Sessions may lie in each other, so neither the starts nor the ends bound those in between; the
# longest does. A millisecond is for what subtracting rounds away.
_OVERLAPPING = Statement(
    """
    SELECT session_id, playtype, time_started, time_ended FROM sessions
    WHERE user_id = :user_id AND game = :game AND playtype = ANY(:playtypes)
      AND time_started < :before AND time_ended >= :since
      AND time_started >= :since - 1 - (
        SELECT max(time_ended - time_started) FROM sessions
        WHERE user_id = :user_id AND game = :game)
    ORDER BY time_started, time_inserted, session_id
    """,
    prepared=True,
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
    for row in _OVERLAPPING.rows(
        connection,
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
    SELECT score_id, calculated_data FROM scores
    WHERE user_id = :user_id AND score_id = ANY(CAST(:score_ids AS text[]))
    """
)
_LISTED = text(
    """
    -- JSON, because psycopg2 takes four times as long for an array of texts.
    SELECT session_id, array_to_json(score_ids) AS score_ids FROM sessions
    WHERE user_id = :user_id AND session_id = ANY(CAST(:session_ids AS text[]))
    """
)


_BEST_VALUES = text(
    """
    SELECT session_id, game, playtype,
           CASE WHEN best_values_of = cardinality(score_ids) THEN best_values END AS best_values
    FROM sessions
    WHERE user_id = :user_id AND session_id = ANY(CAST(:session_ids AS text[]))
    """
)


def stored_best_values(
    connection: Connection, user_id: int, session_ids: Sequence[str]
) -> dict[str, BestValues]:
    """By session, the values that its ratings follow from, whatever the number of its scores."""
    if not session_ids:
        return {}
    parameters = {"user_id": user_id, "session_ids": text_array(session_ids)}
    rows = connection.execute(_BEST_VALUES, parameters).all()
    unknown = [row.session_id for row in rows if row.best_values is None]
    calculated = calculated_of_scores(connection, user_id, unknown)
    return {
        row.session_id: best_values(get_gpt(row.game, row.playtype), calculated[row.session_id])
        if row.best_values is None
        else row.best_values
        for row in rows
    }


def calculated_of_scores(
    connection: Connection, user_id: int, session_ids: Sequence[str]
) -> dict[str, list[Mapping[str, float | None]]]:
    """By session, the calculatedData of the scores that it lists, as far as they are stored."""
    if not session_ids:
        return {}
    parameters = {"user_id": user_id, "session_ids": text_array(session_ids)}
    listed: dict[str, list[str]] = dict(map(tuple, connection.execute(_LISTED, parameters)))
    score_ids = {score_id for of_session in listed.values() for score_id in of_session}
    parameters = {"user_id": user_id, "score_ids": text_array(score_ids)}
    calculated = dict(map(tuple, connection.execute(_CALCULATED, parameters)))
    return {
        session_id: [calculated[each] for each in of_session if each in calculated]
        for session_id, of_session in listed.items()
    }


# --- writing -----------------------------------------------------------------------------


def insert_sessions(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """One COPY, whatever the number of sessions."""
    COLUMNS.copy(connection, rows)


@dataclass(frozen=True, slots=True)
class SessionChange:
    """What a stored session becomes; see `change_sessions` for `score_ids`."""

    session_id: str
    score_ids: Sequence[str]
    time_started: float
    time_ended: float
    best_values: BestValues
    calculated_data: Mapping[str, float | None]


# What each becomes is looked up by its ID: a join with a list may go through it for every row.
_CHANGE = text(
    """
    UPDATE sessions
    SET (score_ids, best_values_of, time_started, time_ended, best_values, calculated_data) = (
        SELECT CASE WHEN :keep_scores THEN sessions.score_ids ELSE '{}' END
                   || ARRAY(SELECT jsonb_array_elements_text(changed -> 'score_ids')),
               CASE WHEN :keep_scores THEN cardinality(sessions.score_ids) ELSE 0 END
                   + jsonb_array_length(changed -> 'score_ids'),
               CAST(changed -> 'time_started' AS double precision),
               CAST(changed -> 'time_ended' AS double precision),
               changed -> 'best_values',
               changed -> 'calculated_data'
        FROM (SELECT CAST(:changes AS jsonb) -> sessions.session_id AS changed OFFSET 0) AS found)
    WHERE user_id = :user_id AND session_id = ANY(CAST(:session_ids AS text[]))
    """
)


def change_sessions(
    connection: Connection, user_id: int, changes: Sequence[SessionChange], *, keep_scores: bool
) -> None:
    """Writes what sessions become.

    keep_scores: their scores stay, the new ones come behind them.
    """
    if changes:
        parameters = {
            "user_id": user_id,
            "session_ids": text_array([change.session_id for change in changes]),
            "changes": orjson.dumps({change.session_id: change for change in changes}).decode(),
            "keep_scores": keep_scores,
        }
        connection.execute(_CHANGE, parameters)


# --- finding by scores -------------------------------------------------------------------

_OF_GAME_HOLDING = text(
    """
    SELECT session_id, playtype, time_started, time_ended FROM sessions
    WHERE user_id = :user_id AND game = :game AND EXISTS (
        SELECT FROM unnest(score_ids) AS listed (score_id)
        WHERE listed.score_id = ANY(CAST(:score_ids AS text[])))
    """
)


def holding(
    connection: Connection, user_id: int, game: str, score_ids: Collection[str]
) -> Sequence[Row[Any]]:
    """`session_id`, `playtype` and times of the user's sessions with any of these scores."""
    parameters = {"user_id": user_id, "game": game, "score_ids": text_array(score_ids)}
    return connection.execute(_OF_GAME_HOLDING, parameters).all()


# --- taking scores away ------------------------------------------------------------------

_HOLDING = text(
    """
    SELECT session_id, game, playtype, score_ids FROM sessions
    WHERE user_id = :user_id AND EXISTS (
        SELECT FROM unnest(score_ids) AS listed (score_id)
        WHERE listed.score_id = ANY(CAST(:score_ids AS text[])))
    """
)
_SCORES = text(
    "SELECT score_id, time_achieved, calculated_data FROM scores"
    " WHERE user_id = :user_id AND score_id = ANY(CAST(:score_ids AS text[]))"
)
_DELETE = text(
    "DELETE FROM sessions WHERE user_id = :user_id"
    " AND session_id = ANY(CAST(:session_ids AS text[]))"
)


def remove_scores(connection: Connection, user_id: int, score_ids: Iterable[str]) -> None:
    """Takes scores out of the user's sessions; a session that is left without any is deleted.

    Times and ratings of the others are those of the scores that remain. Whether the scores
    themselves were deleted already makes no difference. At most four statements.
    """
    removed = set(score_ids)
    if removed:
        parameters = {"user_id": user_id, "score_ids": text_array(removed)}
        _remake(connection, user_id, connection.execute(_HOLDING, parameters).all(), removed)


def _remake(
    connection: Connection,
    user_id: int,
    stored_sessions: Sequence[Row[Any]],
    removed: Collection[str] = (),
) -> None:
    changes, emptied = made_of_scores(connection, user_id, stored_sessions, removed)
    change_sessions(connection, user_id, changes, keep_scores=False)
    if emptied:
        connection.execute(_DELETE, {"user_id": user_id, "session_ids": text_array(emptied)})


def made_of_scores(
    connection: Connection,
    user_id: int,
    stored_sessions: Sequence[Row[Any]],
    removed: Collection[str] = (),
) -> tuple[list[SessionChange], list[str]]:
    """What sessions are by the scores in them that are stored; and the ids of those without any.

    stored_sessions: `session_id`, `game`, `playtype` and `score_ids`. removed: scores that are to
    go.
    """
    listed = {score_id for session in stored_sessions for score_id in session.score_ids}
    parameters = {"user_id": user_id, "score_ids": text_array(listed.difference(removed))}
    remaining = {row.score_id: row for row in connection.execute(_SCORES, parameters)}
    changes: list[SessionChange] = []
    emptied: list[str] = []
    for session in stored_sessions:
        scores = [remaining[each] for each in session.score_ids if each in remaining]
        if scores:
            changes.append(_made_of(session, scores))
        else:
            emptied.append(session.session_id)
    return changes, emptied


def _made_of(session: Row[Any], scores: Sequence[Row[Any]]) -> SessionChange:
    times = [score.time_achieved for score in scores]
    gpt = get_gpt(session.game, session.playtype)
    values = best_values(gpt, [score.calculated_data for score in scores])
    return SessionChange(
        session.session_id,
        [score.score_id for score in scores],
        min(times),
        max(times),
        values,
        rated_by(gpt, values),
    )


# --- all of a game -----------------------------------------------------------------------

# So that the scores of not too many are in memory at once.
_AT_ONCE: Final = 500

_IDS_OF_GAME = text(
    "SELECT session_id FROM sessions WHERE user_id = :user_id AND game = :game ORDER BY session_id"
)
_WHOLE = text(
    COLUMNS.select + " WHERE user_id = :user_id AND session_id = ANY(CAST(:session_ids AS text[]))"
)


def of_game(connection: Connection, user_id: int, game: str) -> Iterator[Sequence[Row[Any]]]:
    """All of the user's sessions on the game, some at a time."""
    session_ids = connection.scalars(_IDS_OF_GAME, {"user_id": user_id, "game": game}).all()
    for start in range(0, len(session_ids), _AT_ONCE):
        batch = text_array(session_ids[start : start + _AT_ONCE])
        yield connection.execute(_WHOLE, {"user_id": user_id, "session_ids": batch}).all()


def remake_of_game(connection: Connection, user_id: int, game: str) -> None:
    """Makes all of the user's sessions on the game follow from the scores in them."""
    for batch in of_game(connection, user_id, game):
        _remake(connection, user_id, batch)
