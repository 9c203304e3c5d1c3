"""The state around a step of a recorded case, and what is remembered from step to step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, text

Key = tuple[Any, ...]
Rows = dict[Key, Row[Any]]

# The tables concerned, and what tells their rows apart.
KEYS: Mapping[str, tuple[str, ...]] = {
    "scores": ("user_id", "score_id"),
    "sessions": ("user_id", "session_id"),
    "user_game_stats": ("user_id", "game", "playtype"),
    "game_settings": ("user_id", "game", "playtype"),
    "goal_subscriptions": ("user_id", "goal_id"),
    "quest_subscriptions": ("user_id", "quest_id"),
    "orphan_scores": ("user_id", "orphan_id"),
    "imports": ("user_id", "import_id"),
}


class Snapshot:
    """The rows of some tables."""

    def __init__(self, connection: Connection) -> None:
        self._tables = {table: _rows(connection, table) for table in KEYS}

    def __getitem__(self, table: str) -> Rows:
        return self._tables[table]


def _rows(connection: Connection, table: str) -> Rows:
    rows = connection.execute(text(f"SELECT * FROM {table}"))
    return {tuple(getattr(row, name) for name in KEYS[table]): row for row in rows}


# A subscription: its table and its key.
Subscription = tuple[str, Key]
State = dict[str, Any]


@dataclass
class Ledger:
    """What concessions remember of the steps so far.

    changes: by import, what it made of subscriptions: before (None: there was none) and after.
    conceded: rows of subscriptions that were put back as the reference would have left them,
    and so need not follow from the scores.
    departures: names of those that were seen.
    """

    changes: dict[str, dict[Subscription, tuple[State | None, State]]] = field(default_factory=dict)
    conceded: dict[Subscription, State] = field(default_factory=dict)
    departures: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Step:
    """One step, done by ours. result: in the form recorded; a concession may change it.

    recorded_sessions: those of the reference after the step, where they were recorded.
    """

    connection: Connection
    given: Mapping[str, Any]
    before: Snapshot
    after: Snapshot
    result: Any
    recorded_sessions: list[Any] | None
    ledger: Ledger

    @property
    def operation(self) -> str:
        operation: str = self.given["op"]
        return operation

    @property
    def now(self) -> int:
        now: int = self.given["now"]
        return now


Concession = Callable[[Step], None]
_AFTER: list[tuple[tuple[str, ...], Concession]] = []


def after(*operations: str) -> Callable[[Concession], Concession]:
    """A concession to make after steps of these operations, in order of declaration."""

    def register(concession: Concession) -> Concession:
        _AFTER.append((operations, concession))
        return concession

    return register


def concessions_after(operation: str) -> list[Concession]:
    return [concession for operations, concession in _AFTER if operation in operations]
