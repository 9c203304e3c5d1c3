"""Sending the message "this user has a job"."""

from __future__ import annotations

import logging

from celery import Celery
from kombu.exceptions import OperationalError

from worker.celery_app import RUN_JOB

log = logging.getLogger(__name__)


def dispatch(app: Celery, user_id: int, job_id: str) -> bool:
    """Tells the workers; False where Redis is down, in which case the sweeper will."""
    try:
        app.send_task(RUN_JOB, args=(user_id, job_id))
    except OperationalError as problem:
        log.warning("job %s: message not sent, left to the sweeper: %s", job_id, problem)
        return False
    return True
