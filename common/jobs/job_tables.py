"""Jobs: everything that changes a user's scores, recorded from acceptance to its end."""

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from common.database.base import Base, Millis, RawJson


class JobState(StrEnum):
    QUEUED = "queued"  # accepted; no worker has it (or the one that had it died)
    RUNNING = "running"  # a worker holds the user's lock and works on it
    COMPLETED = "completed"  # applied, in the transaction that set this state
    FAILED = "failed"  # ended without effect; the error columns say why


class JobKind(StrEnum):
    IMPORT = "import"
    CHECK = "check"  # say what an import would do, and change nothing
    ORPHANS = "orphans"  # try a user's orphaned scores again
    REVERT = "revert"  # undo an import
    DELETION = "deletion"  # delete scores
    EDIT = "edit"  # change a score's comment or highlight
    CLASS_RISE = "class rise"  # a class of a profile, reached otherwise than by an import
    TARGETS = "targets"  # subscribe to a goal or quest, or end a subscription
    DESTRUCTION = "destruction"  # delete all that a user has on a GPT
    RECALCULATION = "recalculation"  # make what is stored follow a changed catalogue


class Job(Base):
    """One job. `sequence` is the order of acceptance; one user's jobs run in that order.

    dispatched_at: when its last message was sent, and the stamp of it; NULL = it has none.
    attempts: how often a worker claimed it and did not give it back, of which those that are not
    the present one died of it. claims: how often it was claimed at all. troubled_since: when the
    database first failed it, if it did. arguments: what the job needs beside its
    payload, JSON. result: `description` and `body` of what
    a waiting request is answered, of jobs that are no imports.
    error_status: the HTTP status shown when it failed; error_reference: what to look for in
    the logs when the failure was not the user's.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_job_id", "job_id"),
        # What is to be removed some day.
        Index(
            "ix_jobs_ended",
            "accepted_at",
            postgresql_where=text("state IN ('completed', 'failed')"),
        ),
        # Lists of all jobs, the newest first.
        Index("ix_jobs_accepted", "accepted_at", "job_id"),
        # Lists of imports that failed, of all and of a user.
        Index(
            "ix_jobs_failed",
            "accepted_at",
            "job_id",
            postgresql_where=text("state = 'failed' AND kind = 'import'"),
        ),
        Index(
            "ix_jobs_failed_of_user",
            "user_id",
            "accepted_at",
            "job_id",
            postgresql_where=text("state = 'failed' AND kind = 'import'"),
        ),
        # Lists and counts of jobs of all kinds that failed, and of those that were cancelled.
        Index(
            "ix_jobs_all_failed",
            "accepted_at",
            "job_id",
            postgresql_where=text("state = 'failed' AND error_status IS DISTINCT FROM 410"),
        ),
        Index(
            "ix_jobs_cancelled",
            "accepted_at",
            "job_id",
            postgresql_where=text("state = 'failed' AND error_status = 410"),
        ),
        # The hot set: what is not finished, in the order it will run.
        Index(
            "ix_jobs_pending",
            "user_id",
            "sequence",
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        # One sync at a time for a user and import type. The first of the two is what the release
        # before `fetches` was held to; it goes when that one does.
        Index(
            "uq_jobs_sync",
            "user_id",
            "import_type",
            unique=True,
            postgresql_where=text("state IN ('queued', 'running') AND import_type LIKE 'api/%'"),
        ),
        Index(
            "uq_jobs_fetching",
            "user_id",
            "import_type",
            unique=True,
            postgresql_where=text("state IN ('queued', 'running') AND fetches"),
        ),
        CheckConstraint("state IN ('queued', 'running', 'completed', 'failed')", name="state"),
    )

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    job_id: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, Identity())
    kind: Mapped[str]
    state: Mapped[str]
    import_type: Mapped[str | None]
    # A sync: what it imports comes from another service, and it has no payload.
    fetches: Mapped[bool] = mapped_column(server_default="false")
    user_intent: Mapped[bool]
    arguments: Mapped[RawJson]
    attempts: Mapped[int] = mapped_column(server_default="0")
    claims: Mapped[int] = mapped_column(BigInteger, server_default="0")
    troubled_since: Mapped[Millis | None]
    # Whoever frees the user owes it a message. Without that and without a message of its own
    # it is a background job: the upkeep sends one when nothing else waits.
    deferred: Mapped[bool] = mapped_column(server_default="false")
    # Accepted by the service itself: nobody was ever told its id.
    in_background: Mapped[bool] = mapped_column(server_default="false")
    # Of the request that brought the job, to be found in the logs.
    request_id: Mapped[str | None]
    accepted_at: Mapped[Millis]
    dispatched_at: Mapped[Millis | None]
    started_at: Mapped[Millis | None]
    finished_at: Mapped[Millis | None]
    result: Mapped[RawJson | None]
    error_status: Mapped[int | None]
    error_message: Mapped[str | None]
    error_reference: Mapped[str | None]


class JobAnswer(Base):
    """What is left of an ended job whose row was removed: what poll-status says of it.

    Columns as in `jobs`. Of a completed import nothing need be left, its ImportDocument says all.
    """

    __tablename__ = "job_answers"
    __table_args__ = (Index("ix_job_answers_job_id", "job_id"),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    job_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    result: Mapped[RawJson | None]
    error_status: Mapped[int | None]
    error_message: Mapped[str | None]
    error_reference: Mapped[str | None]


class JobPayload(Base):
    """The uploaded file of a job, compressed with zlib; deleted when the job ends.

    Of a job that failed through no fault of its user it stays as long as the job's row.
    """

    __tablename__ = "job_payloads"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    job_id: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class AttemptOutcome(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"  # by an operator, while the worker was at it
    DATABASE_TROUBLE = "database trouble"  # given back: it counts for nothing
    WORKER_STOPPED = "worker stopped"  # given back by a worker that was told to end
    WORKER_DIED = "worker died"  # or was cut off, and its job taken over


class JobAttempt(Base):
    """One run of a job: which worker had it, when, and what became of it.

    claim: the job's `claims` at the time. outcome: an AttemptOutcome; null while it runs. cause:
    of an outcome that is not good, in words for operators. Removed with the job.
    """

    __tablename__ = "job_attempts"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    job_id: Mapped[str] = mapped_column(primary_key=True)
    claim: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    worker: Mapped[str]
    began_at: Mapped[Millis]
    ended_at: Mapped[Millis | None]
    outcome: Mapped[str | None]
    cause: Mapped[str | None]


class IdempotencyKey(Base):
    """What a client called the submission that brought a job; see `common.jobs.idempotency`."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "accepted_at"),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    job_id: Mapped[str]
    accepted_at: Mapped[Millis]


class QueuePause(Base):
    """What those who run the service have not begun for a while; see `common.jobs.pause_rows`.

    lane: a Lane. paused_by: for people.
    """

    __tablename__ = "queue_pauses"

    lane: Mapped[str] = mapped_column(primary_key=True)
    paused_at: Mapped[Millis]
    paused_by: Mapped[str]
    reason: Mapped[str]


class PeriodicTask(Base):
    """When a periodic task last ran. problem: what kind of error ended it."""

    __tablename__ = "periodic_tasks"

    name: Mapped[str] = mapped_column(primary_key=True)
    began_at: Mapped[Millis]
    ended_at: Mapped[Millis | None]
    problem: Mapped[str | None]
