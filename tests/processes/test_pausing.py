"""Operators pause the queue: imports are accepted and wait, and go on in their order afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.local import EmbeddedPostgres
from cli.main import main
from common.jobs import progress
from common.redis_client import open_redis
from score_import_client import ApiError, Completed, Submitted
from tests.support.fresh import a_stack
from tests.support.health import health
from tests.support.mid_import import Reached
from tests.support.stack import Player, Stack, batch_manual, kill, wait_for
from worker import runner
from worker.messaging import AGAIN_QUEUE, JOBS_QUEUE
from worker.watchdog import PATIENCE

pytestmark = pytest.mark.processes

JOB_QUEUES = (JOBS_QUEUE, AGAIN_QUEUE)

HeldUp = Callable[[], AbstractContextManager[Reached]]

# Seconds after which a worker has seen what was changed.
SEEN = 1.6
# Seconds that are promised after a pause, and some more for a machine that is busy.
SOON = 6.0


def typed(stack: Stack, *arguments: str) -> str:
    done = CliRunner().invoke(main, ["jobs", *arguments, "--database-url", stack.database_url])
    assert done.exit_code == 0, done.output
    return done.output


def attempts(stack: Stack) -> int:
    return int(stack.scalar("SELECT count(*) FROM job_attempts"))


def said(player: Player, submitted: Submitted) -> str:
    found = player.client.poll(submitted)
    assert not isinstance(found, Completed)
    return found.description


def in_queue(stack: Stack) -> int:
    with open_redis(stack.redis.url) as redis:
        return sum(int(redis.llen(queue)) for queue in JOB_QUEUES)


def nothing_is_begun(stack: Stack, seconds: float = 3 * SEEN) -> None:
    before = attempts(stack)
    with pytest.raises(AssertionError, match="never happened"):
        wait_for(lambda: attempts(stack) > before, "a job is begun", timeout=seconds)


def test_nothing_is_begun_while_paused_and_all_goes_on_in_its_order(
    stack: Stack, held_up: HeldUp
) -> None:
    stack.environment["EXTERNAL_SCORE_IMPORT_WORKER_CONCURRENCY"] = "2"
    stack.start_web()
    stack.start_worker()
    alice, *others = (stack.user(name) for name in ("alice", "bob", "carol", "dave"))
    with held_up() as reached:
        running = alice.submit(batch_manual(2))
        reached()
        assert "paused since" in typed(stack, "pause", "--reason", "a new disk")
        # At once, whether the worker has seen it or not.
        waiting = [(alice, alice.submit(batch_manual(2, first=10)))]
        waiting += [(player, player.submit(batch_manual(2))) for player in others]
        waiting += [(player, player.submit(batch_manual(2, first=10))) for player in others]
    alice.wait(running)
    for player, submitted in waiting:
        wait_for(lambda p=player, s=submitted: said(p, s) == progress.PAUSED, "polls say so")
    nothing_is_begun(stack)
    assert attempts(stack) == 1
    # One message a user: they stand in the queue.
    wait_for(lambda: in_queue(stack) == 4, "their messages wait")
    assert health(stack)[0] == 0
    assert "a new disk" in typed(stack, "list")
    assert "Jobs go on." in typed(stack, "resume")
    resumed = time.monotonic()
    wait_for(lambda: attempts(stack) > 1, "the first is begun")
    assert time.monotonic() - resumed < SOON
    for player, submitted in waiting:
        assert len(player.wait(submitted)["scoreIDs"]) == 2
    assert stack.query("SELECT DISTINCT state, attempts FROM jobs") == [("completed", 1)]
    assert [player.score_count() for player in (alice, *others)] == [4, 4, 4, 4]
    for player in (alice, *others):
        begun = stack.query(
            "SELECT sequence FROM jobs WHERE user_id = :u ORDER BY started_at", u=player.user_id
        )
        assert begun == sorted(begun)
    # Nobody's second before another's first.
    firsts = "SELECT max(started_at) FROM (SELECT min(started_at) AS started_at FROM jobs"
    firsts += " WHERE user_id <> :alice GROUP BY user_id) AS first"
    seconds = firsts.replace("max(started_at) FROM", "min(started_at) FROM", 1)
    seconds = seconds.replace("(SELECT min(", "(SELECT max(")
    first, second = (stack.scalar(each, alice=alice.user_id) for each in (firsts, seconds))
    assert first <= second


def test_a_pause_outlives_every_process(own_stack: Stack) -> None:
    stack = own_stack
    stack.start_web()
    worker = stack.start_worker()
    player = stack.user("alice")
    typed(stack, "pause")
    submitted = player.submit(batch_manual(2))
    kill(worker)
    with open_redis(stack.redis.url) as redis:
        redis.flushall()
    stack.stop()
    stack.start_web()
    stack.start_worker("another")
    second = player.submit(batch_manual(2, first=10))
    wait_for(lambda: said(player, submitted) == progress.PAUSED, "polls say so")
    nothing_is_begun(stack)
    assert attempts(stack) == 0
    typed(stack, "resume")
    player.wait(submitted)
    player.wait(second)
    assert stack.query("SELECT DISTINCT state, attempts FROM jobs") == [("completed", 1)]


def test_what_is_not_paused_goes_on(stack: Stack) -> None:
    """Background jobs are paused by themselves, and imports go on."""
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    player.wait(player.submit(batch_manual(2)))
    typed(stack, "pause", "--lane", "background")
    stack.administer(
        "INSERT INTO jobs (user_id, job_id, kind, state, user_intent, arguments, in_background,"
        " accepted_at) SELECT id, 'looked-at-later', 'orphans', 'queued', false, '{}', true, 1"
        " FROM users WHERE username = 'alice'"
    )
    nothing_is_begun(stack)
    background = "SELECT state FROM jobs WHERE job_id = 'looked-at-later'"
    assert stack.scalar(background) == "queued"
    other = stack.user("bob")
    other.wait(other.submit(batch_manual(2)))
    assert stack.scalar(background) == "queued"
    typed(stack, "resume", "--lane", "background")
    wait_for(lambda: stack.scalar(background) == "completed", "it is done")


def test_a_worker_of_nothing_but_jobs_lives_through_a_pause(stack: Stack) -> None:
    """It asks Redis for nothing meanwhile, which its watchdog takes for what it is."""
    stack.start_web()
    worker = stack.start_worker(queues=",".join(JOB_QUEUES))
    player = stack.user("alice")
    typed(stack, "pause")
    submitted = player.submit(batch_manual(2))
    nothing_is_begun(stack, PATIENCE + 3)
    assert (worker.exit_code(), health(stack)[0]) == (None, 0)
    typed(stack, "resume")
    player.wait(submitted)


def test_where_web_does_the_work_imports_are_refused_meanwhile(
    tmp_path: Path, postgres: EmbeddedPostgres, template: str, server_folder: Path
) -> None:
    inside = {"USE_EXTERNAL_SCORE_IMPORT_WORKER": "false"}
    with a_stack(tmp_path, postgres, template, server_folder, inside) as stack:
        stack.start_web()
        player = stack.user("alice")
        typed(stack, "pause")
        with pytest.raises(ApiError) as told:
            player.submit(batch_manual(3))
        assert (told.value.status, told.value.description) == (503, runner.PAUSED_INLINE)
        typed(stack, "resume")
        player.submit(batch_manual(3))
        assert player.score_count() == 3
        assert stack.query("SELECT state FROM jobs") == [("completed",)]


@pytest.mark.long
def test_a_worker_of_rabbitmq_is_paused_and_goes_on(rabbit_stack: Stack) -> None:
    rabbit_stack.start_web()
    worker = rabbit_stack.start_worker()
    player = rabbit_stack.user("alice")
    for first in (0, 10):
        typed(rabbit_stack, "pause")
        submitted = player.submit(batch_manual(2, first=first))
        nothing_is_begun(rabbit_stack)
        assert attempts(rabbit_stack) == first // 10
        typed(rabbit_stack, "resume")
        player.wait(submitted)
    assert worker.exit_code() is None
