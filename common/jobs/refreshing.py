"""Keeps what is said of running imports alive: one thread a process says it again and again.

A step may be silent for longer than a text lives: a large COPY, a statement that waits.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Final, Protocol

log = logging.getLogger(__name__)

# Seconds: several times in the life of a text (`common.jobs.progress.TEXT_TTL`).
PAUSE: Final = 0.3


class Refreshed(Protocol):
    def refresh(self) -> None: ...


class Refresher:
    """Calls `refresh` of everything that was added, until it is removed."""

    def __init__(self) -> None:
        self._members: set[Refreshed] = set()
        self._thread: threading.Thread | None = None

    def add(self, member: Refreshed) -> None:
        self._members.add(member)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
            self._thread.start()

    def remove(self, member: Refreshed) -> None:
        self._members.discard(member)

    def _run(self) -> None:
        while True:
            time.sleep(PAUSE)
            for member in tuple(self._members):
                try:
                    member.refresh()
                except Exception:
                    log.exception("progress could not be refreshed")


_refresher = Refresher()


def refresher() -> Refresher:
    """This process's."""
    return _refresher


def _forget_parent() -> None:
    """No thread comes along with a fork."""
    global _refresher
    _refresher = Refresher()


os.register_at_fork(after_in_child=_forget_parent)
