"""How many connections a process may have."""

from __future__ import annotations

import resource
from typing import Final

FILES_BESIDE: Final = 200  # open files of a process that are no connections


def room_for(wanted: int) -> int:
    """How many connections a process may have, once it was allowed as many files as it can be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + FILES_BESIDE
    if soft != resource.RLIM_INFINITY and soft < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(hard, needed)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        wanted = min(wanted, most - FILES_BESIDE)
    return max(wanted, 16)
