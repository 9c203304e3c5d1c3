"""What migrations do to large tables while imports go on.

A migration is a transaction of its own, in which a table is locked for moments: a column is added,
a constraint. What takes as long as a table is large comes after that, and is committed step by
step: the values of a new column, for some users at a time, and indexes, which PostgreSQL builds
beside whoever writes. A migration that was ended in the middle of that is run again from its start,
so that each step does nothing where it is done already.

Source: PostgreSQL's documentation, "Building Indexes Concurrently".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from alembic import op
from sqlalchemy import Column, Connection, TextClause, event, text

from common import locks

# Seconds for which a migration waits for a table, with everybody else behind it in the queue.
LOCK_SECONDS: Final = 2
# Users whose rows are filled in one statement.
USERS_AT_ONCE: Final = 50

_INVALID: Final = text(
    "SELECT EXISTS (SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
    " WHERE relname = :name AND NOT indisvalid)"
)


@contextmanager
def only_one(guard: Connection) -> Iterator[None]:
    """Has all who want to migrate the database wait for each other, however many start at once.

    guard: a connection beside that of the migrations, whose transaction lasts as long as they do,
    and holds nothing else.
    """
    with guard.begin():
        for name in ("idle_in_transaction_session_timeout", "transaction_timeout"):
            guard.execute(text("SELECT set_config(:name, '0', true)"), {"name": name})
        locks.wait_for_transaction(guard, locks.MIGRATION)
        yield


def wait_briefly(connection: Connection) -> None:
    """Has transactions of the connection fail that would have to wait for a table for long."""

    def limit(begun: Connection) -> None:
        begun.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")

    event.listen(connection, "begin", limit)


def add_column(table: str, column: Column[Any]) -> None:
    """Adds a column that may be null or has a constant as its default: for a moment's lock."""
    op.add_column(table, column, if_not_exists=True)


def fill(statement: TextClause) -> None:
    """Runs an UPDATE for some users at a time, each committed by itself.

    statement: of rows whose user is from `:first` to before `:beyond`. Ends the transaction.
    """
    with op.get_context().autocommit_block():
        bind = op.get_bind()
        most = bind.scalar(text("SELECT max(id) FROM users")) or 0
        for first in range(0, most + 1, USERS_AT_ONCE):
            bind.execute(statement, {"first": first, "beyond": first + USERS_AT_ONCE})


def create_index(name: str, table: str, columns: Sequence[Any], **options: Any) -> None:
    """Builds an index while the table is read and written. Ends the transaction."""
    with op.get_context().autocommit_block():
        if op.get_bind().scalar(_INVALID, {"name": name}):
            # A run that was ended left it behind.
            op.drop_index(name, table_name=table, postgresql_concurrently=True)
        op.create_index(
            name, table, columns, if_not_exists=True, postgresql_concurrently=True, **options
        )


def drop_index(name: str, table: str) -> None:
    """Drops an index while the table is read and written. Ends the transaction."""
    with op.get_context().autocommit_block():
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
