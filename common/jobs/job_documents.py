"""Jobs as those who run the service are shown them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Row

from common.jobs.job_tables import JobKind
from common.jobs.outcomes import failure_code


class JobError(msgspec.Struct):
    """Why a job failed, as its user reads it. reference: leads to the cause in the logs."""

    status: int
    code: str
    message: str
    reference: str | None


class JobDocument(msgspec.Struct):
    """A job in a list. Times are milliseconds since the epoch.

    state: `queued`, `running`, `completed`, `failed` or `cancelled`. attempts: that count.
    payloadBytes: of the upload as it is stored, while it is kept. canRetry: it failed through no
    fault of its user, and whatever it needs is still there. lasts: milliseconds since it was begun
    last, until now or until it ended; null while it waits. acceptedAt: null of a job that ended
    long ago, of which only the answer is left.
    """

    jobID: str
    userID: int
    username: str
    kind: str
    importType: str | None
    state: str
    attempts: int
    acceptedAt: int | None
    startedAt: int | None
    finishedAt: int | None
    lasts: int | None
    payloadBytes: int | None
    canRetry: bool
    error: JobError | None


class AttemptDocument(msgspec.Struct):
    """One run of a job. outcome: null while it runs. cause: of one that did not end well.

    lasts: milliseconds until it ended, or until now.
    """

    worker: str
    beganAt: int
    endedAt: int | None
    lasts: int
    outcome: str | None
    cause: str | None


class WholeJob(JobDocument):
    """A job with all there is of it. jobsAhead: of the same user, which go first.

    isPaused: it waits because the queue is paused. troubledSince: when the database first failed
    it; it is tried again until that has lasted for too long.
    """

    requestID: str | None
    userIntent: bool
    inBackground: bool
    jobsAhead: int
    isPaused: bool
    troubledSince: int | None
    arguments: dict[str, Any]
    runs: list[AttemptDocument]


class StateCount(msgspec.Struct):
    """How many jobs are in a state. areMore: they were not counted to their end, or among the
    newest only: there are as many at least.
    """

    state: str
    count: int
    areMore: bool


class LockDocument(msgspec.Struct):
    """An advisory lock that a database session has. user: of whom, for a user's lock."""

    lock: str
    userID: int | None
    username: str | None
    jobID: str | None
    startedAt: int | None
    isHeld: bool
    process: int
    application: str
    address: str | None


class RefusedJob(msgspec.Struct):
    """A job that was left as it is, and why. code: the same for programs."""

    jobID: str
    code: str
    reason: str


class JobsChanged(msgspec.Struct):
    """What became of jobs that were to be changed. areMore: more of them were meant than are
    done at a time.
    """

    changed: list[str]
    refused: list[RefusedJob]
    areMore: bool


class JobsRemoved(msgspec.Struct):
    """How many jobs, or uploads of jobs, were removed."""

    removed: int


def in_list(row: Row[Any]) -> JobDocument:
    """A row of `listing_rows.page`."""
    return JobDocument(**_parts(row))


def whole(row: Row[Any], attempts: Iterable[Row[Any]]) -> WholeJob:
    """A row of `managing_rows.find`, with those of its attempts."""
    return WholeJob(
        **_parts(row),
        requestID=row.request_id,
        userIntent=row.user_intent,
        inBackground=row.in_background,
        jobsAhead=row.jobs_ahead,
        isPaused=row.is_paused,
        troubledSince=row.troubled_since,
        arguments=row.arguments,
        runs=[
            AttemptDocument(
                each.worker, each.began_at, each.ended_at, each.lasts, each.outcome, each.cause
            )
            for each in attempts
        ],
    )


def lock(row: Row[Any], name: str) -> LockDocument:
    """A row of `managing_rows.held_locks`."""
    return LockDocument(
        name,
        row.user_id,
        row.username,
        row.job_id,
        row.started_at,
        row.granted,
        row.pid,
        row.application_name,
        row.client_addr,
    )


def _parts(row: Row[Any]) -> dict[str, Any]:
    error = None
    if row.error_status is not None:
        code = failure_code(JobKind(row.kind), row.error_status, row.error_reference)
        error = JobError(row.error_status, code, row.error_message or "", row.error_reference)
    return {
        "jobID": row.job_id,
        "userID": row.user_id,
        "username": row.username,
        "kind": row.kind,
        "importType": row.import_type,
        "state": row.state,
        "attempts": row.attempts,
        "acceptedAt": row.accepted_at,
        "startedAt": row.started_at,
        "finishedAt": row.finished_at,
        "lasts": row.lasts,
        "payloadBytes": row.payload_bytes,
        "canRetry": row.can_retry,
        "error": error,
    }
