"""The watchdog: a worker that takes nothing any more ends itself, to be started again.

A thread in the worker's main process. Every second it asks the broker itself, compares that with
what `worker.consumption` noted, and writes down what it found for `score-import worker-health`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from dataclasses import dataclass

from celery import Celery
from celery.signals import worker_shutting_down
from celery.worker import state
from redis.exceptions import RedisError

from common.metrics import signs
from common.redis_client import open_patient_redis
from common.settings import Settings
from common.worker_health import HealthFile
from worker.broker_address import is_rabbitmq
from worker.consumption import Record, record
from worker.queues import Queues, open_queues

log = logging.getLogger(__name__)

INTERVAL = 1.0  # seconds
# Seconds between two looks after which we were stopped in between, not just slow.
LATE = 8.0
# Seconds without an answer, although the broker answers others, after which a worker is useless.
# Twice what a connection may take to be found dead, and what is left of 30 to start again.
PATIENCE = 15.0
# Seconds on top of the time limit of a job, after which busy processes are none.
AFTER_LIMIT = 60.0
# Seconds that an end in order may take.
LAST_WORDS = 5.0
EXIT_CODE = 70

# Set once the worker was told to end: from then on it takes nothing, as it should.
_stopping = threading.Event()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _stand_down(**_: object) -> None:
    _stopping.set()


@dataclass(frozen=True, slots=True)
class Observation:
    """One look. Times in seconds on the monotonic clock; processes: of the pool.

    waits_for: why it means to take nothing at the moment. is_paused: it takes no jobs, which is as
    it should be.
    """

    now: float
    broker_answers: bool
    busy: int
    processes: int
    answered_at: float
    ticked_at: float
    waits_for: str | None = None
    is_paused: bool = False


class Verdict:
    """Judges what is observed, one look after the other.

    started_at: when the worker began. longest_job: seconds after which a job is ended by force.
    """

    def __init__(self, started_at: float, longest_job: float) -> None:
        self._longest_job = longest_job
        self._seen_at = started_at
        self._broker_since = started_at
        self._free_since = started_at
        self._busy_since = started_at

    def problem(self, seen: Observation) -> str | None:
        """Why the worker does not consume at the moment; None if it does, or is busy."""
        if seen.now - self._seen_at > LATE:
            # We were stopped ourselves, and the rest of the worker with us.
            self._broker_since = seen.now
        self._seen_at = seen.now
        if not seen.broker_answers:
            self._broker_since = seen.now
            return "the broker does not answer"
        if seen.waits_for is not None:
            self._broker_since = seen.now
            return f"it waits: {seen.waits_for}"
        if seen.busy < seen.processes:
            self._busy_since = seen.now
        else:
            self._free_since = seen.now
        if seen.is_paused:
            # It may ask for nothing at all.
            self._free_since = seen.now
        return self._silence(seen)

    def _silence(self, seen: Observation) -> str | None:
        if seen.now - max(seen.ticked_at, self._broker_since) > PATIENCE:
            return "its event loop stands still"
        if seen.busy >= seen.processes:
            if seen.now - self._busy_since > self._longest_job + AFTER_LIMIT:
                return "its processes are busy for longer than any job may take"
            return None
        if seen.now - max(seen.answered_at, self._broker_since, self._free_since) > PATIENCE:
            return f"{seen.processes - seen.busy} of its processes are free, and it gets nothing"
        return None

    def useless(self, problem: str | None) -> bool:
        """Whether that problem will not pass by itself."""
        return problem is not None and self._broker_since < self._seen_at


class Watchdog(threading.Thread):
    """Runs until the process ends, and may end it."""

    def __init__(self, app: Celery, settings: Settings, name: str, processes: int) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._app = app
        self._settings = settings
        # Of which there is one on a machine.
        self._name = f"{name}:{os.getpid()}"
        self._processes = processes
        self._health = HealthFile(settings.worker_health_directory, name)
        self._verdict = Verdict(time.monotonic(), settings.hard_time_limit)

    def run(self) -> None:
        queues = open_queues(self._app, self._settings)
        redis = open_patient_redis(self._settings.redis_url)
        # RabbitMQ is not asked for messages, it sends them; a connection that died it finds by
        # heartbeats. So there the event loop is looked at, and not whether answers come.
        asks = not is_rabbitmq(self._settings.broker)
        while True:
            problem = self._verdict.problem(self._look(queues, record, asks=asks))
            self._write_down("it is about to end" if _stopping.is_set() else problem)
            if problem is None and (record.answered_at or not asks) and not _stopping.is_set():
                with contextlib.suppress(RedisError):
                    signs.alive(redis, self._name, self._processes)
            if self._verdict.useless(problem) and not _stopping.is_set():
                self._end(problem)
            time.sleep(INTERVAL)

    def _look(self, queues: Queues, noted: Record, *, asks: bool) -> Observation:
        answers = queues.answers()
        now = time.monotonic()
        return Observation(
            now=now,
            broker_answers=answers,
            busy=len(state.reserved_requests),
            processes=self._processes,
            answered_at=noted.answered_at if asks else now,
            ticked_at=noted.ticked_at,
            waits_for=noted.waits_for,
            is_paused=noted.is_paused,
        )

    def _write_down(self, problem: str | None) -> None:
        if problem is None and not (record.answered_at or record.ticked_at):
            problem = "it has not begun to consume"
        self._health.note(problem)

    def _end(self, problem: str | None) -> None:
        log.critical("this worker takes no jobs any more (%s): it ends itself", problem)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LAST_WORDS)
        log.critical("this worker did not end in order: it ends at once")
        os._exit(EXIT_CODE)
