"""While Redis hangs, submissions and polls are answered within a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from score_import_client import Ongoing
from tests.support import redis_faults
from tests.support.stack import Stack, batch_manual

pytestmark = pytest.mark.processes

# Seconds; what is promised is one.
MOST = 1.0


@pytest.fixture
def settings() -> dict[str, str]:
    # Counted requests need Redis, too.
    return {"RATE_LIMIT": "100000", "IMPORT_RATE_LIMIT": "100000", "WEB_THREADS": "4"}


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.monotonic()
    result = act()
    return time.monotonic() - began, result


def test_submissions_and_polls_wait_for_redis_once_and_not_each(stack: Stack) -> None:
    stack.start_web()
    player = stack.user("alice")
    first = player.submit(batch_manual(1))
    player.client.poll(first)
    with redis_faults.hung(stack.redis):
        took, second = timed(lambda: player.submit(batch_manual(2)))
        waits = [took]
        for submitted in (first, second) * 10:
            took, status = timed(lambda submitted=submitted: player.client.poll(submitted))
            assert isinstance(status, Ongoing)
            waits.append(took)
        waits += [timed(lambda: player.submit(batch_manual(1)))[0] for _ in range(10)]
    assert max(waits) < MOST
    # One wait each for what is kept there and for the broker, then a probe a second.
    assert sorted(waits)[len(waits) // 2] < 0.1


def test_many_at_once_wait_no_longer(stack: Stack) -> None:
    stack.start_web()
    player = stack.user("alice")
    submitted = player.submit(batch_manual(1))
    with redis_faults.hung(stack.redis), ThreadPoolExecutor(4) as pool:
        polls = [pool.submit(timed, lambda: player.client.poll(submitted)) for _ in range(40)]
        waits = [poll.result()[0] for poll in polls]
    assert max(waits) < MOST


def test_what_was_submitted_while_redis_hung_is_imported_afterwards(stack: Stack) -> None:
    stack.start_web()
    stack.start_worker()
    stack.start_beat()
    player = stack.user("alice")
    with redis_faults.hung(stack.redis):
        submitted = [player.submit(batch_manual(2, first=2 * n)) for n in range(3)]
    for one in submitted:
        assert len(player.wait(one, timeout=60)["scoreIDs"]) == 2
