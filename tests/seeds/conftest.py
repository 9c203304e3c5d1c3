"""A migrated database without anything in it, and seeds folders to load into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from cli.local import EmbeddedPostgres
from common.database.engine import migrate, open_engine
from tests.conftest import fresh_database
from tests.seeds.catalogue import Catalogue


@pytest.fixture(scope="session")
def empty_template(postgres: EmbeddedPostgres) -> str:
    """The name of a migrated database without rows."""
    postgres.create_database("template_without_rows")
    migrate(postgres.url_of("template_without_rows"))
    return "template_without_rows"


@pytest.fixture
def empty(postgres: EmbeddedPostgres, empty_template: str) -> Iterator[Engine]:
    """A database with nothing but the schema."""
    with fresh_database(postgres, empty_template) as url:
        engine = open_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def unloaded(empty: Engine, tmp_path: Path) -> Catalogue:
    """The example catalogue, about to be loaded into an empty database."""
    return Catalogue(empty, tmp_path / "seeds")


@pytest.fixture
def catalogue(unloaded: Catalogue) -> Catalogue:
    """The example catalogue, loaded."""
    unloaded.load()
    return unloaded
