"""Running one job: the user's lock around it, and an end for every way it can go.

Exactly once: the job's end is written in the transaction that holds its effects, and only
while the job still is in the attempt we claimed. Whatever else happens (a dead process, a
cut connection, a second delivery), the transaction is rolled back and the job is run again.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Sequence

import orjson
from celery.exceptions import SoftTimeLimitExceeded
from redis.exceptions import RedisError
from sqlalchemy import Connection

from common import log_context, reporting, tracing
from common.database import failures
from common.database.engine import autocommit
from common.database.schema_guard import misfit_behind
from common.errors import UserError
from common.jobs import progress
from common.jobs.accepting import Message, next_message
from common.jobs.job_tables import JobState
from common.jobs.outcomes import failed_answer, job_outcome
from common.jobs.progress import FinalAnswer, ProgressReporter
from common.metrics.measures import JOB_SECONDS, JOBS, SCORES
from worker import jobs, kinds
from worker.jobs import ClaimedJob, Failure, JobLost
from worker.pausing import SETTLED
from worker.runtime import Runtime
from worker.services.stopping import Stopping
from worker.turns import Turn, take_turn
from worker.work import Imported, Work

log = logging.getLogger(__name__)

# Seconds between two looks at whether a busy user is free.
INLINE_PAUSE = 0.02
# The status of the answer of a job that ended well.
OK = 200
# Seconds of trouble with the database that somebody who waits is asked to bear.
INLINE_TURN = 1.0

PAUSED_INLINE = (
    "Imports are paused for the moment by those who run this service. Please try again later."
)
INTERNAL_ERROR_INLINE = "An internal service error has occured."
INTERNAL_ERROR = "An internal service error has occured with this import."
GIVEN_UP = (
    "This import was started {attempts} times and never reached its end. It has been given up;"
    " nothing of it was stored."
)
TOO_LARGE = (
    "This import was ended because it needed more memory than there was. Nothing of it was"
    " stored; try splitting it into smaller ones."
)
TOOK_TOO_LONG = (
    "This import was ended because it took longer than {seconds} seconds. Nothing of it was"
    " stored; try splitting it into smaller ones."
)


class QueuePaused(UserError):
    """No job is begun for the moment; the one that was to be is queued."""

    def __init__(self, message: str) -> None:
        super().__init__(503, message, code="QUEUE_PAUSED")


class GivenUp(UserError):
    """Too many workers died of the job."""


def _say_nothing(_: str) -> None:
    pass


def run(
    runtime: Runtime,
    user_id: int,
    job_id: str,
    stamp: int | None = None,
    failed: Callable[[str], object] = _say_nothing,
) -> Message | None:
    """Runs the user's oldest job and returns the message to send next, if one is due.

    `job_id` is the job whose message this is; it runs now unless an older one must go first.
    Where the user is busy elsewhere the job stays queued. stamp: of the message, if it has one.
    failed: is told of a job that failed.
    """
    try:
        return take_turn(
            runtime,
            f"job {job_id}",
            lambda turn: _run_once(runtime, user_id, job_id, stamp, turn, failed),
        )
    except QueuePaused:
        # The upkeep sends the message again.
        log.info("job %s is left: the queue is paused", job_id)
        time.sleep(SETTLED)
        return None


def _run_once(
    runtime: Runtime,
    user_id: int,
    job_id: str,
    stamp: int | None,
    turn: Turn,
    failed: Callable[[str], object] = _say_nothing,
) -> Message | None:
    # What was claimed for the message once is tried again without it.
    stamp = None if turn.has_claimed else stamp
    with runtime.engine.connect() as connection:
        with autocommit(connection):
            if not _lock_or_spend(connection, user_id, job_id, stamp):
                return None
        try:
            with autocommit(connection):
                job = jobs.claim_oldest(
                    connection, user_id, runtime.settings.max_attempts, job_id, stamp
                )
                # We hold the lock and the message was good: only a pause is in the way.
                refused = job is None and jobs.spend(connection, user_id, job_id, stamp)
            if job is not None:
                runtime.follow_clock(job.claimed_at)
                turn.claimed(job)
                answer = run_claimed(runtime, connection, job)
                turn.ended()
                if answer is not None and answer.status != OK:
                    failed(f"{job.job_id}: {orjson.loads(answer.body)['description']}")
            with autocommit(connection):
                jobs.unlock(connection, user_id)
        except BaseException:
            # Whatever state the session is in, closing it frees the lock.
            connection.invalidate()
            raise
        if refused:
            raise QueuePaused(PAUSED_INLINE)
        # Only after the unlock: whoever was turned away before it has left a note by now,
        # and whoever comes after it gets the lock.
        with autocommit(connection):
            return next_message(connection, user_id)


def run_inline(runtime: Runtime, user_id: int, job_id: str) -> None:
    """Runs the user's jobs in this process, oldest first, until `job_id` has ended.

    Gives up without a word where the user stays busy for longer than a job may take; raises what
    the database raises where that lasts, and QueuePaused.
    """
    deadline = time.monotonic() + runtime.settings.hard_time_limit
    while time.monotonic() < deadline:
        _take_inline_turn(runtime, user_id, job_id)
        with runtime.engine.connect() as connection:
            outcome = job_outcome(connection, job_id)
        if outcome is None or outcome.state in (JobState.COMPLETED, JobState.FAILED):
            return
        if outcome.is_paused:
            raise QueuePaused(PAUSED_INLINE)
        time.sleep(INLINE_PAUSE)


def _take_inline_turn(runtime: Runtime, user_id: int, job_id: str) -> None:
    take_turn(
        runtime,
        f"job {job_id}",
        lambda turn: _run_once(runtime, user_id, job_id, None, turn),
        INLINE_TURN,
        raising=True,
    )


def _lock_or_spend(connection: Connection, user_id: int, job_id: str, stamp: int | None) -> bool:
    """Takes the user's lock, or leaves a note for its holder to send another message."""
    if jobs.try_lock(connection, user_id):
        return True
    jobs.spend(connection, user_id, job_id, stamp)
    # The holder may have looked for notes just before ours: then the lock is free now.
    return jobs.try_lock(connection, user_id)


def run_claimed(runtime: Runtime, connection: Connection, job: ClaimedJob) -> FinalAnswer | None:
    """Runs a claimed job to one of its ends, and returns its answer.

    None where it was taken from us, or put back. Raises only where the database is at fault.
    """
    whose = log_context.bound(
        request=job.request_id,
        job=job.job_id,
        user=job.user_id,
        attempt=job.attempt,
        import_type=job.import_type,
    )
    traced = tracing.span(
        job.kind,
        {
            "job.id": job.job_id,
            "job.import_type": job.import_type,
            "job.attempt": job.attempt,
            "request.id": job.request_id,
        },
    )
    with whose, traced, ProgressReporter(runtime.redis, job.job_id) as reporter:
        try:
            return _run_claimed(runtime, connection, job, reporter)
        except JobLost as lost:
            connection.rollback()
            log.warning("%s: cancelled, or taken over by another worker; nothing committed", lost)
        except Stopping:
            connection.rollback()
            jobs.release(connection, job)
            connection.commit()
            log.info("job %s put back: this worker is shut down", job.job_id)
    return None


def _run_claimed(
    runtime: Runtime, connection: Connection, job: ClaimedJob, reporter: ProgressReporter
) -> FinalAnswer:
    started = time.perf_counter()
    answer: FinalAnswer | None
    try:
        if job.exhausted:
            raise GivenUp(500, GIVEN_UP.format(attempts=job.attempt))
        result = kinds.run(Work(runtime, connection, job, reporter))
        jobs.complete(connection, job, result.result)
        connection.commit()
        _forget(runtime, result.changed_imports)
        answer = result.answer()
        if isinstance(result, Imported):
            SCORES.add(result.document["game"], by=len(result.document["scoreIDs"]))
    except Stopping:
        raise  # which is no end
    except UserError as error:
        answer = _fail(connection, job, Failure(error.status, error.message))
        log.info("job %s failed: %s %s", job.job_id, error.status, error.message)
    except MemoryError:
        # What filled the memory hangs on this error: it has to be let go of first.
        answer = None
    except SoftTimeLimitExceeded:
        message = TOOK_TOO_LONG.format(seconds=runtime.settings.soft_time_limit)
        answer = _fail(connection, job, Failure(500, message))
        log.error("job %s exceeded its time limit", job.job_id)
    except Exception as problem:
        if failures.is_passing(problem):
            raise
        if (misfit := misfit_behind(runtime.engine, problem)) is not None:
            raise misfit from problem
        answer = _fail_internally(connection, job, problem)
    if answer is None:
        log.error("job %s needed more memory than there was", job.job_id)
        answer = _fail(connection, job, Failure(500, TOO_LARGE))
    reporter.finish(answer)
    seconds = time.perf_counter() - started
    _count(job, answer, seconds)
    log.info("job %s done in %.0f ms", job.job_id, seconds * 1000)
    return answer


def _count(job: ClaimedJob, answer: FinalAnswer, seconds: float) -> None:
    well = answer.status == OK
    error = "" if well else orjson.loads(answer.body)["error"]["code"]
    outcome = JobState.COMPLETED if well else JobState.FAILED
    JOBS.add(job.kind, job.import_type or "", outcome, error)
    JOB_SECONDS.observe(seconds, job.kind)


def _forget(runtime: Runtime, import_ids: Sequence[str]) -> None:
    """What poll-status said of these imports is no longer true."""
    with contextlib.suppress(RedisError):
        for import_id in import_ids:
            progress.forget(runtime.redis, import_id)


def _fail_internally(connection: Connection, job: ClaimedJob, problem: Exception) -> FinalAnswer:
    reference = secrets.token_hex(6)
    log.exception("job %s failed, reference %s", job.job_id, reference)
    reporting.report(problem, reference)
    cause = f"{type(problem).__name__}: {problem}"
    failure = Failure(500, reporting.told(INTERNAL_ERROR), reference, cause)
    return _fail(connection, job, failure)


def _fail(connection: Connection, job: ClaimedJob, failure: Failure) -> FinalAnswer:
    connection.rollback()
    stored = jobs.fail(connection, job, failure)
    connection.commit()
    return failed_answer(job.kind, stored.status, stored.message, stored.reference)
