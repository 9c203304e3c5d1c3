"""What players did lately, read for those who look at it."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.database.parameters import text_array
from common.games.model import GPT
from common.scores.score_rows import SELECT

Rows = Sequence[Row[Any]]

# The largest time that PostgreSQL's bigint holds.
MOST: Final = 2**63 - 1

# `users` None: everybody's.
_WHOSE: Final = "game = :game AND playtype = :playtype{whose}"
_OF_USERS: Final = " AND user_id = ANY(CAST(:users AS integer[]))"


class Activity:
    """Reads what users did on a GPT in a span of time.

    Parameters:
        users: whose; None = everybody's.
    """

    def __init__(self, connection: Connection, gpt: GPT, users: Collection[int] | None) -> None:
        self._connection = connection
        self._whose = _WHOSE.format(whose="" if users is None else _OF_USERS)
        self._parameters: dict[str, Any] = {"game": gpt.game, "playtype": gpt.playtype}
        if users is not None:
            self._parameters["users"] = text_array(list(map(str, users)))

    def _all(self, sql: str, **more: Any) -> Rows:
        return self._connection.execute(text(sql), {**self._parameters, **more}).all()

    def sessions(self, most: int, before: float) -> Rows:
        """The sessions that began last before a time, newest first."""
        return self._all(
            f"SELECT * FROM sessions WHERE {self._whose} AND time_started < :before"  # noqa: S608
            " ORDER BY time_started DESC, session_id LIMIT :most",
            most=most,
            before=before,
        )

    def highlights(self, since: float, before: float, most: int) -> Rows:
        """The highlighted scores of a time, newest first."""
        return self._all(
            f"{SELECT} WHERE {self._whose} AND highlight"
            " AND time_achieved >= :since AND time_achieved < :before"
            " ORDER BY time_achieved DESC, score_id LIMIT :most",
            since=since,
            before=before,
            most=most,
        )

    def classes(self, since: float, before: float, most: int) -> Rows:
        """The classes achieved in a time, newest first."""
        return self._all(
            f"SELECT * FROM class_achievements WHERE {self._whose}"  # noqa: S608
            " AND time_achieved >= :since AND time_achieved < :before"
            " ORDER BY time_achieved DESC, user_id LIMIT :most",
            since=_whole(since),
            before=_whole(before),
            most=most,
        )

    def achieved(self, table: str, since: float, before: float, most: int) -> Rows:
        """The subscriptions of a table achieved in a time, newest first."""
        return self._all(
            f"SELECT * FROM {table} WHERE {self._whose}"  # noqa: S608 (one of two names)
            " AND achieved AND NOT was_instantly_achieved"
            " AND time_achieved >= :since AND time_achieved < :before"
            " ORDER BY time_achieved DESC, user_id LIMIT :most",
            since=_whole(since),
            before=_whole(before),
            most=most,
        )


def _whole(time: float) -> int:
    """A time as whole milliseconds: an index on whole numbers serves no comparison with others."""
    return MOST if time >= MOST else math.ceil(time)
