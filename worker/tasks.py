"""The Celery tasks: thin doors to the code that does the work."""

from __future__ import annotations

from worker import retention, runner, schedule, upkeep
from worker.celery_app import app
from worker.messaging import (
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


@app.task(name=RUN_JOB)  # type: ignore[untyped-decorator]
def run_job(user_id: int, job_id: str) -> None:
    """Runs the user's oldest job, if nobody else works for the user."""
    following = runner.run(process_runtime(), user_id, job_id)
    if following is not None:
        dispatch(app, user_id, following)
    if delivery.waiting(process_runtime(), user_id):
        announce_events(app)


@app.task(name=DELIVER_EVENTS)  # type: ignore[untyped-decorator]
def deliver_events() -> None:
    if delivery.deliver(process_runtime()):
        announce_events(app)


@app.task(name=SWEEP)  # type: ignore[untyped-decorator]
def sweep() -> None:
    runtime = process_runtime()
    for user_id, job_id in upkeep.sweep(runtime):
        if not dispatch(app, user_id, job_id):
            break


@app.task(name=SCHEDULE_ORPHANS)  # type: ignore[untyped-decorator]
def schedule_orphans() -> None:
    schedule.accept_orphan_jobs(process_runtime())


@app.task(name=REMOVE_ENDED)  # type: ignore[untyped-decorator]
def remove_ended() -> None:
    retention.remove_ended(process_runtime())
