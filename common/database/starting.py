"""What a process asks of the database before it begins."""

from __future__ import annotations

import contextlib

import psycopg2

from common.database.engine import open_engine
from common.database.pooling import refuse_shared_sessions
from common.database.schema_check import wait_for_schema


def check_database(database_url: str, *, takes_locks: bool) -> None:
    """Waits for a schema to work with, and says so.

    takes_locks: the process works for users; it also waits for the database itself. Raises
    SharedSessions where its locks could not be relied on.
    """
    if takes_locks:
        # Before all else, for statement mode refuses what comes next, in words of its own.
        with contextlib.suppress(psycopg2.OperationalError):
            refuse_shared_sessions(database_url)
    engine = open_engine(database_url, name="score-import start")
    try:
        wait_for_schema(engine, needs_database=takes_locks)
    finally:
        engine.dispose()
    if takes_locks:
        # Again, for it may have been away before.
        with contextlib.suppress(psycopg2.OperationalError):
            refuse_shared_sessions(database_url)
