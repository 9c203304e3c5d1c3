"""What may become of a Redis: it hangs, is full, refuses writes, comes back from an old copy."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis

from cli.installation import unprivileged
from cli.local import EmbeddedRedis


def client(redis: EmbeddedRedis) -> Redis:
    """A patient client of the server, for what tests do to it."""
    return Redis.from_url(redis.url, socket_timeout=30)


def process_id(redis: EmbeddedRedis) -> int:
    pid: int = client(redis).info("server")["process_id"]
    return pid


@contextmanager
def hung(redis: EmbeddedRedis) -> Iterator[None]:
    """The server takes connections and bytes, and answers nothing."""
    pid = process_id(redis)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def full(redis: EmbeddedRedis) -> Iterator[None]:
    """The server refuses every write that needs memory."""
    with _configured(redis, maxmemory="1"):
        yield


@contextmanager
def refusing_writes(redis: EmbeddedRedis) -> Iterator[None]:
    """The server has too few replicas to take any write, also a removal."""
    with _configured(redis, **{"min-replicas-to-write": "3"}):
        yield


@contextmanager
def evicting(redis: EmbeddedRedis) -> Iterator[None]:
    """The server makes room by removing keys of any kind."""
    used = client(redis).info("memory")["used_memory"]
    settings = {"maxmemory-policy": "allkeys-random", "maxmemory": str(used)}
    with _configured(redis, **settings):
        yield


@contextmanager
def locked(redis: EmbeddedRedis) -> Iterator[None]:
    """The server wants a password of whoever is there and of whoever comes."""
    with client(redis) as administrator:
        administrator.config_set("requirepass", "another")
        administrator.execute_command("AUTH", "another")
        administrator.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        administrator.execute_command("CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes")
        try:
            yield
        finally:
            administrator.config_set("requirepass", "")


@contextmanager
def _configured(redis: EmbeddedRedis, **settings: str) -> Iterator[None]:
    with client(redis) as connection:
        before = {name: connection.config_get(name)[name] for name in settings}
        for name, value in settings.items():
            connection.config_set(name, value)
        try:
            yield
        finally:
            for name, value in before.items():
                connection.config_set(name, value)


class Copy:
    """A copy of all that a server holds at this moment."""

    def __init__(self, redis: EmbeddedRedis) -> None:
        self._redis = redis
        folder = redis.folder / "copy"
        unprivileged.make_folder(folder)
        # The server may run as another account.
        folder.chmod(0o777)
        self._settings: dict[str, Any] = {"dir": str(folder), "dbfilename": "copy.rdb"}
        with client(redis) as connection:
            for name, value in self._settings.items():
                connection.config_set(name, value)
            connection.save()

    def restore(self) -> None:
        """The server dies, and comes back with what it held then."""
        self._redis.kill()
        self._redis.settings.update(self._settings)
        self._redis.start()
