"""How messages travel: the Celery application's configuration, and the schedule.

Results are ignored: the job's row is the result. A message is acknowledged after its task
returned, so a lost process means a second delivery, which `worker.jobs` makes harmless.
"""

from __future__ import annotations

import logging

from celery import Celery
from celery.schedules import crontab
from kombu.entity import Queue
from kombu.exceptions import OperationalError

from common.settings import Settings
from worker.broker_tls import broker_address, broker_tls

log = logging.getLogger(__name__)

JOBS_QUEUE = "score-import.jobs"
# Sweeps must not wait behind thousands of imports.
UPKEEP_QUEUE = "score-import.upkeep"
# Apart, so that a worker of its own can be given the receivers' time to wait for.
WEBHOOKS_QUEUE = "score-import.webhooks"

RUN_JOB = "score_import.run_job"
SWEEP = "score_import.sweep"
SCHEDULE_ORPHANS = "score_import.schedule_orphans"
REMOVE_ENDED = "score_import.remove_ended"
DELIVER_EVENTS = "score_import.deliver_events"


def make_app(settings: Settings) -> Celery:
    app = Celery("score-import", include=["worker.tasks"])
    app.conf.update(
        broker_url=broker_address(settings.redis_url),
        broker_use_ssl=broker_tls(settings.redis_url),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": settings.visibility_timeout,
            "socket_timeout": 10,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
        },
        # A client reads 202 once its job is in PostgreSQL; the sweeper mends a lost message,
        # so sending gives up at once where Redis is down.
        task_publish_retry=False,
        task_queues=[Queue(JOBS_QUEUE), Queue(UPKEEP_QUEUE), Queue(WEBHOOKS_QUEUE)],
        task_default_queue=JOBS_QUEUE,
        task_routes={
            SWEEP: {"queue": UPKEEP_QUEUE},
            SCHEDULE_ORPHANS: {"queue": UPKEEP_QUEUE},
            REMOVE_ENDED: {"queue": UPKEEP_QUEUE},
            DELIVER_EVENTS: {"queue": WEBHOOKS_QUEUE},
        },
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_soft_time_limit=settings.soft_time_limit,
        task_time_limit=settings.hard_time_limit,
        worker_prefetch_multiplier=1,
        worker_concurrency=settings.worker_concurrency,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        timezone="UTC",
        beat_schedule={
            "sweep": {
                "task": SWEEP,
                "schedule": settings.sweep_interval,
                # Sweeps that no worker was there to take do not pile up.
                "options": {"expires": max(settings.sweep_interval, 5.0)},
            },
            "events": {
                "task": DELIVER_EVENTS,
                "schedule": settings.sweep_interval,
                "options": {"expires": max(settings.sweep_interval, 5.0)},
            },
            "retention": {"task": REMOVE_ENDED, "schedule": crontab(minute="17")},
            "orphans": {"task": SCHEDULE_ORPHANS, "schedule": crontab(minute="1", hour="0")},
        },
    )
    return app


def dispatch(app: Celery, user_id: int, job_id: str) -> bool:
    """Sends "this user has a job"; False where Redis is down, in which case the sweeper will."""
    try:
        app.send_task(RUN_JOB, args=(user_id, job_id))
    except OperationalError as problem:
        log.warning("job %s: message not sent, left to the sweeper: %s", job_id, problem)
        return False
    return True


def announce_events(app: Celery) -> None:
    """Sends "there are events to deliver"; where Redis is down, beat will say so later."""
    try:
        app.send_task(DELIVER_EVENTS)
    except OperationalError as problem:
        log.warning("events: message not sent, left to beat: %s", problem)
