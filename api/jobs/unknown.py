"""IDs of which PostgreSQL has just said that they are no job's.

A job's ID is made up by the server and told once the job is there, so what is unknown stays so;
that it is asked for again and again need not cost a statement each time. It is not believed for
long, for who knows what a database was restored from.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

SECONDS: Final = 1.0
MOST: Final = 10_000


class UnknownIDs:
    """Used by many threads; each of its steps is one that no other can break into.

    clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def add(self, job_id: str) -> None:
        if len(self._until) >= MOST:
            self._until = {}
        self._until[job_id] = self._clock() + SECONDS

    def __contains__(self, job_id: str) -> bool:
        until = self._until.get(job_id)
        return until is not None and self._clock() < until
