"""Memory that a process has used goes back to the system."""

from __future__ import annotations

import ctypes
from typing import Final

# Of glibc's malloc.h: blocks of so many bytes and more are mapped each by itself.
_M_MMAP_THRESHOLD: Final = -3
LARGE: Final = 1024 * 1024


def give_back_large_blocks() -> bool:
    """Has the C library return blocks of LARGE bytes as soon as they are free; whether it does.

    By itself glibc raises its limit to the largest block that was ever freed, 32 MiB at most. The
    next uploads are cut out of the heap then, which small objects keep from shrinking: a fifth of
    what a worker needs for 20 000 scores. Other C libraries have no such limit to set.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, LARGE))
