"""Migrations and models describe one schema, and revisions stand in one line."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Connection, MetaData, text

from cli.local import EmbeddedPostgres
from common.all_tables import Base
from common.database.engine import MIGRATIONS, migrate, open_engine


@pytest.fixture(scope="module")
def migrated(postgres: EmbeddedPostgres) -> Iterator[Connection]:
    """A database that nothing but the migrations has touched."""
    # The module may be run in parts: each makes a database of its own.
    name = f"migrated_{secrets.token_hex(4)}"
    postgres.create_database(name)
    migrate(postgres.url_of(name))
    engine = open_engine(postgres.url_of(name))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(autouse=True, scope="module")
def json_defaults() -> Iterator[None]:
    """Alembic asks PostgreSQL whether two defaults are equal, which it cannot say of JSON."""
    compare = PostgresqlImpl.compare_server_default

    def of_json(self: Any, found: Any, wanted: Any, rendered: Any, default: Any) -> bool:
        if not isinstance(wanted.type, JSON):
            return bool(compare(self, found, wanted, rendered, default))
        values = [
            None if each is None else each.partition("::")[0].strip("'")
            for each in (rendered, default)
        ]
        return values[0] != values[1]

    PostgresqlImpl.compare_server_default = of_json  # type: ignore[method-assign]
    yield
    PostgresqlImpl.compare_server_default = compare  # type: ignore[method-assign]


def differences(connection: Connection, metadata: MetaData) -> list[Any]:
    """What would have to be done to the database for it to be as the models have it."""
    # Not their defaults: PostgreSQL does not compare JSON. Those are compared below, as written.
    options = {"compare_type": True, "compare_server_default": False}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def test_models_equal_migrations(migrated: Connection) -> None:
    assert differences(migrated, Base.metadata) == []


CONSTRAINTS = text(
    "SELECT conrelid::regclass::text AS of, contype::text AS kind, pg_get_constraintdef(oid)"
    " AS says FROM pg_constraint WHERE connamespace = CAST(:schema AS regnamespace)"
    " AND conrelid <> 0 AND contype <> 'n'"
)
INDEXES = text("SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = :schema")
COLUMNS = text(
    "SELECT table_name, column_name, column_default, is_nullable, udt_name, collation_name,"
    " is_generated, generation_expression FROM information_schema.columns"
    " WHERE table_schema = :schema AND table_name <> 'alembic_version'"
)


@pytest.mark.parametrize(
    "query", [CONSTRAINTS, INDEXES, COLUMNS], ids=["constraints", "indexes", "columns"]
)
def test_what_models_create_is_what_migrations_create(
    migrated: Connection, postgres: EmbeddedPostgres, query: Any
) -> None:
    """Checks, partial and descending indexes, which a comparison by Alembic passes over."""
    postgres.create_database(name := f"of_models_{id(query)}")
    engine = open_engine(postgres.url_of(name))
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        created = {tuple(row) for row in connection.execute(query, {"schema": "public"})}
    engine.dispose()
    found = {tuple(row) for row in migrated.execute(query, {"schema": "public"})}
    assert {row for row in found if "alembic_version" not in row[0]} == created


def test_a_column_that_only_models_have_is_noticed(migrated: Connection) -> None:
    metadata = MetaData()
    for table in Base.metadata.sorted_tables:
        table.to_metadata(metadata)
    name = next(iter(metadata.tables))
    metadata.remove(metadata.tables[name])

    assert any(found[0] == "remove_table" for found in differences(migrated, metadata))


def test_revisions_have_one_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
