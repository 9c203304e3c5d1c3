"""The sweeper: finds jobs that lost their message or their worker, or never had a message.

Run every few seconds, by any worker; several at once do no harm.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from redis.exceptions import RedisError
from sqlalchemy import Connection, text

from common.clock import now_ms
from common.jobs.accepting import USER_LOCK
from worker.messaging import JOBS_QUEUE
from worker.runtime import Runtime

log = logging.getLogger(__name__)

# Present in Redis as long as nobody wiped it: its absence means that messages were lost.
MARKER = "score-import:messages-intact"
# While other messages wait in Redis, a job's own may well be among them.
PATIENCE_WITH_BACKLOG = 600_000  # milliseconds
BATCH = 500
# Of an advisory lock.
SWEEPER_LOCK = 0x53574550


def sweep(runtime: Runtime) -> list[tuple[int, str]]:
    """Puts back the jobs of dead workers; returns (user, job) of those that need a message."""
    with runtime.engine.connect() as connection:
        put_back = _put_back_abandoned(connection)
        messages = _messages(runtime)
        due = _mark_dispatched(connection, messages, put_back)
        connection.commit()
    lost = sum(not job.in_background for job in due)
    if lost:
        log.warning("sweeper: %d jobs without a message, sent again", lost)
    if lost < len(due):
        log.info("sweeper: %d background jobs sent", len(due) - lost)
    return [(job.user_id, job.job_id) for job in due]


@dataclass(frozen=True, slots=True)
class Messages:
    """patience: for how many milliseconds a queued job's message may be under way.

    waiting: there are some that no worker has taken yet.
    """

    patience: int
    waiting: bool


def _messages(runtime: Runtime) -> Messages:
    interval = int(runtime.settings.sweep_interval * 1000)
    try:
        intact = runtime.redis.set(MARKER, 1, nx=True) is None
        waiting = bool(runtime.redis.llen(JOBS_QUEUE))
    except RedisError:
        return Messages(interval, waiting=False)
    if not intact:
        return Messages(0, waiting)
    return Messages(PATIENCE_WITH_BACKLOG if waiting else interval, waiting)


def _put_back_abandoned(connection: Connection) -> list[int]:
    """Queues again the running jobs whose user's lock is free: their worker died."""
    users = connection.scalars(
        text("SELECT DISTINCT user_id FROM jobs WHERE state = 'running'")
    ).all()
    connection.commit()
    put_back = []
    for user_id in users:
        # Holding the lock ourselves is the one way to be sure that nobody does.
        if connection.scalar(
            text("SELECT pg_try_advisory_xact_lock(:lock, :user_id)"),
            {"lock": USER_LOCK, "user_id": user_id},
        ):
            abandoned = connection.scalars(
                text(
                    "UPDATE jobs SET state = 'queued'"
                    " WHERE user_id = :user_id AND state = 'running' RETURNING job_id"
                ),
                {"user_id": user_id},
            ).all()
            for job_id in abandoned:
                log.warning("sweeper: the worker of job %s is gone, queued again", job_id)
            if abandoned:
                put_back.append(user_id)
        connection.commit()
    return put_back


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job that needs a message. in_background: it never had one."""

    user_id: int
    job_id: str
    in_background: bool


def _mark_dispatched(
    connection: Connection, messages: Messages, at_once: list[int]
) -> list[DueJob]:
    """The oldest job of each user that waits for a message with nobody at work, or put back.

    Nobody waits for background jobs: while other messages do, they get none. So an import
    stands behind a batch of them at most.
    """
    # One sweep at a time: two could lock the rows of the same users in another order.
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SWEEPER_LOCK})
    now = now_ms()
    rows = connection.execute(
        text(
            """
            UPDATE jobs SET dispatched_at = :now
            FROM (
                SELECT user_id, job_id, dispatched_at = 0 AS in_background FROM (
                    SELECT DISTINCT ON (user_id) user_id, job_id, state, dispatched_at
                    FROM jobs WHERE state IN ('queued', 'running')
                    ORDER BY user_id, sequence) AS oldest
                WHERE state = 'queued'
                  AND (user_id = ANY(:at_once)
                       OR dispatched_at <= :before AND (dispatched_at > 0 OR NOT :waiting))
                LIMIT :batch) AS due
            WHERE (jobs.user_id, jobs.job_id) = (due.user_id, due.job_id)
            RETURNING due.user_id, due.job_id, due.in_background
            """
        ),
        {
            "now": now,
            "before": now - messages.patience,
            "waiting": messages.waiting,
            "at_once": at_once,
            "batch": BATCH,
        },
    )
    due = [DueJob(*row) for row in rows]
    # The messages of these users' later jobs are as likely lost: each job that ends will see
    # to the next.
    connection.execute(
        text("UPDATE jobs SET deferred = true WHERE state = 'queued' AND user_id = ANY(:users)"),
        {"users": [job.user_id for job in due]},
    )
    return due
