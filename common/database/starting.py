"""What a process asks of the database before it begins."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable
from typing import Final

import psycopg2

from common.database.engine import open_engine
from common.database.pooling import SharedSessions, refuse_shared_sessions
from common.database.schema_check import wait_for_schema

log = logging.getLogger(__name__)

UNUSABLE: Final = 78  # as sysexits.h calls a wrong configuration


def check_sessions(database_url: str) -> None:
    """Ends the process, and says why, where locks could not be relied on.

    Does nothing where the database is away.
    """
    with contextlib.suppress(psycopg2.OperationalError):
        try:
            refuse_shared_sessions(database_url)
        except SharedSessions as refusal:
            log.critical("this worker does not start: %s", refusal)
            sys.exit(UNUSABLE)


def check_database(database_url: str, waits: Callable[[str], None]) -> None:
    """Waits for the database, and for a schema to work with; says so in the log.

    waits: told every few seconds what is waited for. Ends the process where locks could not be
    relied on.
    """
    # Before all else, for statement mode refuses what comes next, in words of its own.
    check_sessions(database_url)
    engine = open_engine(database_url, name="score-import start")
    try:
        wait_for_schema(engine, waits)
    finally:
        engine.dispose()
    # Again, for it may have been away before.
    check_sessions(database_url)
