"""The folder in which a local installation keeps its data, and who may use it."""

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from cli.errors import CommandError
from cli.installation.unprivileged import make_folder
from cli.private_files import write_private

CHECKOUT = Path(__file__).resolve().parents[2]
STATE_FOLDER = ".local"
LOCK_POLL_SECONDS = 0.05


class StateError(CommandError):
    """The folder cannot be used; the text says why."""


def default_state_dir() -> Path:
    """`.local` in the checkout; away from one (installed as a wheel) in the current folder."""
    in_checkout = (CHECKOUT / "pyproject.toml").exists()
    return (CHECKOUT if in_checkout else Path.cwd()) / STATE_FOLDER


def state_dir(override: Path | None = None) -> Path:
    """The state folder, made if need be. Raises StateError if it cannot be used."""
    folder = (override or default_state_dir()).absolute()
    try:
        make_folder(folder)
    except OSError as error:
        raise StateError(f"cannot make {folder}: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StateError(f"{folder} belongs to another account: remove it, or run as that account")
    return folder


@contextlib.contextmanager
def locked(folder: Path, *, wait: float) -> Iterator[int]:
    """Hold a folder for ourselves; yields the descriptor that holds the lock.

    A child that inherits the descriptor keeps the lock until it ends, too. So whoever gets the
    lock knows that nothing of an earlier run is left alive, however that run ended.

    Parameters:
        wait: seconds given to an earlier run to finish stopping.

    Raises StateError when the lock stays taken.
    """
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + wait
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StateError(f"{folder} is in use by another run") from None
                time.sleep(LOCK_POLL_SECONDS)
        yield descriptor
    finally:
        os.close(descriptor)


def is_locked(folder: Path) -> bool:
    """Whether somebody holds the folder; see `locked`."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def kept_secret(path: Path) -> str:
    """The secret in a file that only we may read, made up the first time."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(24))
    return path.read_text(encoding="utf-8")
