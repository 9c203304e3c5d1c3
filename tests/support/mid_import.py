"""An import that stops where a test wants it to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import text

from tests.support.stack import Stack, wait_for

# Waits until a worker stands still in mid-import; returns its PostgreSQL process id.
Reached = Callable[[], int]


@contextmanager
def hold_up(stack: Stack) -> Iterator[Reached]:
    """Holds up imports where they write their document: scores stored, nothing committed."""
    with stack.engine.connect() as connection:
        connection.execute(text("LOCK TABLE imports IN SHARE ROW EXCLUSIVE MODE"))
        yield lambda: wait_for(lambda: _waiting_worker(stack), "an import in its middle")


def _waiting_worker(stack: Stack) -> int | None:
    pid: int | None = stack.scalar(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'score-import worker' AND wait_event_type = 'Lock'"
        " AND query LIKE '%INSERT INTO imports%'"
    )
    return pid
