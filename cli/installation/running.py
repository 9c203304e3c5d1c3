"""What a running `score-import up` tells other commands: a file in its state folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from cli.installation.state import is_locked
from cli.private_files import write_private

FILE: Final = "running.json"


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """Where things are. url and token are None until the service is up, or where there is none.

    ours: the names of the servers and processes that `up` runs. down: those of them that have died
    and are about to be started again.
    """

    database_url: str
    redis_url: str
    url: str | None = None
    token: str | None = None
    ours: tuple[str, ...] = ()
    down: tuple[str, ...] = ()


def write(folder: Path, running: Running) -> None:
    write_private(folder / FILE, msgspec.json.encode(running).decode())


def read(folder: Path) -> Running | None:
    """None where none runs with its data in this folder."""
    if not is_locked(folder):
        return None
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Running)
    except (OSError, msgspec.MsgspecError):
        return None


def forget(folder: Path) -> None:
    (folder / FILE).unlink(missing_ok=True)
