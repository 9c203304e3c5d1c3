"""What an error of the database means: whether the same would succeed a little later.

Source: PostgreSQL's documentation, appendix A (error codes).
"""

from __future__ import annotations

from typing import Final

import psycopg2
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# Classes of SQLSTATE that say nothing of the statement, only of the moment.
_PASSING_CLASSES: Final = frozenset(
    {
        "08",  # connection exception
        "53",  # insufficient resources: disk full, out of memory, too many connections
        "57",  # operator intervention: cancelled, shutting down, starting up
        "58",  # system error: input and output
    }
)
_PASSING: Final = frozenset(
    {
        "25006",  # read-only transaction: a standby, or about to become a primary
        "25P03",  # idle in transaction for too long: the transaction is gone
        "25P04",  # transaction time-out
        "40001",  # serialization failure
        "40003",  # statement completion unknown
        "40P01",  # deadlock
        "55006",  # object in use
        "55P03",  # lock not available: lock time-out
        "72000",  # snapshot too old
    }
)


def is_passing(problem: BaseException) -> bool:
    """Whether the database is at fault, and only for the time being.

    A cancelled statement is one of these: whoever cancelled it (an operator, a time-out of the
    server's) did not do so because of what is in it.
    """
    if isinstance(problem, PoolTimeout | PendingRollbackError):
        return True
    if isinstance(problem, DBAPIError):
        if problem.connection_invalidated:
            return True
        return problem.orig is not None and is_passing(problem.orig)
    if isinstance(problem, SystemError) and problem.__cause__ is not None:
        # What the driver makes of a connection that breaks while it reads or writes.
        return is_passing(problem.__cause__)
    if not isinstance(problem, psycopg2.Error):
        return False
    state = problem.pgcode
    if state is None:
        # It came from no server: the connection broke, or could not be made.
        return isinstance(problem, psycopg2.OperationalError | psycopg2.InterfaceError) or (
            # What libpq makes of an answer that ends in its middle.
            type(problem) is psycopg2.DatabaseError
        )
    return state[:2] in _PASSING_CLASSES or state in _PASSING


def in_a_line(problem: BaseException) -> str:
    """The problem for a log line, without the statement."""
    cause = problem.orig if isinstance(problem, DBAPIError) and problem.orig else problem
    code = getattr(cause, "pgcode", None)
    lines = str(cause).strip().splitlines()
    told = f"{type(cause).__name__}: {lines[0] if lines else ''}"
    return f"{told} ({code})" if code else told
