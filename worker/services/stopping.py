"""Whether this worker is being shut down: a fetch that may take minutes then ends at once.

The main process of a worker is told; its children, who do the work, look at a byte of memory
that they share with it.
"""

from __future__ import annotations

import mmap

_flag = mmap.mmap(-1, 1)


class Stopping(Exception):
    """The worker is shut down; the job is to be run again by another one."""


def prepare() -> None:
    """Of a worker's main process, before it has children: they share it with this process alone."""
    global _flag
    _flag = mmap.mmap(-1, 1)


def announce() -> None:
    """Tells all children of this process."""
    _flag[0] = 1


def is_stopping() -> bool:
    return _flag[0] == 1


def check() -> None:
    """Raises Stopping."""
    if is_stopping():
        raise Stopping
