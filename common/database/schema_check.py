"""Whether this release works with the schema that a database has.

During an upgrade old and new processes meet one schema. A release works with the schema it was
written for, with older ones back to `OLDEST_SCHEMA`, and with newer ones until one says that it no
longer does: each migration that takes something away notes the oldest release that still works
(`schema_compatibility.oldest_code`), named by the newest migration that this release knows. See
docs/upgrading.md.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import psycopg2
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from common.database.engine import MIGRATIONS, open_engine, untransacted

log = logging.getLogger(__name__)

# The oldest schema that this release works with.
OLDEST_SCHEMA: Final = "0030_queue_pauses"

_REVISION: Final = re.compile(r'^revision(?:: str)? = "(.+)"$', re.MULTILINE)

# Seconds between two looks at a schema that has to change first, and between log lines about it.
PAUSE: Final = 2.0
COMPLAINT_PAUSE: Final = 60.0


@cache
def known_revisions() -> tuple[str, ...]:
    """The migrations of this release, the oldest first."""
    files = sorted((MIGRATIONS / "versions").glob("[0-9]*.py"))
    found = [_REVISION.search(path.read_text(encoding="utf-8")) for path in files]
    return tuple(each[1] for each in found if each is not None)


def problem_of_schema(
    driver: Any,
    known: tuple[str, ...] | None = None,
    oldest_schema: str = OLDEST_SCHEMA,
) -> str | None:
    """Why this release cannot work with the schema, and what is to be done; None if it can.

    driver: psycopg2's connection, with no transaction begun. Raises what it raises.
    """
    known = known or known_revisions()
    found = _value(driver, "SELECT version_num FROM alembic_version")
    if found is None:
        return "the database has no schema: run `score-import migrate`"
    if found in known:
        if known.index(found) < known.index(oldest_schema):
            return (
                f"the schema is that of {found}, and this release needs {oldest_schema} or newer:"
                " run `score-import migrate` of this release"
            )
        return None
    oldest_code = _value(driver, "SELECT oldest_code FROM schema_compatibility")
    if oldest_code in known:
        return None
    return (
        f"the schema is that of {found}, for releases that know {oldest_code}; this one knows"
        f" {known[-1]}: start a newer release"
    )


class NewerSchema(Exception):
    """A schema of a newer release, which this one cannot work with; says what is to be done."""


def newer_schema(database_url: str) -> str | None:
    """The migration that the schema is of, where this release does not know it but works with it.

    None where it knows it, or where there is no schema. Raises NewerSchema.
    """
    engine = open_engine(database_url)
    try:
        with engine.connect() as connection:
            driver = connection.connection.dbapi_connection
            found = _value(driver, "SELECT version_num FROM alembic_version")
            if found is None or found in known_revisions():
                return None
            problem = problem_of_schema(driver)
    finally:
        engine.dispose()
    if problem is not None:
        raise NewerSchema(problem)
    return found


def _value(driver: Any, statement: str) -> str | None:
    """The only value that the statement finds; None also where there is no such table."""
    with untransacted(driver) as cursor:
        try:
            cursor.execute(statement)
        except psycopg2.ProgrammingError:
            return None
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def wait_for_schema(engine: Engine, waits: Callable[[str], None]) -> None:
    """Returns once this release can work with the schema; says in the log what it waits for.

    Waits for a database that is away, too. waits: told at each look what is waited for.
    """
    said, said_at = None, 0.0
    while (problem := _problem(engine)) is not None:
        waits(problem)
        if problem != said or time.monotonic() - said_at >= COMPLAINT_PAUSE:
            log.error("waiting: %s", problem)
            said, said_at = problem, time.monotonic()
        time.sleep(PAUSE)
    if said is not None:
        log.warning("the schema is one to work with: going on")


def _problem(engine: Engine) -> str | None:
    try:
        with engine.connect() as connection:
            return problem_of_schema(connection.connection.dbapi_connection)
    except SQLAlchemyError as problem:
        return f"PostgreSQL does not answer ({type(problem).__name__})"
