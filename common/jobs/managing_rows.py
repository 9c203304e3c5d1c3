"""Jobs as those who run the service look for them, cancel them, and have them run again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from common import locks
from common.clock import NOW_MS
from common.database.parameters import text_array
from common.jobs.accepting import is_second_sync
from common.jobs.job_tables import AttemptOutcome, JobState
from common.jobs.outcomes import CODE_OF_ROW
from common.jobs.pause_rows import ALL_PAUSED
from common.jobs.progress import CANCELLED

# Of a job that was cancelled. In its row that is a failure, so that it is told wherever those are.
CANCELLED_STATE: Final = "cancelled"
STATES: Final = (*(state.value for state in JobState), CANCELLED_STATE)
ENDED: Final = (JobState.COMPLETED.value, JobState.FAILED.value, CANCELLED_STATE)

STATE: Final = (
    f"CASE WHEN state = 'failed' AND error_status = {CANCELLED} THEN '{CANCELLED_STATE}'"
    " ELSE state END"
)
# By the columns as they are, of which there are indexes.
_IN_STATE: Final = {
    **{state.value: f"state = '{state}'" for state in JobState},
    "failed": f"(state = 'failed' AND error_status IS DISTINCT FROM {CANCELLED})",
    CANCELLED_STATE: f"(state = 'failed' AND error_status = {CANCELLED})",
}
# What it needs beside its row, if anything, is still there.
_COMPLETE: Final = """
    (kind NOT IN ('import', 'check') OR fetches OR EXISTS (
        SELECT FROM job_payloads AS payload
        WHERE (payload.user_id, payload.job_id) = (jobs.user_id, jobs.job_id)))
"""
_CAN_RETRY: Final = f"(state = 'failed' AND coalesce(error_status, 500) >= 500 AND {_COMPLETE})"

# What is told of a job in a list. lasts: milliseconds since it was begun, until now or its end.
COLUMNS: Final = f"""
    jobs.user_id, username, jobs.job_id, kind, import_type, {STATE} AS state, attempts,
    accepted_at, started_at, finished_at,
    CASE WHEN state <> 'queued' THEN coalesce(finished_at, {NOW_MS}) - started_at END AS lasts,
    error_status, error_message, error_reference,
    (SELECT octet_length(content) FROM job_payloads AS payload
     WHERE (payload.user_id, payload.job_id) = (jobs.user_id, jobs.job_id)) AS payload_bytes,
    {_CAN_RETRY} AS can_retry
"""  # noqa: S608 (constants of ours)


_ERROR: Final = f"""
    (error_reference = :error OR CAST(error_status AS text) = :error OR {CODE_OF_ROW} = :error
     OR strpos(lower(error_message), lower(:error)) > 0
     OR EXISTS (SELECT FROM job_attempts AS attempt
                WHERE (attempt.user_id, attempt.job_id) = (jobs.user_id, jobs.job_id)
                  AND strpos(lower(cause), lower(:error)) > 0))
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs are meant; whatever is None or empty says nothing.

    states: some of STATES. types: import types, or kinds of jobs. older, newer: milliseconds
    since acceptance. error: the reference, the status, the code, or a part of the message or of
    an attempt's cause. job_ids: of these only.
    """

    states: Sequence[str] = ()
    user_id: int | None = None
    types: Sequence[str] = ()
    older: int | None = None
    newer: int | None = None
    error: str | None = None
    job_ids: Sequence[str] = ()

    def conditions(self) -> tuple[str, dict[str, Any]]:
        """The SQL of it, and what that is given."""
        found, looked_through = self.found_by_index(), self.looked_through()
        return f"{found[0]} AND {looked_through[0]}", {**found[1], **looked_through[1]}

    def found_by_index(self) -> tuple[str, dict[str, Any]]:
        """The part of it that an index can find, alone or with another."""
        parts = ["true"]
        parameters: dict[str, Any] = {}
        if self.states:
            parts.append(f"({' OR '.join(_IN_STATE[each] for each in self.states)})")
        if self.user_id is not None:
            parts.append("jobs.user_id = :user_id")
            parameters["user_id"] = self.user_id
        if self.older is not None:
            parts.append(f"accepted_at <= {NOW_MS} - :older")
            parameters["older"] = self.older
        if self.newer is not None:
            parts.append(f"accepted_at >= {NOW_MS} - :newer")
            parameters["newer"] = self.newer
        if self.job_ids:
            parts.append("jobs.job_id = ANY(CAST(:job_ids AS text[]))")
            parameters["job_ids"] = text_array(self.job_ids)
        return " AND ".join(parts), parameters

    def looked_through(self) -> tuple[str, dict[str, Any]]:
        """The other part, for which each of those jobs is looked at."""
        parts = ["true"]
        parameters: dict[str, Any] = {}
        if self.types:
            parts.append(
                "(import_type = ANY(CAST(:types AS text[])) OR kind = ANY(CAST(:types AS text[])))"
            )
            parameters["types"] = text_array(self.types)
        if self.error is not None:
            parts.append(_ERROR)
            parameters["error"] = self.error
        return " AND ".join(parts), parameters


def count(connection: Connection, wanted: Wanted) -> int:
    """How many are meant."""
    condition, parameters = wanted.conditions()
    statement = text(f"SELECT count(*) FROM jobs WHERE {condition}")  # noqa: S608
    return int(connection.scalar(statement, parameters) or 0)


def ids(connection: Connection, wanted: Wanted, most: int, *, newest_first: bool) -> Sequence[str]:
    """The ids of those meant, in the order of acceptance or its reverse."""
    condition, parameters = wanted.conditions()
    direction = "DESC" if newest_first else "ASC"
    statement = f"""
        SELECT job_id FROM jobs WHERE {condition} ORDER BY sequence {direction} LIMIT :most
    """  # noqa: S608 (constants of ours)
    return connection.scalars(text(statement), {**parameters, "most": most}).all()


_FIND: Final = text(
    f"""
    SELECT {COLUMNS}, request_id, user_intent, in_background, arguments, troubled_since,
           state = 'queued' AND {ALL_PAUSED} AS is_paused,
           CASE WHEN state IN ('queued', 'running') THEN (
               SELECT count(*) FROM jobs AS older
               WHERE older.user_id = jobs.user_id AND older.sequence < jobs.sequence
                 AND older.state IN ('queued', 'running')) ELSE 0 END AS jobs_ahead
    FROM jobs JOIN users ON users.id = jobs.user_id
    WHERE jobs.job_id = :wanted OR error_reference = :wanted
    UNION ALL
    -- Long ended, and removed since.
    SELECT user_id, username, job_id, kind, NULL,
           CASE WHEN error_status IS NULL THEN 'completed'
                WHEN error_status = {CANCELLED} THEN '{CANCELLED_STATE}' ELSE 'failed' END,
           0, NULL, NULL, NULL, NULL, error_status, error_message, error_reference, NULL, false,
           NULL, false, false, '{{}}', NULL, false, 0
    FROM job_answers JOIN users ON users.id = user_id
    WHERE job_id = :wanted OR error_reference = :wanted
    LIMIT 1
    """  # noqa: S608 (constants of ours)
)
_ATTEMPTS: Final = text(
    f"""
    SELECT *, coalesce(ended_at, {NOW_MS}) - began_at AS lasts
    FROM job_attempts WHERE user_id = :user_id AND job_id = :job_id ORDER BY claim
    """  # noqa: S608 (a constant of ours)
)


def find(connection: Connection, wanted: str) -> Row[Any] | None:
    """The job with this id, or with this reference of its error."""
    return connection.execute(_FIND, {"wanted": wanted}).first()


def attempts(connection: Connection, of: Row[Any]) -> Sequence[Row[Any]]:
    """Every run of a job, the first one first."""
    parameters = {"user_id": of.user_id, "job_id": of.job_id}
    return connection.execute(_ATTEMPTS, parameters).all()


_CANCEL: Final = text(
    f"""
    WITH cancelled AS (
        UPDATE jobs SET state = 'failed', finished_at = {NOW_MS}, error_status = {CANCELLED},
                        error_message = :message, error_reference = NULL, deferred = false
        WHERE job_id = :job_id AND state IN ('queued', 'running')
        RETURNING user_id, job_id),
    payload AS (
        DELETE FROM job_payloads USING cancelled
        WHERE (job_payloads.user_id, job_payloads.job_id)
            = (cancelled.user_id, cancelled.job_id)),
    attempt AS (
        UPDATE job_attempts
        SET ended_at = {NOW_MS}, outcome = '{AttemptOutcome.CANCELLED}', cause = :message
        FROM cancelled
        WHERE (job_attempts.user_id, job_attempts.job_id)
            = (cancelled.user_id, cancelled.job_id) AND ended_at IS NULL)
    SELECT user_id FROM cancelled
    """  # noqa: S608 (constants of ours)
)
_RETRY: Final = text(
    f"""
    UPDATE jobs SET state = 'queued', attempts = 0, troubled_since = NULL, dispatched_at = NULL,
                    deferred = true, finished_at = NULL, error_status = NULL,
                    error_message = NULL, error_reference = NULL
    WHERE job_id = :job_id AND {_CAN_RETRY}
    RETURNING user_id
    """  # noqa: S608 (constants of ours)
)


def cancel(connection: Connection, job_id: str, message: str) -> int | None:
    """Ends a job that waits or runs, for good, and frees its payload; whose it is.

    None where there is no such job, or it has ended. A worker that is at it cannot end it any
    more: neither state nor claim are those it knows.
    """
    user_id: int | None = connection.scalar(_CANCEL, {"job_id": job_id, "message": message})
    return user_id


class SyncIsOn(Exception):
    """The same is being fetched for the user already."""


def retry(connection: Connection, job_id: str) -> int | None:
    """Queues a job anew that failed through no fault of its user; whose it is.

    It keeps its place in the order of its user's jobs. None where it is none of these, or what it
    needs is gone. Raises SyncIsOn.
    """
    try:
        user_id: int | None = connection.scalar(_RETRY, {"job_id": job_id})
    except IntegrityError as problem:
        if not is_second_sync(problem):
            raise
        raise SyncIsOn(job_id) from problem
    return user_id


def free_payloads(connection: Connection, wanted: Wanted) -> int:
    """Removes what was kept of those meant that failed; how many payloads that were."""
    condition, parameters = wanted.conditions()
    statement = f"""
        DELETE FROM job_payloads USING (
            SELECT user_id, job_id FROM jobs WHERE state = 'failed' AND {condition} FOR UPDATE
        ) AS failed
        WHERE (job_payloads.user_id, job_payloads.job_id) = (failed.user_id, failed.job_id)
    """  # noqa: S608 (constants of ours)
    return connection.execute(text(statement), parameters).rowcount


_LOCKS: Final = text(
    """
    SELECT lock, granted, held.pid, activity.application_name,
           CAST(activity.client_addr AS text) AS client_addr, users.id AS user_id, username,
           job_id, started_at
    FROM (
        SELECT CAST(CASE objsubid WHEN 2 THEN classid ELSE objid END AS bigint) AS lock,
               CAST(objid AS bigint) AS key, granted, pid
        FROM pg_locks
        WHERE locktype = 'advisory'
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS held
    JOIN pg_stat_activity AS activity ON activity.pid = held.pid
    LEFT JOIN users ON lock = :user_lock AND users.id = key
    LEFT JOIN LATERAL (
        SELECT job_id, started_at FROM jobs
        WHERE jobs.user_id = users.id AND state = 'running' LIMIT 1) AS job ON true
    ORDER BY lock, user_id, held.pid
    """
)


def held_locks(connection: Connection) -> Sequence[Row[Any]]:
    """The advisory locks that sessions have, or wait for; of a user's, the job that is on."""
    return connection.execute(_LOCKS, {"user_lock": locks.USER}).all()
