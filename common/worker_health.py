"""What a worker says of itself to whoever supervises it on the same machine: a small file.

Neither Redis nor PostgreSQL is needed to read it. Times are the machine's time since it was
booted, which nobody sets.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import orjson

log = logging.getLogger(__name__)

# Seconds after which what a worker said of itself counts no more: it says it every second.
FRESH = 15.0
SILENT = 60.0
# Bytes of a file, filled up with spaces: longer than what is said, so that it can be said anew in
# the same place.
LENGTH = 1024


def default_directory() -> Path:
    """A folder for the files of this account's workers."""
    return Path(tempfile.gettempdir()) / f"score-import-workers-{os.getuid()}"


class HealthFile:
    """The file of the worker of this name, such as `celery@host`. directory: "" = the usual."""

    def __init__(self, directory: str, name: str) -> None:
        folder = Path(directory) if directory else default_directory()
        self.path = folder / f"{re.sub('[^A-Za-z0-9@._-]', '_', name)}.json"

    def note(self, problem: str | None) -> None:
        """Says that the worker consumes, or why it does not; only logs where that fails."""
        try:
            self.write(problem)
        except OSError as error:
            log.warning("the worker's health is not written down: %s", error)

    def write(self, problem: str | None) -> None:
        """Says that the worker consumes, or why it does not. Raises OSError."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = {"pid": os.getpid(), "problem": problem, "at": time.monotonic()}
        said = orjson.dumps(content).ljust(LENGTH)
        draft = self.path.with_suffix(".new")
        try:
            draft.write_bytes(said)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            # What is there has its place on a full disk; who lives is not to be taken for dead.
            with self.path.open("r+b") as file:
                file.write(said)
                file.truncate()
        else:
            draft.replace(self.path)


@dataclass(frozen=True, slots=True)
class WorkerHealth:
    """problem: why the worker does not consume, None if it does.

    silent: it has not said anything for so long that it will hardly do so again.
    """

    name: str
    problem: str | None
    silent: bool = False


def read_all(directory: str) -> list[WorkerHealth]:
    """The workers of this machine that write to this directory and live."""
    folder = Path(directory) if directory else default_directory()
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            content = orjson.loads(path.read_bytes())
            pid, problem, at = int(content["pid"]), content["problem"], float(content["at"])
        except (OSError, ValueError, TypeError, KeyError):
            found.append(WorkerHealth(path.stem, "its file cannot be read"))
            continue
        if not _lives(pid):
            continue
        silence = time.monotonic() - at
        if not 0 <= silence <= FRESH:
            problem = f"it has said nothing for {silence:.0f} s"
        found.append(WorkerHealth(path.stem, problem, silent=silence > SILENT))
    return found


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
