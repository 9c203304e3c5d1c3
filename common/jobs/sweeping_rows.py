"""What the sweeper asks and changes of jobs that lost their message or their worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.clock import NOW_MS
from common.jobs.job_tables import AttemptOutcome

_WORKED_FOR: Final = text("SELECT DISTINCT user_id FROM jobs WHERE state = 'running'")
_PUT_BACK: Final = text(
    f"""
    WITH abandoned AS (
        UPDATE jobs SET state = 'queued', deferred = true
        WHERE user_id = :user_id AND state = 'running' RETURNING user_id, job_id),
    attempts AS (
        UPDATE job_attempts SET ended_at = {NOW_MS}, outcome = '{AttemptOutcome.WORKER_DIED}'
        FROM abandoned
        WHERE (job_attempts.user_id, job_attempts.job_id) = (abandoned.user_id, abandoned.job_id)
          AND ended_at IS NULL)
    SELECT job_id FROM abandoned
    """  # noqa: S608 (constants of ours)
)
# Ages are distances: a server whose clock was set back, or that took over from one whose clock was
# ahead, finds times to come, and would wait for them.
_WAITING: Final = text(
    f"""
    SELECT user_id,
           (array_agg(job_id ORDER BY sequence))[1],
           (array_agg(dispatched_at ORDER BY sequence))[1],
           coalesce(array_agg(job_id || '.' || dispatched_at)
                    FILTER (WHERE dispatched_at > 0 AND NOT deferred), '{{}}'),
           abs({NOW_MS} - coalesce(max(dispatched_at) FILTER (WHERE NOT deferred), 0)),
           abs({NOW_MS} - coalesce(
               max(started_at) FILTER (WHERE troubled_since IS NOT NULL), 0)),
           bool_or(deferred)
    FROM jobs WHERE state IN ('queued', 'running')
    GROUP BY user_id HAVING NOT bool_or(state = 'running')
    ORDER BY min(sequence)
    """  # noqa: S608 (a constant of ours)
)
_MARK: Final = text(
    f"""
    WITH due AS (
        SELECT user_id, job_id, dispatched_at
        FROM unnest(CAST(:users AS integer[]), CAST(:jobs AS text[]),
                    CAST(:stamps AS bigint[])) AS due (user_id, job_id, dispatched_at)),
    marked AS (
        UPDATE jobs SET dispatched_at = {NOW_MS}, deferred = false
        FROM due
        WHERE (jobs.user_id, jobs.job_id) = (due.user_id, due.job_id)
          AND jobs.state = 'queued'
          AND jobs.dispatched_at IS NOT DISTINCT FROM due.dispatched_at
        RETURNING jobs.user_id, jobs.job_id, jobs.dispatched_at),
    others AS (
        UPDATE jobs SET dispatched_at = NULL, deferred = true
        FROM due
        WHERE jobs.user_id = due.user_id AND jobs.job_id <> due.job_id
          AND jobs.state = 'queued' AND jobs.dispatched_at > 0)
    SELECT * FROM marked
    """  # noqa: S608 (a constant of ours)
)


@dataclass(frozen=True, slots=True)
class WaitingUser:
    """A user who waits, with nobody at work. job_id: the oldest job.

    messages: the ids of those sent for the user's jobs. age: of the youngest, in milliseconds.
    tried: how long ago a job was begun that the database failed. owed: a message is due without
    any of those.
    """

    user_id: int
    job_id: str
    dispatched_at: int | None
    messages: list[str]
    age: int
    tried: int
    owed: bool


def worked_for(connection: Connection) -> Sequence[int]:
    """The users with a job that a worker has, or had when it died."""
    return connection.scalars(_WORKED_FOR).all()


def put_back(connection: Connection, user_id: int) -> Sequence[str]:
    """Queues the user's running jobs again; their ids."""
    return connection.scalars(_PUT_BACK, {"user_id": user_id}).all()


def waiting_users(connection: Connection) -> list[WaitingUser]:
    """Whoever waits, the one whose job is the oldest first."""
    return [WaitingUser(*row) for row in connection.execute(_WAITING)]


def mark_dispatched(connection: Connection, due: Sequence[WaitingUser]) -> Sequence[Row[Any]]:
    """Marks their oldest jobs as sent, unless they changed since they were looked at.

    What was sent before for the same users counts no more: each job that ends will see to the
    next. Returns `user_id`, `job_id` and `dispatched_at` of what was marked.
    """
    parameters = {
        "users": [user.user_id for user in due],
        "jobs": [user.job_id for user in due],
        "stamps": [user.dispatched_at for user in due],
    }
    return connection.execute(_MARK, parameters).all()
