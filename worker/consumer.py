"""Celery's consumer, with the threads of a worker's main process beside it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from celery.worker import consumer

from common.settings import load_settings
from worker.caretaker import Caretaker
from worker.consumption import record
from worker.hung_processes import HungProcesses
from worker.messaging import AGAIN_QUEUE, JOBS_QUEUE
from worker.watchdog import Watchdog

# Seconds between two attempts to reach the broker.
RECONNECT_PAUSE = 1.0
# Seconds for which what is told of tasks may wait for more of it.
EVENTS_PAUSE = 0.1
# Seconds after which it is looked at the latest whether messages are to be taken.
TICK = 0.5
# Seconds between two looks for processes that hang.
LOOK_PAUSE = 1.0

JOB_QUEUES = (JOBS_QUEUE, AGAIN_QUEUE)


class Consumer(consumer.Consumer):  # type: ignore[misc]
    """Reaches a broker that comes back within moments, and starts watchdog and upkeep.

    Events for those who watch Celery's tasks are sent together, ten times a second at most: to send
    the two of each job at once would hold up the jobs, and is half of what this process does.
    """

    _events_wait = False
    # Of the queues of jobs, those that are left alone while the queue is paused.
    _left_alone: Sequence[str] = ()

    def start(self) -> None:
        # Not earlier: by now the processes that run jobs are there, without these threads.
        settings = load_settings()
        Watchdog(self.app, settings, self.hostname, self.pool.num_processes).start()
        Caretaker(self.app, settings).start()
        # That running tasks go on after a lost connection is what we set.
        warnings.filterwarnings("ignore", module="celery.worker.consumer")
        super().start()

    def register_with_event_loop(self, hub: Any) -> None:
        super().register_with_event_loop(hub)
        # As after each connection: all queues are asked for.
        self._takes, self._left_alone = True, ()
        hub.on_tick.add(record.ticked)
        hub.on_tick.add(self._take_or_wait)
        # Also where nothing else happens.
        hub.call_repeatedly(TICK, self._take_or_wait)
        hub.call_repeatedly(LOOK_PAUSE, HungProcesses(self.pool).end)

    def _take_or_wait(self) -> None:
        """Asks for no messages while the worker could do nothing with them."""
        if self.task_consumer is None:
            return
        may = record.waits_for is None
        if may != self._takes:
            self._takes = may
            if may:
                self.task_consumer.consume()
            else:
                self.task_consumer.cancel()
        if record.is_paused:
            self._leave_jobs_alone()
        elif self._left_alone:
            self._take_jobs_again()

    def _leave_jobs_alone(self) -> None:
        """Asks for no more messages about jobs; for those of other queues it does."""
        if self._takes and not self._left_alone:
            self._left_alone = [*filter(self.task_consumer.consuming_from, JOB_QUEUES)]
            for queue in self._left_alone:
                self.task_consumer.cancel_by_queue(queue)

    def _take_jobs_again(self) -> None:
        for queue in self._left_alone:
            self.task_consumer.add_queue(self.app.amqp.queues[queue])
        self._left_alone = ()
        if self._takes:
            self.task_consumer.consume()

    def on_send_event_buffered(self) -> None:
        if self.hub and not self._events_wait:
            self._events_wait = True
            self.hub.call_later(EVENTS_PAUSE, self._flush_events)

    def _flush_events(self) -> None:
        self._events_wait = False
        super()._flush_events()

    def shutdown(self) -> None:
        with suppress(Exception):  # nobody watches, or nothing can be sent
            self._flush_events()
        super().shutdown()

    def ensure_connected(self, conn: Any) -> Any:
        conn.ensure_connection = partial(
            conn.ensure_connection,
            interval_start=RECONNECT_PAUSE,
            interval_step=0,
            interval_max=RECONNECT_PAUSE,
        )
        return super().ensure_connected(conn)
