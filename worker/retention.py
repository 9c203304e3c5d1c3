"""Removes jobs that ended long ago, and keeps what poll-status says of them; and ended logins.

Idempotency keys that stand for nothing any more go with them.

A completed import is answered from its ImportDocument as before. Of other jobs the answer stays
in `job_answers`, except of those that the service gave itself: nobody knows their ids.
"""

from __future__ import annotations

import logging

from sqlalchemy import Connection, text

from common.accounts import client_rows, login_rows
from common.database.engine import autocommit
from common.jobs import idempotency
from worker.runtime import Runtime

log = logging.getLogger(__name__)

BATCH = 2000
DAY = 24 * 60 * 60 * 1000  # milliseconds

_REMOVE = text(
    """
    WITH ended AS (
        SELECT user_id, job_id
        FROM jobs, (SELECT CAST(extract(epoch FROM now()) * 1000 AS bigint) - :retention AS moment)
            AS oldest
        WHERE state IN ('completed', 'failed')
          AND accepted_at < moment AND coalesce(finished_at, accepted_at) < moment
        ORDER BY accepted_at LIMIT :batch FOR UPDATE OF jobs SKIP LOCKED),
    removed AS (
        DELETE FROM jobs USING ended
        WHERE (jobs.user_id, jobs.job_id) = (ended.user_id, ended.job_id)
        RETURNING jobs.*),
    payloads AS (
        DELETE FROM job_payloads USING ended
        WHERE (job_payloads.user_id, job_payloads.job_id) = (ended.user_id, ended.job_id)),
    answers AS (
        INSERT INTO job_answers (user_id, job_id, kind, result, error_status, error_message,
                                 error_reference)
        SELECT user_id, job_id, kind, result,
               CASE WHEN state = 'failed' THEN coalesce(error_status, 500) END,
               error_message, error_reference
        FROM removed
        WHERE NOT in_background AND (state = 'failed' OR result IS NOT NULL)
        ON CONFLICT DO NOTHING)
    SELECT count(*) FROM removed
    """
)


def remove_ended(runtime: Runtime) -> int:
    """Removes every job that ended more than JOB_RETENTION days ago; how many that were."""
    total = 0
    with runtime.engine.connect() as connection, autocommit(connection):
        while removed := _remove_some(connection, runtime.settings.job_retention * DAY):
            total += removed
        while idempotency.forget_old(connection, BATCH):
            pass
    if total:
        log.info("retention: %d ended jobs removed", total)
    return total


def _remove_some(connection: Connection, retention: int) -> int:
    """One batch, in one statement; `retention` in milliseconds, by PostgreSQL's clock."""
    removed: int = connection.scalar(_REMOVE, {"retention": retention, "batch": BATCH}) or 0
    return removed


def remove_ended_logins(runtime: Runtime) -> int:
    """Removes sessions and OAuth2 codes whose time is over; how many that were."""
    with runtime.engine.begin() as connection:
        return login_rows.remove_ended(connection) + client_rows.remove_ended_codes(connection)
