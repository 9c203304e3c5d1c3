"""Nobody waits for a PostgreSQL that hangs: connections of which every call ends in time.

libpq waits for an answer for as long as the other side lives, also where that was stopped, or its
disk does not answer. A watcher looks after the calls of a process that must not wait: where one
takes long, it asks the server something simple on a connection of its own. Gets that no answer
either, the server hangs: all calls are ended, by shutting their sockets, and until the server
answers again new ones fail at once. A server that does answer is only slow; then calls go on, up
to `limit`.

What was under way when a call is ended may be done all the same, once the server goes on.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any, Final

import psycopg2
from psycopg2 import extensions
from sqlalchemy import Engine, event, make_url

from common.database.engine import APPLICATION_NAME, open_engine

log = logging.getLogger(__name__)

# Seconds a call may take before the server is asked whether it answers at all.
SUSPICIOUS: Final = 1.0
# Seconds the server has for that, connecting included.
ANSWER: Final = 1.5
# Seconds that a call may take though the server answers; for connecting, which libpq itself
# limits; and for a connection to become free.
LIMIT: Final = 4.0
CONNECT: Final = 2
POOL: Final = 2.0
# Seconds that an answer counts for, and between two looks at the calls.
COUNTS_FOR: Final = 1.0
LOOK: Final = 0.2

NO_SOCKET: Final = -1

HANGS: Final = "PostgreSQL does not answer"


class Watcher:
    """Looks after the calls of the connections that its `factory` makes, in a thread of its own.

    Parameters:
        parameters: of psycopg2.connect, for asking the server.
        limit: seconds that a call may take though the server answers; None: any.
    """

    def __init__(self, parameters: dict[str, Any], limit: float | None) -> None:
        self._parameters = parameters
        self._limit = limit
        self._lock = threading.Lock()
        # Of each call under way, by the connection's id: when it began, and the socket.
        # No socket (-1): it connects, which libpq itself ends in time.
        self._calls: dict[int, tuple[float, int]] = {}
        self._thread: threading.Thread | None = None
        self._hangs = False
        self._answered = 0.0

        class Cursor(_WatchedCursor):
            watcher = self

        class Connection(_WatchedConnection):
            watcher = self
            watched_cursor = Cursor

        self.factory: Final = Connection

    def check(self) -> None:
        """Raises OperationalError where the server is known to hang."""
        if self._hangs:
            raise psycopg2.OperationalError(HANGS)

    @contextlib.contextmanager
    def over(self, connection: extensions.connection) -> Iterator[None]:
        """Looks after the call that is made within."""
        self.check()
        key = id(connection)
        self._calls[key] = time.monotonic(), connection.fileno()
        try:
            yield
        finally:
            # Not while it is being ended: its socket's number may be another's a moment later.
            with self._lock:
                self._calls.pop(key, None)

    def connect(self, dialect: Any, _record: Any, arguments: Any, parameters: Any) -> Any:
        """Connects, as a listener to SQLAlchemy's `do_connect`."""
        self.check()
        if self._thread is None:
            self._start()
        key = id(parameters)
        self._calls[key] = time.monotonic(), NO_SOCKET
        try:
            return dialect.connect(*arguments, **parameters)
        finally:
            with self._lock:
                self._calls.pop(key, None)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=_keep_looking,
                    args=(weakref.ref(self),),
                    name="database-watcher",
                    daemon=True,
                )
                self._thread.start()

    def look(self) -> None:
        """Asks the server where a call takes long, and ends calls."""
        now = time.monotonic()
        if self._hangs:
            if self._answers():
                log.warning("PostgreSQL answers again")
                self._hangs = False
            return
        oldest = min((began for began, _ in list(self._calls.values())), default=now)
        if now - oldest < SUSPICIOUS:
            return
        if now - self._answered > COUNTS_FOR:
            if not self._answers():
                log.error("PostgreSQL does not answer: calls are ended, new ones fail at once")
                self._hangs = True
                self._end_calls(older_than=0.0)
                return
            self._answered = time.monotonic()
        if self._limit is not None:
            self._end_calls(older_than=self._limit)

    def _end_calls(self, older_than: float) -> None:
        now = time.monotonic()
        with self._lock:
            late = [
                fd
                for began, fd in self._calls.values()
                if now - began >= older_than and fd != NO_SOCKET
            ]
            for fd in late:
                with contextlib.suppress(OSError), socket.socket(fileno=os.dup(fd)) as duplicate:
                    duplicate.shutdown(socket.SHUT_RDWR)
        if late and not self._hangs:
            log.error("%d calls of PostgreSQL took too long and were ended", len(late))

    def _answers(self) -> bool:
        """Asks the server something on a connection of its own; any answer will do."""
        deadline = time.monotonic() + ANSWER
        try:
            connection = psycopg2.connect(**self._parameters, async_=True)
        except psycopg2.Error:
            return False
        try:
            _wait(connection, deadline)
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                _wait(connection, deadline)
        except TimeoutError:
            return False
        except psycopg2.Error as problem:
            # "Too many connections" is an answer; a refused connection is told at once anyway.
            return problem.pgcode is not None or "FATAL" in str(problem)
        finally:
            connection.close()
        return True


def _keep_looking(watcher: weakref.ref[Watcher]) -> None:
    """Until nobody has the watcher any more."""
    while True:
        time.sleep(LOOK)
        looking = watcher()
        if looking is None:
            return
        try:
            looking.look()
        except Exception:
            log.exception("the database's watcher stumbled")
        del looking


def _wait(connection: Any, deadline: float) -> None:
    while True:
        state = connection.poll()
        if state == extensions.POLL_OK:
            return
        left = deadline - time.monotonic()
        reads = [connection] if state == extensions.POLL_READ else []
        writes = [connection] if state == extensions.POLL_WRITE else []
        if left <= 0 or not any(select.select(reads, writes, [], left)):
            raise TimeoutError


def open_watched_engine(
    database_url: str,
    *,
    pool_size: int = 2,
    name: str = APPLICATION_NAME,
    holds_locks: bool = False,
) -> Engine:
    """An engine of whose calls none waits for a PostgreSQL that hangs.

    Nor for longer than `LIMIT`; but sessions that hold locks do the work of jobs, which takes as
    long as it takes. See `open_engine`.
    """
    url = make_url(database_url)
    watcher = Watcher(
        {
            "dsn": url.set(drivername="postgresql").render_as_string(hide_password=False),
            "application_name": f"{name} watcher",
        },
        None if holds_locks else LIMIT,
    )
    engine = open_engine(
        database_url,
        pool_size=pool_size,
        name=name,
        holds_locks=holds_locks,
        pool_timeout=POOL,
        connection_factory=watcher.factory,
        connect_timeout=CONNECT,
    )
    event.listen(engine, "do_connect", watcher.connect)
    return engine


class _WatchedConnection(extensions.connection):
    """A connection whose calls are looked after."""

    watcher: Watcher
    watched_cursor: type[_WatchedCursor]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cursor_factory = self.watched_cursor

    def commit(self) -> None:
        with self.watcher.over(self):
            super().commit()

    def rollback(self) -> None:
        with self.watcher.over(self):
            super().rollback()


class _WatchedCursor(extensions.cursor):
    """A cursor whose calls are looked after; fetching is one where it has a name."""

    watcher: Watcher

    def execute(self, *args: Any, **kwargs: Any) -> None:
        with self.watcher.over(self.connection):
            super().execute(*args, **kwargs)

    def copy_expert(self, *args: Any, **kwargs: Any) -> None:
        with self.watcher.over(self.connection):
            super().copy_expert(*args, **kwargs)

    def fetchmany(self, *args: Any, **kwargs: Any) -> list[tuple[Any, ...]]:
        if self.name is None:
            return super().fetchmany(*args, **kwargs)
        with self.watcher.over(self.connection):
            return super().fetchmany(*args, **kwargs)
