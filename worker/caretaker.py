"""The caretaker: what has to happen on time, however full the queue is.

A thread in every worker's main process, beside the processes that run jobs; so it neither
stands in the queue nor waits for a scheduler. Of all workers one is at it, the one that holds a
PostgreSQL lock; where that one dies, hangs or is cut off, another takes over.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time

from celery import Celery
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Connection, Engine

from common import locks
from common.database import failures
from common.database.engine import autocommit, check_alive, end_when_silent, open_engine
from common.database.schema_guard import SchemaMisfit, guard_schema, misfit_behind, misfit_in
from common.metrics import signs
from common.metrics.counting import tally
from common.redis_client import open_patient_redis
from common.settings import Settings
from worker import upkeep as sweeper
from worker.consumption import record
from worker.messaging import announce_events, dispatch
from worker.pausing import PauseWatch
from worker.queues import BrokerAway, Queues, open_queues
from worker.webhooks import delivery

log = logging.getLogger(__name__)

# Seconds after which PostgreSQL takes the lock from a holder that says nothing.
SILENCE = 15.0
# Seconds between the log lines about one lasting trouble.
COMPLAINT_PAUSE = 60.0


class Caretaker(threading.Thread):
    """Runs until the process ends."""

    def __init__(self, app: Celery, settings: Settings) -> None:
        super().__init__(name="upkeep", daemon=True)
        self._app = app
        self._settings = settings
        self._next_complaint = 0.0

    def run(self) -> None:
        engine = guard_schema(open_engine(self._settings.database_url, name="score-import upkeep"))
        redis = open_patient_redis(self._settings.redis_url)
        tally.publish_to(redis)
        queues = open_queues(self._app, self._settings)
        # Beside it, so that it is on time: a pass over all jobs may take longer.
        PauseWatch(engine).start()
        while True:
            try:
                self._hold_office(engine, queues, redis)
            except Exception as problem:
                # Whatever it was, upkeep goes on; the lock went with the connection.
                self._say(problem, misfit_in(misfit_behind(engine, problem) or problem))
            time.sleep(self._settings.sweep_interval)

    def _say(self, problem: Exception, misfit: SchemaMisfit | None) -> None:
        if misfit is not None:
            # Said already; the worker takes no messages until upkeep works again.
            record.waits_for = str(misfit)
        elif time.monotonic() >= self._next_complaint:
            if failures.is_passing(problem):
                log.warning("upkeep: trying again: %s", failures.in_a_line(problem))
            else:
                log.warning("upkeep: failed, trying again", exc_info=problem)
            self._next_complaint = time.monotonic() + COMPLAINT_PAUSE

    def _hold_office(self, engine: Engine, queues: Queues, redis: Redis) -> None:
        """Does the upkeep as long as the lock is ours; returns where another has it."""
        with engine.connect() as guard:
            record.waits_for = None
            with autocommit(guard):
                if not locks.try_for_session(guard, locks.UPKEEP):
                    return
            try:
                silence = max(SILENCE, 5 * self._settings.sweep_interval)
                with autocommit(guard):
                    end_when_silent(guard, int(silence))
                log.info("upkeep: done by this worker from now on")
                while True:
                    pass_once(self._app, self._settings, engine, queues)
                    with contextlib.suppress(RedisError):
                        signs.kept_up(redis)
                    time.sleep(self._settings.sweep_interval)
                    _still_ours(guard)
            finally:
                guard.invalidate()


def _still_ours(guard: Connection) -> None:
    """Raises where the session is gone, and the lock with it."""
    with autocommit(guard):
        check_alive(guard)


def pass_once(app: Celery, settings: Settings, engine: Engine, queues: Queues) -> None:
    """Jobs and events that wait without a message get one."""
    for due in sweeper.sweep(engine, queues, settings.sweep_interval):
        if not dispatch(app, due.message, again=not due.in_background):
            break
    if settings.webhooks and delivery.due(engine) and not _announced(queues):
        announce_events(app)


def _announced(queues: Queues) -> bool:
    try:
        return queues.events_wait()
    except BrokerAway:
        return True
