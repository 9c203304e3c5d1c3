"""Removing a user for good, while the service goes on."""

from __future__ import annotations

import time
from typing import Final

from redis import Redis
from sqlalchemy import Engine

from common.errors import ScoreImportError
from common.jobs.managing import Manager
from common.removal import deletion_rows

# Seconds that a worker has to let go of a job that was cancelled.
PATIENCE: Final = 60.0
PAUSE: Final = 0.1

REASON: Final = "The account is removed."


class StillWorkedFor(ScoreImportError):
    """A worker does not let go of the user; nothing was removed."""


def delete(
    engine: Engine, redis: Redis | None, user_id: int, patience: float = PATIENCE
) -> dict[str, int]:
    """Cancels the user's jobs, and removes them and all that is theirs, in one transaction.

    How many rows that were, by table. Raises StillWorkedFor.
    """
    manager = Manager(engine, redis, lambda user_id, job_id: None)
    deadline = time.monotonic() + patience
    while True:
        with engine.connect() as connection:
            unfinished = deletion_rows.unfinished_jobs(connection, user_id)
        manager.cancel(unfinished, REASON)
        with engine.begin() as connection:
            if deletion_rows.try_to_work_for(connection, user_id):
                return deletion_rows.delete_user(connection, user_id)
        if time.monotonic() > deadline:
            raise StillWorkedFor(f"user {user_id}")
        time.sleep(PAUSE)
