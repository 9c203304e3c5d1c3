"""What this worker does about messages: when Redis last answered its question for some, and whether
it takes any.

The question is asked again as soon as it is answered (with a message, or after a second with
none), as long as the worker has a process free. So a worker that has one and got no answer for
a while, although Redis answers others, takes nothing any more, whatever the cause.
"""

from __future__ import annotations

import time


class Record:
    """Times on the monotonic clock, in seconds. Each is written by one thread, read by others."""

    def __init__(self) -> None:
        self.asked_at = 0.0
        self.answered_at = 0.0
        self.ticked_at = 0.0
        # What has to be mended before the worker takes messages again; None while it does.
        self.waits_for: str | None = None
        # Whether the queue is paused, as far as is known: until the first look no job is taken.
        self.is_paused = True
        self.was_looked_at = False

    def asked(self) -> None:
        self.asked_at = time.monotonic()

    def answered(self) -> None:
        self.answered_at = time.monotonic()

    def ticked(self) -> None:
        """The worker's event loop is alive."""
        self.ticked_at = time.monotonic()


# Of this process.
record = Record()
