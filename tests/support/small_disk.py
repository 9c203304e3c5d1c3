"""A file system that is full when a test says so."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from cli.installation import unprivileged
from cli.local import EmbeddedPostgres

MAY_NOT_MOUNT = "NOT SHOWN: a full disk needs the right to mount a file system"


class MayNotMountError(Exception):
    """The machine does not allow it."""


class SmallDisk:
    """A mounted file system of a few megabytes."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ballast = place / "ballast"

    def tablespace_for(self, server: EmbeddedPostgres) -> Path:
        """A folder on it in which the server may keep a tablespace."""
        return unprivileged.make_private_folder(
            self.place / "space", unprivileged.server_account(server.data)
        )

    def fill(self) -> None:
        """Takes what is left, to the last page."""
        with contextlib.suppress(OSError), self._ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(65536))

    def clear(self) -> None:
        self._ballast.unlink()


@contextlib.contextmanager
def small_disk(size: str) -> Iterator[SmallDisk]:
    """size: as mount(8) wants it, as in `12m`. Raises MayNotMountError."""
    with unprivileged.temporary_folder() as folder:
        place = folder / "disk"
        place.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0777", "tmpfs", str(place)]
        try:
            subprocess.run(mount, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as problem:
            raise MayNotMountError(f"{MAY_NOT_MOUNT}: {problem}") from None
        try:
            yield SmallDisk(place)
        finally:
            subprocess.run(["umount", "-l", str(place)], check=True)
