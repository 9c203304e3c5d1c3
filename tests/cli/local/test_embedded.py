"""The embedded servers are real, keep their data, and leave nothing behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from cli.installation import state, unprivileged
from cli.local import EmbeddedPostgres, EmbeddedRedis
from cli.local.postgres import SOCKET_PATH_BYTES
from cli.local.processes import ProcessError

pytestmark = pytest.mark.processes

FAST = {"fsync": "off", "shared_buffers": "16MB"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the servers can enter; pytest's own is closed to other accounts."""
    with unprivileged.temporary_folder() as path:
        yield path


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """One that runs, for whoever only looks at it. Its folder's name is too long for a socket."""
    with (
        unprivileged.temporary_folder() as path,
        EmbeddedPostgres(path / ("long," + "x" * 100), settings=FAST) as server,
    ):
        yield server


def query(server: EmbeddedPostgres, statement: str) -> list[tuple[object, ...]]:
    with contextlib.closing(psycopg2.connect(server.libpq_url())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


def wait_for(condition: Callable[[], bool], timeout: float = 20) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.02)


def test_postgres_keeps_its_data_between_runs(folder: Path) -> None:
    server = EmbeddedPostgres(folder, settings=FAST)
    with server:
        query(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        first_url = server.url
    with server:
        assert query(server, "SELECT answer FROM kept") == [(42,)]
        assert server.url == first_url


def test_postgres_is_durable_unless_told_otherwise(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        assert query(server, "SHOW fsync") == [("on",)]
        assert query(server, "SHOW synchronous_commit") == [("on",)]


def test_postgres_recovers_after_it_was_killed(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        query(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        server.kill()
        assert server.exit_code() == -signal.SIGKILL
        server.start()
        assert query(server, "SELECT answer FROM kept") == [(42,)]


def test_a_stale_pid_file_that_names_a_living_process_does_not_stop_postgres(folder: Path) -> None:
    server = EmbeddedPostgres(folder, settings=FAST)
    with server:
        server.kill()
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    with server:
        assert query(server, "SELECT 1") == [(1,)]


def test_postgres_refuses_a_wrong_password(server: EmbeddedPostgres) -> None:
    password = state.kept_secret(server.folder / "password")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(server.libpq_url().replace(password, "guess"))


def test_secrets_are_readable_by_their_owner_only(server: EmbeddedPostgres) -> None:
    assert (server.folder / "password").stat().st_mode & 0o077 == 0
    assert server.data.stat().st_mode & 0o077 == 0


def test_one_folder_serves_one_postgres_at_a_time(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.local.postgres.LOCK_SECONDS", 0.1)
    with pytest.raises(state.StateError, match="in use"):
        EmbeddedPostgres(server.folder).start()
    assert query(server, "SELECT 1") == [(1,)]


def test_servers_run_side_by_side(server: EmbeddedPostgres, folder: Path) -> None:
    with (
        EmbeddedPostgres(folder / "two", settings=FAST) as two,
        EmbeddedRedis(folder / "one") as one_redis,
        EmbeddedRedis(folder / "two") as two_redis,
    ):
        query(server, "CREATE TABLE only_here (a int)")
        assert query(two, "SELECT to_regclass('only_here')") == [(None,)]
        redis.Redis.from_url(one_redis.url).set("only", "here")
        assert redis.Redis.from_url(two_redis.url).get("only") is None


def test_a_path_too_long_for_a_socket_is_no_hindrance(server: EmbeddedPostgres) -> None:
    assert len(str(server.folder)) > SOCKET_PATH_BYTES
    assert query(server, "SELECT 1") == [(1,)]


def test_a_server_that_does_not_start_shows_the_end_of_its_log(folder: Path) -> None:
    server = EmbeddedPostgres(folder, settings={**FAST, "shared_buffers": "nonsense"})
    with pytest.raises(ProcessError, match="invalid value for parameter"):
        server.start()
    # The folder is free again.
    with EmbeddedPostgres(folder, settings=FAST):
        pass


def test_redis_comes_back_empty_at_the_same_url(folder: Path) -> None:
    with EmbeddedRedis(folder) as server:
        client = redis.Redis.from_url(server.url)
        client.set("key", "value")
        url = server.url
        server.kill()
        server.start()
        assert server.url == url
        assert client.get("key") is None


def test_redis_asks_for_a_password_and_hides_it_from_the_process_list(folder: Path) -> None:
    with EmbeddedRedis(folder) as server:
        password, _, address = server.url.removeprefix("redis://:").partition("@")
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(f"redis://{address}").ping()
        children = psutil.Process().children(recursive=True)
        command_lines = [" ".join(child.cmdline()) for child in children]
        assert any("redis-server" in line or "valkey" in line for line in command_lines)
        assert not any(password in line for line in command_lines)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux'")
def test_servers_end_when_their_parent_is_killed(folder: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from cli.local import EmbeddedPostgres, EmbeddedRedis\n"
        "folder = Path(sys.argv[1])\n"
        "with EmbeddedPostgres(folder), EmbeddedRedis(folder):\n"
        "    print('up', flush=True); time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "up\n"
    servers = psutil.Process(parent.pid).children(recursive=True)
    assert len(servers) > 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for(lambda: not any(server.is_running() for server in servers))
    with EmbeddedPostgres(folder) as server:
        assert query(server, "SELECT 1") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give its rights away")
class TestAsRoot:
    def test_servers_run_without_roots_rights(self, folder: Path) -> None:
        others = psutil.Process().children(recursive=True)
        with EmbeddedPostgres(folder, settings=FAST), EmbeddedRedis(folder):
            servers = set(psutil.Process().children(recursive=True)).difference(others)
            assert {server.username() for server in servers} == {unprivileged.ACCOUNT_NAME}

    def test_a_folder_closed_to_others_is_left_closed(self, folder: Path) -> None:
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        server = EmbeddedPostgres(closed / "postgres", settings=FAST)
        try:
            with server:
                assert query(server, "SELECT 1") == [(1,)]
                assert closed not in server.data.parents
            assert closed.stat().st_mode & 0o777 == 0o700
        finally:
            server.remove()
        assert not server.data.exists()

    def test_programs_in_a_closed_folder_are_copied_once(self, folder: Path) -> None:
        programs = folder / "site-packages"
        (programs / "bin").mkdir(parents=True)
        programs.chmod(0o700)
        (programs / "bin" / "hello").write_text("#!/bin/sh\n")
        (programs / "bin" / "hello").chmod(0o700)
        account = unprivileged.server_account()
        assert account is not None
        try:
            copy = unprivileged.reachable_files(programs, ["bin"], "bin/hello", account)
            assert account.can_reach(copy / "bin" / "hello")
            assert (copy / "bin" / "hello").stat().st_uid == 0
            again = unprivileged.reachable_files(programs, ["bin"], "bin/hello", account)
            assert again == copy
        finally:
            unprivileged.remove_folder(programs)

    def test_a_folder_prepared_by_someone_else_is_refused(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(unprivileged, "RELOCATED_PARENT", folder)
        trap = unprivileged.relocated(Path("/somewhere"))
        account = unprivileged.server_account()
        assert account is not None
        os.chown(trap, account.uid, account.gid)
        with pytest.raises(unprivileged.PrivilegeError, match="not ours"):
            unprivileged.relocated(Path("/somewhere"))
