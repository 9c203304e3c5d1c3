"""What those who run the service do to jobs: cancel them for good, or have them run again.

Each job is changed in a statement of its own, so that many can be while users and workers go on;
what happened to it meanwhile is the truth, and told.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Connection, Engine

from common import locks
from common.database.engine import autocommit
from common.jobs import ended_rows, job_documents, managing_rows, progress
from common.jobs.job_documents import JobsChanged, LockDocument, RefusedJob, WholeJob
from common.jobs.job_tables import JobState
from common.jobs.managing_rows import CANCELLED_STATE, ENDED, SyncIsOn, Wanted
from common.jobs.outcomes import cancelled_answer, is_ours
from common.jobs.progress import ProgressReporter

CANCELLED_SAYS: Final = (
    "This was cancelled by those who run this service, and nothing of it was stored."
)
# Jobs removed by one statement.
PURGED_AT_ONCE: Final = 2000
# Characters of the reason that a user is given.
REASON_LIMIT: Final = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a job is left as it is, for people; and code: for programs."""

    reason: str
    code: str


NOT_THERE: Final = Refusal("there is no such job", code="NOT_FOUND")
HAS_ENDED: Final = Refusal("it has ended", code="JOB_HAS_ENDED")
NOT_FAILED: Final = Refusal("it has not failed", code="JOB_HAS_NOT_FAILED")
IS_FINAL: Final = Refusal("it was cancelled, which is final", code="JOB_IS_CANCELLED")
USERS_FAULT: Final = Refusal(
    "what it was given is at fault, and would be again", code="JOB_IS_AT_FAULT"
)
PAYLOAD_GONE: Final = Refusal("what was uploaded is not kept any more", code="PAYLOAD_GONE")
SYNC_IS_ON: Final = Refusal("the same is being fetched for this user already", code="SYNC_IS_ON")


@dataclass(frozen=True, slots=True)
class Manager:
    """Changes jobs.

    Parameters:
        redis: None where it is not known: polls say what was so before for a moment longer then.
        resume: has a user's jobs go on, given whose and which was changed.
    """

    engine: Engine
    redis: Redis | None
    resume: Callable[[int, str], None]

    def cancel(self, job_ids: Sequence[str], reason: str = "") -> JobsChanged:
        """Ends jobs that wait or run. Nothing of them will be stored, and polls say why."""
        message = f"{CANCELLED_SAYS} {reason[:REASON_LIMIT]}".strip()

        def one(connection: Connection, job_id: str) -> int | Refusal:
            user_id = managing_rows.cancel(connection, job_id, message)
            if user_id is None:
                return _refusal(connection, job_id)
            if self.redis is not None:
                ProgressReporter(self.redis, job_id).finish(cancelled_answer(message))
            return user_id

        return self._each(job_ids, one)

    def retry(self, job_ids: Sequence[str]) -> JobsChanged:
        """Has jobs run again that failed through no fault of their users, each in its place."""

        def one(connection: Connection, job_id: str) -> int | Refusal:
            try:
                user_id = managing_rows.retry(connection, job_id)
            except SyncIsOn:
                return SYNC_IS_ON
            if user_id is None:
                return _retry_refusal(connection, job_id)
            if self.redis is not None:
                with contextlib.suppress(RedisError):
                    progress.forget(self.redis, job_id)
            return user_id

        return self._each(job_ids, one)

    def _each(
        self, job_ids: Sequence[str], one: Callable[[Connection, str], int | Refusal]
    ) -> JobsChanged:
        done = JobsChanged([], [], areMore=False)
        for job_id in job_ids:
            with self.engine.connect() as connection, autocommit(connection):
                became = one(connection, job_id)
            if isinstance(became, Refusal):
                done.refused.append(RefusedJob(job_id, became.code, became.reason))
            else:
                done.changed.append(job_id)
                self.resume(became, job_id)
        return done


def _refusal(connection: Connection, job_id: str) -> Refusal:
    """Why a job cannot be cancelled."""
    return NOT_THERE if managing_rows.find(connection, job_id) is None else HAS_ENDED


def _retry_refusal(connection: Connection, job_id: str) -> Refusal:
    """Why a job cannot be run again."""
    found = managing_rows.find(connection, job_id)
    if found is None:
        return NOT_THERE
    if found.state == CANCELLED_STATE:
        return IS_FINAL
    if found.state != JobState.FAILED:
        return NOT_FAILED
    return PAYLOAD_GONE if is_ours(found.error_status or 500) else USERS_FAULT


def show(connection: Connection, wanted: str) -> WholeJob | None:
    """All there is of the job with this id, or with this reference of its error."""
    found = managing_rows.find(connection, wanted)
    if found is None:
        return None
    return job_documents.whole(found, managing_rows.attempts(connection, found))


def held_locks(connection: Connection) -> list[LockDocument]:
    """The service's advisory locks, and who has them."""
    return [
        job_documents.lock(row, locks.NAMES[row.lock])
        for row in managing_rows.held_locks(connection)
        if row.lock in locks.NAMES
    ]


def purge(engine: Engine, wanted: Wanted, *, payloads_only: bool = False) -> int:
    """Removes those meant that ended, as retention does some day, or only their uploads.

    Polls of them say afterwards what they said before. Returns how many were removed.
    """
    if payloads_only:
        with engine.begin() as connection:
            return managing_rows.free_payloads(connection, wanted)
    ended = [state for state in ENDED if not wanted.states or state in wanted.states]
    wanted = replace(wanted, states=ended)
    total = 0
    with engine.connect() as connection, autocommit(connection):
        while ended and (
            found := managing_rows.ids(connection, wanted, PURGED_AT_ONCE, newest_first=False)
        ):
            total += ended_rows.remove(connection, found)
    return total
