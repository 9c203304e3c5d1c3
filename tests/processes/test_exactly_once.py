"""Once a client has read 202, its import is applied exactly once, whatever dies."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import text

from cli.local.processes import ChildProcess
from common.jobs import arguments as job_arguments
from common.jobs.accepting import NewJob, accept
from common.text.canonical import new_job_id
from tests.support.mid_import import Reached
from tests.support.stack import Stack, batch_manual, kill, wait_for

pytestmark = pytest.mark.processes

HeldUp = Callable[[], AbstractContextManager[Reached]]


def test_a_worker_killed_in_mid_import_has_its_import_applied_once_by_the_next(
    stack: Stack, held_up: HeldUp
) -> None:
    stack.start_web()
    stack.start_beat()
    worker = stack.start_worker()
    player = stack.user("alice")
    with held_up() as reached:
        submitted = player.submit(batch_manual(50))
        reached()
        kill(worker)
    stack.start_worker("successor")
    back = time.monotonic()
    document = player.wait(submitted)
    assert time.monotonic() - back < 10, "recovery takes seconds, not time-outs"
    assert len(document["scoreIDs"]) == player.score_count() == 50
    assert stack.scalar("SELECT count(*) FROM imports") == 1
    assert stack.scalar("SELECT attempts FROM jobs") == 2


def test_a_worker_process_killed_in_mid_import_is_replaced_by_its_own_worker(
    stack: Stack, held_up: HeldUp
) -> None:
    stack.start_web()
    worker = stack.start_worker()
    stack.start_beat()
    player = stack.user("alice")
    with held_up() as reached:
        submitted = player.submit(batch_manual(50))
        reached()
        for child in _children(worker.pid):
            os.kill(child, signal.SIGKILL)
    assert len(player.wait(submitted)["scoreIDs"]) == player.score_count() == 50


def test_an_import_accepted_by_an_api_that_dies_right_after_202_is_applied(stack: Stack) -> None:
    web = stack.start_web()
    player = stack.user("alice")
    submitted = player.submit(batch_manual(20))
    kill(web)
    stack.start_worker()
    wait_for(lambda: player.score_count() == 20, "the import's scores")
    stack.start_web()
    assert len(player.wait(submitted)["scoreIDs"]) == 20


def test_an_import_whose_message_was_never_sent_is_found_by_the_sweeper(stack: Stack) -> None:
    stack.start_web()
    stack.start_worker()
    stack.start_beat()
    player = stack.user("alice")
    import_id = new_job_id()
    with stack.engine.begin() as connection:
        accept(connection, _job(player.user_id, import_id))
    wait_for(lambda: player.score_count() == 3, "the import's scores")


def test_sigterm_lets_the_running_import_finish(stack: Stack, held_up: HeldUp) -> None:
    stack.start_web()
    worker = stack.start_worker()
    player = stack.user("alice")
    with held_up() as reached:
        submitted = player.submit(batch_manual(50))
        reached()
        os.kill(worker.pid, signal.SIGTERM)
        wait_for(lambda: _has_been_told(worker), "the worker's notice of the signal")
        assert worker.exit_code() is None, "it waits for the import"
    assert len(player.wait(submitted)["scoreIDs"]) == 50
    assert wait_for(lambda: worker.exit_code() is not None, "the worker's end")
    assert worker.exit_code() == 0
    assert stack.scalar("SELECT attempts FROM jobs") == 1


def test_sigterm_to_the_whole_process_group_loses_nothing(stack: Stack, held_up: HeldUp) -> None:
    stack.start_web()
    worker = stack.start_worker()
    player = stack.user("alice")
    with held_up() as reached:
        submitted = player.submit(batch_manual(50))
        reached()
        os.killpg(worker.pid, signal.SIGTERM)
        wait_for(lambda: _has_been_told(worker), "the worker's notice of the signal")
    wait_for(lambda: worker.exit_code() is not None, "the worker's end")
    stack.start_worker("successor")
    assert len(player.wait(submitted)["scoreIDs"]) == player.score_count() == 50


def test_a_database_connection_cut_in_mid_import_is_made_again(
    stack: Stack, held_up: HeldUp
) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    with held_up() as reached:
        submitted = player.submit(batch_manual(50))
        stack.query("SELECT pg_terminate_backend(:pid)", pid=reached())
        wait_for(lambda: stack.scalar("SELECT claims FROM jobs") == 2, "its second claim")
    assert len(player.wait(submitted)["scoreIDs"]) == player.score_count() == 50


def test_the_same_message_delivered_twice_is_applied_once(stack: Stack, held_up: HeldUp) -> None:
    stack.start_web()
    stack.start_worker("one")
    stack.start_worker("two")
    player = stack.user("alice")
    with held_up() as reached:
        submitted = player.submit(batch_manual(50))
        reached()
        for _ in range(4):
            _send_message_again(stack, player.user_id, submitted.import_id)
    assert len(player.wait(submitted)["scoreIDs"]) == 50
    for _ in range(4):
        _send_message_again(stack, player.user_id, submitted.import_id)
    wait_for(lambda: _queue_is_empty(stack), "an empty queue")
    assert player.score_count() == 50
    assert stack.scalar("SELECT count(*) FROM imports") == 1
    assert stack.scalar("SELECT attempts FROM jobs") == 1


def test_a_job_that_kills_every_worker_is_given_up_with_a_reason(
    stack: Stack, held_up: HeldUp
) -> None:
    stack.start_web()
    stack.start_beat()
    player = stack.user("alice")
    submitted = player.submit(batch_manual(5))
    with stack.engine.begin() as connection:
        connection.execute(text("UPDATE jobs SET state = 'running', attempts = 5"))
    stack.start_worker()
    status, description = wait_for(
        lambda: stack.query("SELECT error_status, error_message FROM jobs WHERE state = 'failed'"),
        "the job given up",
    )[0]
    assert status == 500
    assert "started 5 times" in description
    assert player.score_count() == 0
    assert submitted.import_id


def _job(user_id: int, import_id: str) -> NewJob:
    import orjson

    return NewJob(
        user_id=user_id,
        job_id=import_id,
        import_type="file/batch-manual",
        arguments=job_arguments.Import(filename="scores.json"),
        payload=orjson.dumps(batch_manual(3)),
    )


def _children(pid: int) -> list[int]:
    import psutil

    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def _send_message_again(stack: Stack, user_id: int, job_id: str) -> None:
    from celery import Celery

    app = Celery(broker=stack.redis.url)
    app.send_task(
        "score_import.run_job", args=(user_id, job_id), queue="score-import.jobs", retry=False
    )
    app.close()


def _queue_is_empty(stack: Stack) -> bool:
    from common.redis_client import open_redis

    with open_redis(stack.redis.url) as redis:
        return not redis.llen("score-import.jobs") and not redis.hlen("unacked")


def _has_been_told(worker: ChildProcess) -> bool:
    """Whether a worker knows that it is to end."""
    return "Warm shutdown" in worker.program.log.read_text()
