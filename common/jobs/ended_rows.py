"""Jobs that ended: removed after a time, with their answers kept. Part of the life of a job."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, text

from common.database.parameters import text_array

_LONG_ENDED: Final = """
    SELECT user_id, job_id
    FROM jobs, (SELECT CAST(extract(epoch FROM now()) * 1000 AS bigint) - :retention AS moment)
        AS oldest
    WHERE state IN ('completed', 'failed')
      AND accepted_at < moment AND coalesce(finished_at, accepted_at) < moment
    ORDER BY accepted_at LIMIT :batch FOR UPDATE OF jobs SKIP LOCKED
"""
_NAMED: Final = """
    SELECT user_id, job_id FROM jobs
    WHERE job_id = ANY(CAST(:ids AS text[])) AND state IN ('completed', 'failed') FOR UPDATE
"""
_REMOVE: Final = """
    WITH ended AS ({ended}),
    removed AS (
        DELETE FROM jobs USING ended
        WHERE (jobs.user_id, jobs.job_id) = (ended.user_id, ended.job_id)
        RETURNING jobs.*),
    payloads AS (
        DELETE FROM job_payloads USING ended
        WHERE (job_payloads.user_id, job_payloads.job_id) = (ended.user_id, ended.job_id)),
    attempts AS (
        DELETE FROM job_attempts USING ended
        WHERE (job_attempts.user_id, job_attempts.job_id) = (ended.user_id, ended.job_id)),
    answers AS (
        INSERT INTO job_answers (user_id, job_id, kind, result, error_status, error_message,
                                 error_reference)
        SELECT user_id, job_id, kind, result,
               CASE WHEN state = 'failed' THEN coalesce(error_status, 500) END,
               error_message, error_reference
        FROM removed
        -- What an import would have done long ago is of no use to anybody.
        WHERE NOT in_background AND kind <> 'check' AND (state = 'failed' OR result IS NOT NULL)
        ON CONFLICT DO NOTHING)
    SELECT count(*) FROM removed
"""
_REMOVE_LONG_ENDED: Final = text(_REMOVE.format(ended=_LONG_ENDED))
_REMOVE_NAMED: Final = text(_REMOVE.format(ended=_NAMED))


def remove_ended(connection: Connection, retention: int, most: int) -> int:
    """Removes jobs that ended `retention` milliseconds ago by PostgreSQL's clock; how many.

    One statement; `most`: of them at once.
    """
    removed: int = connection.scalar(_REMOVE_LONG_ENDED, {"retention": retention, "batch": most})
    return removed


def remove(connection: Connection, job_ids: Collection[str]) -> int:
    """Removes those of the jobs that ended, whenever that was; how many."""
    removed: int = connection.scalar(_REMOVE_NAMED, {"ids": text_array(job_ids)})
    return removed
