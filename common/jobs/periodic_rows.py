"""What happens by itself at set times, and when it last did. All SQL on `periodic_tasks`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, text

from common.clock import NOW_MS

# By name: when, in words. `worker.messaging` has the times.
SCHEDULES: Final = {
    "orphans": "every day at 0:01 UTC: orphans are tried again, outdated profiles renewed, "
    "ratings written down",
    "retention": "every hour: ended jobs and logins are removed",
    "leaderboards": "every 15 minutes: the players of charts are counted",
}

_BEGAN: Final = text(
    f"""
    INSERT INTO periodic_tasks (name, began_at) VALUES (:name, {NOW_MS})
    ON CONFLICT (name) DO UPDATE SET began_at = excluded.began_at
    """  # noqa: S608 (a constant of ours)
)
_ENDED: Final = text(
    f"UPDATE periodic_tasks SET ended_at = {NOW_MS}, problem = :problem"  # noqa: S608
    " WHERE name = :name"
)
_ALL: Final = text("SELECT name, began_at, ended_at, problem FROM periodic_tasks")


@dataclass(frozen=True, slots=True)
class Periodic:
    """A task and its last run. problem: what went wrong in it."""

    name: str
    schedule: str
    began_at: int | None = None
    ended_at: int | None = None
    problem: str | None = None


@contextmanager
def noted(engine: Engine, name: str) -> Iterator[None]:
    """Notes down when a task began and ended, and what it raised."""
    with engine.begin() as connection:
        connection.execute(_BEGAN, {"name": name})
    problem: str | None = None
    try:
        yield
    except Exception as raised:
        problem = type(raised).__name__
        raise
    finally:
        with engine.begin() as connection:
            connection.execute(_ENDED, {"name": name, "problem": problem})


def all_tasks(connection: Connection) -> Sequence[Periodic]:
    """Those there are, whether they ran yet or not."""
    runs = {row.name: row for row in connection.execute(_ALL)}
    return [
        Periodic(name, schedule)
        if name not in runs
        else Periodic(name, schedule, runs[name].began_at, runs[name].ended_at, runs[name].problem)
        for name, schedule in SCHEDULES.items()
    ]
