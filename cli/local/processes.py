"""Child processes that do not outlive us.

Each child leads a session of its own, so that Ctrl-C in a terminal reaches only this process,
which then stops its children in the right order. On Linux the kernel signals the child when
this process dies, however it dies.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandError
from cli.installation.unprivileged import Account

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
POLL_SECONDS = 0.02


class ProcessError(CommandError):
    """A child process did not start, or did not become ready; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run.

    Parameters:
        name: how people call it ("web", "PostgreSQL").
        args: the command line, program first.
        log: file that receives standard output and standard error.
        env: the whole environment; None inherits ours.
        account: run as this account instead of ours (needs root).
        stop_signal: asks for an orderly end.
        death_signal: what the kernel sends when we die without having stopped the child.
        standard_input: text handed over on standard input, such as a configuration with a
            secret, which a command line would show to everyone on the machine.
        inherit: file descriptors that stay open in the child.
    """

    name: str
    args: Sequence[str]
    log: Path
    cwd: Path | None = None
    env: Mapping[str, str] | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM
    standard_input: str | None = None
    inherit: Sequence[int] = ()


class ChildProcess:
    """One run of a program, started on construction.

    To be used from a thread that lives as long as this process: the kernel takes the end of
    the thread that forked for the end of the parent.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        account = program.account
        log = os.open(program.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._popen = subprocess.Popen(  # noqa: S603 - runs what the caller names
                list(program.args),
                stdin=subprocess.DEVNULL if program.standard_input is None else subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=program.cwd,
                env=program.env,
                start_new_session=True,
                pass_fds=tuple(program.inherit),
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                # Runs after the change of account, which would clear the setting again.
                preexec_fn=_die_with_parent(program.death_signal),
            )
        except OSError as error:
            raise ProcessError(f"{program.name} does not start: {error}") from error
        finally:
            os.close(log)
        if self._popen.stdin is not None:
            with contextlib.suppress(BrokenPipeError), self._popen.stdin as stdin:
                stdin.write((program.standard_input or "").encode())

    @property
    def pid(self) -> int:
        return self._popen.pid

    def exit_code(self) -> int | None:
        """The exit code (negative: the signal that ended it), or None while it runs."""
        return self._popen.poll()

    def stop(self, timeout: float) -> bool:
        """Ask for an orderly end; after `timeout` seconds, kill. Returns whether it was orderly."""
        orderly = True
        self._popen.send_signal(self.program.stop_signal)
        try:
            self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            orderly = False
        self.kill()
        return orderly

    def kill(self) -> None:
        """End the process and whatever is left of its process group, at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()


def run(program: Program, *, timeout: float) -> None:
    """Run a program to its end. Raises ProcessError with the end of its log if it fails."""
    child = ChildProcess(program)
    try:
        wait_until(lambda: child.exit_code() == 0, child, timeout=timeout)
    finally:
        child.kill()


def wait_until(
    ready: Callable[[], bool], child: ChildProcess, *, timeout: float, poll: float = POLL_SECONDS
) -> None:
    """Return once `ready()` is true.

    Raises ProcessError with the end of the log when the child ends or the time runs out first.
    """
    deadline = time.monotonic() + timeout
    while not ready():
        code = child.exit_code()
        if code is not None or time.monotonic() > deadline:
            what = f"is not ready after {timeout:g} s" if code is None else f"ended with {code}"
            log = child.program.log
            raise ProcessError(f"{child.program.name} {what}. The end of {log}:\n{tail(log)}")
        time.sleep(poll)


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a text file, indented; a note in brackets where there are none."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"  ({error.strerror})"
    return "\n".join(f"  {line}" for line in text.splitlines()[-lines:]) or "  (empty)"


def rotate_log(path: Path) -> None:
    """Begin a new log file; the one of the run before is kept as `<name>.1`."""
    with contextlib.suppress(FileNotFoundError):
        path.replace(path.with_name(path.name + ".1"))


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """What a child runs between fork and exec, or None where the kernel has no such thing."""
    if sys.platform != "linux":
        return None
    # Resolved before the fork: loading a library after it could wait for a lock for ever.
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def in_child() -> None:
        prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died before the call took effect
            os._exit(1)

    return in_child
