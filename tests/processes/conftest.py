"""What the tests of crashes share: an import that stops where the test wants it to."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from cli.local import EmbeddedPostgres, EmbeddedRedis
from common.database.engine import migrate, open_engine
from common.seeds.loader import load_directory
from tests.support import brokers
from tests.support.fresh import EXAMPLE_CATALOGUE, a_stack
from tests.support.mid_import import Reached, hold_up
from tests.support.servers import FAST, servers_folder
from tests.support.stack import Stack


@pytest.fixture
def another_redis(server_folder: Path) -> Iterator[EmbeddedRedis]:
    """A second server beside the stack's."""
    with EmbeddedRedis(server_folder / f"redis-{secrets.token_hex(4)}") as redis:
        yield redis


@pytest.fixture
def held_up(stack: Stack) -> Callable[[], AbstractContextManager[Reached]]:
    return partial(hold_up, stack)


# --- a server of its own, to be stopped and killed ---------------------------------------


@pytest.fixture
def own_postgres() -> Iterator[EmbeddedPostgres]:
    with (
        servers_folder() as folder,
        EmbeddedPostgres(folder / "postgres", settings=FAST) as server,
    ):
        yield server


@pytest.fixture
def own_stack(
    tmp_path: Path, own_postgres: EmbeddedPostgres, server_folder: Path
) -> Iterator[Stack]:
    own_postgres.create_database("template_of_tests")
    url = own_postgres.url_of("template_of_tests")
    migrate(url)
    engine = open_engine(url)
    load_directory(engine, EXAMPLE_CATALOGUE)
    engine.dispose()
    with a_stack(tmp_path, own_postgres, "template_of_tests", server_folder, {}) as service:
        yield service


# --- messages by RabbitMQ ----------------------------------------------------------------


@pytest.fixture
def rabbit(tmp_path: Path) -> Iterator[brokers.RabbitMQ]:
    if not brokers.RABBITMQ.exists():
        pytest.skip("NOT CHECKED: THERE IS NO RABBITMQ HERE")
    with brokers.rabbitmq(tmp_path) as server:
        yield server


@pytest.fixture
def rabbit_stack(
    rabbit: brokers.RabbitMQ,
    tmp_path: Path,
    postgres: EmbeddedPostgres,
    template: str,
    server_folder: Path,
) -> Iterator[Stack]:
    """A stack whose messages go by `rabbit`."""
    own = {"BROKER_URL": rabbit.url}
    with a_stack(tmp_path, postgres, template, server_folder, own) as service:
        yield service
