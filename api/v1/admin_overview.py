"""The service as those who run it see it: queue, workers, failures, webhooks, catalogue.

The requester is an administrator in person. Jobs themselves are in `api.v1.admin_jobs`.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from flask import Response
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from sqlalchemy import Connection

from api.http import gates
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.service import service
from common.catalogue import versions
from common.errors import UserError
from common.jobs import overview_rows, pause_rows, periodic_rows
from common.jobs.pause_rows import Pause
from common.webhooks import delivery_rows

blueprint = ApiBlueprint("admin_overview", __name__, gates=[gates.require_admin])

MINUTE: Final = 60_000  # milliseconds
HOUR: Final = 60 * MINUTE
MOST: Final = 200


class Throughput(msgspec.Struct):
    """Jobs that ended within so many milliseconds; what half and 95 % of them took at most."""

    within: int
    completed: int
    failed: int
    median: float | None
    slow: float | None


class RunningJob(msgspec.Struct, kw_only=True):
    """A job that runs. lasts: milliseconds so far. worker: host and process that is at it."""

    jobID: str
    userID: int
    username: str
    kind: str
    importType: str | None
    attempts: int
    startedAt: int | None
    lasts: int | None
    worker: str | None


class WaitingType(msgspec.Struct):
    """Jobs of an import type, or of a kind. oldest: milliseconds for which the oldest waits."""

    type: str
    queued: int
    running: int
    oldest: int | None


class ProcessDocument(msgspec.Struct):
    """Processes of the service on a host, by their sessions in the database. since: of the oldest.

    busy: sessions that are within a statement or a transaction.
    """

    name: str
    address: str | None
    sessions: int
    busy: int
    since: int


class PeriodicDocument(msgspec.Struct):
    """A periodic task. schedule: in words. What it has not done yet is null."""

    name: str
    schedule: str
    beganAt: int | None
    endedAt: int | None
    problem: str | None


class Overview(msgspec.Struct, kw_only=True):
    """oldest: milliseconds for which the job waits that somebody waits for longest.

    paused: what is not begun for the moment.
    inTrouble: jobs that wait because the database failed them; they are tried again.
    payloadBytes: of uploads, as they are stored. lastHour: how many jobs ended in each minute, the
        present one last.
    """

    paused: list[Pause]
    queued: int
    inBackground: int
    inTrouble: int
    byType: list[WaitingType]
    usersWaiting: int
    oldest: int | None
    payloadBytes: int
    throughput: list[Throughput]
    lastHour: list[int]
    running: list[RunningJob]
    processes: list[ProcessDocument]
    periodic: list[PeriodicDocument]
    catalogue: dict[str, int]


class FailureKind(msgspec.Struct):
    """Failures that are alike. status: of the error. last: when the last such job was accepted."""

    type: str
    status: int | None
    message: str | None
    count: int
    last: int
    example: str


class DeliveryDocument(msgspec.Struct, kw_only=True):
    """An event that a receiver has not accepted. state: `pending`, or `dead`: given up."""

    userID: int
    id: int
    receiver: str
    eventID: str
    type: str
    state: str
    attempts: int
    createdAt: int
    nextAttemptAt: int
    lastError: str | None


class Redelivered(msgspec.Struct):
    """Deliveries that are tried again now."""

    deliveries: int


def _hours(value: Any) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 24 * 366):
        raise ValidationError("Expected a number of hours.")
    return int(text)


class Since(Schema):
    """How far back."""

    class Meta:
        unknown = EXCLUDE

    hours = fields.Function(
        deserialize=_hours,
        load_default=24,
        metadata={
            "type": "integer",
            "minimum": 1,
            "default": 24,
            "description": "how many hours back",
        },
    )


class ReceiverQuery(Schema):
    """Of which receiver."""

    class Meta:
        unknown = EXCLUDE

    receiver = fields.String(metadata={"description": "only those of this URL"})


class RedeliverQuery(ReceiverQuery):
    """Which deliveries."""

    event = fields.String(metadata={"description": "only those of the event with this ID"})


@blueprint.get("/admin/overview")
@endpoint("The queue, what runs, what was done lately, by whom.", needs_user=True, answers=Overview)
def overview() -> Response:
    with service().engine.connect() as connection:
        queue = overview_rows.waiting(connection)
        body = Overview(
            paused=pause_rows.pauses(connection),
            queued=queue.queued,
            inBackground=queue.in_background,
            inTrouble=queue.in_trouble,
            byType=[
                WaitingType(row.type, row.queued, row.running, row.oldest)
                for row in overview_rows.waiting_by_type(connection)
            ],
            usersWaiting=queue.users,
            oldest=queue.oldest,
            payloadBytes=queue.bytes,
            throughput=[
                _throughput(connection, within) for within in (5 * MINUTE, HOUR, 24 * HOUR)
            ],
            lastHour=overview_rows.ended_by_minute(connection, 60),
            running=[
                RunningJob(
                    jobID=row.job_id,
                    userID=row.user_id,
                    username=row.username,
                    kind=row.kind,
                    importType=row.import_type,
                    attempts=row.attempts,
                    startedAt=row.started_at,
                    lasts=row.lasts,
                    worker=row.worker,
                )
                for row in overview_rows.running(connection, MOST)
            ],
            processes=[
                ProcessDocument(row.name, row.address, row.sessions, row.busy, row.since)
                for row in overview_rows.processes(connection)
            ],
            periodic=[
                PeriodicDocument(
                    task.name, task.schedule, task.began_at, task.ended_at, task.problem
                )
                for task in periodic_rows.all_tasks(connection)
            ],
            catalogue=versions.all_versions(connection),
        )
    return success("Returned how the service stands.", body)


def _throughput(connection: Connection, within: int) -> Throughput:
    row = overview_rows.ended(connection, within)
    return Throughput(within, row.completed, row.failed, row.median, row.slow)


@blueprint.get("/admin/failures")
@endpoint(
    "Jobs that failed lately, by what is alike of them, the most frequent first.",
    needs_user=True,
    query=Since(),
    answers=list[FailureKind],
)
def failures(*, query: dict[str, Any]) -> Response:
    with service().engine.connect() as connection:
        rows = overview_rows.failures(connection, query["hours"] * HOUR)
    body = [
        FailureKind(row.type, row.error_status, row.message, row.jobs, row.last, row.example)
        for row in rows
    ]
    return success(f"Returned {len(body)} kinds of failures.", body)


@blueprint.get("/admin/jobs/<job>/payload")
@endpoint(
    "What was uploaded with a job, as it came.",
    needs_user=True,
    errors={404: "There is no such job, or nothing is kept of it."},
)
def payload(job: str) -> Response:
    with service().engine.connect() as connection:
        found = overview_rows.payload(connection, job)
    if found is None:
        raise UserError(404, "Of this job no upload is kept.", "PAYLOAD_GONE")
    answer = Response(found, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{job}.upload"'
    return answer


@blueprint.get("/admin/webhooks")
@endpoint(
    "Events that receivers have not accepted yet, those given up first, then by age.",
    needs_user=True,
    query=ReceiverQuery(),
    answers=list[DeliveryDocument],
)
def deliveries(*, query: dict[str, Any]) -> Response:
    with service().engine.connect() as connection:
        rows = delivery_rows.listed(connection, query.get("receiver"), MOST)
    body = [
        DeliveryDocument(
            userID=row.user_id,
            id=row.id,
            receiver=row.receiver,
            eventID=row.event_id,
            type=row.type,
            state=row.state,
            attempts=row.attempts,
            createdAt=row.created_at,
            nextAttemptAt=row.next_attempt_at,
            lastError=row.last_error,
        )
        for row in rows
    ]
    return success(f"Returned {len(body)} deliveries.", body)


@blueprint.post("/admin/webhooks/redeliver")
@endpoint(
    "Has deliveries tried again at once that were given up or wait for their next attempt: all, "
    "or those of one receiver or event. The upkeep sends them within seconds.",
    needs_user=True,
    query=RedeliverQuery(),
    answers=Redelivered,
)
def redeliver(*, query: dict[str, Any]) -> Response:
    with service().engine.begin() as connection:
        count = delivery_rows.redeliver(connection, query.get("receiver"), query.get("event"))
    return success(f"{count} deliveries are tried again.", Redelivered(count))
