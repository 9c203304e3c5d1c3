"""Celery's consumer, with the threads of a worker's main process beside it."""

from __future__ import annotations

import warnings
from contextlib import suppress
from functools import partial
from typing import Any

from celery.worker import consumer

from common.settings import load_settings
from worker.caretaker import Caretaker
from worker.consumption import record
from worker.watchdog import Watchdog

# Seconds between two attempts to reach the broker.
RECONNECT_PAUSE = 1.0
# Seconds for which what is told of tasks may wait for more of it.
EVENTS_PAUSE = 0.1


class Consumer(consumer.Consumer):  # type: ignore[misc]
    """Reaches a broker that comes back within moments, and starts watchdog and upkeep.

    Events for those who watch Celery's tasks are sent together, ten times a second at most: to send
    the two of each job at once would hold up the jobs, and is half of what this process does.
    """

    _events_wait = False

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
        self._takes = True
        hub.on_tick.add(record.ticked)
        hub.on_tick.add(self._take_or_wait)

    def _take_or_wait(self) -> None:
        """Asks for no messages while the worker could do nothing with them."""
        may = record.waits_for is None
        if may == self._takes or self.task_consumer is None:
            return
        self._takes = may
        if may:
            self.task_consumer.consume()
        else:
            self.task_consumer.cancel()

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
