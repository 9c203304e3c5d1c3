"""Whoever waits for a job is woken when it ends, and only so many may wait."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from redis import Redis

from api.jobs import waiters
from api.jobs.waiters import Waiters
from api.server.lanes import NoTurn
from cli.local import EmbeddedRedis
from common.jobs.progress import ENDED_CHANNEL, FinalAnswer, ProgressReporter
from common.redis_client import open_redis
from tests.support import redis_faults
from tests.support.stack import wait_for

ANSWER = FinalAnswer(200, b"{}")


@pytest.fixture(scope="module")
def server(server_folder: Path) -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis(server_folder / "redis-of-waiters") as running:
        yield running


@pytest.fixture
def redis(server: EmbeddedRedis) -> Redis:
    return open_redis(server.url)


def listeners(server: EmbeddedRedis) -> int:
    with redis_faults.client(server) as client:
        return int(client.pubsub_numsub(ENDED_CHANNEL)[0][1])


def test_the_end_of_a_job_wakes_who_waits_for_it_and_nobody_else(
    server: EmbeddedRedis, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiters, "LOOKS", (600.0,))
    here = Waiters(redis, most=8, of_one=8, seconds=60)
    looked = {"one": 0, "two": 0}
    before = listeners(server)

    def look(job_id: str) -> FinalAnswer:
        looked[job_id] += 1
        return ANSWER

    def wait(job_id: str) -> FinalAnswer | None:
        with here.place(1, job_id) as ended:
            assert ended is not None
            return here.wait(ended, lambda: look(job_id), NoTurn())

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(wait, "one"), pool.submit(wait, "two")
        wait_for(lambda: listeners(server) > before, "the listener")
        wait_for(lambda: len(here._waiting) == 2, "both waiting")
        ProgressReporter(redis, "one").finish(ANSWER)
        assert one.result(30) == ANSWER
        assert looked == {"one": 1, "two": 0}
        ProgressReporter(redis, "two").finish(ANSWER)
        assert two.result(30) == ANSWER
    assert looked == {"one": 1, "two": 1}


def test_who_is_not_woken_looks_now_and_then(redis: Redis) -> None:
    here = Waiters(redis, most=8, of_one=8, seconds=60)
    found = iter([None, None, ANSWER])
    with here.place(1, "one") as ended:
        assert ended is not None
        assert here.wait(ended, lambda: next(found), NoTurn()) == ANSWER


def test_the_longest_wait_ends_without_an_answer(redis: Redis) -> None:
    here = Waiters(redis, most=8, of_one=8, seconds=0.3)
    with here.place(1, "one") as ended:
        assert ended is not None
        assert here.wait(ended, lambda: None, NoTurn()) is None


def test_places_are_bounded_for_each_user_and_overall_and_are_given_back(redis: Redis) -> None:
    here = Waiters(redis, most=3, of_one=2, seconds=1)

    def taken(place: Event | None) -> bool:
        return place is not None

    with here.place(1, "a") as a, here.place(1, "b") as b, here.place(1, "c") as c:
        assert [taken(a), taken(b), taken(c)] == [True, True, False]
        with here.place(2, "d") as d, here.place(3, "e") as e:
            assert [taken(d), taken(e)] == [True, False]
        with here.place(3, "e") as e:
            assert taken(e)
    with here.place(1, "c") as c, here.place(1, "f") as f:
        assert [taken(c), taken(f)] == [True, True]


def test_the_listener_comes_back_when_redis_does(
    server: EmbeddedRedis, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiters, "LOOKS", (600.0,))
    here = Waiters(redis, most=8, of_one=8, seconds=120)
    with here.place(1, "one") as ended, ThreadPoolExecutor(1) as pool:
        assert ended is not None
        before = listeners(server)
        server.kill()
        server.start()
        wait_for(lambda: listeners(server) >= max(before, 1), "the listener")
        waiting = pool.submit(here.wait, ended, lambda: ANSWER, NoTurn())
        with redis_faults.client(server) as client:
            client.publish(ENDED_CHANNEL, "one")
        assert waiting.result(30) == ANSWER
