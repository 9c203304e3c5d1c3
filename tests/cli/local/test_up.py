"""`score-import up` runs the whole service here, and leaves nothing behind."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cli.installation import unprivileged
from tests.common.seeds.seeds import example
from tests.seeds.catalogue import make_another, write_seeds
from tests.support.stack import wait_for

pytestmark = pytest.mark.processes

PROGRAM = str(Path(sys.executable).parent / "score-import")
COMMAND = [PROGRAM, "up"]
# A developer's own servers must not get in here.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in ("DATABASE_URL", "REDIS_URL", "OUR_URL", "SCORE_IMPORT_STATE_DIR")
}
START_SECONDS = 120.0
PARTS = {"PostgreSQL", "Redis", "worker", "beat", "web"}


class Up:
    """A running `score-import up`."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [*COMMAND, "--state-dir", str(folder), "--port", str(self.port), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=ENVIRONMENT,
        )
        self.output = ""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_until_it_serves(self) -> None:
        def serves() -> bool:
            assert self.process.poll() is None, self.output
            return "Ctrl-C stops it" in self.output

        wait_for(serves, "up serves", START_SECONDS)
        self.children = psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: signal.Signals) -> int:
        """Send a signal; returns the exit code once this and all its processes are gone."""
        self.process.send_signal(number)
        code = self.process.wait(START_SECONDS)
        self._reader.join()
        _, alive = psutil.wait_procs(self.children, timeout=20)
        assert not alive
        return code

    def program(self, word: str) -> psutil.Process:
        """The direct child that has the word in its command line."""
        children = psutil.Process(self.process.pid).children()
        return next(each for each in children if word in " ".join(each.cmdline()))

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            for line in stdout:
                self.output += line


@pytest.fixture
def folder() -> Iterator[Path]:
    with unprivileged.temporary_folder() as path:
        yield path


@contextlib.contextmanager
def running(folder: Path, *arguments: str) -> Iterator[Up]:
    up = Up(folder, *arguments)
    try:
        up.wait_until_it_serves()
        yield up
    finally:
        up.process.kill()
        up.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as reply:
            return bool(json.load(reply)["body"]["redis"])
    except OSError:
        return False


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *arguments], capture_output=True, text=True, env=ENVIRONMENT, check=False
    )


@pytest.fixture
def real_seeds(tmp_path: Path) -> Path:
    """A catalogue that is not the example's."""
    documents = example()
    make_another(documents)
    return write_seeds(tmp_path / "seeds", documents)


@pytest.mark.long
def test_once_imports_the_example_and_leaves_nothing_behind() -> None:
    up = subprocess.run(
        [*COMMAND, "--once", "--port", str(free_port())],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=ENVIRONMENT,
        timeout=START_SECONDS * 2,
        check=False,
    )
    assert up.returncode == 0, up.stdout
    assert "20 new scores" in up.stdout
    assert "Everything works" in up.stdout


def test_ctrl_c_ends_everything_in_order(folder: Path) -> None:
    with running(folder, "--no-example") as up:
        assert "no catalogue" in up.output
        assert is_ready(up.url)
        status = command("status", "--json", "--state-dir", str(folder))
        told = json.loads(status.stdout)
        assert status.returncode == 0, told
        assert (told["running"], told["url"]) == (True, up.url)
        assert told["token"] in up.output
        assert {part["name"] for part in told["parts"]} == PARTS
        users = command("users", "list", "--state-dir", str(folder))
        assert "demo" in users.stdout, users.stderr
        # The well-known clients are there, for users to make keys for.
        urllib.request.urlopen(f"{up.url}/api/v1/clients/CXMikado", timeout=30).close()
        up.program("gunicorn").send_signal(signal.SIGSTOP)
        assert "web" in command("status", "--state-dir", str(folder)).stdout
        up.program("gunicorn").send_signal(signal.SIGCONT)
        assert up.end(signal.SIGINT) == 0
    assert "nothing runs" in command("status", "--state-dir", str(folder)).stderr
    assert "Stopping" in up.output
    assert "Traceback" not in up.output
    assert "Warm shutdown" in (folder / "logs" / "worker.log").read_text()
    assert "database system is shut down" in (folder / "postgres" / "postgres.log").read_text()


def test_ctrl_c_in_the_first_moments_is_a_line(folder: Path) -> None:
    up = Up(folder)
    wait_for(lambda: (folder / "postgres").exists(), "PostgreSQL is being made")
    up.children = psutil.Process(up.process.pid).children(recursive=True)
    assert up.end(signal.SIGINT) == 0
    assert up.output.split() == ["Stopping", "...", "(Ctrl-C", "again:", "at", "once)"]


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux'")
def test_a_killed_run_leaves_nothing_behind_and_loses_nothing(folder: Path) -> None:
    with running(folder) as up:
        assert up.end(signal.SIGKILL) == -signal.SIGKILL
    with running(folder) as up:
        assert "20 scores known before" in up.output
        assert "catalogue as it was" in up.output
        assert up.end(signal.SIGHUP) == 0


@pytest.mark.long
def test_what_dies_comes_back_and_the_example_gives_way(folder: Path, real_seeds: Path) -> None:
    with running(folder) as up:
        loaded = command("seeds", "load", str(real_seeds), "--state-dir", str(folder))
        assert "gave way, with 20 scores" in loaded.stdout, loaded.stderr
        up.program("gunicorn").kill()
        wait_for(lambda: "web runs again" in up.output, "web runs again")
        assert is_ready(up.url)
        up.program("postgres").kill()
        wait_for(lambda: "PostgreSQL runs again" in up.output, "PostgreSQL runs again")
        wait_for(lambda: is_ready(up.url), "web finds PostgreSQL again")
        up.program("worker.celery_app worker").kill()
        wait_for(lambda: "worker runs again" in up.output, "worker runs again")
        up.children = psutil.Process(up.process.pid).children(recursive=True)
        assert up.end(signal.SIGTERM) == 0


@pytest.mark.long
def test_a_second_run_in_the_same_place_is_refused_with_a_reason(
    folder: Path, real_seeds: Path
) -> None:
    with running(folder, "--seeds", str(real_seeds)) as up:
        # No example is loaded, nor imported.
        assert f"catalogue of {real_seeds}" in up.output
        assert "Import completed" not in up.output
        started = time.monotonic()
        second = command("up", "--state-dir", str(folder))
        assert second.returncode == 1
        assert "runs already" in second.stderr
        assert "Traceback" not in second.stderr
        assert time.monotonic() - started < START_SECONDS
        # Another place and another port are fine, the same port is not.
        busy = command("up", "--state-dir", str(folder / "other"), "--port", str(up.port))
        assert busy.returncode == 1
        assert "cannot be used" in busy.stderr
        assert up.end(signal.SIGTERM) == 0


def test_a_port_is_taken_from_the_first_moment(folder: Path) -> None:
    up = Up(folder)
    wait_for(lambda: (folder / "postgres").exists(), "PostgreSQL is being made")
    up.children = psutil.Process(up.process.pid).children(recursive=True)
    busy = command("up", "--state-dir", str(folder / "other"), "--port", str(up.port))
    assert busy.returncode == 1
    assert "cannot be used" in busy.stderr
    assert up.end(signal.SIGINT) == 0


@pytest.mark.long
def test_two_runs_that_start_at_once_both_work() -> None:
    runs = [
        subprocess.Popen(
            [*COMMAND, "--once"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=ENVIRONMENT,
        )
        for _ in range(2)
    ]
    for run in runs:
        output, _ = run.communicate(timeout=START_SECONDS * 2)
        assert run.returncode == 0, output
        assert "20 new scores" in output
