"""One clock: hosts whose clocks differ by an hour, either way, change nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import orjson
import pytest

from common.redis_client import open_redis
from tests.support.mid_import import Reached
from tests.support.stack import Stack, batch_manual, kill, wait_for
from worker.messaging import AGAIN_QUEUE, JOBS_QUEUE

LIBRARIES = sorted(map(str, Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")))
pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(
        not LIBRARIES, reason="NO CLOCK WAS SKEWED: libfaketime is not installed (apt: faketime)"
    ),
]

HeldUp = Callable[[], AbstractContextManager[Reached]]

HOUR = 3600
SKEWS = [
    (HOUR, -HOUR),
    *(
        pytest.param(*each, marks=pytest.mark.long)
        for each in ((-HOUR, HOUR), (HOUR, 0), (0, HOUR))
    ),
]


def skewed(stack: Stack, seconds: int) -> None:
    """What the stack starts from now on has a host whose clock is off by so much."""
    stack.environment |= {
        "LD_PRELOAD": LIBRARIES[0],
        "FAKETIME": f"{seconds:+d}s",
        # gunicorn keeps monotonic times in those of a file.
        "NO_FAKE_STAT": "1",
    }


@pytest.mark.parametrize(("web", "workers"), SKEWS)
def test_lost_messages_and_killed_imports_are_mended_whatever_the_clocks_say(
    stack: Stack, held_up: HeldUp, web: int, workers: int
) -> None:
    skewed(stack, web)
    stack.start_web()
    skewed(stack, workers)
    worker = stack.start_worker()
    players = [stack.user(f"player{number}") for number in range(5)]
    with held_up() as reached, open_redis(stack.redis.url) as redis:
        submitted = [(players[0], players[0].submit(batch_manual(2)))]
        reached()
        submitted += [(player, player.submit(batch_manual(2))) for player in players[1:]]
        assert redis.lpop(JOBS_QUEUE) is not None
        wait_for(lambda: redis.llen(AGAIN_QUEUE) == 1, "the lost message being sent again")
        kill(worker)
    skewed(stack, -workers)
    stack.start_worker("on another host")
    for player, one in submitted:
        assert len(player.wait(one, timeout=60)["scoreIDs"]) == 2
    assert stack.scalar("SELECT max(attempts) FROM jobs") == 2
    wrong = stack.scalar(
        """
        SELECT count(*) FROM jobs, (SELECT extract(epoch FROM now()) * 1000 AS now) AS clock
        WHERE abs(accepted_at - now) > 1000000 OR abs(started_at - now) > 1000000
           OR abs(finished_at - now) > 1000000 OR abs(dispatched_at - now) > 1000000
        """
    )
    assert wrong == 0
    assert (
        stack.scalar(
            "SELECT count(*) FROM imports, (SELECT extract(epoch FROM now()) * 1000 AS now) AS c"
            " WHERE abs(time_started - now) > 1000000 OR abs(time_finished - now) > 1000000"
        )
        == 0
    )


@pytest.mark.parametrize("skew", [HOUR, pytest.param(-HOUR, marks=pytest.mark.long)])
def test_a_message_with_an_expiry_of_another_host_is_run_all_the_same(
    stack: Stack, skew: int
) -> None:
    """As a scheduler or client of another make might send it."""
    stack.start_web()
    alice = stack.user("alice")
    submitted = alice.submit(batch_manual(2))
    with open_redis(stack.redis.url) as redis:
        message = orjson.loads(redis.rpop(JOBS_QUEUE))
        message["headers"] |= {"expires": "2001-01-01T00:00:00+00:00"}
        redis.lpush(JOBS_QUEUE, orjson.dumps(message))
    skewed(stack, skew)
    stack.start_worker()
    assert len(alice.wait(submitted, timeout=60)["scoreIDs"]) == 2
