"""The Celery tasks: thin doors to the code that does the work."""

from __future__ import annotations

from celery import Task

from common.jobs import periodic_rows
from common.jobs.accepting import stamp_of
from worker import retention, runner, schedule
from worker.celery_app import app
from worker.messaging import (
    COUNT_LEADERBOARDS,
    DELIVER_EVENTS,
    REMOVE_ENDED,
    RUN_JOB,
    SCHEDULE_ORPHANS,
    SWEEP,
    announce_events,
    dispatch,
)
from worker.runtime import process_runtime
from worker.webhooks import delivery


class JobFailed(Exception):
    """The job that a message had run failed; which, and why. For whoever watches Celery's tasks.

    What is to be done for it is done: Celery has nothing to try again.
    """


@app.task(name=RUN_JOB, bind=True, throws=(JobFailed,))  # type: ignore[untyped-decorator]
def run_job(self: Task, user_id: int, job_id: str) -> None:
    """Runs the user's oldest job, if nobody else works for the user. Raises JobFailed."""
    stamp = stamp_of(self.request.id)
    failed: list[str] = []
    next_message = runner.run(process_runtime(), user_id, job_id, stamp, failed.append)
    if next_message is not None:
        dispatch(app, next_message)
    if delivery.has_news(process_runtime(), user_id):
        announce_events(app)
    if failed:
        raise JobFailed(failed[-1])


@app.task(name=DELIVER_EVENTS)  # type: ignore[untyped-decorator]
def deliver_events() -> None:
    if delivery.deliver(process_runtime()):
        announce_events(app)


@app.task(name=SWEEP)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """What a scheduler of an older version asks for; `worker.caretaker` does it now."""


@app.task(name=SCHEDULE_ORPHANS)  # type: ignore[untyped-decorator]
def schedule_orphans() -> None:
    with periodic_rows.noted(process_runtime().engine, "orphans"):
        schedule.accept_orphan_jobs(process_runtime())
        schedule.accept_renewals(process_runtime())
        schedule.take_snapshots(process_runtime())


@app.task(name=REMOVE_ENDED)  # type: ignore[untyped-decorator]
def remove_ended() -> None:
    with periodic_rows.noted(process_runtime().engine, "retention"):
        retention.remove_ended(process_runtime())
        retention.remove_ended_logins(process_runtime())


@app.task(name=COUNT_LEADERBOARDS)  # type: ignore[untyped-decorator]
def count_leaderboards() -> None:
    with periodic_rows.noted(process_runtime().engine, "leaderboards"):
        schedule.count_leaderboards(process_runtime())
