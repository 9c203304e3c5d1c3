"""How much of a user's may wait: beyond it a job is refused, in words that say until when.

Counted before the job is accepted, and not under a lock: jobs that arrive at the same moment may
exceed a cap by their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from common.clock import NOW_MS
from common.database.statements import Statement
from common.errors import UserError
from common.metrics.measures import LIMITS

TOO_MANY_JOBS: Final = (
    "You have {jobs} imports and other changes waiting or running, and {most} is as many as may be."
    " Please wait until some of them have ended."
)
TOO_MANY_BYTES: Final = (
    "Your waiting imports hold {size} MB, and {most} MB is as much as may be."
    " Please wait until some of them have ended."
)
MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Caps:
    """What one user may have waiting or running. size: bytes of uploads as they are stored."""

    jobs: int
    size: int


_WAITING = Statement(
    f"""
    SELECT count(*) AS jobs, {NOW_MS} AS now FROM jobs
    WHERE user_id = :user_id AND state IN ('queued', 'running')
    """,  # noqa: S608 (a constant of ours)
    prepared=True,
)
_HELD = Statement(
    """
    SELECT coalesce(sum(octet_length(content)), 0)
    FROM jobs JOIN job_payloads USING (user_id, job_id)
    WHERE user_id = :user_id AND state IN ('queued', 'running')
    """
)


def check(connection: Connection, user_id: int, caps: Caps) -> int:
    """Raises UserError (429) where the user has as much waiting as may be.

    Returns the time, by PostgreSQL's clock, in milliseconds since the epoch.
    """
    queued = _WAITING.row(connection, {"user_id": user_id})
    bytes_held = _HELD.value(connection, {"user_id": user_id}) if queued.jobs else 0
    if queued.jobs >= caps.jobs or bytes_held >= caps.size:
        LIMITS.add("waiting")
    if queued.jobs >= caps.jobs:
        raise UserError(429, TOO_MANY_JOBS.format(jobs=queued.jobs, most=caps.jobs))
    if bytes_held >= caps.size:
        size, most = bytes_held / MEGABYTE, caps.size / MEGABYTE
        raise UserError(429, TOO_MANY_BYTES.format(size=f"{size:.1f}", most=f"{most:.1f}"))
    now: int = queued.now
    return now
