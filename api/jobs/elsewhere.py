"""Requests that wait for another service: so many at a time in a process, and one of a user.

Each holds a thread for as long as that service takes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from api.server import lanes
from common.errors import UserError

TOO_MANY: Final = "Too many accounts are being linked at the moment. Please try again shortly."


class Elsewhere:
    """Who waits for another service in this process.

    Parameters:
        most: requests at a time.
    """

    def __init__(self, most: int = lanes.ELSEWHERE) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._users: set[int] = set()

    @contextmanager
    def waiting(self, user_id: int, environ: dict[str, Any]) -> Iterator[None]:
        """Within, other requests have their turn. Raises UserError (503) where no place is free."""
        with self._lock:
            if len(self._users) >= self._most or user_id in self._users:
                raise UserError(503, TOO_MANY, "TOO_MANY_LINKS")
            self._users.add(user_id)
        try:
            with (lanes.turn(environ) or lanes.NoTurn()).aside():
                yield
        finally:
            with self._lock:
                self._users.remove(user_id)
