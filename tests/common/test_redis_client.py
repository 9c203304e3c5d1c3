"""What a poll asks Redis comes back in order, whatever happened to the connection meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from redis.exceptions import RedisError, ResponseError

from cli.local import EmbeddedRedis
from common.redis_client import GuardedRedis, open_redis


@pytest.fixture(scope="module")
def server(server_folder: Path) -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis(server_folder / "redis-of-clients") as running:
        yield running


@pytest.fixture
def redis(server: EmbeddedRedis) -> Iterator[GuardedRedis]:
    with open_redis(server.url) as client:
        client.flushall()
        yield client


def test_answers_come_in_the_order_of_the_commands(redis: GuardedRedis) -> None:
    asked = [("SET", "a", 1), ("INCR", "a"), ("MGET", "a", "b"), ("PTTL", "b")]
    assert redis.ask(asked)[1:] == [2, [b"2", None], -2]


def test_a_refused_command_leaves_the_connection_as_it_should_be(redis: GuardedRedis) -> None:
    redis.set("text", "a")
    with pytest.raises(ResponseError):
        redis.ask([("GET", "text"), ("INCR", "text"), ("GET", "text")])
    assert redis.ask([("GET", "text")]) == [b"a"]


def test_a_connection_that_was_closed_meanwhile_is_opened_anew(
    redis: GuardedRedis, server: EmbeddedRedis
) -> None:
    redis.ask([("SET", "a", 1)])
    with open_redis(server.url) as other:
        other.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    assert redis.ask([("GET", "a")]) == [b"1"]


def test_each_thread_has_its_own_connection(redis: GuardedRedis) -> None:
    redis.ask([("SET", "a", 0)])
    wrong = []

    def ask(number: int) -> None:
        for _ in range(200):
            found = redis.ask([("ECHO", number), ("INCR", "a")])
            if found[0] != str(number).encode():
                wrong.append(found)

    threads = [Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert redis.get("a") == b"800"


def test_a_server_that_is_away_is_not_waited_for_by_everybody(server_folder: Path) -> None:
    with EmbeddedRedis(server_folder / "redis-that-goes") as gone:
        client = open_redis(gone.url)
        client.ask([("SET", "a", 1)])
    for _ in range(2):
        with pytest.raises(RedisError):
            client.ask([("GET", "a")])
    assert not client.breaker.allows()
