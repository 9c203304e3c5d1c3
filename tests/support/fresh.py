"""What a test has to itself: a database, and a service with nothing started yet."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from cli.local import EmbeddedPostgres, EmbeddedRedis
from common.database.engine import open_engine
from tests.support.stack import ROOT, Stack

EXAMPLE_CATALOGUE = ROOT / "examples" / "catalogue"


@contextmanager
def fresh_database(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    name = f"test_{secrets.token_hex(6)}"
    with _administration(postgres) as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))
    yield postgres.url_of(name)
    with _administration(postgres) as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def _administration(postgres: EmbeddedPostgres) -> Iterator[Connection]:
    engine = open_engine(postgres.url_of("postgres"))
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")
    engine.dispose()


@contextmanager
def a_stack(
    folder: Path,
    postgres: EmbeddedPostgres,
    template: str,
    server_folder: Path,
    settings: Mapping[str, str],
) -> Iterator[Stack]:
    with (
        fresh_database(postgres, template) as database_url,
        EmbeddedRedis(server_folder / f"redis-{secrets.token_hex(4)}") as redis,
    ):
        service = Stack(folder, database_url, redis, settings)
        try:
            yield service
        finally:
            service.stop()
