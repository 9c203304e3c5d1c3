"""A circuit breaker: after one failure, nobody waits for a server that does not answer.

While it is open every use fails at once; when its pause is over, one use at a time tries again
and closes it, or opens it for another pause.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)


class Breaker:
    """One server's, shared by all threads of a process.

    Parameters:
        name: what the log calls the server.
        pause: seconds for which it stays open.
        clock: monotonic seconds.
    """

    def __init__(
        self, name: str, pause: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = name
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        # When the next try may be made; None while all is well.
        self._closed_at: float | None = None

    def allows(self) -> bool:
        """Whether the server may be asked. True to one caller a pause while it is open."""
        if self._closed_at is None:
            return True
        with self._lock:
            if self._closed_at is None:
                return True
            if self._clock() < self._closed_at:
                return False
            # The others wait for what this try brings.
            self._closed_at = self._clock() + self._pause
            return True

    def failed(self) -> None:
        """The server did not answer."""
        with self._lock:
            if self._closed_at is None:
                log.warning("%s does not answer: going on without for now", self._name)
            self._closed_at = self._clock() + self._pause

    def succeeded(self) -> None:
        """The server answered, whatever it said."""
        if self._closed_at is None:
            return
        with self._lock:
            if self._closed_at is not None:
                log.warning("%s answers again", self._name)
            self._closed_at = None
