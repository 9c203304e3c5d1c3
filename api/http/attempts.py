"""Attempts to log in: how many more an address may make, and how many may be made at a user.

They are counted in Redis. Without it each web process counts by itself: guessing passwords is
never unlimited.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Final

from flask import request

from api.http import context, limits
from api.http.limits import Count, Limit
from common.errors import UserError
from common.redis_client import GuardedRedis
from common.settings import Settings

WINDOW: Final = 600  # seconds
# So many times as many may be made at one user as one address may make.
OF_A_USER: Final = 4
# Counts that are kept without Redis.
_KEPT: Final = 10_000


class TooMany(UserError):
    """No more attempts for now."""

    def __init__(self, counted: Count) -> None:
        super().__init__(429, counted.explanation)
        context.current().headers |= counted.headers()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, counted before it is known what comes of it."""

    redis: GuardedRedis
    counts: tuple[tuple[Limit, str], ...]

    def succeeded(self) -> None:
        """Only failures count in the end."""
        for limit, who in self.counts:
            limits.give_back(self.redis, limit, who)
            _ALONE.give_back(limit, who)


def attempt(settings: Settings, redis: GuardedRedis, username: str) -> Attempt:
    """Counts an attempt at this name. Raises TooMany."""
    most = settings.login_rate_limit
    address = limits.client_address(request, settings.trusted_proxies)
    counts = (
        (Limit("logins", most, WINDOW), f"address:{address}"),
        (Limit("logins", most * OF_A_USER, WINDOW), f"name:{username.lower()}"),
    )
    for limit, who in counts:
        counted = limits.count(redis, limit, who)
        if counted is None and limit.most:
            counted = _ALONE.count(limit, who)
        if counted is not None and counted.exceeded:
            raise TooMany(counted)
    return Attempt(redis, counts)


class _Windows:
    """Counts in memory, for want of Redis."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], list[float]] = {}
        self._lock = threading.Lock()

    def count(self, limit: Limit, who: str) -> Count:
        now = time.monotonic()
        with self._lock:
            if len(self._windows) >= _KEPT:
                self._windows = {k: v for k, v in self._windows.items() if v[0] > now}
            if len(self._windows) >= _KEPT:
                # So many at a time are an attack: nobody logs in until it is over.
                return Count(limit, limit.most + 1, limit.window)
            window = self._windows.setdefault((limit.name, who), [now + limit.window, 0])
            if window[0] <= now:
                window[:] = [now + limit.window, 0]
            window[1] += 1
            return Count(limit, int(window[1]), window[0] - now)

    def give_back(self, limit: Limit, who: str) -> None:
        with self._lock:
            window = self._windows.get((limit.name, who))
            if window is not None and window[1] > 0:
                window[1] -= 1


_ALONE: Final = _Windows()
