"""The daily schedule: orphaned scores are tried again, one job a user."""

from __future__ import annotations

from sqlalchemy import text

from common.canonical import new_import_id
from common.jobs import NewJob, accept
from common.models import JobKind
from worker.runtime import Runtime


def accept_orphan_jobs(runtime: Runtime) -> list[tuple[int, str]]:
    """Accepts an `orphans` job for each user who has orphans and none waiting already."""
    with runtime.engine.begin() as connection:
        users = connection.scalars(
            text(
                """
                SELECT DISTINCT user_id FROM orphan_scores
                WHERE NOT EXISTS (SELECT FROM jobs
                                  WHERE jobs.user_id = orphan_scores.user_id
                                    AND kind = 'orphans' AND state IN ('queued', 'running'))
                """
            )
        ).all()
        accepted = [NewJob(user_id, new_import_id(), JobKind.ORPHANS) for user_id in users]
        for job in accepted:
            accept(connection, job)
    return [(job.user_id, job.job_id) for job in accepted]
