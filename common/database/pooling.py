"""Whether something between us and PostgreSQL gives our session to others.

A pooler in transaction or statement mode does. A user's lock belongs to a session: left on a
connection that another client gets next, it would keep users locked without reason, or let two of
a user's jobs run at once.
"""

from __future__ import annotations

import logging
from contextlib import closing
from typing import Any, Final

import psycopg2
from sqlalchemy import Engine, event, make_url

log = logging.getLogger(__name__)

ROUNDS: Final = 5
CONNECT_SECONDS: Final = 5

REFUSAL: Final = (
    "DATABASE_URL leads through a pooler in transaction or statement mode: sessions are shared, and"
    " the lock that keeps one user's imports apart would be lost or kept by others. Give workers a"
    " pooler in session mode, or PostgreSQL itself (docs/scaling.md)."
)


class SharedSessions(Exception):
    """The text says what is wrong, and what to do."""


def refuse_shared_sessions(database_url: str) -> None:
    """Raises SharedSessions, and psycopg2's OperationalError where nothing is reached.

    Two connections of ours are used in turns. Each has a process of the server's to itself, always
    the same; where a pooler hands out whatever is free, they meet in one, or change it.
    """
    # Not by an engine: as it connects it begins a transaction, which statement mode refuses.
    address = make_url(database_url).set(drivername="postgresql")
    dsn = address.render_as_string(hide_password=False)
    with closing(_connect(dsn)) as first, closing(_connect(dsn)) as second:
        ours = [(_server_process(first), _server_process(second)) for _ in range(ROUNDS)]
    if len(set(ours)) > 1 or ours[0][0] == ours[0][1]:
        raise SharedSessions(REFUSAL)


def guard_sessions(engine: Engine) -> Engine:
    """The engine; nobody gets a connection of it where sessions are shared.

    For a process that does not wait for the database as it starts. Callers meet an
    OperationalError, as if the database were away.
    """
    checked = False

    def check(_driver: Any, _record: Any) -> None:
        nonlocal checked
        if checked:
            return
        try:
            refuse_shared_sessions(engine.url.render_as_string(hide_password=False))
        except SharedSessions as refusal:
            log.critical("%s", refusal)
            raise psycopg2.OperationalError(str(refusal)) from refusal
        checked = True

    event.listen(engine, "connect", check)
    return engine


def _connect(dsn: str) -> Any:
    connection = psycopg2.connect(dsn, connect_timeout=CONNECT_SECONDS)
    # Each question is a transaction: after it the process is free for others.
    connection.autocommit = True
    return connection


def _server_process(connection: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
