"""A worker of a paused queue leaves the messages about jobs where they are.

So they keep their order, and are taken again as soon as the pause is over. This thread of the
worker's main process looks every second. What is taken before it has seen a pause is refused where
the job would be claimed, and sent again by the upkeep.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from sqlalchemy import Engine

from common.database.engine import autocommit
from common.jobs import pause_rows
from worker.consumption import record

log = logging.getLogger(__name__)

# Seconds between two looks.
LOOK: Final = 1.0
# Seconds that a process which was refused a job waits: by then no more messages are taken.
SETTLED: Final = LOOK + 0.5


class PauseWatch(threading.Thread):
    """Runs until the process ends. Where the database does not answer, what was so stays so."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(name="pauses", daemon=True)
        self._engine = engine

    def run(self) -> None:
        while True:
            try:
                self._look()
            except Exception as problem:
                # The upkeep says so, and whoever would run a job.
                log.debug("pauses: not known at the moment: %r", problem)
            time.sleep(LOOK)

    def _look(self) -> None:
        with self._engine.connect() as connection, autocommit(connection):
            is_paused = pause_rows.is_paused(connection)
        if is_paused and not record.is_paused:
            log.warning("the queue is paused: no job is begun")
        elif record.is_paused and not is_paused and record.was_looked_at:
            log.warning("the queue goes on")
        record.is_paused, record.was_looked_at = is_paused, True
