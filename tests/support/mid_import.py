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
        yield lambda: wait_for(lambda: waiting_worker(stack), "an import in its middle")


def waiting_worker(stack: Stack) -> int | None:
    # By what it waits for: a statement that a session has planned goes by a name there.
    pid: int | None = stack.scalar(
        "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE datname = current_database() AND application_name = 'score-import worker'"
        " AND relation = 'imports'::regclass AND NOT granted"
    )
    return pid
