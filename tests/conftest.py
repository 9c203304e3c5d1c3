"""Fixtures of the real servers. Each test that asks for a database gets one of its own."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck
from sqlalchemy import Engine

from cli.local import EmbeddedPostgres
from common.database.engine import migrate, open_engine
from common.seeds.loader import load_directory
from tests.support.examples import examples
from tests.support.fresh import EXAMPLE_CATALOGUE, a_stack, fresh_database
from tests.support.light_passwords import lighten
from tests.support.partitions import partition
from tests.support.servers import FAST, servers_folder
from tests.support.stack import Stack

# The one profile of the suite: how long an example takes, to draw or to run, says nothing here.
hypothesis.settings.register_profile(
    "suite",
    max_examples=examples(100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)
hypothesis.settings.load_profile("suite")

lighten()


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    with servers_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres(server_folder: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(server_folder / "postgres", settings=FAST) as server:
        yield server


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> str:
    """The name of a migrated database that holds the example catalogue.

    With PARTITIONED=1 in the environment its tables are in partitions, see docs/scaling.md.
    """
    postgres.create_database("template_of_tests")
    url = postgres.url_of("template_of_tests")
    migrate(url)
    engine = open_engine(url)
    load_directory(engine, EXAMPLE_CATALOGUE)
    if os.environ.get("PARTITIONED"):
        with engine.begin() as connection:
            partition(connection)
    engine.dispose()
    return "template_of_tests"


@pytest.fixture
def database(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    """The URL of a fresh database with schema and example catalogue."""
    with fresh_database(postgres, template) as url:
        yield url


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
def settings() -> dict[str, str]:
    """Environment variables a test module wants to differ; override it there."""
    return {}


@pytest.fixture
def stack(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    postgres: EmbeddedPostgres,
    template: str,
    server_folder: Path,
    settings: dict[str, str],
) -> Iterator[Stack]:
    """A service with nothing started yet but its database and Redis."""
    with a_stack(tmp_path, postgres, template, server_folder, settings) as service:
        yield service
        report = getattr(request.node, "report", None)
        if report is not None and report.failed:
            print(service.logs())


def pytest_collection_finish() -> None:
    """Modules and thousands of tests stay; the collector need not look through them again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Leaves a test's outcome where its fixtures find it."""
    report: Any = yield
    if report.when == "call":
        item.report = report  # type: ignore[attr-defined]
    return report


@pytest.fixture(scope="module")
def module_settings() -> dict[str, str]:
    """Environment variables a test module wants to differ; override it there."""
    return {}


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory,
    postgres: EmbeddedPostgres,
    template: str,
    module_settings: dict[str, str],
) -> Iterator[Stack]:
    """A service with API and worker."""
    folder = tmp_path_factory.mktemp("service")
    servers = postgres.folder.parent
    with a_stack(folder, postgres, template, servers, module_settings) as stack:
        stack.start_web()
        stack.start_worker()
        yield stack
