"""The database: engine, migrations, bulk copy."""

from __future__ import annotations

import logging
import select
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import orjson
from psycopg2.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DisconnectionError, OperationalError

from common.clock import NOW_MS
from common.database.statements import OWN_SESSION
from common.text.storable import storable, storable_json

log = logging.getLogger(__name__)

# Seconds for which a migration is tried again that needs a table in use, and between two tries.
MIGRATION_PATIENCE = 600.0
MIGRATION_PAUSE = 1.0

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"

# Characters of the kernel's choosing tell clients of one server apart in pg_stat_activity.
APPLICATION_NAME = "score-import"


# How a host that vanished without a word is found, within 30 seconds, by either side. With a Unix
# socket there is nothing to find, and all of it is ignored.
_KEEPALIVES = {
    "keepalives_idle": 15,  # seconds of silence until the first probe
    "keepalives_interval": 5,  # seconds between probes
    "keepalives_count": 3,  # probes without an answer
    "tcp_user_timeout": 30_000,  # milliseconds for what was sent to be acknowledged
}
# The same for the server's side of a session, whatever the server is set up to do.
_SERVER_KEEPALIVES = """
    SELECT set_config('tcp_keepalives_idle', '15', false),
           set_config('tcp_keepalives_interval', '5', false),
           set_config('tcp_keepalives_count', '3', false),
           set_config('tcp_user_timeout', '30000', false)
"""


def open_engine(
    database_url: str,
    *,
    pool_size: int = 2,
    name: str = APPLICATION_NAME,
    holds_locks: bool = False,
    pool_timeout: float = 30.0,
    **parameters: Any,
) -> Engine:
    """An engine whose connections are checked before use and speak orjson.

    A connection that the server closed (restart, failover) is noticed and replaced when it
    is taken from the pool; one whose other end vanished is found within half a minute.

    holds_locks: sessions hold what others wait for: the server, too, is told to look whether the
    client is still there. parameters: more of psycopg2.connect.
    """
    url = make_url(database_url)
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg2")
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=pool_timeout,
        json_serializer=lambda value: storable_json(orjson.dumps(value)).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            "application_name": name,
            "connect_timeout": 5,
            **_KEEPALIVES,
            **parameters,
        },
    )
    event.listen(engine, "checkout", _refuse_closed)
    event.listen(engine, "before_cursor_execute", _make_storable, retval=True)
    event.listen(engine, "connect", _note_whose_the_session_is)
    if holds_locks:
        event.listen(engine, "connect", _have_the_server_look)
    return engine


def _refuse_closed(driver: Any, _record: Any, _proxy: Any) -> None:
    """Has the pool connect anew where the server closed the connection while it was idle.

    A server that says something unasked says goodbye; to look costs no round trip, as a ping does.
    """
    if not driver.closed:
        looking = select.poll()
        looking.register(driver.fileno(), select.POLLIN)
        if not looking.poll(0):
            return
    raise DisconnectionError("the connection was closed")


def _note_whose_the_session_is(driver: Any, record: Any) -> None:
    """Whether it is the server itself that we are connected to.

    A pooler gives its clients numbers of its own by which to cancel, instead of the process that
    happens to serve them.
    """
    with untransacted(driver) as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        if cursor.fetchone()[0] == driver.get_backend_pid():
            record.info[OWN_SESSION] = True


def _have_the_server_look(driver: Any, _record: Any) -> None:
    with untransacted(driver) as cursor:
        cursor.execute(_SERVER_KEEPALIVES)


@contextmanager
def untransacted(driver: Any) -> Iterator[Any]:
    """A cursor of a driver's connection that has begun no transaction, and begins none.

    What is set here lasts as long as the session; with a transaction that is rolled back goes what
    was set in it.
    """
    driver.autocommit = True
    with driver.cursor() as cursor:
        yield cursor
    driver.autocommit = False


def _make_storable(
    connection: Connection, cursor: Any, statement: str, parameters: Any, *_: Any
) -> tuple[str, Any]:
    return statement, storable(parameters)


@contextmanager
def autocommit(connection: Connection) -> Iterator[None]:
    """Within, every statement commits by itself, which saves the round trips of BEGIN and COMMIT.

    Begins with a commit. Only for what is one statement anyway.
    """
    connection.commit()
    driver: Any = connection.connection.dbapi_connection
    driver.autocommit = True
    try:
        yield
    finally:
        # The statements are committed; what is left is to tell SQLAlchemy.
        if not connection.invalidated and not driver.closed:
            connection.commit()
            driver.autocommit = False


def now_of(connection: Connection) -> int:
    """PostgreSQL's clock, in milliseconds since the epoch."""
    return int(connection.execute(text(f"SELECT {NOW_MS}")).scalar_one())


def end_when_silent(connection: Connection, seconds: int) -> None:
    """Has PostgreSQL end the session, with its locks, once it says nothing for so long."""
    connection.execute(text(f"SET idle_session_timeout = '{seconds}s'"))


def end_when_stopped(connection: Connection, seconds: int) -> None:
    """Has PostgreSQL end the session where a transaction stands still for so long."""
    connection.execute(text(f"SET idle_in_transaction_session_timeout = '{seconds}s'"))


def stop_never(connection: Connection) -> None:
    """Has PostgreSQL bear with this transaction where it stands still, whatever is set there."""
    connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def check_alive(connection: Connection) -> None:
    """Raises where the session is gone, and its locks with it."""
    connection.execute(text("SELECT"))


def migrate(database_url: str) -> None:
    """Brings the schema to the newest revision. Several callers at once wait for each other.

    Where a table is in use it is tried again, so that nobody has to wait behind it for long; raises
    OperationalError where that lasts for `MIGRATION_PATIENCE`.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = database_url
    deadline = time.monotonic() + MIGRATION_PATIENCE
    while True:
        try:
            command.upgrade(config, "head")
            return
        except OperationalError as problem:
            is_in_use = isinstance(problem.orig, LockNotAvailable | DeadlockDetected)
            if not is_in_use or time.monotonic() > deadline:
                raise
            log.warning("a table is in use: the migration is tried again")
            time.sleep(MIGRATION_PAUSE)


# --- COPY ------------------------------------------------------------------------------

# About what the driver sends at once. With more of them the server waits for the first of each
# read: imports of 5 000 scores took a quarter longer with 256.
_LINES_PER_READ = 16

_encode_json = msgspec.json.Encoder().encode

_ESCAPES = str.maketrans(
    # PostgreSQL's text cannot hold U+0000; the replacement character says that one was there.
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\ufffd"}
)


def copy_text(value: str) -> str:
    """A text as COPY's text format wants it."""
    # In most there is nothing to escape; to see that is ten times as quick.
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)


def copy_json(value: Any) -> str:
    """A JSON value (structs included) as COPY's text format wants it."""
    return copy_encoded(_encode_json(value))


def copy_encoded(document: bytes) -> str:
    """JSON as COPY's text format wants it.

    JSON escapes control characters itself, which leaves the backslashes to double.
    """
    text = document.decode()
    # Without a backslash there is no escape, of U+0000 neither.
    return storable_json(document).decode().replace("\\", "\\\\") if "\\" in text else text


def copy_numbers(values: Sequence[float | None]) -> str:
    """An array of numbers as COPY's text format wants it."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def copy_field(value: Any) -> str:
    """Any Python value as a field of COPY's text format; dicts become JSON, lists arrays."""
    if value is None:
        return "\\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, str):
        return copy_text(value)
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, dict):
        return copy_json(value)
    if isinstance(value, list | tuple):
        return copy_text(_array_literal(value))
    return str(value)


def _array_literal(values: Sequence[Any]) -> str:
    def element(value: Any) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, str):
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return str(value)

    return "{" + ",".join(map(element, values)) + "}"


def copy_lines(
    connection: Connection, table: str, columns: Sequence[str], lines: Iterable[str]
) -> None:
    """COPY of ready lines (fields joined by tabs, no newline) into `table`.

    The lines are asked for as they are sent: all of them need never be in memory at once.
    """
    cursor: Any = connection.connection.cursor()
    reader = _LineReader(lines)
    with cursor:
        try:
            cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", reader)
        except Exception:
            # The driver reports what went wrong in the reader as an error of the database's.
            if reader.failure is not None:
                raise reader.failure from None
            raise


class _LineReader:
    """Lines as the file that COPY reads; a read gives as much as is handy, whatever is asked."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines: Iterator[str] = iter(lines)
        self.failure: BaseException | None = None

    def read(self, _size: int = -1) -> bytes:
        try:
            lines = list(islice(self._lines, _LINES_PER_READ))
            return "\n".join([*lines, ""]).encode() if lines else b""
        except BaseException as failure:
            self.failure = failure
            raise


def copy_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """COPY of rows of Python values; see `copy_field`. Faster than any INSERT."""
    copy_lines(connection, table, columns, ("\t".join(map(copy_field, row)) for row in rows))
