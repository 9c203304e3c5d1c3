"""The service's own programs, forked from a process that has imported them already.

A test that starts gunicorn and Celery would wait seconds for imports each time, and there are
hundreds. What is forked is as the program would be: a session, environment, folder and log of its
own, and settings that are read anew.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import signal
import sys
from collections.abc import Mapping
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path

from cli.local.processes import PR_SET_PDEATHSIG, ChildProcess, Program

# Where each program begins, as the scripts beside the interpreter say.
_MAINS: Mapping[str, tuple[str, str]] = {
    "gunicorn": ("gunicorn.app.wsgiapp", "run"),
    "celery": ("celery.__main__", "main"),
}
# Read while modules are imported, or by the dynamic linker.
_READ_EARLY = ("LD_PRELOAD", "SENTRY_DSN", "OTEL_", "PYTHON")


def can_be_forked(program: Program, root: Path) -> bool:
    """Whether it would be what it is when started anew.

    root: the folder of the code that is imported already.
    """
    environment = program.env or {}
    early = [name for name in environment if name.startswith(_READ_EARLY)]
    return (
        Path(program.args[0]).name in _MAINS
        and program.cwd == root
        and all(name == "PYTHONPATH" and environment[name] == str(root) for name in early)
    )


@cache
def _server() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.support.warm_imports"])
    return context


class ForkedProcess(ChildProcess):
    """One run of gunicorn or Celery."""

    def __init__(self, program: Program) -> None:
        self.program = program
        program.log.touch(0o600)
        self._process = _server().Process(
            target=_run,
            args=(
                list(program.args),
                dict(program.env or {}),
                str(program.cwd),
                str(program.log),
                int(program.death_signal),
            ),
            daemon=True,
        )
        self._process.start()

    @property
    def pid(self) -> int:
        pid = self._process.pid
        assert pid is not None
        return pid

    def exit_code(self) -> int | None:
        return self._process.exitcode

    def stop(self, timeout: float) -> bool:
        self._process.join(0)
        if self.exit_code() is None:
            os.kill(self.pid, self.program.stop_signal)
        self._process.join(timeout)
        orderly = self.exit_code() is not None
        self.kill()
        return orderly

    def kill(self) -> None:
        # The process first: it may not lead its group yet.
        for kill in (os.kill, os.killpg):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self.pid, signal.SIGKILL)
        self._process.join()


def _run(args: list[str], env: dict[str, str], cwd: str, log: str, death_signal: int) -> None:
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = args
    module, name = _MAINS[Path(args[0]).name]
    sys.exit(getattr(importlib.import_module(module), name)())
