"""Requests that wait for the end of a job: bounded, and woken when it comes.

A request that waits holds a thread of its web process, so only so many may, of one user and of
all. One listener a process hears from Redis which jobs have ended and wakes whoever waits for
them. Messages may be lost, or Redis away: so whoever waits also looks for itself, now and then.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from redis import Redis
from redis.exceptions import RedisError

from common.jobs.progress import ENDED_CHANNEL, FinalAnswer

log = logging.getLogger(__name__)

# Seconds after which a waiter looks for itself; the first time soon, for its job may have ended
# before the listener was there.
LOOKS: Final = (0.25, 0.5, 1.0)
# Seconds the listener leaves Redis alone after it failed.
PAUSE: Final = 1.0
# Seconds without a message after which the listener asks whether its connection lives, and
# seconds without an answer after which it makes another.
QUIET: Final = 5.0
SILENT: Final = 15.0


class Turn(Protocol):
    """A request's turn to be at work, see `api.server.lanes`."""

    def aside(self) -> AbstractContextManager[None]: ...


class Waiters:
    """Who waits in this process.

    Parameters:
        most: requests at a time; of_one: of one user.
        seconds: the longest time one waits.
    """

    def __init__(self, redis: Redis, most: int, of_one: int, seconds: float) -> None:
        self._redis = redis
        self._most = most
        self._of_one = of_one
        self._seconds = seconds
        self._lock = threading.Lock()
        self._count: Counter[int] = Counter()
        self._waiting: dict[str, threading.Event] = {}
        self._listener: threading.Thread | None = None

    @contextlib.contextmanager
    def place(self, user_id: int, job_id: str) -> Iterator[threading.Event | None]:
        """A place among those who wait for a job; None where all are taken."""
        with self._lock:
            if len(self._waiting) >= self._most or self._count[user_id] >= self._of_one:
                event = None
            else:
                self._count[user_id] += 1
                event = self._waiting[job_id] = threading.Event()
                if self._listener is None:
                    self._listener = threading.Thread(
                        target=self._listen, name="waiters", daemon=True
                    )
                    self._listener.start()
        try:
            yield event
        finally:
            if event is not None:
                with self._lock:
                    del self._waiting[job_id]
                    self._count[user_id] -= 1
                    if not self._count[user_id]:
                        del self._count[user_id]

    def wait(
        self, ended: threading.Event, look: Callable[[], FinalAnswer | None], turn: Turn
    ) -> FinalAnswer | None:
        """What `look` finds once the job has ended; None where that takes too long."""
        deadline = time.monotonic() + self._seconds
        looks = iter(LOOKS)
        pause = LOOKS[0]
        while (left := deadline - time.monotonic()) > 0:
            pause = next(looks, pause)
            with turn.aside():
                ended.wait(min(pause, left))
            ended.clear()
            answer = look()
            if answer is not None:
                return answer
        return None

    def _listen(self) -> None:
        while True:
            try:
                self._hear()
            except RedisError as problem:
                log.debug("waiters: not listening for now: %s", problem)
            except Exception:
                log.exception("waiters: the listener failed, and begins anew")
            time.sleep(PAUSE)

    def _hear(self) -> None:
        listening = self._redis.pubsub(  # type: ignore[no-untyped-call]
            ignore_subscribe_messages=True
        )
        with listening as channel:
            channel.subscribe(ENDED_CHANNEL)
            heard = time.monotonic()
            while True:
                message: dict[str, Any] | None = channel.get_message(timeout=QUIET)
                if message is not None:
                    heard = time.monotonic()
                    if message["type"] == "message":
                        self._wake(str(message["data"], "ascii", "replace"))
                elif time.monotonic() - heard > SILENT:
                    raise RedisError("nothing is heard of it any more")
                else:
                    channel.ping()

    def _wake(self, job_id: str) -> None:
        event = self._waiting.get(job_id)
        if event is not None:
            event.set()
