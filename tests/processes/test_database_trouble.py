"""The database's trouble is not the import's fault: it costs time, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from cli.local import EmbeddedPostgres
from score_import_client import ApiError
from tests.support.fresh import a_stack
from tests.support.http import Http
from tests.support.mid_import import Reached, hold_up
from tests.support.small_disk import MayNotMountError, SmallDisk, small_disk
from tests.support.stack import Player, Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes

HeldUp = Callable[[], AbstractContextManager[Reached]]
PATIENCE = 90.0


def applied_once(player: Player, submitted: Any, count: int) -> None:
    document = player.wait(submitted, timeout=PATIENCE)
    assert len(document["scoreIDs"]) == count
    assert player.stack.scalar("SELECT max(attempts) FROM jobs") == 1, "it cost no attempt"
    assert player.stack.scalar("SELECT count(*) FROM job_payloads") == 0


def begin(stack: Stack) -> Player:
    stack.start_web()
    stack.start_worker()
    stack.start_beat()
    return stack.user("alice")


@pytest.mark.parametrize("how", ["pg_cancel_backend", "pg_terminate_backend"])
def test_a_statement_cancelled_or_a_connection_cut_in_mid_import(
    stack: Stack, held_up: HeldUp, how: str
) -> None:
    player = begin(stack)
    with held_up() as reached:
        submitted = player.submit(batch_manual(50))
        for _ in range(3):
            pid = reached()
            stack.administer(f"SELECT {how}({pid})")
            wait_for(
                lambda pid=pid: (
                    not stack.query(
                        "SELECT FROM pg_stat_activity WHERE pid = :pid AND wait_event = 'relation'",
                        pid=pid,
                    )
                ),
                "the end of what was cut",
            )
    applied_once(player, submitted, 50)
    assert player.score_count() == 50


def test_connections_cut_again_and_again_for_six_seconds(stack: Stack) -> None:
    player = begin(stack)
    over = threading.Event()

    def cut() -> None:
        while not over.wait(0.3):
            stack.administer(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'score-import worker'",
            )

    cutting = threading.Thread(target=cut)
    cutting.start()
    try:
        submitted = [player.submit(batch_manual(3000, first=3000 * n)) for n in range(4)]
        over.wait(6)
    finally:
        over.set()
        cutting.join()
    for one in submitted:
        assert len(player.wait(one, timeout=PATIENCE)["scoreIDs"]) == 3000
    applied_once(player, submitted[-1], 3000)


def test_a_lock_time_out(stack: Stack, held_up: HeldUp) -> None:
    database = stack.scalar("SELECT current_database()")
    stack.administer(f"ALTER DATABASE {database} SET lock_timeout = '100ms'")
    player = begin(stack)
    with held_up():
        submitted = player.submit(batch_manual(50))
        wait_for(lambda: stack.scalar("SELECT max(claims) FROM jobs") >= 3, "three tries")
    applied_once(player, submitted, 50)


def test_a_database_that_is_read_only_for_a_while(stack: Stack, held_up: HeldUp) -> None:
    database = stack.scalar("SELECT current_database()")
    player = begin(stack)
    with held_up() as reached:
        submitted = player.submit(batch_manual(50))
        pid = reached()
        stack.administer(
            f"ALTER DATABASE {database} SET default_transaction_read_only = on",
            f"SELECT pg_terminate_backend({pid})",
        )
    log = stack.worker_log()
    wait_for(lambda: log.read_text().count("(25006)") >= 3, "three tries")
    stack.administer(
        "SET default_transaction_read_only = off",
        f"ALTER DATABASE {database} RESET default_transaction_read_only",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    applied_once(player, submitted, 50)


def test_a_job_that_the_database_never_takes_fails_with_a_reason_and_can_be_run_again(
    impatient: Stack,
) -> None:
    stack = impatient
    database = stack.scalar("SELECT current_database()")
    stack.administer(f"ALTER DATABASE {database} SET lock_timeout = '100ms'")
    player = begin(stack)
    with hold_up(stack):
        submitted = player.submit(batch_manual(50))
        with pytest.raises(ApiError, match="the database could not take it") as failed:
            player.wait(submitted, timeout=PATIENCE)
    assert failed.value.status == 500
    assert "Nothing of it was stored" in str(failed.value)
    assert player.score_count() == 0
    assert stack.scalar("SELECT attempts FROM jobs") == 0
    assert stack.scalar("SELECT count(*) FROM job_payloads") == 1
    stack.administer(
        "UPDATE jobs SET state = 'queued', attempts = 0, dispatched_at = NULL,"
        " troubled_since = NULL, error_status = NULL, error_message = NULL",
    )
    wait_for(lambda: player.score_count() == 50, "its second run", PATIENCE)


@pytest.fixture
def impatient(
    tmp_path: Path, postgres: EmbeddedPostgres, template: str, server_folder: Path
) -> Iterator[Stack]:
    with a_stack(
        tmp_path, postgres, template, server_folder, {"JOB_DATABASE_PATIENCE": "2"}
    ) as service:
        yield service


# --- a server of its own -----------------------------------------------------------------


@pytest.mark.parametrize("how", ["killed", pytest.param("shut down", marks=pytest.mark.long)])
def test_a_server_that_is_away_for_a_while(
    own_stack: Stack,
    own_postgres: EmbeddedPostgres,
    how: str,
) -> None:
    player = begin(own_stack)
    try:
        with hold_up(own_stack) as reached:
            submitted = player.submit(batch_manual(50))
            reached()
            own_postgres.kill() if how == "killed" else own_postgres.stop()
            log = own_stack.worker_log()
            wait_for(lambda: log.read_text().count("trouble with the database") >= 4, "tries")
            assert Http(own_stack.port).get("/readyz").status == 503
    except DBAPIError:
        pass  # with the server went the lock
    own_postgres.start()
    applied_once(player, submitted, 50)
    for each in own_stack.folder.glob("*.log"):
        assert "Traceback" not in each.read_text(), "what passes is told in a line"


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    try:
        with small_disk("12m") as disk:
            yield disk
    except MayNotMountError as problem:
        pytest.skip(str(problem))


def test_a_full_disk(own_stack: Stack, own_postgres: EmbeddedPostgres, disk: SmallDisk) -> None:
    own_stack.administer(
        f"CREATE TABLESPACE small LOCATION '{disk.tablespace_for(own_postgres)}'",
        "ALTER TABLE scores SET TABLESPACE small",
    )
    player = begin(own_stack)
    disk.fill()
    submitted = player.submit(batch_manual(2000))
    log = own_stack.worker_log()
    wait_for(lambda: log.read_text().count("(53100)") >= 3, "three tries", PATIENCE)
    disk.clear()
    applied_once(player, submitted, 2000)
    own_stack.administer("ALTER TABLE scores SET TABLESPACE pg_default", "DROP TABLESPACE small")
