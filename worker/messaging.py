"""How messages travel: the Celery application's configuration, and the schedule.

A message only says "this user has a job"; the job's row in PostgreSQL decides everything. So
messages need not be kept: from Redis a worker takes one out for good, and where it is lost
(Redis wiped, a worker killed with the message in its hands) the upkeep sends another within
seconds. RabbitMQ keeps a message until its job has ended, and gives it to another worker where
that one died. Either way no message ever expires by anybody's clock.
"""

from __future__ import annotations

import logging

from celery import Celery
from celery.schedules import crontab
from kombu.entity import Queue

from common.jobs.accepting import Message
from common.settings import Settings
from worker import transport
from worker.broker_address import broker_address, broker_tls, is_rabbitmq, transport_options

log = logging.getLogger(__name__)

JOBS_QUEUE = "score-import.jobs"
# Messages that were lost, sent again: their jobs have waited already, so they do not queue
# behind thousands of others. Queues are taken from in turn.
AGAIN_QUEUE = "score-import.again"
UPKEEP_QUEUE = "score-import.upkeep"
# Apart, so that a worker of its own can be given the receivers' time to wait for.
WEBHOOKS_QUEUE = "score-import.webhooks"

RUN_JOB = "score_import.run_job"
SWEEP = "score_import.sweep"
SCHEDULE_ORPHANS = "score_import.schedule_orphans"
REMOVE_ENDED = "score_import.remove_ended"
COUNT_LEADERBOARDS = "score_import.count_leaderboards"
DELIVER_EVENTS = "score_import.deliver_events"


def make_app(settings: Settings) -> Celery:
    transport.install()
    app = Celery("score-import", include=["worker.tasks"])
    broker = settings.broker
    # RabbitMQ keeps what waits on several servers.
    kept = {"x-queue-type": "quorum"} if is_rabbitmq(broker) else None
    app.conf.update(
        broker_url=broker_address(broker),
        # Also where the environment has a BROKER_URL: the command `celery` takes that, as it is
        # written there, for the address to be used, but for these two.
        broker_read_url=broker_address(broker),
        broker_write_url=broker_address(broker),
        broker_use_ssl=broker_tls(broker),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # The broker refuses a command (read-only, full, too few replicas): connect again, go on.
        broker_channel_error_retry=True,
        broker_transport_options=transport_options(broker),
        # Seconds; of RabbitMQ, whose silence is found by them.
        broker_heartbeat=10,
        # A client reads 202 once its job is in PostgreSQL; the upkeep mends a lost message,
        # so sending gives up at once where Redis is down.
        task_publish_retry=False,
        task_queues=[
            Queue(name, queue_arguments=kept)
            for name in (JOBS_QUEUE, AGAIN_QUEUE, UPKEEP_QUEUE, WEBHOOKS_QUEUE)
        ],
        task_default_queue=JOBS_QUEUE,
        task_routes={
            SWEEP: {"queue": UPKEEP_QUEUE},
            SCHEDULE_ORPHANS: {"queue": UPKEEP_QUEUE},
            REMOVE_ENDED: {"queue": UPKEEP_QUEUE},
            COUNT_LEADERBOARDS: {"queue": UPKEEP_QUEUE},
            DELIVER_EVENTS: {"queue": WEBHOOKS_QUEUE},
        },
        task_ignore_result=True,
        # A process that is lost in the middle of a task: its message goes back to the queue.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_soft_time_limit=settings.soft_time_limit,
        task_time_limit=settings.hard_time_limit,
        worker_prefetch_multiplier=1,
        worker_concurrency=settings.worker_concurrency,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_consumer="worker.consumer:Consumer",
        timezone="UTC",
        beat_schedule={
            "retention": {"task": REMOVE_ENDED, "schedule": crontab(minute="17")},
            "orphans": {"task": SCHEDULE_ORPHANS, "schedule": crontab(minute="1", hour="0")},
            "leaderboards": {"task": COUNT_LEADERBOARDS, "schedule": crontab(minute="*/15")},
        },
    )
    return app


def dispatch(app: Celery, message: Message, *, again: bool = False) -> bool:
    """Sends "this user has a job"; False where the broker does not take it: upkeep mends that.

    again: an earlier message of the job's was lost.
    """
    queue = AGAIN_QUEUE if again else JOBS_QUEUE
    try:
        app.send_task(
            RUN_JOB, args=(message.user_id, message.job_id), task_id=message.id, queue=queue
        )
    except Exception as problem:
        # Whatever ails the broker, the job is safe.
        log.warning("job %s: message not sent, left to the upkeep: %r", message.job_id, problem)
        return False
    return True


def announce_events(app: Celery) -> None:
    """Sends "there are events to deliver"; where the broker does not take it, the upkeep will."""
    try:
        app.send_task(DELIVER_EVENTS)
    except Exception as problem:
        log.warning("events: message not sent, left to the upkeep: %r", problem)
