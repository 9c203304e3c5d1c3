"""What the tests of crashes share: an import that stops where the test wants it to."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from cli.local import EmbeddedPostgres, EmbeddedRedis, unprivileged
from common.database.engine import migrate, open_engine
from common.seeds.loader import load_directory
from tests.conftest import EXAMPLE_CATALOGUE, a_stack
from tests.support.stack import Stack, wait_for

# Waits until a worker stands still in mid-import; returns its PostgreSQL process id.
Reached = Callable[[], int]


@pytest.fixture
def another_redis(server_folder: Path) -> Iterator[EmbeddedRedis]:
    """A second server beside the stack's."""
    with EmbeddedRedis(server_folder / f"redis-{secrets.token_hex(4)}") as redis:
        yield redis


@pytest.fixture
def held_up(stack: Stack) -> Callable[[], AbstractContextManager[Reached]]:
    return partial(hold_up, stack)


@contextmanager
def hold_up(stack: Stack) -> Iterator[Reached]:
    """Holds up imports where they write their document: scores stored, nothing committed."""
    with stack.engine.connect() as connection:
        connection.execute(text("LOCK TABLE imports IN SHARE ROW EXCLUSIVE MODE"))
        yield lambda: wait_for(lambda: _waiting_worker(stack), "an import in its middle")


def _waiting_worker(stack: Stack) -> int | None:
    pid: int | None = stack.scalar(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'score-import worker' AND wait_event_type = 'Lock'"
        " AND query LIKE '%INSERT INTO imports%'"
    )
    return pid


# --- a server of its own, to be stopped and killed ---------------------------------------


@pytest.fixture
def own_postgres() -> Iterator[EmbeddedPostgres]:
    with (
        unprivileged.temporary_folder() as folder,
        EmbeddedPostgres(folder / "postgres", settings={"fsync": "off"}) as server,
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
