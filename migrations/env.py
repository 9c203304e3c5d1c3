"""Alembic's environment: the URL comes from the caller, or from DATABASE_URL on a shell."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import text

from common.all_tables import Base
from common.database.engine import open_engine

# One migration at a time, however many deployments start at once.
MIGRATION_LOCK = 7_263_341


def run() -> None:
    url = context.config.attributes.get("database_url") or os.environ["DATABASE_URL"]
    engine = open_engine(url)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata)
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            context.run_migrations()
    engine.dispose()


run()
