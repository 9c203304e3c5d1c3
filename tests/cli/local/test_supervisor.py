"""Services start in order, come back when they die, and stop in the opposite order."""

import signal
from pathlib import Path

import pytest

from cli.local import supervisor as supervisor_module
from cli.local.interruption import Interruption
from cli.local.processes import ProcessError, Program
from cli.local.supervisor import ProgramService, Supervisor
from tests.support.stack import wait_for


class FakeService:
    """Writes down what is done to it."""

    def __init__(self, name: str, journal: list[str]) -> None:
        self.name = name
        self.stop_timeout = 30.0
        self.journal = journal
        self.code: int | None = None
        self.broken = False
        self.interrupted = False

    def start(self) -> None:
        self.journal.append(f"start {self.name}")
        if self.broken:
            raise ProcessError(f"{self.name} is broken")
        self.code = None

    def stop(self) -> None:
        self.journal.append(f"stop {self.name}")
        if self.interrupted:
            raise KeyboardInterrupt

    def kill(self) -> None:
        self.journal.append(f"kill {self.name}")

    def exit_code(self) -> int | None:
        return self.code


class Clock:
    """Time that passes only while somebody sleeps; ends the watch when it is over."""

    def __init__(self, until: float) -> None:
        self.now = 1000.0
        self.end = self.now + until

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.now >= self.end:
            raise KeyboardInterrupt


def watch(supervisor: Supervisor, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_module, "time", clock)
    with pytest.raises(KeyboardInterrupt):
        supervisor.watch(Interruption())


@pytest.fixture
def journal() -> list[str]:
    return []


@pytest.fixture
def reports() -> list[str]:
    return []


@pytest.fixture
def supervisor(reports: list[str]) -> Supervisor:
    return Supervisor(reports.append)


def test_services_stop_in_the_opposite_order(supervisor: Supervisor, journal: list[str]) -> None:
    for name in ("postgres", "worker", "web"):
        supervisor.start(FakeService(name, journal))
    supervisor.stop()
    assert journal[3:] == ["stop web", "stop worker", "stop postgres"]


def test_a_service_that_fails_to_start_is_stopped_like_the_others(
    supervisor: Supervisor, journal: list[str]
) -> None:
    supervisor.start(FakeService("postgres", journal))
    broken = FakeService("web", journal)
    broken.broken = True
    with pytest.raises(ProcessError):
        supervisor.start(broken)
    supervisor.stop()
    assert journal[2:] == ["stop web", "stop postgres"]


def test_what_takes_long_to_stop_is_said(
    reports: list[str], journal: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "SLOW_SECONDS", 0.01)
    supervisor = Supervisor(reports.append, {"worker": "it ends an import"})
    worker = FakeService("worker", journal)
    supervisor.start(worker)
    monkeypatch.setattr(worker, "stop", lambda: wait_for(lambda: reports, "it is said"))
    supervisor.stop()
    assert reports == ["waiting for worker, 30 s at most: it ends an import"]


def test_another_interrupt_ends_everything_at_once(
    supervisor: Supervisor, journal: list[str]
) -> None:
    worker = FakeService("worker", journal)
    worker.interrupted = True
    for service in (FakeService("postgres", journal), worker):
        supervisor.start(service)
    supervisor.stop()
    assert journal[2:] == ["stop worker", "kill worker", "kill postgres"]


def test_a_service_that_dies_is_started_again(
    supervisor: Supervisor, journal: list[str], reports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    web, worker = FakeService("web", journal), FakeService("worker", journal)
    supervisor.start(worker)
    supervisor.start(web)
    web.code = 3
    assert supervisor.names == ("worker", "web")
    watch(supervisor, Clock(0.5), monkeypatch)
    assert supervisor.down == ("web",)
    watch(supervisor, Clock(10), monkeypatch)
    assert supervisor.down == ()
    assert journal == ["start worker", "start web", "start web"]
    assert reports == ["web ended with 3, again in 1 s", "web runs again"]


def test_a_service_that_keeps_dying_is_left_alone_for_longer_and_longer(
    supervisor: Supervisor, journal: list[str], reports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    web = FakeService("web", journal)
    supervisor.start(web)
    web.code, web.broken = 1, True
    watch(supervisor, Clock(200), monkeypatch)
    pauses = [report.rsplit(" in ", 1)[1] for report in reports]
    assert pauses[:8] == ["1 s", "2 s", "4 s", "8 s", "16 s", "30 s", "30 s", "30 s"]


def test_a_program_that_runs_but_hangs_is_killed_to_be_started_again(tmp_path: Path) -> None:
    hangs = False
    service = ProgramService(
        Program(name="worker", args=["sleep", "600"], log=tmp_path / "worker.log"),
        hung=lambda: hangs,
    )
    service.start()
    try:
        assert service.exit_code() is None
        hangs = True
        assert service.exit_code() == -signal.SIGKILL
        hangs = False
        service.start()
        assert service.exit_code() is None
    finally:
        service.kill()
