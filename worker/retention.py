"""Removes jobs that ended long ago, and keeps what poll-status says of them; and ended logins.

Idempotency keys that stand for nothing any more go with them.

A completed import is answered from its ImportDocument as before. Of other jobs the answer stays
in `job_answers`, except of those that the service gave itself: nobody knows their ids.
"""

from __future__ import annotations

import logging

from common.accounts import client_rows, login_rows
from common.database.engine import autocommit
from common.jobs import ended_rows, idempotency
from worker.runtime import Runtime

log = logging.getLogger(__name__)

BATCH = 2000
DAY = 24 * 60 * 60 * 1000  # milliseconds


def remove_ended(runtime: Runtime) -> int:
    """Removes every job that ended more than JOB_RETENTION days ago; how many that were."""
    total = 0
    with runtime.engine.connect() as connection, autocommit(connection):
        while removed := ended_rows.remove_ended(
            connection, runtime.settings.job_retention * DAY, BATCH
        ):
            total += removed
        while idempotency.forget_old(connection, BATCH):
            pass
    if total:
        log.info("retention: %d ended jobs removed", total)
    return total


def remove_ended_logins(runtime: Runtime) -> int:
    """Removes sessions and OAuth2 codes whose time is over; how many that were."""
    with runtime.engine.begin() as connection:
        return login_rows.remove_ended(connection) + client_rows.remove_ended_codes(connection)
