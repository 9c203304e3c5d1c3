"""Behind PgBouncer: web in transaction mode, workers in session mode, and no other way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from common.database.engine import autocommit, open_engine
from common.database.pooling import SharedSessions, guard_sessions, refuse_shared_sessions
from common.database.statements import OWN_SESSION, Statement
from tests.support import pooler as poolers
from tests.support.pooler import Pooler
from tests.support.stack import Stack, batch_manual, wait_for

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(poolers.PGBOUNCER is None, reason="NOT CHECKED: THERE IS NO PGBOUNCER HERE"),
]


@pytest.fixture
def pooler(stack: Stack, server_folder: Path) -> Iterator[Pooler]:
    folder = server_folder / stack.folder.name
    folder.mkdir()
    folder.chmod(0o711)
    with poolers.pooler(stack.database_url, folder) as made:
        yield made


def test_a_session_is_known_to_be_a_poolers(pooler: Pooler, stack: Stack) -> None:
    count = Statement("SELECT count(*) FROM users WHERE id >= :id", prepared=True)
    urls = {mode: pooler.url(mode) for mode in ("session", "transaction")}
    for mode, url in {**urls, "none": stack.database_url}.items():
        engine = open_engine(url)
        with engine.connect() as connection, autocommit(connection):
            assert (OWN_SESSION in connection.info) == (mode == "none")
            assert [count.value(connection, {"id": 0}) for _ in range(3)] == [0, 0, 0]
        engine.dispose()


def test_who_does_not_ask_at_the_start_is_refused_at_the_first_connection(
    pooler: Pooler, stack: Stack
) -> None:
    for url in (pooler.url("session"), stack.database_url):
        engine = guard_sessions(open_engine(url))
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        engine.dispose()
    engine = guard_sessions(open_engine(pooler.url("transaction")))
    for _ in range(2):
        with pytest.raises(OperationalError, match="in transaction or statement mode"):
            engine.connect()
    engine.dispose()


def test_imports_go_through_a_pooler_and_a_worker_refuses_the_wrong_mode(
    stack: Stack, pooler: Pooler
) -> None:
    for mode in ("transaction", "statement"):
        with pytest.raises(SharedSessions, match="transaction or statement mode"):
            refuse_shared_sessions(pooler.url(mode))
    for url in (pooler.url("session"), stack.database_url):
        refuse_shared_sessions(url)

    stack.environment["DATABASE_URL"] = pooler.url("transaction")
    stack.start_web()
    refused = stack.begin_worker("refused")
    wait_for(lambda: refused.exit_code() is not None, "the worker's end")
    assert refused.exit_code() == 78
    log = refused.program.log.read_text()
    assert "this worker does not start" in log
    assert "session mode" in log
    assert "Traceback" not in log

    # Nor does web, where it is the worker.
    stack.environment["USE_EXTERNAL_SCORE_IMPORT_WORKER"] = "false"
    web = stack.begin_web()
    wait_for(lambda: web.exit_code() is not None, "the end of web")
    assert web.exit_code() == 78
    del stack.environment["USE_EXTERNAL_SCORE_IMPORT_WORKER"]

    stack.environment["DATABASE_URL"] = pooler.url("session")
    stack.start_worker()
    player = stack.user("alice", "submit_score", "delete_score")
    document = player.wait(player.submit(batch_manual(5)))
    assert player.score_count() == 5
    assert document["importID"]
