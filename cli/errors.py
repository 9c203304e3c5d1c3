"""What ends a command with a sentence instead of a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click


class CommandError(click.ClickException):
    """What was asked for cannot be; the text says why, to a person. The exit code is 1."""


@contextmanager
def database_errors_told() -> Iterator[None]:
    """Within, what a database refuses or fails to do ends the command with one line."""
    try:
        yield
    except Exception as problem:
        # Who uses no database has not loaded these, and is not to.
        if "sqlalchemy" not in sys.modules or (told := _told(problem)) is None:
            raise
        raise CommandError(told) from problem


def _told(problem: Exception) -> str | None:
    from psycopg2 import Error, errors
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    from common.database.failures import in_a_line
    from common.database.schema_check import NewerSchema

    if isinstance(problem, NewerSchema):
        return str(problem)
    if isinstance(problem, PoolTimeout):
        return "PostgreSQL has no connection free"
    cause = problem.orig if isinstance(problem, DBAPIError) else problem
    if not isinstance(cause, Error):
        return None
    if isinstance(cause, errors.UndefinedTable | errors.UndefinedColumn):
        return "this database is not migrated to this version: run `score-import migrate` first"
    if cause.pgcode is None:
        return f"PostgreSQL cannot be reached: {_without_advice(cause)}"
    return f"PostgreSQL refused: {in_a_line(cause)}"


def _without_advice(cause: Exception) -> str:
    """libpq's first line; the second asks whether the server runs."""
    return str(cause).strip().splitlines()[0]
