"""What processes count: added up in each, and every few seconds to what stands in Redis.

So whoever asks (`score-import metrics`) finds one sum of all processes on all machines, and no
process has to be reached by itself. Nothing waits for it: counting is an addition in memory, and
without Redis the sums are kept until it is back. A process that is killed loses its last seconds;
a Redis that is wiped begins at 0 again, which whoever reads counters expects of them.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

# Seconds between two times that a process hands on what it counted.
PAUSE: Final = 2.0
KEY: Final = "score-import:metrics"
_BETWEEN: Final = "\x1f"

# The sample's name, and the values of its labels.
Sample = tuple[str, ...]


class Tally:
    """What this process has counted and not handed on yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[Sample, float] = defaultdict(float)
        self._redis: Redis | None = None
        self._thread: threading.Thread | None = None

    def publish_to(self, redis: Redis) -> None:
        """Hands on from now on; a thread for it begins with what is counted next."""
        self._redis = redis

    def add(self, samples: Sequence[tuple[Sample, float]]) -> None:
        with self._lock:
            for sample, by in samples:
                self._counts[sample] += by
            if self._thread is None and self._redis is not None:
                self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)
                self._thread.start()

    def hand_on(self) -> None:
        """Adds what was counted to what stands in Redis. Raises RedisError, and keeps it then."""
        if self._redis is None:
            return
        with self._lock:
            counted, self._counts = self._counts, defaultdict(float)
        try:
            with self._redis.pipeline(transaction=True) as pipeline:
                for sample, by in counted.items():
                    pipeline.hincrbyfloat(KEY, _BETWEEN.join(sample), by)
                pipeline.execute()
        except RedisError:
            self.add([*counted.items()])
            raise

    def after_fork(self) -> None:
        """What the parent counted it hands on itself; no thread comes along."""
        self._lock = threading.Lock()
        self._counts = defaultdict(float)
        self._thread = None

    def _run(self) -> None:
        while True:
            time.sleep(PAUSE)
            try:
                self.hand_on()
            except RedisError as problem:
                log.debug("metrics are kept for now: %s", problem)
            except Exception:
                log.exception("metrics could not be handed on")


tally = Tally()
os.register_at_fork(after_in_child=tally.after_fork)


@dataclass(frozen=True, slots=True)
class Counter:
    """Something that only grows. labels: the names of what tells its samples apart."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()

    def add(self, *values: str, by: float = 1) -> None:
        """values: of the labels."""
        tally.add([((self.name, *values), by)])


@dataclass(frozen=True, slots=True)
class Histogram:
    """How long something takes, in seconds. bounds: of the buckets, ascending."""

    name: str
    meaning: str
    labels: tuple[str, ...]
    bounds: tuple[float, ...]

    def observe(self, seconds: float, *values: str) -> None:
        place = bisect_left(self.bounds, seconds)
        bound = str(self.bounds[place]) if place < len(self.bounds) else "+Inf"
        tally.add(
            [((f"{self.name}_bucket", *values, bound), 1), ((f"{self.name}_sum", *values), seconds)]
        )


def counted(redis: Redis) -> dict[Sample, float]:
    """What all processes have counted. Raises RedisError."""
    stored: dict[bytes, bytes] = redis.hgetall(KEY)  # type: ignore[assignment]
    return {
        tuple(str(sample, "utf-8").split(_BETWEEN)): float(value)
        for sample, value in stored.items()
    }
