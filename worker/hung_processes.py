"""Processes of a worker that are free and yet do not begin what they are handed.

Celery's time limits count from the beginning of a job, so that nothing would ever end them: what
they are handed would wait with them, and each message after it until the upkeep sends it again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from collections.abc import Collection
from typing import Any, Final

from celery.worker import state

from worker.watchdog import LATE

log = logging.getLogger(__name__)

# Seconds in which a process begins what it is handed, however slow the machine.
PATIENCE: Final = 15.0


class Beginnings:
    """Judges whether messages that were handed to processes are begun, one look after the other."""

    def __init__(self) -> None:
        self._seen_at = 0.0
        self._since: dict[str, float] = {}

    def are_overdue(self, now: float, waiting: Collection[str]) -> bool:
        """Whether one has waited for long.

        now: seconds on the monotonic clock. waiting: the ids of those that are not begun.
        """
        if now - self._seen_at > LATE:
            # We were stopped in between, and the processes maybe with us.
            self._since = {}
        self._seen_at = now
        self._since = {each: self._since.get(each, now) for each in waiting}
        return any(now - since > PATIENCE for since in self._since.values())


class HungProcesses:
    """Those of Celery's pool. To be used in the event loop alone, which changes what is looked at.

    pool: Celery's, of the processes that run jobs.
    """

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._beginnings = Beginnings()

    def end(self) -> None:
        """Ends them where there are any; Celery starts others.

        The jobs that they were handed have been claimed by nobody, so the upkeep sends their
        messages again.
        """
        waiting = {each.id for each in state.reserved_requests if each.worker_pid is None}
        if not self._beginnings.are_overdue(time.monotonic(), waiting):
            return
        at_work = {each.worker_pid for each in state.active_requests}
        for pid in self._pool.info["processes"]:
            if pid not in at_work:
                log.critical("process %d does not begin the job it was handed: it is ended", pid)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
