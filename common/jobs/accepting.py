"""The contract between API and workers: how a job is accepted, locked, and told of.

PostgreSQL is the record of jobs; a message only says "this user has a job". Kinds and states
are in `common.jobs.job_tables`; the worker's side is `worker.jobs`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import orjson
from isal import isal_zlib
from psycopg2 import Binary
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from common import log_context
from common.clock import NOW_MS
from common.database.statements import Statement
from common.errors import ScoreImportError
from common.jobs import idempotency
from common.jobs.arguments import Arguments, stored
from common.jobs.job_tables import JobKind
from common.text.storable import storable_json


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job about to be accepted.

    job_id: for an import, its importID. arguments: say of what kind it is. payload: the
    uploaded file, or the body. fetches: whether it is a sync, which has no payload but gets its
    scores from another service. idempotency_key: what its client calls it.
    """

    user_id: int
    job_id: str
    arguments: Arguments
    import_type: str | None = None
    user_intent: bool = False
    payload: bytes | None = None
    fetches: bool = False
    idempotency_key: str | None = None

    @property
    def kind(self) -> JobKind:
        return self.arguments.kind


# The indexes that hold a user to one sync of a kind at a time.
_ONE_SYNC: Final = ("uq_jobs_fetching", "uq_jobs_sync")


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to the workers: the user has a job to run.

    It stands for one run of the user's oldest job, whichever it names. stamp: the named job's
    `dispatched_at`; once that has changed, the message was spent or replaced and counts for
    nothing. So however many copies there are, a user has one message at a time.
    """

    user_id: int
    job_id: str
    stamp: int

    @property
    def id(self) -> str:
        return f"{self.job_id}.{self.stamp}"


def stamp_of(message_id: str | None) -> int | None:
    """The stamp in a message's id; None in the ids that senders before stamps made up."""
    _, dot, stamp = (message_id or "").rpartition(".")
    return int(stamp) if dot and stamp.isascii() and stamp.isdigit() else None


# A key that stands for another job lets nothing in; one that stands for nothing any more does.
_KEYED: Final = f"""
    keyed AS (
        INSERT INTO idempotency_keys (user_id, key, job_id, accepted_at)
        SELECT :user_id, :key, :job_id, {NOW_MS}
        WHERE CAST(:until AS bigint) IS NULL OR {NOW_MS} <= :until
        ON CONFLICT (user_id, key) DO UPDATE
        SET job_id = excluded.job_id, accepted_at = excluded.accepted_at
        WHERE idempotency_keys.accepted_at <= {NOW_MS} - {idempotency.VALID}
        RETURNING job_id),
"""  # noqa: S608 - constants of ours


def _insert(keyed: str, condition: str) -> Statement:
    # A job whose user is served already gets its message when those before it have ended.
    return Statement(
        f"""
        WITH {keyed}
        job AS (
            INSERT INTO jobs (user_id, job_id, kind, state, import_type, fetches, user_intent,
                              arguments, accepted_at, dispatched_at, deferred, request_id)
            SELECT :user_id, :job_id, :kind, 'queued', :import_type, :fetches, :user_intent,
                   CAST(:arguments AS json), now, CASE WHEN NOT served THEN now END, served,
                   :request_id
            FROM (SELECT {NOW_MS} AS now, EXISTS (
                    SELECT FROM jobs
                    WHERE user_id = :user_id AND state IN ('queued', 'running')
                      AND (state = 'running' OR dispatched_at > 0 OR deferred)) AS served) AS found
            WHERE {condition}
            RETURNING user_id, job_id, dispatched_at),
        payload AS (
            INSERT INTO job_payloads (user_id, job_id, content)
            SELECT user_id, job_id, :content FROM job WHERE CAST(:content AS bytea) IS NOT NULL)
        SELECT dispatched_at FROM job
        """,  # noqa: S608 - constants of ours
        prepared=True,
    )


_INSERT: Final = _insert("", "CAST(:until AS bigint) IS NULL OR now <= :until")
_INSERT_KEYED: Final = _insert(_KEYED, "EXISTS (SELECT FROM keyed)")

_NEXT = Statement(
    f"""
    UPDATE jobs SET dispatched_at = {NOW_MS}, deferred = false
    WHERE (user_id, job_id) = (
        SELECT user_id, job_id FROM jobs
        WHERE user_id = :user_id AND state IN ('queued', 'running')
        ORDER BY sequence LIMIT 1)
      AND state = 'queued' AND (deferred OR dispatched_at IS NULL)
      AND NOT EXISTS (
        SELECT FROM jobs AS other
        WHERE other.user_id = :user_id AND other.state = 'queued'
          AND other.dispatched_at > 0 AND NOT other.deferred)
    RETURNING job_id, dispatched_at
    """,  # noqa: S608 - a constant of ours
    prepared=True,
)


# Of ISA-L's zlib. To write a payload as it came takes longer than to compress it.
_COMPRESSION = 1


class TooLate(ScoreImportError):
    """The statement reached PostgreSQL after `until`: nothing was accepted."""


class Repeated(ScoreImportError):
    """The job's idempotency key stands for another: nothing was accepted."""

    def __init__(self, job_id: str) -> None:
        super().__init__(job_id)
        self.job_id = job_id


def accept(connection: Connection, job: NewJob, *, until: int | None = None) -> Message | None:
    """Records the job and its payload, in one statement; returns the message to send.

    The job is accepted once the caller committed. None: the user is being served; after the
    commit, `next_message` says whether that still is so. until: by PostgreSQL's clock, in
    milliseconds; a server that hung and goes on accepts nothing that its client has given up.
    Raises TooLate, Repeated.
    """
    insert = _INSERT if job.idempotency_key is None else _INSERT_KEYED
    accepted = insert.row(
        connection,
        {
            "user_id": job.user_id,
            "job_id": job.job_id,
            "kind": job.kind,
            "import_type": job.import_type,
            "fetches": job.fetches,
            "user_intent": job.user_intent,
            "request_id": log_context.current().get("request"),
            "arguments": storable_json(orjson.dumps(stored(job.arguments))).decode(),
            "until": until,
            "key": job.idempotency_key,
            "content": None if job.payload is None else Binary(pack(job.payload)),
        },
    )
    if accepted is None:
        if job.idempotency_key is not None:
            before = idempotency.job_of(connection, job.user_id, job.idempotency_key)
            if before is not None:
                raise Repeated(before)
        raise TooLate(f"job {job.job_id}")
    if accepted.dispatched_at is None:
        return None
    return Message(job.user_id, job.job_id, accepted.dispatched_at)


def next_message(connection: Connection, user_id: int) -> Message | None:
    """The message of the user's oldest job, if it waits, and the user has none under way.

    To be sent by the caller, who commits first. One statement.
    """
    row = _NEXT.row(connection, {"user_id": user_id})
    return None if row is None else Message(user_id, row.job_id, row.dispatched_at)


# Only syncs are of their import types: the release before did not note that they are.
_ONGOING_SYNC = text(
    """
    SELECT job_id FROM jobs
    WHERE user_id = :user_id AND import_type = :import_type AND state IN ('queued', 'running')
    """
)


def ongoing_sync(connection: Connection, job: NewJob) -> str | None:
    """The job that fetches the same already, where the job would fetch something."""
    if not job.fetches:
        return None
    parameters = {"user_id": job.user_id, "import_type": job.import_type}
    job_id: str | None = connection.scalar(_ONGOING_SYNC, parameters)
    return job_id


def is_second_sync(problem: IntegrityError) -> bool:
    """Whether it was refused because the same is being fetched for the user already."""
    return any(index in str(problem.orig) for index in _ONE_SYNC)


def joined(connection: Connection, job: NewJob, ongoing: str) -> str:
    """The job that is on already, which the new one's key stands for from now on."""
    if job.idempotency_key is not None:
        idempotency.stand_for(connection, job.user_id, job.idempotency_key, ongoing)
    return ongoing


def accept_or_join(
    connection: Connection, job: NewJob, *, until: int | None = None
) -> tuple[str, Message | None]:
    """Records the job, or finds the one that fetches the same.

    Returns the id of the one that is on, and of a new one the message to send, as `accept` does.

    Whoever calls it lets every statement commit by itself.
    """
    while True:
        try:
            message = accept(connection, job, until=until)
        except Repeated as repeated:
            return repeated.job_id, None
        except IntegrityError as problem:
            if not is_second_sync(problem):
                raise
            # Somebody was quicker; if that one has ended by now, it is ours to begin.
            ongoing = ongoing_sync(connection, job)
            if ongoing is not None:
                return joined(connection, job, ongoing), None
        else:
            return job.job_id, message


def kind_of(connection: Connection, user_id: int, job_id: str) -> str | None:
    """What kind of job it is; None where it is gone again."""
    found: str | None = connection.scalar(
        text("SELECT kind FROM jobs WHERE user_id = :user_id AND job_id = :job_id"),
        {"user_id": user_id, "job_id": job_id},
    )
    return found


def pack(payload: bytes) -> bytes:
    """A payload as it is stored."""
    return isal_zlib.compress(payload, _COMPRESSION)


def unpack(content: bytes | memoryview) -> bytes:
    """The payload of what `pack` made."""
    return isal_zlib.decompress(content)


_INSERT_BACKGROUND = text(
    f"""
    INSERT INTO jobs (user_id, job_id, kind, state, user_intent, arguments, in_background,
                      accepted_at)
    SELECT user_id, job_id, kind, 'queued', false, arguments, true, {NOW_MS}
    FROM json_to_recordset(CAST(:jobs AS json)) AS job (
        user_id integer, job_id text, kind text, arguments json)
    JOIN users ON users.id = user_id
    RETURNING user_id, job_id
    """  # noqa: S608 - a constant of ours
)


def accept_in_background(connection: Connection, jobs: Iterable[NewJob]) -> list[tuple[int, str]]:
    """Records jobs without payload that nobody waits for: the sweeper sends their messages.

    One statement, whatever their number. They are accepted once the caller committed. Returns
    (user, job) of each; of users who do not exist (any more) none is.
    """
    rows = [
        {
            "user_id": job.user_id,
            "job_id": job.job_id,
            "kind": job.kind,
            "arguments": stored(job.arguments),
        }
        for job in jobs
    ]
    if not rows:
        return []
    accepted = connection.execute(
        _INSERT_BACKGROUND, {"jobs": storable_json(orjson.dumps(rows)).decode()}
    )
    return [(row.user_id, row.job_id) for row in accepted]


def check_storage(connection: Connection) -> None:
    """Raises SQLAlchemyError where jobs cannot be stored: no server, or none of our schema."""
    connection.execute(text("SELECT FROM jobs LIMIT 1"))
