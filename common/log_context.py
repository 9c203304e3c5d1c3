"""Whose a log line is: request, job, user, attempt, import type.

Bound once, where it becomes known; every line of the same thread carries it from then on, also
those of a converter that has never heard of jobs.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

# In the order in which a line names them.
NAMES: Final = ("request", "job", "user", "attempt", "import_type")

_bound: ContextVar[dict[str, str | int]] = ContextVar("bound")


def bind(**whose: str | int | None) -> None:
    """From now on lines of this thread are these ones', and nobody's else."""
    _bound.set({name: value for name, value in whose.items() if value is not None})


@contextmanager
def bound(**whose: str | int | None) -> Iterator[None]:
    """Within, lines are these ones', beside whose they were before."""
    more = {name: value for name, value in whose.items() if value is not None}
    token = _bound.set({**_bound.get({}), **more})
    try:
        yield
    finally:
        _bound.reset(token)


def current() -> dict[str, str | int]:
    """Whose lines are just now."""
    return _bound.get({})


class WhoseFilter(logging.Filter):
    """Gives each record its names as attributes, and `whose`, which is all of them as text."""

    def filter(self, record: logging.LogRecord) -> bool:
        here = current()
        parts = [f"{name}={here[name]}" for name in NAMES if name in here]
        record.whose = f" [{' '.join(parts)}]" if parts else ""
        for name, value in here.items():
            setattr(record, name, value)
        return True
