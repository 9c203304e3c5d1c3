"""Upkeep is on time however full the queue is, with one worker, and without beat."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager

import psutil
import pytest
from sqlalchemy import text

from common.redis_client import open_redis
from score_import_client import Submitted
from tests.support.mid_import import Reached
from tests.support.stack import Player, Stack, batch_manual, kill, wait_for
from worker.messaging import AGAIN_QUEUE, JOBS_QUEUE

pytestmark = pytest.mark.processes

HeldUp = Callable[[], AbstractContextManager[Reached]]


def fill(stack: Stack, count: int) -> list[tuple[Player, Submitted]]:
    """So many users with an import each, all waiting in the queue."""
    players = [stack.user(f"player{number}") for number in range(count)]
    return [(player, player.submit(batch_manual(2))) for player in players]


def waiting(stack: Stack) -> int:
    with open_redis(stack.redis.url) as redis:
        return redis.llen(JOBS_QUEUE) + redis.llen(AGAIN_QUEUE)


def test_a_lost_message_is_sent_again_while_the_queue_is_full_and_every_process_busy(
    stack: Stack, held_up: HeldUp
) -> None:
    stack.start_web()
    stack.start_worker()
    alice = stack.user("alice")
    with held_up() as reached, open_redis(stack.redis.url) as redis:
        first = alice.submit(batch_manual(2))
        reached()
        others = fill(stack, 20)
        lost = redis.lpop(JOBS_QUEUE)
        assert lost is not None
        wait_for(lambda: redis.llen(AGAIN_QUEUE) == 1, "the lost message being sent again")
        assert redis.llen(JOBS_QUEUE) == 19, "nothing else has moved"
    for player, one in [(alice, first), *others]:
        assert len(player.wait(one, timeout=60)["scoreIDs"]) == 2
    assert stack.scalar("SELECT max(attempts) FROM jobs") == 1


def test_every_message_lost_at_once_is_sent_again(stack: Stack, held_up: HeldUp) -> None:
    stack.start_web()
    stack.start_worker()
    alice = stack.user("alice")
    with held_up() as reached, open_redis(stack.redis.url) as redis:
        first = alice.submit(batch_manual(2))
        reached()
        others = fill(stack, 20)
        redis.flushall()
        wait_for(lambda: redis.llen(AGAIN_QUEUE) == 20, "all of them being sent again")
    for player, one in [(alice, first), *others]:
        assert len(player.wait(one, timeout=60)["scoreIDs"]) == 2
    assert stack.scalar("SELECT max(attempts) FROM jobs") == 1


def test_a_killed_import_is_put_back_and_runs_before_those_that_wait(
    stack: Stack, held_up: HeldUp
) -> None:
    stack.start_web()
    worker = stack.start_worker()
    alice = stack.user("alice")
    with held_up() as reached:
        first = alice.submit(batch_manual(2))
        reached()
        others = fill(stack, 20)
        kill(worker)
        stack.start_worker("second")
        wait_for(
            lambda: _in_queue(stack, first.import_id) or _begun(stack, first.import_id) == 2,
            "the killed import being put back and sent",
            timeout=60,
        )
        assert waiting(stack) >= 19
    for player, one in [(alice, first), *others]:
        assert len(player.wait(one, timeout=60)["scoreIDs"]) == 2
    before = stack.scalar(
        """
        SELECT count(*) FROM jobs, (SELECT * FROM jobs WHERE job_id = :id) AS killed
        WHERE jobs.started_at < killed.started_at
        """,
        id=first.import_id,
    )
    assert before <= 3, "it does not wait behind the others once more"


def _begun(stack: Stack, job_id: str) -> int:
    times = stack.scalar("SELECT claims FROM jobs WHERE job_id = :id", id=job_id)
    assert isinstance(times, int)
    return times


def _in_queue(stack: Stack, job_id: str) -> bool:
    with open_redis(stack.redis.url) as redis:
        return any(
            job_id.encode() in message
            for queue in (AGAIN_QUEUE, JOBS_QUEUE)
            for message in redis.lrange(queue, 0, -1)
        )


def test_a_killed_process_of_a_living_worker_has_its_import_run_again(
    stack: Stack, held_up: HeldUp
) -> None:
    stack.start_web()
    worker = stack.start_worker()
    alice = stack.user("alice")
    with held_up() as reached:
        first = alice.submit(batch_manual(2))
        reached()
        others = fill(stack, 10)
        (process,) = psutil.Process(worker.pid).children()
        process.kill()
        wait_for(
            lambda: _in_queue(stack, first.import_id) or _begun(stack, first.import_id) == 2,
            "the import being on its way again",
        )
    for player, one in [(alice, first), *others]:
        assert len(player.wait(one, timeout=60)["scoreIDs"]) == 2
    assert worker.exit_code() is None


def test_where_the_worker_that_does_the_upkeep_stands_still_another_takes_over(
    stack: Stack,
) -> None:
    stack.start_web()
    first = stack.start_worker("one")
    wait_for(lambda: "upkeep: done by this worker" in first.program.log.read_text(), "its upkeep")
    second = stack.start_worker("two")
    os.kill(first.pid, signal.SIGSTOP)
    try:
        wait_for(
            lambda: "upkeep: done by this worker" in second.program.log.read_text(),
            "the other worker's upkeep",
            timeout=90,
        )
    finally:
        os.kill(first.pid, signal.SIGCONT)


def test_jobs_are_put_back_while_a_connection_that_did_the_upkeep_is_cut(stack: Stack) -> None:
    stack.start_web()
    worker = stack.start_worker()
    alice = stack.user("alice")
    wait_for(lambda: "upkeep: done by this worker" in worker.program.log.read_text(), "its upkeep")
    with stack.engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'score-import upkeep'"
            )
        )
    submitted = alice.submit(batch_manual(2))
    alice.wait(submitted, timeout=60)
    with open_redis(stack.redis.url) as redis:
        os.kill(worker.pid, signal.SIGSTOP)
        later = alice.submit(batch_manual(2, first=10))
        redis.delete(JOBS_QUEUE)
        os.kill(worker.pid, signal.SIGCONT)
    assert len(alice.wait(later, timeout=60)["scoreIDs"]) == 2
