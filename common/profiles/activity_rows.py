"""What players did lately, read for those who look at it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from common.database.parameters import text_array
from common.database.statements import Row, statement
from common.games.model import GPT
from common.games.registry import get_gpt
from common.scores.score_rows import SELECT

# By GPT, newest first.
Rows = Mapping[GPT, Sequence[Row]]

# The largest time that PostgreSQL's bigint holds.
MOST: Final = 2**63 - 1

# Each GPT is a range of an index, whatever the number of them.
_READ: Final = """
    SELECT found.*
    FROM unnest(CAST(:games AS text[]), CAST(:playtypes AS text[]),
                CAST(:sinces AS {kind}[])) AS span (game, playtype, since)
    CROSS JOIN LATERAL (
        {select} WHERE {table}.game = span.game AND {table}.playtype = span.playtype{whose}
          AND {conditions}
        ORDER BY {time} DESC, {key} LIMIT :most) AS found
    ORDER BY {time} DESC, {key}
"""
# `users` None: everybody's.
_OF_USERS: Final = " AND user_id = ANY(CAST(:users AS integer[]))"
_IN_TIME: Final = "time_achieved >= span.since AND time_achieved < :before"


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of thing that players do.

    conditions: which rows of the table are of it. time, key: the columns that order them.
    whole: whether the time is stored as a whole number.
    """

    table: str
    conditions: str
    time: str = "time_achieved"
    key: str = "user_id"
    whole: bool = False


_SESSIONS: Final = _Kind("sessions", "time_started < :before", "time_started", "session_id")
_HIGHLIGHTS: Final = _Kind("scores", f"highlight AND {_IN_TIME}", key="score_id")
_CLASSES: Final = _Kind("class_achievements", _IN_TIME, whole=True)


class Activity:
    """Reads what users did on GPTs in spans of time: a statement for each kind of thing.

    Parameters:
        users: whose; None = everybody's.
        before: where all spans end.
        most: things of each kind on each GPT.
    """

    def __init__(
        self, connection: Connection, users: Collection[int] | None, before: float, most: int
    ) -> None:
        self._connection = connection
        self._users = users
        self._before = before
        self._most = most

    def sessions(self, gpts: Collection[GPT], most: int) -> Rows:
        """The sessions that began last before the end."""
        return self._read(_SESSIONS, dict.fromkeys(gpts, -math.inf), most)

    def highlights(self, since: Mapping[GPT, float]) -> Rows:
        """The highlighted scores. since: where the span of each GPT begins; so below."""
        return self._read(_HIGHLIGHTS, since)

    def classes(self, since: Mapping[GPT, float]) -> Rows:
        """The classes achieved."""
        return self._read(_CLASSES, since)

    def achieved(self, table: str, since: Mapping[GPT, float]) -> Rows:
        """The subscriptions of a table that were achieved."""
        conditions = f"achieved AND NOT was_instantly_achieved AND {_IN_TIME}"
        return self._read(_Kind(table, conditions, whole=True), since)

    def _read(self, kind: _Kind, since: Mapping[GPT, float], most: int | None = None) -> Rows:
        # An index on whole numbers serves no comparison with others.
        as_stored = _whole if kind.whole else float
        table = kind.table
        sql = _READ.format(
            kind="bigint" if kind.whole else "double precision",
            select=SELECT if table == "scores" else f"SELECT * FROM {table}",  # noqa: S608
            table=table,
            whose="" if self._users is None else _OF_USERS,
            conditions=kind.conditions,
            time=kind.time,
            key=kind.key,
        )
        parameters = {
            "games": text_array([gpt.game for gpt in since]),
            "playtypes": text_array([gpt.playtype for gpt in since]),
            "sinces": text_array([str(as_stored(start)) for start in since.values()]),
            "before": as_stored(self._before),
            "most": self._most if most is None else most,
        }
        if self._users is not None:
            parameters["users"] = text_array(list(map(str, self._users)))
        found: dict[GPT, list[Row]] = defaultdict(list)
        for row in statement(sql).rows(self._connection, parameters):
            found[get_gpt(row.game, row.playtype)].append(row)
        return found


def _whole(time: float) -> int:
    """A time as whole milliseconds, as far as PostgreSQL's bigint goes."""
    if math.isinf(time):
        return MOST if time > 0 else -MOST
    return min(MOST, max(-MOST, math.ceil(time)))
