"""The sweeper: finds jobs that lost their message or their worker.

Run every few seconds, by any worker; several at once do no harm.
"""

from __future__ import annotations

import logging

from redis.exceptions import RedisError
from sqlalchemy import Connection, text

from common.clock import now_ms
from common.jobs import USER_LOCK
from worker.messaging import JOBS_QUEUE
from worker.runtime import Runtime

log = logging.getLogger(__name__)

# Present in Redis as long as nobody wiped it: its absence means that messages were lost.
MARKER = "score-import:messages-intact"
# While other messages wait in Redis, a job's own may well be among them.
PATIENCE_WITH_BACKLOG = 600_000  # milliseconds
BATCH = 500


def sweep(runtime: Runtime) -> list[tuple[int, str]]:
    """Puts back the jobs of dead workers; returns (user, job) of those that need a message."""
    with runtime.engine.connect() as connection:
        put_back = _put_back_abandoned(connection)
        before = now_ms() - _patience(runtime)
        stranded = _mark_dispatched(connection, before, put_back)
        connection.commit()
    if stranded:
        log.warning("sweeper: %d jobs without a message, sent again", len(stranded))
    return stranded


def _patience(runtime: Runtime) -> int:
    """For how many milliseconds a queued job's message may be under way."""
    interval = int(runtime.settings.sweep_interval * 1000)
    try:
        intact = runtime.redis.set(MARKER, 1, nx=True) is None
        waiting = runtime.redis.llen(JOBS_QUEUE)
    except RedisError:
        return interval
    if not intact:
        return 0
    return PATIENCE_WITH_BACKLOG if waiting else interval


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


def _mark_dispatched(
    connection: Connection, before: int, at_once: list[int]
) -> list[tuple[int, str]]:
    """The oldest job of each user that waits with nobody at work, `before` or put back."""
    rows = connection.execute(
        text(
            """
            UPDATE jobs SET dispatched_at = :now
            WHERE (user_id, job_id) IN (
                SELECT user_id, job_id FROM (
                    SELECT DISTINCT ON (user_id) user_id, job_id, state, dispatched_at
                    FROM jobs WHERE state IN ('queued', 'running')
                    ORDER BY user_id, sequence) AS oldest
                WHERE state = 'queued'
                  AND (dispatched_at <= :before OR user_id = ANY(:at_once))
                LIMIT :batch)
            RETURNING user_id, job_id
            """
        ),
        {"now": now_ms(), "before": before, "at_once": at_once, "batch": BATCH},
    )
    stranded = [(row.user_id, row.job_id) for row in rows]
    # The messages of these users' later jobs are as likely lost: each job that ends will see
    # to the next.
    connection.execute(
        text("UPDATE jobs SET deferred = true WHERE state = 'queued' AND user_id = ANY(:users)"),
        {"users": [user_id for user_id, _ in stranded]},
    )
    return stranded
