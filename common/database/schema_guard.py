"""A process that runs already does nothing with a schema that it cannot work with.

Whoever takes a connection of a guarded engine also looks which schema there is, where that was not
done for some seconds: one short statement in that time, whatever is asked of the database. While
the schema does not fit nobody gets a connection, which is to callers as if the database were away,
but that the error says what is to be done. Once it fits again, they go on.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import weakref
from typing import Any, Final

import psycopg2
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from common.database.schema_check import COMPLAINT_PAUSE, problem_of_schema

log = logging.getLogger(__name__)

# Seconds between two looks at the schema.
LOOK: Final = 3.0

# What is not there of which a statement speaks: a column, a table, a function, a type.
_MISSING: Final = frozenset({"42703", "42P01", "42883", "42704"})


class SchemaMisfit(psycopg2.OperationalError):
    """The schema is not one to work with; says why, and what is to be done."""


class SchemaGuard:
    """Of one engine."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next_look = 0.0
        self._problem: str | None = None
        self._next_complaint = 0.0

    def doubt(self) -> None:
        """The next one looks, however short the last look is ago."""
        self._next_look = 0.0

    def checked_out(self, driver: Any, _record: Any, _proxy: Any) -> None:
        """Raises SchemaMisfit; a listener to SQLAlchemy's `checkout`."""
        if time.monotonic() >= self._next_look and self._may_look():
            self._judge(problem_of_schema(driver))
        if self._problem is not None:
            raise SchemaMisfit(self._problem)

    def _may_look(self) -> bool:
        """Of all who come at one moment one looks."""
        with self._lock:
            now = time.monotonic()
            if now < self._next_look:
                return False
            self._next_look = now + LOOK
            return True

    def _judge(self, problem: str | None) -> None:
        if problem is None:
            if self._problem is not None:
                log.warning("the schema is one to work with again: going on")
        elif problem != self._problem or time.monotonic() >= self._next_complaint:
            log.error("waiting: %s", problem)
            self._next_complaint = time.monotonic() + COMPLAINT_PAUSE
        self._problem = problem


_guards: Final[weakref.WeakKeyDictionary[Engine, SchemaGuard]] = weakref.WeakKeyDictionary()


def guard_schema(engine: Engine) -> Engine:
    """The engine; from now on its connections are for schemas that this release works with."""
    guard = SchemaGuard()
    _guards[engine] = guard
    event.listen(engine, "checkout", guard.checked_out)
    return engine


def look_anew(engine: Engine) -> None:
    """The next one who takes a connection of the guarded engine looks at the schema."""
    _guards[engine].doubt()


def misfit_in(problem: BaseException) -> SchemaMisfit | None:
    """What is wrong with the schema, where that is what was raised."""
    cause = problem.orig if isinstance(problem, DBAPIError) else problem
    return cause if isinstance(cause, SchemaMisfit) else None


def misfit_behind(engine: Engine, problem: BaseException) -> OperationalError | None:
    """The misfit of the schema that explains an error of a statement, looked at now.

    None where something else is wrong: the schema fits, or nobody can say.
    """
    cause = problem.orig if isinstance(problem, DBAPIError) else problem
    guard = _guards.get(engine)
    if guard is None or getattr(cause, "pgcode", None) not in _MISSING:
        return None
    guard.doubt()
    try:
        with contextlib.suppress(PoolTimeout), engine.connect():
            pass
    except OperationalError as found:
        if misfit_in(found) is not None:
            return found
    return None
