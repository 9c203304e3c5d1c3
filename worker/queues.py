"""What waits in the broker's queues, as the upkeep and the watchdog ask it.

Redis says which messages wait. RabbitMQ says only how many: there a message is taken for lost where
none waits at all, or where its queue has not come to it for very long. To send one again is
harmless: the earlier one, should it come after all, is good no more.
"""

from __future__ import annotations

import re
from typing import Any, Final, Protocol, cast

from celery import Celery
from kombu.connection import Connection as BrokerConnection
from redis import Redis
from redis.exceptions import RedisError

from common.redis_client import open_patient_redis
from common.settings import Settings
from worker.broker_address import is_rabbitmq
from worker.messaging import AGAIN_QUEUE, JOBS_QUEUE, WEBHOOKS_QUEUE

# Messages read from Redis in one go.
CHUNK: Final = 500

_MESSAGE_ID: Final = re.compile(rb'"id": *"([^"\\]{1,200})"')


class BrokerAway(Exception):
    """The broker does not say."""


class Queues(Protocol):
    """What waits. Each of these raises BrokerAway."""

    def jobs_wait(self) -> bool:
        """Whether there is any message about a job."""

    def message_ids(self) -> set[str] | None:
        """The ids of all messages about jobs that no worker has taken yet; None: unknown."""

    def events_wait(self) -> bool:
        """Whether there is a message about events."""

    def answers(self) -> bool:
        """Whether the broker answers at all; never raises."""


class RedisQueues:
    """The queues are lists, which can be read."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def jobs_wait(self) -> bool:
        return self._waits(JOBS_QUEUE) or self._waits(AGAIN_QUEUE)

    def events_wait(self) -> bool:
        return self._waits(WEBHOOKS_QUEUE)

    def _waits(self, queue: str) -> bool:
        try:
            return bool(self._redis.llen(queue))
        except RedisError as problem:
            raise BrokerAway(repr(problem)) from problem

    def message_ids(self) -> set[str]:
        try:
            return self._message_ids()
        except RedisError as problem:
            raise BrokerAway(repr(problem)) from problem

    def _message_ids(self) -> set[str]:
        """Read from the end where messages are added, so that none slips through while others
        are added or taken.
        """
        found: set[str] = set()
        for queue in (AGAIN_QUEUE, JOBS_QUEUE):
            start = 0
            while chunk := cast(list[bytes], self._redis.lrange(queue, start, start + CHUNK - 1)):
                for message in chunk:
                    if (match := _MESSAGE_ID.search(message)) is not None:
                        found.add(match[1].decode("utf-8", "replace"))
                start += len(chunk)
        return found

    def answers(self) -> bool:
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False


class RabbitQueues:
    """The queues can be counted, over a connection of its own."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._connection: BrokerConnection | None = None

    def jobs_wait(self) -> bool:
        return self._waits(JOBS_QUEUE) or self._waits(AGAIN_QUEUE)

    def message_ids(self) -> None:
        return None

    def events_wait(self) -> bool:
        return self._waits(WEBHOOKS_QUEUE)

    def answers(self) -> bool:
        try:
            self._waits(JOBS_QUEUE)
        except BrokerAway:
            return False
        return True

    def _waits(self, queue: str) -> bool:
        try:
            declared: Any = self._app.amqp.queues[queue](self._channel()).queue_declare(
                passive=True
            )
        except Exception as problem:
            # Whatever ails it, the next question goes over a new connection.
            self._close()
            raise BrokerAway(repr(problem)) from problem
        return bool(declared.message_count)

    def _channel(self) -> Any:
        if self._connection is None:
            self._connection = self._app.connection_for_read(connect_timeout=2)
            self._connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)
        return self._connection.default_channel

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.collect(socket_timeout=1)


def open_queues(app: Celery, settings: Settings) -> Queues:
    """For one thread of its own."""
    if is_rabbitmq(settings.broker):
        return RabbitQueues(app)
    return RedisQueues(open_patient_redis(settings.broker))
