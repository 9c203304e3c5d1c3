"""Pauses: those who run the service have no jobs begun for a while. All SQL on `queue_pauses`.

Jobs are accepted all the same and wait in their places; what runs is seen through. No job is begun
once a pause is committed: whoever claims one looks in the same statement.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec
from sqlalchemy import Connection, text

from common.clock import NOW_MS


class Lane(StrEnum):
    """What is paused."""

    ALL = "all"
    # Jobs that the service gave itself: the upkeep sends none. One of a user's still runs before an
    # import of theirs that came later.
    BACKGROUND = "background"


class Pause(msgspec.Struct):
    """A pause. since: milliseconds since the epoch. by: who paused, for people."""

    lane: str
    since: int
    by: str
    reason: str


# In SQL: whether no job is to be begun.
ALL_PAUSED: Final = f"EXISTS (SELECT FROM queue_pauses WHERE lane = '{Lane.ALL}')"

_PAUSE: Final = text(
    f"""
    INSERT INTO queue_pauses (lane, paused_at, paused_by, reason)
    VALUES (:lane, {NOW_MS}, :by, :reason)
    ON CONFLICT (lane) DO UPDATE SET paused_by = excluded.paused_by, reason = excluded.reason
    """  # noqa: S608 (a constant of ours)
)
_RESUME: Final = text("DELETE FROM queue_pauses WHERE lane = :lane")
_PAUSES: Final = text(
    "SELECT lane, paused_at AS since, paused_by AS by, reason FROM queue_pauses ORDER BY lane"
)
_PAUSED: Final = text(f"SELECT {ALL_PAUSED}")


def pause(connection: Connection, lane: Lane, by: str, reason: str) -> None:
    """Pauses. What is paused already stays so since then, for the reason that is given now."""
    connection.execute(_PAUSE, {"lane": lane, "by": by, "reason": reason})


def resume(connection: Connection, lane: Lane) -> bool:
    """Has jobs begun again; whether they were not."""
    return connection.execute(_RESUME, {"lane": lane}).rowcount == 1


def pauses(connection: Connection) -> list[Pause]:
    """What is paused."""
    return [Pause(*row) for row in connection.execute(_PAUSES)]


def is_paused(connection: Connection) -> bool:
    """Whether no job is to be begun."""
    return bool(connection.scalar(_PAUSED))
