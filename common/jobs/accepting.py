"""The contract between API and workers: how a job is accepted, locked, and told of.

PostgreSQL is the record of jobs; a message only says "this user has a job". Kinds and states
are in `common.jobs.job_tables`; the worker's side is `worker.jobs`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from psycopg2 import Binary
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from common.clock import now_ms
from common.database.tables import JobKind
from common.text.storable import storable_json

# First half of the advisory lock's key; the second is the user's id. Whoever holds
# (USER_LOCK, user) alone may change that user's scores.
USER_LOCK = 0x53494D50


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job about to be accepted.

    job_id: for an import, its importID. arguments: JSON-able; of an import `filename` and
    `fields` of a form, or the `options` of a JSON body. payload: the uploaded file, or the
    body.
    """

    user_id: int
    job_id: str
    kind: JobKind
    import_type: str | None = None
    user_intent: bool = False
    arguments: dict[str, Any] = field(default_factory=dict)
    payload: bytes | None = None


# The index that holds a user to one sync of a kind at a time.
ONE_SYNC: Final = "uq_jobs_sync"

_INSERT = text(
    """
    WITH job AS (
        INSERT INTO jobs (user_id, job_id, kind, state, import_type, user_intent, arguments,
                          accepted_at, dispatched_at)
        VALUES (:user_id, :job_id, :kind, 'queued', :import_type, :user_intent, :arguments,
                :now, :now)
        RETURNING user_id, job_id)
    INSERT INTO job_payloads (user_id, job_id, content)
    SELECT user_id, job_id, :content FROM job WHERE CAST(:content AS bytea) IS NOT NULL
    """
)


# Of zlib: the fastest. To write a payload as it came takes longer than to compress it.
_COMPRESSION = 1


def accept(connection: Connection, job: NewJob) -> None:
    """Records the job and its payload, in one statement.

    The job is accepted once the caller committed.
    """
    connection.execute(
        _INSERT,
        {
            "user_id": job.user_id,
            "job_id": job.job_id,
            "kind": job.kind,
            "import_type": job.import_type,
            "user_intent": job.user_intent,
            "arguments": storable_json(orjson.dumps(job.arguments)).decode(),
            "now": now_ms(),
            "content": None if job.payload is None else Binary(pack(job.payload)),
        },
    )


SYNC: Final = "api/"

_ONGOING_SYNC = text(
    """
    SELECT job_id FROM jobs
    WHERE user_id = :user_id AND import_type = :import_type AND state IN ('queued', 'running')
      AND import_type LIKE 'api/%'
    """
)


def ongoing_sync(connection: Connection, job: NewJob) -> str | None:
    """The job that fetches the same already, where the job would fetch something."""
    if job.import_type is None or not job.import_type.startswith(SYNC):
        return None
    parameters = {"user_id": job.user_id, "import_type": job.import_type}
    job_id: str | None = connection.scalar(_ONGOING_SYNC, parameters)
    return job_id


def accept_or_join(connection: Connection, job: NewJob) -> str:
    """Records the job, or finds the one that fetches the same; the id of the one that is on.

    Whoever calls it lets every statement commit by itself.
    """
    while True:
        try:
            accept(connection, job)
        except IntegrityError as problem:
            if ONE_SYNC not in str(problem.orig):
                raise
            # Somebody was quicker; if that one has ended by now, it is ours to begin.
            ongoing = ongoing_sync(connection, job)
            if ongoing is not None:
                return ongoing
        else:
            return job.job_id


def pack(payload: bytes) -> bytes:
    """A payload as it is stored."""
    return zlib.compress(payload, _COMPRESSION)


def unpack(content: bytes | memoryview) -> bytes:
    """The payload of what `pack` made."""
    return zlib.decompress(content)


_INSERT_BACKGROUND = text(
    """
    INSERT INTO jobs (user_id, job_id, kind, state, user_intent, arguments, in_background,
                      accepted_at, dispatched_at)
    SELECT user_id, job_id, kind, 'queued', false, arguments, true, :now, 0
    FROM json_to_recordset(CAST(:jobs AS json)) AS job (
        user_id integer, job_id text, kind text, arguments json)
    JOIN users ON users.id = user_id
    RETURNING user_id, job_id
    """
)


def accept_in_background(connection: Connection, jobs: Iterable[NewJob]) -> list[tuple[int, str]]:
    """Records jobs without payload that nobody waits for: the sweeper sends their messages.

    One statement, whatever their number. They are accepted once the caller committed. Returns
    (user, job) of each; of users who do not exist (any more) none is.
    """
    given = [
        {
            "user_id": job.user_id,
            "job_id": job.job_id,
            "kind": job.kind,
            "arguments": job.arguments,
        }
        for job in jobs
    ]
    if not given:
        return []
    accepted = connection.execute(
        _INSERT_BACKGROUND, {"jobs": storable_json(orjson.dumps(given)).decode(), "now": now_ms()}
    )
    return [(row.user_id, row.job_id) for row in accepted]
