"""Progress of imports in Redis: what poll-status answers without asking PostgreSQL.

Two keys an import, read together in one round trip. `progress` holds the text of the moment,
`final` the answer of a finished import as bytes ready to send. Both expire; losing them is
not an error.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError

PROGRESS_TTL = 24 * 3600  # seconds
FINAL_TTL = 300  # seconds
WRITES_PER_SECOND = 10
# After Redis failed to answer, writers leave it alone for this many seconds.
QUIET_AFTER_FAILURE = 1.0

STARTING = "Starting up import."
WAITING = "Waiting for your other import to finish."


def progress_key(import_id: str) -> str:
    return f"score-import:progress:{import_id}"


def final_key(import_id: str) -> str:
    return f"score-import:final:{import_id}"


@dataclass(frozen=True, slots=True)
class FinalAnswer:
    """The complete HTTP answer of a finished import; `body` is the JSON text."""

    status: int
    body: bytes

    def pack(self) -> bytes:
        return b"%d" % self.status + self.body

    @classmethod
    def unpack(cls, packed: bytes) -> FinalAnswer:
        return cls(int(packed[:3]), packed[3:])


def read(redis: Redis, import_id: str) -> FinalAnswer | str | None:
    """The final answer, else the progress text, else None. Raises RedisError."""
    return understand(redis.mget(final_key(import_id), progress_key(import_id)))


def ask(pipeline: Pipeline, import_id: str) -> None:
    """Adds the reading to a pipeline; `understand` takes its result."""
    pipeline.mget(final_key(import_id), progress_key(import_id))


def understand(found: Any) -> FinalAnswer | str | None:
    final, text = found
    if final is not None:
        return FinalAnswer.unpack(final)
    return None if text is None else str(text, "utf-8")


def write_progress(redis: Redis, import_id: str, description: str) -> None:
    """Raises RedisError."""
    redis.set(progress_key(import_id), description, ex=PROGRESS_TTL)


def write_final(redis: Redis, import_id: str, answer: FinalAnswer) -> None:
    """Raises RedisError."""
    redis.set(final_key(import_id), answer.pack(), ex=FINAL_TTL)


def forget(redis: Redis, import_id: str) -> None:
    """Removes both, for an import that was reverted. Raises RedisError."""
    redis.delete(final_key(import_id), progress_key(import_id))


class ProgressReporter:
    """Tells the progress of one running import; throttled, and deaf to Redis' troubles."""

    def __init__(self, redis: Redis, import_id: str) -> None:
        self._redis = redis
        self._import_id = import_id
        self._not_before = 0.0

    def tell(self, description: str) -> None:
        """Writes unless the last write was under a tenth of a second ago."""
        if time.monotonic() >= self._not_before:
            self.tell_now(description)

    def tell_now(self, description: str) -> None:
        """Writes whatever the time, unless Redis has just failed."""
        if time.monotonic() < self._not_before - 1 / WRITES_PER_SECOND:
            return
        try:
            write_progress(self._redis, self._import_id, description)
        except RedisError:
            self._not_before = time.monotonic() + QUIET_AFTER_FAILURE
        else:
            self._not_before = time.monotonic() + 1 / WRITES_PER_SECOND

    def finish(self, answer: FinalAnswer) -> None:
        """Keeps the final answer; without Redis, polls are answered from PostgreSQL."""
        try:
            write_final(self._redis, self._import_id, answer)
        except RedisError:
            return
