"""The service under a soak: its processes, and who starts again what has ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.local import EmbeddedPostgres
from cli.local.processes import ChildProcess
from tests.support.small_disk import SmallDisk
from tests.support.stack import Stack, wait_for

WORKERS = 2


class House:
    """Web, workers and beat; as a supervisor would, it starts again whatever ended."""

    def __init__(
        self, stack: Stack, postgres: EmbeddedPostgres, disk: SmallDisk | None = None
    ) -> None:
        """disk: where the tables are, if they are on a small one."""
        self.stack = stack
        self.postgres = postgres
        self.disk = disk
        self.processes: dict[str, ChildProcess] = {}
        self.restarts: list[str] = []
        self._over = threading.Event()
        self._lock = threading.RLock()
        self._thread = threading.Thread(target=self._supervise, daemon=True)

    def start(self) -> None:
        for name in ("web", *(f"worker{n}" for n in range(WORKERS)), "beat"):
            self.processes[name] = self._begin(name)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    @property
    def workers(self) -> list[str]:
        return [name for name in self.processes if name.startswith("worker")]

    def pid(self, name: str) -> int:
        return self.processes[name].pid

    @contextmanager
    def unsupervised(self) -> Iterator[None]:
        """Within, nothing is started again."""
        with self._lock:
            yield

    def replace(
        self, name: str, begin: Callable[[], ChildProcess] | None = None, grace: float = 90
    ) -> None:
        """Ends a process in its own time (SIGTERM) and starts its successor, as a deploy does.

        grace: seconds after which it is killed.
        """
        with self._lock:
            self.processes[name].stop(timeout=grace)
            self.processes[name] = begin() if begin else self._begin(name)

    def _begin(self, name: str) -> ChildProcess:
        if name == "web":
            return self.stack.start_web()
        if name == "beat":
            return self.stack.start_beat()
        return self.stack.start_worker(name)

    def _supervise(self) -> None:
        while not self._over.wait(0.3):
            with self._lock:
                for name, child in list(self.processes.items()):
                    if child.exit_code() is None:
                        continue
                    child.kill()
                    self.restarts.append(name)
                    try:
                        self.processes[name] = self._begin(name)
                    except Exception as problem:  # tried again, as a supervisor does
                        print(f"  {name} does not start yet: {type(problem).__name__}", flush=True)
                        time.sleep(1)

    def wait_until_quiet(self, seconds: float) -> bool:
        """Until no job is queued or running; False where that does not come true in time."""
        try:
            wait_for(lambda: not self._pending(), "the end of all jobs", timeout=seconds)
        except AssertionError:
            return False
        return True

    def _pending(self) -> int:
        try:
            return int(
                self.stack.scalar("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')")
            )
        except Exception:  # the database may have its own trouble just now
            return 1


def logs(folder: Path) -> str:
    return "\n".join(sorted(str(path) for path in folder.glob("*.log")))
