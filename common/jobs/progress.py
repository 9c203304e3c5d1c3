"""What Redis knows of imports: poll-status is answered from it without asking PostgreSQL.

Two keys an import, read together in one round trip: the text of the moment, and the answer of
an ended import as bytes ready to send. Neither is the truth, so neither is believed for long. A
text lives for a second, by Redis' clock alone, and the worker at it writes it again as long as
it works; so whatever happens to the worker or to Redis (killed, hung, full, read-only, brought
back from an old copy), a second later there is no text, and PostgreSQL is asked. Every value
carries its checksum: a damaged one counts as missing. Losing any of it is not an error.
"""

from __future__ import annotations

import contextlib
import threading
import time
import zlib
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError

from common.jobs.refreshing import refresher

TEXT_TTL: Final = 1000  # milliseconds
ANSWER_TTL: Final = 10  # seconds
WRITES_PER_SECOND: Final = 10
# The status of a cancelled job's answer; see `common.jobs.outcomes`.
CANCELLED: Final = 410
# After Redis failed to answer, writers leave it alone for this many seconds.
QUIET_AFTER_FAILURE: Final = 1.0

# Tells whoever waits for a job in this moment that it has ended; the message is the job's id.
ENDED_CHANNEL: Final = "score-import:ended"

STARTING: Final = "Starting up import."
PAUSED: Final = (
    "Imports are paused for the moment by those who run this service. Yours is kept, and goes on by"
    " itself."
)
WAITING: Final = "Waiting for your other import to finish."

_CHECKSUM: Final = 8  # bytes before every value
_SEAL: Final = 11  # and its status


def text_key(job_id: str) -> str:
    return f"score-import:said:{job_id}"


def answer_key(job_id: str) -> str:
    return f"score-import:answer:{job_id}"


@dataclass(frozen=True, slots=True)
class FinalAnswer:
    """The complete HTTP answer of an ended import; `body` is the JSON text.

    known: its seal, where that is known already.
    """

    status: int
    body: bytes
    known: bytes | None = field(default=None, compare=False)

    @property
    def seal(self) -> bytes:
        """How the value begins that Redis keeps of it; tells it from other answers."""
        return _seal(self.status, self.body) if self.known is None else self.known

    @property
    def checksum(self) -> str:
        """The same for clients."""
        return f"{self.seal.decode()}-{len(self.body):x}"


def seal(status: int, content: bytes) -> bytes:
    """A value as it is stored: checksum, status (0 for a text), content."""
    return _seal(status, content) + content


def _seal(status: int, content: bytes) -> bytes:
    return b"%08x%03d" % (zlib.crc32(content, zlib.crc32(b"%03d" % status)), status)


def unseal(value: Any) -> tuple[int, bytes] | None:
    """What `seal` was given; None where the value is missing or damaged."""
    if not isinstance(value, bytes) or len(value) < _SEAL:
        return None
    if b"%08x" % zlib.crc32(memoryview(value)[_CHECKSUM:]) != value[:_CHECKSUM]:
        return None
    status = value[_CHECKSUM:_SEAL]
    return (int(status), value[_SEAL:]) if status.isdigit() else None


def read(redis: Redis, job_id: str) -> FinalAnswer | str | None:
    """The final answer, else the text of the moment, else None. Raises RedisError."""
    return understand(redis.mget(answer_key(job_id), text_key(job_id)))


def ask(pipeline: Pipeline, job_id: str) -> None:
    """Adds the reading to a pipeline; `understand` takes its result."""
    pipeline.mget(answer_key(job_id), text_key(job_id))


def command(job_id: str) -> tuple[str, ...]:
    """What reads it; `understand` takes its answer."""
    return ("MGET", answer_key(job_id), text_key(job_id))


def seal_command(job_id: str) -> tuple[str, ...]:
    """What reads the `seal` of the final answer; nothing where there is none."""
    return ("GETRANGE", answer_key(job_id), "0", str(_SEAL - 1))


def understand(found: Any) -> FinalAnswer | str | None:
    answer, said = found
    if (unsealed := unseal(answer)) is not None:
        return FinalAnswer(*unsealed, known=answer[:_SEAL])
    if (unsealed := unseal(said)) is not None:
        return str(unsealed[1], "utf-8", "replace")
    return None


def write_progress(redis: Redis, job_id: str, description: str) -> None:
    """Raises RedisError."""
    redis.set(text_key(job_id), seal(0, description.encode()), px=TEXT_TTL)


def write_found(redis: Redis, job_id: str, description: str) -> None:
    """Keeps what PostgreSQL said of a job for a moment, unless its worker says something itself.

    Raises RedisError.
    """
    redis.set(text_key(job_id), seal(0, description.encode()), px=TEXT_TTL, nx=True)


def write_final(redis: Redis, job_id: str, answer: FinalAnswer) -> None:
    """Keeps an answer for the next polls. Raises RedisError."""
    redis.set(answer_key(job_id), seal(answer.status, answer.body), ex=ANSWER_TTL)


def forget(redis: Redis, job_id: str) -> None:
    """Removes both, for an import that was reverted. Raises RedisError."""
    redis.delete(answer_key(job_id), text_key(job_id))


class ProgressReporter:
    """Tells the progress of one running import; throttled, and deaf to Redis' troubles.

    As a context manager it keeps the last text alive until the import has ended. is_cancelled:
    whoever runs the service has ended the import, and whoever works at it may stop.
    """

    def __init__(self, redis: Redis, job_id: str) -> None:
        self._redis = redis
        self._job_id = job_id
        self._not_before = 0.0
        self._said: str | None = None
        self._begun = False
        self.is_cancelled = False
        # Between the thread that works and the one that refreshes.
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        refresher().add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        refresher().remove(self)

    def tell(self, description: str) -> None:
        """Writes unless the last write was under a tenth of a second ago."""
        self._said = description
        if time.monotonic() >= self._not_before:
            self.tell_now(description)

    def tell_now(self, description: str) -> None:
        """Writes whatever the time, unless Redis has just failed."""
        with self._lock:
            self._said = description
            self._write()

    def refresh(self) -> None:
        """Says the last text once more, for it is forgotten soon."""
        with self._lock:
            self._write()

    def _write(self) -> None:
        if (
            self._said is None
            or self.is_cancelled
            or time.monotonic() < self._not_before - 1 / WRITES_PER_SECOND
        ):
            return
        try:
            answer = self._say(self._said) if self._begun else self._begin(self._said)
            if answer is not None and answer[0] == CANCELLED:
                self._fall_silent(FinalAnswer(*answer))
        except RedisError:
            self._not_before = time.monotonic() + QUIET_AFTER_FAILURE
        else:
            self._begun = True
            self._not_before = time.monotonic() + 1 / WRITES_PER_SECOND

    def _say(self, description: str) -> tuple[int, bytes] | None:
        """Writes the text; the answer that stands beside it."""
        with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.get(answer_key(self._job_id))
            write_progress(pipeline, self._job_id, description)
            return unseal(pipeline.execute()[0])

    def _begin(self, description: str) -> tuple[int, bytes] | None:
        """The same, the first time."""
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.get(answer_key(self._job_id))
            # An earlier end may still be there, if an operator had this job run again.
            pipeline.delete(answer_key(self._job_id))
            write_progress(pipeline, self._job_id, description)
            return unseal(pipeline.execute()[0])

    def _fall_silent(self, answer: FinalAnswer) -> None:
        self.is_cancelled, self._said = True, None
        self._redis.delete(text_key(self._job_id))
        write_final(self._redis, self._job_id, answer)

    def finish(self, answer: FinalAnswer) -> None:
        """The import has ended: nothing is said of its progress any more.

        Without Redis, polls are answered from PostgreSQL.
        """
        with self._lock, contextlib.suppress(RedisError):
            self._said = None
            with self._redis.pipeline(transaction=False) as pipeline:
                # Removed first, and by itself: a Redis that is full still removes.
                pipeline.delete(text_key(self._job_id))
                pipeline.set(
                    answer_key(self._job_id), seal(answer.status, answer.body), ex=ANSWER_TTL
                )
                pipeline.publish(ENDED_CHANNEL, self._job_id)
                pipeline.execute(raise_on_error=False)
