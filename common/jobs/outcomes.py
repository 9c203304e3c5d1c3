"""How a job stands or ended, from PostgreSQL, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from common.database.statements import Statement
from common.envelope import failure, success
from common.errors import BAD_REQUEST, CODES, INTERNAL_ERROR, code_of_status
from common.jobs.job_tables import JobKind, JobState
from common.jobs.pause_rows import ALL_PAUSED
from common.jobs.progress import CANCELLED, PAUSED, STARTING, WAITING, FinalAnswer

RUNNING = "Importing Scores."


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """How a job stands.

    result: of a completed job that is no import, the `description` and `body` of its answer.
    error_status: set iff the job failed. must_wait: an older job of the user goes first.
    is_paused: of one that waits, whether the queue is paused.
    """

    kind: JobKind
    state: JobState
    result: dict[str, Any] | None
    error_status: int | None
    error_message: str | None
    error_reference: str | None
    must_wait: bool
    is_paused: bool = False


# Each is looked up by one key of one table: they are asked for again and again.
_JOB: Final = Statement(
    """
    SELECT user_id, sequence, kind, state, result, error_status, error_message, error_reference
    FROM jobs WHERE job_id = :job_id
    """,
    prepared=True,
)
_OLDER: Final = Statement(
    f"""
    SELECT {ALL_PAUSED} AS is_paused, EXISTS (
        SELECT FROM jobs
        WHERE user_id = :user_id AND sequence < :sequence AND state IN ('queued', 'running')
        ) AS must_wait
    """,  # noqa: S608 (a constant of ours)
    prepared=True,
)
# Of a job long ended, and removed since.
_REMOVED: Final = Statement(
    """
    SELECT kind, CASE WHEN error_status IS NULL THEN 'completed' ELSE 'failed' END AS state,
           result, error_status, error_message, error_reference
    FROM job_answers WHERE job_id = :job_id
    """,
    prepared=True,
)


def job_outcome(connection: Connection, job_id: str) -> JobOutcome | None:
    must_wait = is_paused = False
    row = _JOB.row(connection, {"job_id": job_id})
    if row is None:
        row = _REMOVED.row(connection, {"job_id": job_id})
    elif row.state == JobState.QUEUED:
        before = {"user_id": row.user_id, "sequence": row.sequence}
        ahead = _OLDER.row(connection, before)
        must_wait, is_paused = ahead.must_wait, ahead.is_paused
    if row is None:
        return None
    return JobOutcome(
        JobKind(row.kind),
        JobState(row.state),
        row.result,
        row.error_status,
        row.error_message,
        row.error_reference,
        must_wait,
        is_paused,
    )


def completed_answer(document: dict[str, object]) -> FinalAnswer:
    body = {"importStatus": "completed", "import": document}
    return FinalAnswer(200, success("Import was completed!", body))


def job_answer(result: dict[str, Any]) -> FinalAnswer:
    """What is said of a completed job that is no import."""
    return FinalAnswer(200, success(result["description"], result["body"]))


# It is not the client's token that is bad, as a 401 would have it anywhere else.
INTEGRATION_AUTH: Final = "INTEGRATION_AUTH"
UNAUTHORISED: Final = 401


# Of a job that whoever runs the service cancelled. It counts as failed, wherever that is told.
IMPORT_CANCELLED: Final = "IMPORT_CANCELLED"

# Of what else is its user's fault.
IMPORT_FAILED: Final = "IMPORT_FAILED"

# Kinds whose failures refuse a document of scores, of which poll-status tells; of the others the
# status says all there is.
_OF_IMPORTS: Final = (JobKind.IMPORT, JobKind.CHECK)

_OF_IMPORTS_LISTED: Final = ", ".join(f"'{kind}'" for kind in _OF_IMPORTS)
_OF_STATUSES: Final = " ".join(
    f"WHEN error_status = {status} THEN '{code}'" for status, code in CODES.items()
)

# The code of a row of `jobs`; NULL where it did not fail.
CODE_OF_ROW: Final = f"""
    CASE WHEN error_reference IS NOT NULL THEN '{INTERNAL_ERROR}'
         WHEN error_status = {CANCELLED} THEN '{IMPORT_CANCELLED}'
         WHEN kind IN ({_OF_IMPORTS_LISTED}) THEN
             CASE WHEN error_status = {UNAUTHORISED} THEN '{INTEGRATION_AUTH}'
                  WHEN error_status IS NOT NULL THEN '{IMPORT_FAILED}' END
         {_OF_STATUSES}
         WHEN error_status < 500 THEN '{BAD_REQUEST}'
         WHEN error_status IS NOT NULL THEN '{INTERNAL_ERROR}' END
"""


def failure_code(kind: JobKind, status: int, reference: str | None = None) -> str:
    """What a job failed of, for programs. A 401 of an import is about an account elsewhere."""
    if reference is not None:
        return INTERNAL_ERROR
    if status == CANCELLED:
        return IMPORT_CANCELLED
    if kind not in _OF_IMPORTS:
        return code_of_status(status)
    return INTEGRATION_AUTH if status == UNAUTHORISED else IMPORT_FAILED


def is_ours(status: int | None) -> bool:
    """Whether a job that failed so did through no fault of its user; then it can be run again."""
    return status is not None and status >= 500


def failed_answer(
    kind: JobKind, status: int, message: str, reference: str | None = None
) -> FinalAnswer:
    """What is said of a failed job. A reference leads to the cause in the logs."""
    error = {"code": failure_code(kind, status, reference)}
    if reference is not None:
        error["reference"] = reference
    return FinalAnswer(status, failure(message, error=error))


def cancelled_answer(message: str) -> FinalAnswer:
    """What is said of a job that whoever runs the service cancelled."""
    return FinalAnswer(CANCELLED, failure(message, error={"code": IMPORT_CANCELLED}))


def said_of_waiting(*, must_wait: bool, is_paused: bool) -> str:
    """The progress of a job that no worker has."""
    if is_paused:
        return PAUSED
    return WAITING if must_wait else STARTING
