"""What a user did in the last hours in all games, as stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.clock import NOW_MS

Rows = Sequence[Row[Any]]

_SINCE: Final = f"{NOW_MS} - CAST(:age AS bigint)"
_PLAYCOUNT = text(
    f"SELECT count(*) FROM scores WHERE user_id = :user_id AND time_achieved >= {_SINCE}"  # noqa: S608
)
_SESSIONS = text(
    f"""
    SELECT * FROM sessions WHERE user_id = :user_id AND time_ended >= {_SINCE}
    ORDER BY time_ended DESC, session_id LIMIT :most
    """  # noqa: S608 (a constant of ours)
)
_GOALS = text(
    f"""
    SELECT * FROM goal_subscriptions
    WHERE user_id = :user_id
      AND ((achieved AND NOT was_instantly_achieved AND time_achieved >= {_SINCE})
           OR (NOT achieved AND last_interaction >= {_SINCE}))
    ORDER BY CASE WHEN achieved THEN time_achieved ELSE last_interaction END DESC, goal_id
    LIMIT :most
    """  # noqa: S608
)


def playcount(connection: Connection, user_id: int, age: int) -> int:
    """Scores of the last `age` milliseconds; so below."""
    return int(connection.scalar(_PLAYCOUNT, {"user_id": user_id, "age": age}) or 0)


def sessions(connection: Connection, user_id: int, age: int, most: int) -> Rows:
    """The sessions that ended lately, newest first."""
    parameters = {"user_id": user_id, "age": age, "most": most}
    return connection.execute(_SESSIONS, parameters).all()


def goals(connection: Connection, user_id: int, age: int, most: int) -> tuple[Rows, Rows]:
    """The subscriptions to goals that were achieved lately, and those that came closer."""
    parameters = {"user_id": user_id, "age": age, "most": most}
    rows = connection.execute(_GOALS, parameters).all()
    return [row for row in rows if row.achieved], [row for row in rows if not row.achieved]
