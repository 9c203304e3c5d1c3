"""The time, in the unit of the wire: integer milliseconds since the epoch.

Hosts' clocks may differ by any amount, so whatever decides something asks PostgreSQL's: in SQL
`NOW_MS`, in Python `database_ms`. `now_ms` is for what is only shown.
"""

import time

# In SQL: when the statement began, also in the middle of a transaction.
NOW_MS = "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS bigint)"


def now_ms() -> int:
    """What this host takes for the time."""
    return time.time_ns() // 1_000_000


class FollowedClock:
    """Another clock's time, carried on from when it was last seen; this host's until then."""

    def __init__(self) -> None:
        self._ahead = now_ms() - _elapsed_ms()

    def follow(self, seen: int) -> None:
        """Takes over what the other clock shows now, in milliseconds since the epoch."""
        self._ahead = seen - _elapsed_ms()

    def __call__(self) -> int:
        return self._ahead + _elapsed_ms()


def _elapsed_ms() -> int:
    return time.monotonic_ns() // 1_000_000


# PostgreSQL's time, as this process last saw it; workers follow it from the claim of each job.
database_ms = FollowedClock()
