"""Signals that end a command as Ctrl-C does: in order, and at once where one comes again."""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections.abc import Iterator
from typing import Final

# Seconds within which one more signal is only an echo: make, timeout and terminals pass signals on.
ECHO_SECONDS: Final = 1.0


class Interruption:
    """Whether we were interrupted.

    What a signal raises ends what is being done, but for where Python has nobody to raise it to
    (a finalizer, a callback of the garbage collector), and drops it. So who does one thing after
    the other asks between them.
    """

    def __init__(self) -> None:
        self._last: float | None = None

    def note(self) -> None:
        """A signal came. Raises KeyboardInterrupt unless it is an echo."""
        now = time.monotonic()
        is_echo = self._last is not None and now - self._last < ECHO_SECONDS
        self._last = now
        if not is_echo:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raises KeyboardInterrupt where a signal has come."""
        if self._last is not None:
            raise KeyboardInterrupt


@contextlib.contextmanager
def interrupted_by(*signals: signal.Signals) -> Iterator[Interruption]:
    """Within, these signals raise KeyboardInterrupt in the main thread.

    Of one that Python drops nothing is printed: it is not lost.
    """
    interruption = Interruption()
    print_dropped = sys.unraisablehook

    def interrupt(_number: int, _frame: object) -> None:
        interruption.note()

    def dropped(what: sys.UnraisableHookArgs) -> None:
        if not issubclass(what.exc_type, KeyboardInterrupt):
            print_dropped(what)

    before = {each: signal.signal(each, interrupt) for each in signals}
    sys.unraisablehook = dropped
    try:
        yield interruption
    finally:
        sys.unraisablehook = print_dropped
        for each, handler in before.items():
            signal.signal(each, handler)
