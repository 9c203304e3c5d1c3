"""What is done where the database is in trouble: a job is tried again, at no cost to it.

In its turn a worker tries again with growing pauses, for a short while: most trouble is over by
then, and the import is done at once. Then it frees its slot, and the upkeep sends the job's
message again, as often as it takes. A job whose trouble outlasts `JOB_DATABASE_PATIENCE` fails.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable
from typing import Final, TypeVar

from common.database import failures
from common.database.schema_guard import misfit_behind
from common.jobs.outcomes import failed_answer
from common.jobs.progress import ProgressReporter
from common.metrics.measures import TROUBLES
from worker import jobs
from worker.jobs import ClaimedJob
from worker.runtime import Runtime

log = logging.getLogger(__name__)

Result = TypeVar("Result")

# Seconds that a turn goes on after its first trouble.
TURN: Final = 20.0
# Seconds of the pauses in a turn, which double: of the first one, and the longest.
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
# The older the trouble, the longer the pauses: this part of its age.
PAUSE_BY_AGE: Final = 0.05

NO_ROOM = (
    "This import could not be stored: for {minutes} minutes the database could not take it,"
    " which is no fault of yours. Nothing of it was stored. It is kept, and can be run again by"
    " those who run this service."
)


class Turn:
    """One try after another of one message, in one worker process."""

    def __init__(self, runtime: Runtime, seconds: float) -> None:
        self._runtime = runtime
        self._seconds = min(seconds, runtime.settings.database_patience)
        self._began = time.monotonic()
        self._trouble_began: float | None = None
        self._claimed: ClaimedJob | None = None
        self._owed = False

    def claimed(self, job: ClaimedJob) -> None:
        """From here on trouble would cost the job an attempt, unless it is given back."""
        self._claimed, self._owed = job, True

    @property
    def has_claimed(self) -> bool:
        """Whether a job was claimed in this turn that has not come to its end."""
        return self._claimed is not None

    def ended(self) -> None:
        """The job came to an end of its own, which is stored."""
        self._claimed, self._owed = None, False

    def give_back(self, trouble: Exception | None) -> float:
        """Queues the job again as if it had not been tried; for how many seconds it is in trouble.

        trouble: what the database raised.

        Raises whatever the database raises; it is owed then.
        """
        if self._claimed is None or not self._owed:
            return 0.0
        with self._runtime.engine.begin() as connection:
            cause = "" if trouble is None else failures.in_a_line(trouble)
            age = jobs.give_back(connection, self._claimed, cause)
        self._owed = False
        return age

    def is_over(self) -> bool:
        """Whether this slot has been held for long enough, or too long to begin once more."""
        now = time.monotonic()
        if self._trouble_began is None:
            self._trouble_began = now
        too_late = now - self._began > self._runtime.settings.soft_time_limit / 4
        return too_late or now - self._trouble_began > self._seconds

    def give_up(self) -> None:
        """Ends the job where its trouble has lasted for too long; its payload is kept."""
        job = self._claimed
        if job is None:
            return
        patience = self._runtime.settings.database_patience
        message = NO_ROOM.format(minutes=round(patience / 60, 1))
        with self._runtime.engine.begin() as connection:
            given_up = jobs.give_up(connection, job, patience, 500, message)
        if given_up:
            log.error("job %s given up: the database could not take it", job.job_id)
            reporter = ProgressReporter(self._runtime.redis, job.job_id)
            reporter.finish(failed_answer(job.kind, 500, message))


def take_turn(
    runtime: Runtime,
    what: str,
    once: Callable[[Turn], Result],
    seconds: float = TURN,
    *,
    raising: bool = False,
) -> Result | None:
    """The result of `once`, tried again while the database is in trouble.

    None where that lasts for more than `seconds`; or, if `raising`, what it was.

    `once` tells the turn which job it claimed and when that ended, and leaves no connection open.
    what: names it in the log.
    """
    turn = Turn(runtime, seconds)
    last: Exception | None = None
    for tries in itertools.count():
        age = 0.0
        try:
            turn.give_back(last)
            return once(turn)
        except Exception as raised:
            problem = misfit_behind(runtime.engine, raised) or raised
            if not failures.is_passing(problem):
                raise
            last = problem
            TROUBLES.add()
            log.warning("%s: trouble with the database: %s", what, failures.in_a_line(problem))
        try:
            age = turn.give_back(last)
            if turn.is_over():
                turn.give_up()
                break
        except Exception as problem:
            if not failures.is_passing(problem):
                raise
            if turn.is_over():
                break
        time.sleep(pause(tries, age))
    log.warning("%s: the database is still in trouble, left to the upkeep", what)
    if raising and last is not None:
        raise last
    return None


def pause(tries: int, age: float) -> float:
    """Seconds to wait after so many failed tries of a job that is in trouble for `age` seconds."""
    growing = FIRST_PAUSE * 2.0 ** min(tries, 20)
    return min(LONGEST_PAUSE, max(growing, age * PAUSE_BY_AGE))
