"""A job's life in the worker: lock, claim, end. All SQL on jobs that is not the sweeper's.

The user's advisory lock belongs to the database session: it cannot outlive its holder, and
whoever holds it is the only one who works for that user. So a job found `running` by the
holder of the lock is one whose worker died.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, text

from common import locks
from common.clock import NOW_MS
from common.database.statements import Statement
from common.errors import MAX_MESSAGE_LENGTH
from common.jobs.accepting import unpack
from common.jobs.job_tables import AttemptOutcome, JobKind, JobState
from common.jobs.outcomes import is_ours
from common.jobs.pause_rows import ALL_PAUSED


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job this worker runs.

    attempt: counts from 1. claim: tells this run of the job from any other, and guards its end.
    exhausted: as many workers as may have died of it did.
    accepted_at, claimed_at: milliseconds since the epoch by PostgreSQL's clock.
    """

    user_id: int
    job_id: str
    kind: JobKind
    import_type: str | None
    user_intent: bool
    arguments: dict[str, Any]
    attempt: int
    claim: int
    exhausted: bool
    accepted_at: int
    claimed_at: int
    # Of the request that brought the job, for the logs; None where none did.
    request_id: str | None = None


# Characters of the cause an attempt keeps.
CAUSE_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job has no effect.

    status: the HTTP status that is shown. message: what the job's owner reads. reference: what
    to look for in the logs. cause: for operators, where the message says less.
    """

    status: int
    message: str
    reference: str | None = None
    cause: str | None = None

    def storable(self) -> Failure:
        """As a job's row and its attempt can hold it."""
        return Failure(
            self.status,
            _storable(self.message, MAX_MESSAGE_LENGTH),
            self.reference,
            _storable(self.cause or self.message, CAUSE_LIMIT),
        )


class JobLost(Exception):
    """The job was taken over while we worked on it; what we did must not be committed."""


def try_lock(connection: Connection, user_id: int) -> bool:
    """Takes the user's lock if it is free; it is held until `unlock` or the session's end."""
    return locks.try_for_session(connection, locks.USER, user_id)


def unlock(connection: Connection, user_id: int) -> None:
    locks.give_back(connection, locks.USER, user_id)


_SPEND = text(
    """
    UPDATE jobs SET dispatched_at = NULL, deferred = true
    WHERE user_id = :user_id AND job_id = :job_id AND state = 'queued'
      AND dispatched_at = coalesce(:stamp, dispatched_at)
    """
)


def spend(connection: Connection, user_id: int, job_id: str, stamp: int | None) -> bool:
    """Notes that the message of this queued job was spent, while the user was busy or on another.

    Whoever ends the user's running job then sends the next one; where none runs, the upkeep does.
    Nothing to note where it was replaced by another, or the job had its turn: returns whether it
    was. stamp: None where the message has none.
    """
    spent = connection.execute(_SPEND, {"user_id": user_id, "job_id": job_id, "stamp": stamp})
    return spent.rowcount == 1


_DIED = AttemptOutcome.WORKER_DIED


def worker_name() -> str:
    """This process, as attempts name it: its host and number."""
    return f"{platform.node()}:{os.getpid()}"


# Its commit need not reach the disk before the work begins: the next one that has to takes it
# along, and a server that crashes before has run no job that it knows of.
_CLAIM = Statement(
    f"""
    WITH claimed AS (
        UPDATE jobs
        SET state = 'running', attempts = least(jobs.attempts + 1, :most),
            claims = claims + 1, started_at = {NOW_MS}, deferred = false
        FROM (
            SELECT user_id, job_id, attempts, set_config('synchronous_commit', 'off', true)
            FROM jobs WHERE user_id = :user_id AND state IN ('queued', 'running')
              AND NOT {ALL_PAUSED}
            ORDER BY sequence LIMIT 1) AS oldest
        WHERE jobs.user_id = oldest.user_id AND jobs.job_id = oldest.job_id
          AND jobs.state IN ('queued', 'running')
          AND (CAST(:stamp AS bigint) IS NULL OR EXISTS (
            SELECT FROM jobs AS named
            WHERE named.user_id = :user_id AND named.job_id = :named
              AND named.state IN ('queued', 'running') AND named.dispatched_at = :stamp))
        RETURNING jobs.user_id, jobs.job_id, kind, import_type, user_intent, arguments,
                  jobs.attempts, claims, oldest.attempts >= :most AS exhausted,
                  accepted_at, started_at, request_id),
    before AS (
        UPDATE job_attempts SET ended_at = started_at, outcome = '{_DIED}'
        FROM claimed
        WHERE (job_attempts.user_id, job_attempts.job_id)
            = (claimed.user_id, claimed.job_id) AND ended_at IS NULL),
    attempt AS (
        INSERT INTO job_attempts (user_id, job_id, claim, worker, began_at)
        SELECT user_id, job_id, claims, :worker, started_at FROM claimed)
    SELECT * FROM claimed
    """,  # noqa: S608 - constants of ours
    prepared=True,
)


def claim_oldest(
    connection: Connection,
    user_id: int,
    most_attempts: int,
    job_id: str | None = None,
    stamp: int | None = None,
) -> ClaimedJob | None:
    """Marks the user's oldest unfinished job as running. The caller holds the user's lock.

    It counts as an attempt, of which there are no more than `most_attempts`, until `give_back`.
    job_id, stamp: of the message this is done for; nothing is claimed where it counts no more.
    Without a stamp it counts. Nothing is claimed while the queue is paused.
    """
    row = _CLAIM.row(
        connection,
        {
            "user_id": user_id,
            "named": job_id,
            "stamp": stamp,
            "most": most_attempts,
            "worker": worker_name(),
        },
    )
    if row is None:
        return None
    if job_id is not None and job_id != row.job_id:
        spend(connection, user_id, job_id, stamp)
    return ClaimedJob(
        user_id=row.user_id,
        job_id=row.job_id,
        kind=JobKind(row.kind),
        import_type=row.import_type,
        user_intent=row.user_intent,
        arguments=row.arguments,
        attempt=row.attempts,
        claim=row.claims,
        exhausted=row.exhausted,
        accepted_at=row.accepted_at,
        claimed_at=row.started_at,
        request_id=row.request_id,
    )


_PAYLOAD = Statement(
    "SELECT content FROM job_payloads WHERE user_id = :user_id AND job_id = :job_id", prepared=True
)


def payload(connection: Connection, job: ClaimedJob) -> bytes:
    content = _PAYLOAD.value(connection, {"user_id": job.user_id, "job_id": job.job_id})
    return unpack(content) if content is not None else b""


# To stand before a statement that ends or gives back the job.
_ATTEMPT_ENDS = f"""
    attempt AS (
        UPDATE job_attempts SET ended_at = {NOW_MS}, outcome = :outcome, cause = :cause
        WHERE user_id = :user_id AND job_id = :job_id AND claim = :claim AND ended_at IS NULL)
"""  # noqa: S608 - a constant of ours

# The claim guards the end: a job that was taken over meanwhile is not ours to end. The payload of
# one that failed through no fault of its user stays, so that it can be run again.
_END = Statement(
    f"""
    WITH payload AS (
        DELETE FROM job_payloads
        WHERE user_id = :user_id AND job_id = :job_id AND NOT :keep_payload),
    {_ATTEMPT_ENDS}
    UPDATE jobs
    SET state = :state, finished_at = {NOW_MS}, result = :result, error_status = :status,
        error_message = :message, error_reference = :reference
    WHERE user_id = :user_id AND job_id = :job_id AND state = 'running' AND claims = :claim
    """,  # noqa: S608 - constants of ours
    prepared=True,
)


def complete(connection: Connection, job: ClaimedJob, result: dict[str, Any] | None = None) -> None:
    """Ends the job well, in the transaction that holds its effects; raises JobLost."""
    _end(connection, job, result)


def fail(connection: Connection, job: ClaimedJob, failure: Failure) -> Failure:
    """Ends the job without effect; raises JobLost. Returns the failure as it is stored."""
    stored = failure.storable()
    _end(connection, job, stored)
    return stored


def _storable(message: str, limit: int) -> str:
    # PostgreSQL's text cannot hold U+0000, and messages quote what a client sent.
    return message[:limit].replace("\0", "\ufffd")


def _end(connection: Connection, job: ClaimedJob, outcome: dict[str, Any] | Failure | None) -> None:
    """outcome: the result of a job that ended well, if it has any; or why it failed."""
    failure = outcome if isinstance(outcome, Failure) else None
    result = None if outcome is None or failure is not None else orjson.dumps(outcome).decode()
    ended = _END.run(
        connection,
        {
            "user_id": job.user_id,
            "job_id": job.job_id,
            "claim": job.claim,
            "keep_payload": failure is not None and is_ours(failure.status),
            "outcome": AttemptOutcome.FAILED if failure else AttemptOutcome.COMPLETED,
            "cause": failure and failure.cause,
            "state": JobState.FAILED if failure else JobState.COMPLETED,
            "result": result,
            "status": failure and failure.status,
            "message": failure and failure.message,
            "reference": failure and failure.reference,
        },
    )
    if ended != 1:
        raise JobLost(f"job {job.job_id}, attempt {job.attempt}")


# --- trouble with the database -----------------------------------------------------------


# Also where another worker has claimed it meanwhile: what we did was no attempt.
_GIVE_BACK = text(
    f"""
    WITH {_ATTEMPT_ENDS}
    UPDATE jobs
    SET attempts = greatest(attempts - 1, 0),
        state = CASE WHEN claims = :claim THEN 'queued' ELSE state END,
        troubled_since = coalesce(troubled_since, {NOW_MS})
    WHERE user_id = :user_id AND job_id = :job_id AND state IN ('queued', 'running')
      AND claims >= :claim
    RETURNING ({NOW_MS} - troubled_since) / 1000.0
    """  # noqa: S608 (a constant of ours)
)


def give_back(connection: Connection, job: ClaimedJob, cause: str) -> float:
    """Queues the job again as if we had not tried it: the database was at fault, not the job.

    cause: what was wrong with it, for operators.

    Returns for how many seconds the database has been failing it.
    """
    age = connection.scalar(
        _GIVE_BACK,
        {
            "user_id": job.user_id,
            "job_id": job.job_id,
            "claim": job.claim,
            "outcome": AttemptOutcome.DATABASE_TROUBLE,
            "cause": _storable(cause, CAUSE_LIMIT),
        },
    )
    return float(age or 0)


_GIVE_UP = text(
    f"""
    UPDATE jobs
    SET state = 'failed', finished_at = {NOW_MS}, error_status = :status, error_message = :message
    WHERE user_id = :user_id AND job_id = :job_id AND state = 'queued' AND claims = :claim
      AND troubled_since < {NOW_MS} - 1000 * :patience
    """  # noqa: S608 (a constant of ours)
)


def give_up(
    connection: Connection, job: ClaimedJob, patience: float, status: int, message: str
) -> bool:
    """Ends a job given back that the database has been failing for more than `patience` seconds.

    Its payload is kept. Whether it was ended: nobody has claimed it since.
    """
    ended = connection.execute(
        _GIVE_UP,
        {
            "user_id": job.user_id,
            "job_id": job.job_id,
            "claim": job.claim,
            "patience": patience,
            "status": status,
            "message": message,
        },
    )
    return ended.rowcount == 1


_RELEASE = text(
    f"""
    WITH {_ATTEMPT_ENDS}
    UPDATE jobs SET state = 'queued', attempts = attempts - 1, deferred = true
    WHERE user_id = :user_id AND job_id = :job_id AND state = 'running' AND claims = :claim
    """  # noqa: S608 (constants of ours)
)


def release(connection: Connection, job: ClaimedJob) -> None:
    """Queues the job again as if we had not taken it.

    Whoever frees the user sends the message that makes another worker take it.
    """
    connection.execute(
        _RELEASE,
        {
            "user_id": job.user_id,
            "job_id": job.job_id,
            "claim": job.claim,
            "outcome": AttemptOutcome.WORKER_STOPPED,
            "cause": None,
        },
    )
