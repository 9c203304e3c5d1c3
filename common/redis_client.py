"""The connection to Redis for everything but Celery's messages.

Redis may be down, hung or wiped at any moment without losing an import, so every use is short:
one quick retry for a connection that went stale, then the caller goes on without. Where it did
not answer, a circuit breaker spares the next callers the wait: they get `RedisAway` at once.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.exceptions import BusyLoadingError, ConnectionError, ResponseError, TimeoutError
from redis.retry import Retry

from common.breaker import Breaker
from common.redis_address import connect

# Seconds for connecting, and for each answer. A healthy Redis needs a thousandth of it.
TIMEOUT: Final = 0.3
# The same, where no client waits for it.
PATIENCE: Final = 2.0


class RedisAway(ConnectionError):
    """Redis did not answer a moment ago, and was not asked again."""


class GuardedRedis(Redis):
    """A client that leaves a Redis alone for a moment after it failed to answer."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.breaker = Breaker("Redis")
        self._kept = threading.local()

    def execute_command(self, *args: Any, **options: Any) -> Any:
        with _guarded(self.breaker):
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def ask(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        """The answers to some commands, in one round trip over a connection that the thread keeps.

        What a poll asks: it costs half of what a pipeline does. Raises RedisError, also where
        Redis refuses one of them.
        """
        with _guarded(self.breaker):
            try:
                return self._ask(commands)
            except ConnectionError:
                # A connection that went stale since the last time.
                return self._ask(commands)

    def _ask(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        connection = self._connection_of_thread()
        try:
            connection.send_packed_command(connection.pack_commands(commands))
            answers = [_read(connection) for _ in commands]
        except BaseException:
            # Whatever is still to come on it answers nobody's question.
            connection.disconnect()
            raise
        for answer in answers:
            if isinstance(answer, ResponseError):
                raise answer
        return answers

    def _connection_of_thread(self) -> Any:
        if getattr(self._kept, "pid", None) != os.getpid():
            self._kept.pid = os.getpid()
            self._kept.connection = self.connection_pool.make_connection()
        return self._kept.connection

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        pipeline = _GuardedPipeline(
            self.connection_pool, self.response_callbacks, transaction, shard_hint
        )
        pipeline.breaker = self.breaker
        return pipeline


class _GuardedPipeline(Pipeline):
    breaker: Breaker

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        with _guarded(self.breaker):
            results: list[Any] = super().execute(raise_on_error)
            return results


def _read(connection: Any) -> Any:
    try:
        return connection.read_response()
    except ResponseError as refusal:
        return refusal


@contextmanager
def _guarded(breaker: Breaker) -> Iterator[None]:
    if not breaker.allows():
        raise RedisAway("Redis did not answer a moment ago")
    try:
        yield
    except BusyLoadingError:
        breaker.succeeded()
        raise
    except (ConnectionError, TimeoutError):
        breaker.failed()
        raise
    except Exception:
        breaker.succeeded()
        raise
    breaker.succeeded()


def open_redis(url: str) -> GuardedRedis:
    client: Any = connect(
        url,
        GuardedRedis,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        # A server that hangs would hang for the second try, too.
        retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
    )
    guarded: GuardedRedis = client
    return guarded


def open_patient_redis(url: str) -> Redis:
    """For what no client waits for: asks again each time, and gives a busy server a moment."""
    return connect(
        url,
        Redis,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
    )
