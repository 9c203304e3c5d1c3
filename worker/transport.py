"""Celery's way to Redis, made so that nothing in Redis can stop a worker.

kombu's Redis transport, with these differences:

- A message is taken out of Redis for good. There is no acknowledgement that could fail and keep
  its place in the worker, and no time-out that one host's clock sets and another's judges.
- A message that nobody can read is dropped with a log line.
- Where Redis refuses to hand out messages (a read-only replica, too few replicas, a full one),
  the worker connects anew, which may reach another server, and goes on.
- One client sends all messages of a connection, instead of one for each.
- It notes when Redis last answered the question for messages: see `worker.consumption`.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis, virtual
from redis import exceptions

from worker import consumption
from worker.unreadable import problem_of, quote

log = logging.getLogger(__name__)

TASK_QUEUES = "score-import."  # what the names of ours begin with
# Seconds between two attempts at a Redis that refuses.
REFUSAL_PAUSE = 1.0


def install() -> None:
    """Makes Celery use this transport for Redis, and Redis by its Sentinels, from now on."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:Transport"
    TRANSPORT_ALIASES["sentinel"] = f"{__name__}:SentinelTransport"


class QoS(virtual.QoS):
    """Counts the messages at work. Those of a lost connection are not put back."""

    restore_at_shutdown = False
    _delivered: OrderedDict[str, Any]

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Gives the message's place free even where it cannot be put back: upkeep mends that."""
        try:
            super().reject(delivery_tag, requeue)
        except Exception as problem:
            log.warning("a message was not put back: %r", problem)
            self.ack(delivery_tag)


class Channel(redis.Channel):
    ack_emulation = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._kept: Any = None
        super().__init__(*args, **kwargs)
        self.QoS = QoS  # type: ignore[assignment]

    def _create_client(self, asynchronous: bool = False) -> Any:
        """The client of a pool, kept as long as the pool is: to make one takes longer than to send.

        asynchronous: of the pool by which messages are waited for; kombu keeps that one itself.
        """
        if asynchronous:
            return super()._create_client(asynchronous=True)
        if self._kept is None or self._kept.connection_pool is not self.pool:
            self._kept = super()._create_client()
        return self._kept

    def _brpop_start(self, timeout: float | None = None) -> None:
        consumption.record.asked()
        super()._brpop_start(timeout)

    def _brpop_read(self, **options: Any) -> bool:
        try:
            found = bool(super()._brpop_read(**options))
        except Empty:
            consumption.record.answered()
            raise
        except self.connection_errors:
            raise
        except exceptions.ResponseError as refusal:
            self._refused(refusal)
            raise Empty from None
        except Exception as problem:
            # It is out of Redis by now, and was never counted.
            log.error("a message that cannot be read was dropped: %r", problem)
            found = True
        consumption.record.answered()
        return found

    def _refused(self, refusal: exceptions.ResponseError) -> None:
        if str(refusal).startswith("WRONGTYPE"):
            self._drop_what_is_no_queue(self.active_queues)
            return
        log.warning("Redis hands out no messages, connecting again: %s", refusal)
        time.sleep(REFUSAL_PAUSE)
        raise exceptions.ConnectionError(str(refusal)) from refusal

    def _size(self, queue: str) -> int:
        try:
            return int(super()._size(queue))
        except exceptions.ResponseError as refusal:
            # As the first command of several, and so told of them all.
            if "WRONGTYPE" not in str(refusal):
                raise
            self._drop_what_is_no_queue([queue])
            return 0

    def _drop_what_is_no_queue(self, queues: Iterable[str]) -> None:
        with self.conn_or_acquire() as client:
            for queue in queues:
                for priority in self.priority_steps:
                    key = self._q_for_pri(queue, priority)
                    kind = client.type(key)
                    if kind not in (b"list", b"none"):
                        log.error("%s is a %s, no list: dropped", key, kind.decode())
                        client.delete(key)

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        try:
            super()._put(queue, message, **kwargs)
        except exceptions.ResponseError as refusal:
            if str(refusal).startswith("WRONGTYPE"):
                log.error("%s is no list: not sent", queue)
            # A server that refuses to write is likely no longer the one to write to.
            with suppress(Exception):
                self.pool.disconnect(inuse_connections=False)
            raise


class Transport(redis.Transport):
    Channel = Channel

    def _deliver(self, message: Any, queue: str) -> None:
        """Hands a message to its consumer, if it is one."""
        try:
            problem = problem_of(message, of_task=queue.startswith(TASK_QUEUES))
            if problem is None:
                super()._deliver(message, queue)
                return
        except self.connection_errors as trouble:
            if not isinstance(trouble, KeyError):
                raise
            problem = repr(trouble)
        except Exception as trouble:
            problem = repr(trouble)
        self._forget(message)
        log.error("a message in %s was dropped, %s: %s", queue, problem, quote(message))

    def _forget(self, message: Any) -> None:
        """Frees the place of a message that failed on its way to the consumer."""
        with suppress(Exception):
            tag = message["properties"]["delivery_tag"]
            for channel in self.channels:
                if channel._qos is not None and tag in channel.qos._delivered:
                    channel.qos.ack(tag)


class SentinelChannel(Channel, redis.SentinelChannel):
    """To whichever server is the master; connecting anew asks the Sentinels again."""


class SentinelTransport(Transport):
    # Its base has no port of its own, says the type.
    default_port = redis.SentinelTransport.default_port  # type: ignore[assignment]
    Channel = SentinelChannel
