"""How many jobs stand, from PostgreSQL, in one statement: for whoever follows them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from common.database.parameters import text_array
from common.jobs.outcomes import RUNNING, said_of_waiting
from common.jobs.pause_rows import ALL_PAUSED


@dataclass(frozen=True, slots=True)
class Standing:
    """ended: for good. failure: why, if it failed. said: of one that is on."""

    ended: bool
    failure: str | None = None
    said: str = ""


_STANDINGS: Final = text(
    f"""
    SELECT asked.id, {ALL_PAUSED} AS is_paused, job.state, job.error_message, must_wait,
           coalesce(job.state = 'completed' AND job.kind <> 'import', false) AS has_result,
           answer.job_id AS answered, answer.error_status, answer.error_message AS answered_message,
           EXISTS (SELECT FROM imports WHERE imports.import_id = asked.id) AS is_import
    FROM unnest(CAST(:ids AS text[])) AS asked (id)
    LEFT JOIN LATERAL (
        SELECT state, kind, error_message,
               EXISTS (SELECT FROM jobs older
                       WHERE older.user_id = jobs.user_id AND older.sequence < jobs.sequence
                         AND older.state IN ('queued', 'running')) AS must_wait
        FROM jobs WHERE job_id = asked.id LIMIT 1) AS job ON true
    LEFT JOIN LATERAL (
        SELECT job_id, error_status, error_message FROM job_answers
        WHERE job_id = asked.id LIMIT 1) AS answer ON true
    """  # noqa: S608 (a constant of ours)
)


def standings(connection: Connection, ids: Collection[str]) -> dict[str, Standing]:
    """By id; those that nobody knows, or that were reverted, are missing."""
    found: dict[str, Standing] = {}
    for row in connection.execute(_STANDINGS, {"ids": text_array(ids)}):
        if row.state == "failed":
            found[row.id] = Standing(True, row.error_message or "")
        elif row.state == "running":
            found[row.id] = Standing(False, said=RUNNING)
        elif row.state == "queued":
            said = said_of_waiting(must_wait=row.must_wait, is_paused=row.is_paused)
            found[row.id] = Standing(False, said=said)
        elif row.is_import or row.has_result:
            found[row.id] = Standing(True)
        elif row.answered is not None:
            failed = row.error_status is not None
            found[row.id] = Standing(True, (row.answered_message or "") if failed else None)
    return found
