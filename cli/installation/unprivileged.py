"""Running server programs without root's rights.

PostgreSQL refuses to run as root, and for Redis it is good practice. When we are root, both
run as the account `nobody`; a folder that account cannot reach (a checkout below /root) is
replaced by one of our own under /var/tmp. Permissions of folders that we did not make are
never changed.
"""

import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandError

ACCOUNT_NAME = "nobody"
RELOCATED_PARENT = Path("/var/tmp")  # noqa: S108 - our folder in it is verified before use
STANDS_IN_FOR = "stands-in-for"  # file in such a folder; `make clean` reads it


class PrivilegeError(CommandError):
    """No account, or no folder, in which a server could run; the text says what to do."""


@dataclass(frozen=True)
class Account:
    """An account of the operating system."""

    uid: int
    gid: int

    def can_reach(self, path: Path) -> bool:
        """Whether this account can enter a folder or run a program.

        Asks the kernel by trying: modes alone do not tell (access lists, mount options).
        """
        try:
            check = subprocess.run(  # noqa: S603
                ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)],
                user=self.uid,
                group=self.gid,
                extra_groups=[],
                cwd="/",
                check=False,
            )
        except OSError as error:
            raise PrivilegeError(
                f"as root, servers run as the account '{ACCOUNT_NAME}', and this process may "
                f"not switch to it ({error.strerror}). Run as an ordinary user instead."
            ) from error
        return check.returncode == 0


def server_account(existing: Path | None = None) -> Account | None:
    """The account servers run as: None for our own, another one when we are root.

    Parameters:
        existing: data of an earlier run, perhaps of an ordinary user: they keep their owner.
    """
    if os.geteuid() != 0:
        return None
    if existing is not None and existing.exists():
        entry = existing.stat()
        if entry.st_uid != 0:
            return Account(entry.st_uid, entry.st_gid)
    try:
        account = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        raise PrivilegeError(
            f"as root, servers run as the account '{ACCOUNT_NAME}', which this machine does "
            "not have. Run as an ordinary user instead."
        ) from None
    return Account(account.pw_uid, account.pw_gid)


def make_folder(path: Path) -> Path:
    """Make a folder with its parents; the account of the servers may pass through new ones."""
    for folder in [*reversed(path.parents), path]:
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)  # whatever the umask made of it
    return path


def make_private_folder(path: Path, account: Account | None) -> Path:
    """Make a folder that only `account` (None: ours) can enter."""
    path.mkdir(mode=0o700)
    if account is not None:
        os.chown(path, account.uid, account.gid)
    return path


def reachable_folder(path: Path, account: Account | None) -> Path:
    """`path`, made if need be, or a stand-in for it under /var/tmp that `account` can enter."""
    make_folder(path)
    if account is None or account.can_reach(path):
        return path
    return relocated(path)


def reachable_files(root: Path, parts: list[str], program: str, account: Account | None) -> Path:
    """A folder holding `parts` of `root`, in which `account` can run `program`.

    That is `root` itself where possible. Otherwise the parts are copied, once for each version
    of the program; they belong to root, so the account cannot change what it runs.
    """
    if account is None or account.can_reach(root / program):
        return root
    version = (root / program).stat()
    copy = relocated(root) / f"{version.st_size:x}-{version.st_mtime_ns:x}"
    if not copy.exists():
        partial = Path(tempfile.mkdtemp(dir=copy.parent))
        for part in parts:
            shutil.copytree(root / part, partial / part)
        for entry in [partial, *partial.rglob("*")]:
            runnable = entry.is_dir() or entry.stat().st_mode & stat.S_IXUSR
            entry.chmod(0o755 if runnable else 0o644)
        try:
            partial.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(partial)
    return copy


def relocated(path: Path) -> Path:
    """The folder under /var/tmp that stands in for `path`, made if need be.

    Everyone may create names there, so one that we did not make is refused.
    """
    folder = _stand_in(path)
    try:
        folder.mkdir()
        folder.chmod(0o711)
        (folder / STANDS_IN_FOR).write_text(f"{path.resolve()}\n", encoding="utf-8")
    except FileExistsError:
        entry = folder.lstat()
        open_to_others = entry.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if not stat.S_ISDIR(entry.st_mode) or entry.st_uid != os.geteuid() or open_to_others:
            raise PrivilegeError(f"{folder} is in the way and not ours: remove it") from None
    return folder


def remove_folder(path: Path) -> None:
    """Delete a folder of ours, and what stands in for it."""
    shutil.rmtree(path, ignore_errors=True)
    if os.geteuid() == 0 and _stand_in(path).exists():
        shutil.rmtree(relocated(path), ignore_errors=True)


@contextlib.contextmanager
def temporary_folder(parent: Path | None = None) -> Iterator[Path]:
    """A folder for servers that are needed for a while; the account of the servers can enter.

    parent: where it is made; None: where temporary files are.
    """
    folder = Path(tempfile.mkdtemp(prefix="score-import-", dir=parent))
    try:
        if os.geteuid() == 0:
            folder.chmod(0o711)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stand_in(path: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
    return RELOCATED_PARENT / f"score-import-{digest}"
