"""What all jobs together are like at the moment: what waits, what runs, what was done lately.

All numbers follow from `jobs`, whose hot set and newest rows have indexes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.clock import NOW_MS
from common.jobs.accepting import unpack

# Milliseconds back in which jobs are looked for that ended lately: a job that waited for longer
# than that is not counted.
LOOKED_AT: Final = 24 * 60 * 60 * 1000
MINUTE: Final = 60 * 1000  # milliseconds
# Kinds of failures, and types of jobs, that are shown, and characters of what tells them apart.
KINDS: Final = 50
MESSAGE: Final = 160

_WAITING: Final = text(
    f"""
    SELECT count(*) AS queued, count(*) FILTER (WHERE in_background) AS in_background,
           count(DISTINCT user_id) AS users,
           {NOW_MS} - min(accepted_at) FILTER (WHERE NOT in_background) AS oldest,
           count(*) FILTER (WHERE troubled_since IS NOT NULL) AS in_trouble,
           (SELECT coalesce(sum(octet_length(content)), 0) FROM job_payloads) AS bytes
    FROM jobs WHERE state = 'queued'
    """  # noqa: S608 (constants of ours)
)
_BY_TYPE: Final = text(
    f"""
    SELECT coalesce(import_type, kind) AS type, count(*) FILTER (WHERE state = 'queued') AS queued,
           count(*) FILTER (WHERE state = 'running') AS running,
           {NOW_MS} - min(accepted_at) FILTER (WHERE state = 'queued') AS oldest
    FROM jobs WHERE state IN ('queued', 'running')
    GROUP BY 1 ORDER BY queued DESC, running DESC, type LIMIT {KINDS}
    """  # noqa: S608
)
_ENDED: Final = text(
    f"""
    SELECT count(*) FILTER (WHERE state = 'completed') AS completed,
           count(*) FILTER (WHERE state = 'failed') AS failed,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY finished_at - accepted_at) AS median,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY finished_at - accepted_at) AS slow
    FROM jobs
    WHERE state IN ('completed', 'failed') AND accepted_at >= {NOW_MS} - {LOOKED_AT}
      AND finished_at >= {NOW_MS} - :within
    """  # noqa: S608
)
_BY_MINUTE: Final = text(
    f"""
    SELECT ({NOW_MS} - finished_at) / {MINUTE} AS ago, count(*) AS jobs
    FROM jobs
    WHERE state IN ('completed', 'failed') AND accepted_at >= {NOW_MS} - {LOOKED_AT}
      AND finished_at > {NOW_MS} - {MINUTE} * :minutes
    GROUP BY ago
    """  # noqa: S608
)
_RUNNING: Final = text(
    f"""
    SELECT jobs.job_id, jobs.user_id, username, kind, import_type, attempts, started_at,
           {NOW_MS} - started_at AS lasts,
           (SELECT worker FROM job_attempts
            WHERE job_attempts.user_id = jobs.user_id AND job_attempts.job_id = jobs.job_id
            ORDER BY claim DESC LIMIT 1) AS worker
    FROM jobs JOIN users ON users.id = jobs.user_id
    WHERE state = 'running' ORDER BY started_at LIMIT :most
    """  # noqa: S608
)
_WORKERS: Final = text(
    """
    SELECT application_name AS name, host(client_addr) AS address, count(*) AS sessions,
           count(*) FILTER (WHERE state <> 'idle') AS busy,
           CAST(extract(epoch FROM min(backend_start)) * 1000 AS bigint) AS since
    FROM pg_stat_activity
    WHERE datname = current_database() AND application_name <> ''
      AND pid <> pg_backend_pid()
    GROUP BY application_name, client_addr ORDER BY application_name, client_addr
    """
)
_FAILURES: Final = text(
    f"""
    SELECT coalesce(import_type, kind) AS type, error_status, count(*) AS jobs,
           regexp_replace(left(error_message, {MESSAGE}), '[0-9]+', 'N', 'g') AS message,
           max(accepted_at) AS last, (array_agg(job_id ORDER BY accepted_at DESC))[1] AS example
    FROM jobs
    WHERE state = 'failed' AND accepted_at >= {NOW_MS} - :within
    GROUP BY 1, 2, 4 ORDER BY count(*) DESC, last DESC LIMIT {KINDS}
    """  # noqa: S608
)
_PAYLOAD: Final = text(
    """
    SELECT content FROM job_payloads JOIN jobs USING (user_id, job_id)
    WHERE jobs.job_id = :job_id
    """
)


def waiting(connection: Connection) -> Row[Any]:
    """What waits. oldest: milliseconds since it was accepted, of those that somebody waits for."""
    return connection.execute(_WAITING).one()


def waiting_by_type(connection: Connection) -> Sequence[Row[Any]]:
    """The same by import type, or kind of job, with what runs; that first of which most waits."""
    return connection.execute(_BY_TYPE).all()


def ended(connection: Connection, within: int) -> Row[Any]:
    """What ended within so many milliseconds, and how long that took from acceptance."""
    return connection.execute(_ENDED, {"within": within}).one()


def ended_by_minute(connection: Connection, minutes: int) -> list[int]:
    """How many jobs ended in each of the last minutes, the present one last."""
    ended = dict.fromkeys(range(minutes), 0)
    for row in connection.execute(_BY_MINUTE, {"minutes": minutes}):
        # What ended while the clock of another session was read is of the present minute.
        ended[min(max(row.ago, 0), minutes - 1)] += row.jobs
    return [ended[ago] for ago in reversed(range(minutes))]


def running(connection: Connection, most: int) -> Sequence[Row[Any]]:
    """Jobs that run, with their workers, the longest running first."""
    return connection.execute(_RUNNING, {"most": most}).all()


def processes(connection: Connection) -> Sequence[Row[Any]]:
    """Whoever of the service is connected with the database."""
    return connection.execute(_WORKERS).all()


def failures(connection: Connection, within: int) -> Sequence[Row[Any]]:
    """Failures of the last time by what is alike of them, the most frequent first."""
    return connection.execute(_FAILURES, {"within": within}).all()


def payload(connection: Connection, job_id: str) -> bytes | None:
    """What was uploaded with a job, while it is kept."""
    found = connection.scalar(_PAYLOAD, {"job_id": job_id})
    return None if found is None else unpack(bytes(found))
