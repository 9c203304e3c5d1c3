"""Fair between users: one message a user at a time, so nobody waits for another's backlog."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from common.redis_client import open_redis
from tests.support.mid_import import Reached
from tests.support.stack import Stack, batch_manual
from worker.messaging import AGAIN_QUEUE, JOBS_QUEUE

pytestmark = pytest.mark.processes

HeldUp = Callable[[], AbstractContextManager[Reached]]

MANY = 300


@pytest.mark.long
@pytest.mark.parametrize("workers", [1, 2])
def test_three_hundred_imports_of_one_user_delay_anothers_first_by_one_a_worker_process(
    stack: Stack, held_up: HeldUp, workers: int
) -> None:
    stack.start_web()
    for number in range(workers):
        stack.start_worker(f"worker{number}")
    alice, bob = stack.user("alice"), stack.user("bob")
    with held_up() as reached:
        first = alice.submit(batch_manual(1))
        reached()
        with ThreadPoolExecutor(8) as pool:
            rest = list(pool.map(lambda n: alice.submit(batch_manual(1, first=n)), range(1, MANY)))
        with open_redis(stack.redis.url) as redis:
            assert redis.llen(JOBS_QUEUE) + redis.llen(AGAIN_QUEUE) <= 1, "one message a user"
        bobs = bob.submit(batch_manual(1))
    assert len(bob.wait(bobs, timeout=120)["scoreIDs"]) == 1
    between = stack.scalar(
        """
        SELECT count(*) FROM jobs, (SELECT * FROM jobs WHERE job_id = :bobs) AS bob
        WHERE jobs.user_id = :alice AND jobs.started_at > bob.accepted_at
          AND jobs.started_at < bob.started_at
        """,
        bobs=bobs.import_id,
        alice=alice.user_id,
    )
    assert between <= workers
    for one in (first, *rest):
        assert len(alice.wait(one, timeout=120)["scoreIDs"]) == 1
    order = stack.query(
        "SELECT job_id FROM jobs WHERE user_id = :u ORDER BY sequence", u=alice.user_id
    )
    ended = stack.query(
        "SELECT job_id FROM jobs WHERE user_id = :u ORDER BY finished_at, sequence", u=alice.user_id
    )
    assert ended == order
    assert stack.scalar("SELECT max(attempts) FROM jobs") == 1
    assert alice.score_count() == MANY


def test_users_with_backlogs_take_turns(stack: Stack, held_up: HeldUp) -> None:
    stack.start_web()
    stack.start_worker()
    alice, *others = [stack.user(name) for name in ("alice", "bob", "carol", "dave")]
    with held_up() as reached:
        submitted = [(alice, alice.submit(batch_manual(1)))]
        reached()
        for player in others:
            submitted += [(player, player.submit(batch_manual(1, first=n))) for n in range(5)]
    for player, one in submitted:
        player.wait(one, timeout=60)
    turns = [
        row.user_id
        for row in stack.query(
            "SELECT user_id FROM jobs WHERE user_id <> :alice ORDER BY started_at, sequence",
            alice=alice.user_id,
        )
    ]
    assert turns == [player.user_id for player in others] * 5
