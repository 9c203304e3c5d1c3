"""Where tests keep the files of their servers, and how these servers are set."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from cli.installation import unprivileged

# Nothing has to outlast a power cut, and nobody replicates.
FAST: Final[Mapping[str, str]] = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
_MEMORY: Final = Path("/dev/shm")
_NEEDED: Final = 8 << 30  # bytes; a run takes one or two


@contextmanager
def servers_folder() -> Iterator[Path]:
    """A folder that the servers can enter; pytest's own is closed to other accounts.

    In memory, where there is room: a database is copied there in a quarter of the time.
    """
    with unprivileged.temporary_folder(_memory()) as folder:
        yield folder


def _memory() -> Path | None:
    with suppress(OSError):
        if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _NEEDED:
            return _MEMORY
    return None
