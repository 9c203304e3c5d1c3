"""Statements of the hot paths: SQL with named parameters, run without the toolkit's way around it.

An import is some twenty statements, of which most take PostgreSQL a tenth of a millisecond.
SQLAlchemy's `execute` takes as long again to make a cursor and a result of each, and PostgreSQL
longer still to plan it anew; and a page of a few hundred documents looks up thousands of values by
their names, which its rows do eight times as slowly as named tuples. Here a statement is a text
made once, handed to the driver; and one that is `prepared` is planned once a session, where no
pooler lends the session to others.

Transactions and errors are SQLAlchemy's: what is run here is part of the connection's transaction,
and raises what `execute` would.
"""

from __future__ import annotations

import re
import time
import zlib
from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final, TypeAlias

import psycopg2
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from common.text.storable import storable

# A name after a colon that is not one of two: `:user_id`, and not `::text`.
_PARAMETER: Final = re.compile(r"(?<![:\w]):(\w+)(?!:)")
# Of a connection's `info`: that its session is nobody else's, and when what was planned in it.
OWN_SESSION: Final = "own session"
_PLANNED: Final = "planned statements"
# Seconds after which a statement is planned anew: tables grow.
PLANNED_FOR: Final = 60.0


# A row of a statement: a named tuple, whose values go by the columns' names.
Row: TypeAlias = Any


class Statement:
    """One statement.

    prepared: planned once a session and not at each use. Not for lists of any length, which are
    looked up otherwise where they are constants (see `common.database.parameters`).
    """

    def __init__(self, sql: str, *, prepared: bool = False) -> None:
        names = list(dict.fromkeys(_PARAMETER.findall(sql)))
        self._sql = _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%"))
        self._name = f"s{zlib.crc32(sql.encode()):08x}" if prepared else ""
        numbered = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", sql)
        self._prepare = f"PREPARE {self._name} AS {numbered}"
        placeholders = ", ".join(f"%({name})s" for name in names)
        self._execute = (
            f"EXECUTE {self._name} ({placeholders})" if names else f"EXECUTE {self._name}"
        )

    def rows(
        self, connection: Connection, parameters: Mapping[str, Any] | None = None
    ) -> list[Row]:
        """All rows."""
        with self._run(connection, parameters) as cursor:
            found = cursor.fetchall()
            # Not once a statement: a table that it has all of may get a column at any time.
            make_row = _maker(tuple([column.name for column in cursor.description]))
        return list(map(make_row, found))

    def row(self, connection: Connection, parameters: Mapping[str, Any] | None = None) -> Row:
        """The only row, or None."""
        found = self.rows(connection, parameters)
        return found[0] if found else None

    def values(
        self, connection: Connection, parameters: Mapping[str, Any] | None = None
    ) -> list[Any]:
        """The values of the only column."""
        with self._run(connection, parameters) as cursor:
            return [value for (value,) in cursor.fetchall()]

    def value(self, connection: Connection, parameters: Mapping[str, Any] | None = None) -> Any:
        """The first value of the only row; None where there is none."""
        with self._run(connection, parameters) as cursor:
            found = cursor.fetchone()
        return None if found is None else found[0]

    def run(self, connection: Connection, parameters: Mapping[str, Any] | None = None) -> int:
        """How many rows it changed."""
        with self._run(connection, parameters) as cursor:
            changed: int = cursor.rowcount
        return changed

    def _run(self, connection: Connection, parameters: Mapping[str, Any] | None) -> Any:
        if not connection.in_transaction():
            connection.begin()
        driver: Any = connection.connection.dbapi_connection
        cursor = driver.cursor()
        try:
            sql = self._sql
            if self._name and OWN_SESSION in connection.info:
                self._plan(connection.info, cursor)
                sql = self._execute
            cursor.execute(sql, storable(parameters) or {})
        except psycopg2.Error as problem:
            cursor.close()
            dialect: Any = connection.dialect
            is_lost = dialect.is_disconnect(problem, driver, cursor)
            if is_lost:
                # As SQLAlchemy does: those that wait in the pool are likely lost as well.
                connection.engine.pool._invalidate(connection.connection, problem)
                connection.invalidate(problem)
            raise DBAPIError.instance(
                self._sql,
                None,
                problem,
                psycopg2.Error,
                connection_invalidated=is_lost,
                dialect=dialect,
            ) from problem
        return cursor

    def _plan(self, info: dict[Any, Any], cursor: Any) -> None:
        """Has the session know the statement, and not from long ago."""
        planned: dict[str, float] = info.setdefault(_PLANNED, {})
        now = time.monotonic()
        since = planned.get(self._name)
        if since is not None and now - since < PLANNED_FOR:
            return
        if since is not None:
            del planned[self._name]
            cursor.execute(f"DEALLOCATE {self._name}")
        cursor.execute(self._prepare)
        planned[self._name] = now


@cache
def statement(sql: str) -> Statement:
    """The statement of a text that is put together of a few parts: made once for each of them."""
    return Statement(sql)


@cache
def _maker(columns: tuple[str, ...]) -> Callable[[tuple[Any, ...]], Row]:
    """What makes rows of tuples. A column without a name of its own goes by its place."""
    make_type: Callable[..., Any] = namedtuple
    # As the type's own `_make` does, which counts the values besides.
    return partial(tuple.__new__, make_type("Row", columns, rename=True))
