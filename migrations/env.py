"""Alembic's environment: the URL comes from the caller, or from DATABASE_URL on a shell."""

from __future__ import annotations

import os

from alembic import context

from common.all_tables import Base
from common.database.engine import open_engine
from common.database.online_migrations import only_one, wait_briefly


def run() -> None:
    url = context.config.attributes.get("database_url") or os.environ["DATABASE_URL"]
    engine = open_engine(url)
    with engine.connect() as guard, only_one(guard), engine.connect() as connection:
        wait_briefly(connection)
        context.configure(
            connection=connection, target_metadata=Base.metadata, transaction_per_migration=True
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
