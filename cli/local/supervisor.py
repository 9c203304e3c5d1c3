"""Keeping a set of services running, and stopping them in order."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from cli.errors import CommandError
from cli.local import processes
from cli.local.interruption import Interruption

WATCH_SECONDS = 0.2
FIRST_PAUSE = 1.0  # before a service that died is started again; doubles each time
LONGEST_PAUSE = 30.0
SLOW_SECONDS = 2.0  # after which it is said what is waited for
STABLE_SECONDS = 60.0  # a run as long as this forgives the deaths before it


class Service(Protocol):
    """Something that is started once the services it needs are, and stopped before them."""

    @property
    def name(self) -> str: ...

    def start(self) -> None:
        """Start, and return once it is ready. Raises ProcessError. May follow a death."""

    @property
    def stop_timeout(self) -> float:
        """Seconds that an end in order may take."""

    def stop(self) -> None:
        """End in order, within a bounded time."""

    def kill(self) -> None:
        """End at once."""

    def exit_code(self) -> int | None:
        """How it ended, or None while it runs."""


class ProgramService:
    """A service that is one program.

    Parameters:
        ready: whether it does its work by now.
        hung: whether it is beyond help, though it runs; it is killed then, as if it had died.
        start_timeout: seconds it has until then.
        stop_timeout: seconds an orderly end may take.
    """

    def __init__(
        self,
        program: processes.Program,
        *,
        ready: Callable[[], bool] = lambda: True,
        hung: Callable[[], bool] = lambda: False,
        start_timeout: float = 60.0,
        stop_timeout: float = 10.0,
    ) -> None:
        self._program = program
        self._ready = ready
        self._hung = hung
        self._start_timeout = start_timeout
        self.stop_timeout = stop_timeout
        self._child: processes.ChildProcess | None = None
        processes.rotate_log(program.log)

    @property
    def name(self) -> str:
        return self._program.name

    def start(self) -> None:
        if self._child is not None:
            self._child.kill()  # what a dead program's own children are still at
        self._child = processes.ChildProcess(self._program)
        processes.wait_until(self._ready, self._child, timeout=self._start_timeout, poll=0.1)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop(self.stop_timeout)
            self._child = None

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    def exit_code(self) -> int | None:
        if self._child is None:
            return 0
        code = self._child.exit_code()
        if code is None and self._hung():
            self._child.kill()
            code = self._child.exit_code()
        return code


@dataclass
class _Watched:
    service: Service
    started: float
    pause: float = FIRST_PAUSE
    again_at: float | None = None  # when to start it again, while it is dead


class Supervisor:
    """Starts services one by one, restarts those that die, stops all in reverse order.

    Parameters:
        report: told in a sentence what happened.
        waiting: what a service that takes long to stop is at, by its name.
    """

    def __init__(
        self, report: Callable[[str], None], meanwhile: Mapping[str, str] | None = None
    ) -> None:
        self._report = report
        self._waiting = meanwhile or {}
        self._watched: list[_Watched] = []

    def start(self, service: Service) -> None:
        """Start a service that needs the ones started before it."""
        self._watched.append(_Watched(service, started=time.monotonic()))
        service.start()

    def watch(self, interruption: Interruption) -> None:
        """Restart services that die, until an exception (a signal) ends it."""
        while True:
            interruption.check()
            for watched in self._watched:
                self._look_after(watched)
            time.sleep(WATCH_SECONDS)

    def stop(self) -> None:
        """Stop everything. Another interrupt while it lasts ends the rest at once."""
        services = [watched.service for watched in reversed(self._watched)]
        self._watched.clear()
        try:
            for service in services:
                with self._said_after(SLOW_SECONDS, service):
                    service.stop()
        except KeyboardInterrupt:
            for service in services:
                service.kill()

    @contextmanager
    def _said_after(self, seconds: float, service: Service) -> Iterator[None]:
        """Says what is waited for, where stopping the service takes longer."""
        doing = self._waiting.get(service.name, "it has not ended yet")
        sentence = f"waiting for {service.name}, {service.stop_timeout:g} s at most: {doing}"
        timer = threading.Timer(seconds, self._report, [sentence])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    @property
    def names(self) -> tuple[str, ...]:
        """The services that were started, in that order."""
        return tuple(watched.service.name for watched in self._watched)

    @property
    def down(self) -> tuple[str, ...]:
        """Those of them that have died and are to be started again."""
        return tuple(each.service.name for each in self._watched if each.again_at is not None)

    def _look_after(self, watched: _Watched) -> None:
        now = time.monotonic()
        service = watched.service
        if watched.again_at is None:
            code = service.exit_code()
            if code is None:
                return
            if now - watched.started > STABLE_SECONDS:
                watched.pause = FIRST_PAUSE
            self._later(watched, f"{service.name} ended with {code}, again in {watched.pause:g} s")
        elif now >= watched.again_at:
            watched.again_at = None
            watched.started = now
            try:
                service.start()
            except CommandError as error:
                self._later(
                    watched, f"{error}\n{service.name}: trying again in {watched.pause:g} s"
                )
            else:
                self._report(f"{service.name} runs again")

    def _later(self, watched: _Watched, why: str) -> None:
        watched.again_at = time.monotonic() + watched.pause
        watched.pause = min(watched.pause * 2, LONGEST_PAUSE)
        self._report(why)
