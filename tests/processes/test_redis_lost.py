"""Redis may be wiped or away at any moment without an import being lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.support.mid_import import Reached
from tests.support.stack import Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes

HeldUp = Callable[[], AbstractContextManager[Reached]]


def restart(stack: Stack) -> None:
    """Redis dies and comes back empty at the same address."""
    stack.redis.kill()
    stack.redis.start()


def test_redis_restarted_empty_between_acceptance_and_pick_up_loses_no_import(
    stack: Stack,
) -> None:
    stack.start_web()
    player = stack.user("alice")
    submitted = [player.submit(batch_manual(10, first=10 * n)) for n in range(5)]
    restart(stack)
    stack.start_worker()
    stack.start_beat()
    for one in submitted:
        assert len(player.wait(one)["scoreIDs"]) == 10
    assert player.score_count() == 50


def test_redis_restarted_empty_in_mid_import_loses_nothing_and_the_worker_goes_on(
    stack: Stack, held_up: HeldUp
) -> None:
    stack.start_web()
    stack.start_worker()
    stack.start_beat()
    player = stack.user("alice")
    with held_up() as reached:
        submitted = player.submit(batch_manual(50))
        reached()
        restart(stack)
    assert len(player.wait(submitted)["scoreIDs"]) == player.score_count() == 50
    later = player.submit(batch_manual(7, first=100))
    assert len(player.wait(later, timeout=60)["scoreIDs"]) == 7
    assert stack.scalar("SELECT max(attempts) FROM jobs") == 1


def test_a_worker_goes_on_consuming_after_redis_was_restarted_while_it_idled(
    stack: Stack,
) -> None:
    stack.start_web()
    stack.start_worker()
    stack.start_beat()
    player = stack.user("alice")
    for round_number in range(3):
        restart(stack)
        submitted = player.submit(batch_manual(5, first=5 * round_number))
        assert len(player.wait(submitted, timeout=60)["scoreIDs"]) == 5


def test_redis_flushed_loses_no_import(stack: Stack) -> None:
    stack.start_web()
    player = stack.user("alice")
    submitted = player.submit(batch_manual(10))
    stack.start_beat()
    _flush(stack)
    stack.start_worker()
    assert len(player.wait(submitted)["scoreIDs"]) == 10
    _flush(stack)
    assert len(player.wait(submitted)["scoreIDs"]) == 10, "answered from PostgreSQL"
    later = player.submit(batch_manual(4, first=50))
    assert len(player.wait(later)["scoreIDs"]) == 4


def test_imports_are_accepted_and_polled_while_redis_is_down(stack: Stack) -> None:
    stack.start_web()
    stack.start_worker()
    stack.start_beat()
    player = stack.user("alice")
    stack.redis.kill()
    submitted = player.submit(batch_manual(10))
    assert player.client.poll(submitted) is not None
    assert stack.scalar("SELECT state FROM jobs") == "queued"
    stack.redis.start()
    assert len(player.wait(submitted, timeout=60)["scoreIDs"]) == 10


def _flush(stack: Stack) -> None:
    from common.redis_client import open_redis

    with open_redis(stack.redis.url) as redis:
        wait_for(redis.flushall, "the flush")
