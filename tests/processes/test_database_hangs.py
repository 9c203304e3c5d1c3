"""A PostgreSQL that hangs makes no request wait, and a host that vanishes holds no user up."""

from __future__ import annotations

import contextlib
import http.client
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import psutil
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from cli.installation import unprivileged
from cli.local import EmbeddedPostgres
from common import locks
from common.database.engine import open_engine
from common.database.watcher import Watcher, open_watched_engine
from score_import_client import ApiError
from tests.support.stack import ROOT, Player, Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes

MOST = 5.0  # seconds that an answer may take
FREED_WITHIN = 60.0  # seconds


@contextlib.contextmanager
def hung(server: EmbeddedPostgres) -> Iterator[None]:
    """Every process of the server stands still, as on a disk that does not answer."""
    postmaster = psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))
    stopped = [postmaster, *postmaster.children(recursive=True)]
    for process in stopped:
        process.suspend()
    try:
        yield
    finally:
        for process in stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()


def asked(stack: Stack, method: str, path: str, token: str) -> tuple[float, int, Any]:
    """How many seconds the answer took, its status and its body."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=60)
    connection.request(method, path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    body = orjson.loads(answer.read())
    connection.close()
    return time.monotonic() - began, answer.status, body


def submitted(player: Player, number: int) -> tuple[float, int]:
    began = time.monotonic()
    try:
        player.submit(batch_manual(5, first=5 * number))
    except ApiError as refused:
        return time.monotonic() - began, refused.status
    return time.monotonic() - began, 202


def test_no_request_waits_for_a_server_that_hangs_and_nothing_is_half_done(
    own_stack: Stack, own_postgres: EmbeddedPostgres
) -> None:
    own_stack.start_web()
    player = own_stack.user("alice")
    kept = player.submit(batch_manual(3, first=1000))
    import_id = secrets.token_hex(20)
    paths = [
        "/api/v1/status",
        f"/api/v1/imports/{import_id}",
        f"/api/v1/imports/{import_id}/poll-status",
        "/readyz",
    ]
    with ThreadPoolExecutor(40) as pool, hung(own_postgres):
        answers = [pool.submit(asked, own_stack, "GET", path, player.token) for path in paths * 6]
        imports = [pool.submit(submitted, player, number) for number in range(16)]
        for answer in answers:
            took, status, body = answer.result()
            assert took < MOST
            assert status == 503, body
            assert body["success"] is False
            assert "database" in body["description"] or "PostgreSQL" in body["description"]
        for one in imports:
            took, status = one.result()
            assert took < MOST
            assert status == 503
        # By now it is known to hang: nobody waits at all.
        assert asked(own_stack, "GET", "/api/v1/status", player.token)[0] < 1.0
    wait_for(
        lambda: asked(own_stack, "GET", "/api/v1/status", player.token)[1] == 200,
        "the service's return",
    )
    own_stack.start_worker()
    own_stack.start_beat()
    assert len(player.wait(kept)["scoreIDs"]) == 3
    again = player.submit(batch_manual(5))
    assert len(player.wait(again, timeout=60)["scoreIDs"]) == 5
    assert own_stack.scalar("SELECT count(*) FROM jobs") == 2, "nothing of what was refused"
    assert player.score_count() == 8


def test_one_session_that_hangs_keeps_nobody_waiting_either(
    own_stack: Stack, own_postgres: EmbeddedPostgres
) -> None:
    log = own_stack.start_web().program.log
    # What a process reads as it begins takes a session of its own, if somebody asks meanwhile.
    wait_for(lambda: "the titles of songs are read" in log.read_text(), "titles")
    player = own_stack.user("alice")
    assert asked(own_stack, "GET", "/api/v1/status", player.token)[1] == 200
    (session,) = own_stack.query(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'score-import'"
    )
    os.kill(session.pid, signal.SIGSTOP)
    try:
        for _ in range(3):
            assert asked(own_stack, "GET", "/api/v1/status", player.token)[0] < MOST
        assert asked(own_stack, "GET", "/api/v1/status", player.token)[1] == 200
    finally:
        os.kill(session.pid, signal.SIGCONT)


def test_a_slow_statement_is_let_finish_by_a_server_that_answers(database: str) -> None:
    engine = open_watched_engine(database)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_sleep(2.5)"))
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT pg_sleep(30)"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()


def test_a_watcher_ends_with_its_engine(database: str) -> None:
    import gc
    import threading
    import weakref

    engine = open_watched_engine(database)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    watchers = [each for each in gc.get_objects() if isinstance(each, Watcher)]
    assert any(each.name == "database-watcher" for each in threading.enumerate())
    gone = [weakref.ref(each) for each in watchers]
    engine.dispose()
    del engine, connection, watchers

    def forgotten() -> bool:
        gc.collect()
        return all(reference() is None for reference in gone)

    wait_for(forgotten, "the watcher's end")


# --- a host that vanishes ----------------------------------------------------------------

HOLDER = """
import sys, time
sys.path.insert(0, sys.argv[2])
from common.database.engine import open_engine
from worker import jobs
engine = open_engine(sys.argv[1], name="score-import worker", holds_locks=True)
connection = engine.connect()
assert jobs.try_lock(connection, 7)
connection.commit()
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, str, Callable[[], None]]]:
    """A network of its own: its name, our address in it, and how to cut it off."""
    name = f"si{secrets.token_hex(3)}"
    ours, theirs = f"{name}a", f"{name}b"
    subnet = f"10.213.{secrets.randbelow(250)}"

    def ip(*arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True, capture_output=True)

    if shutil.which("ip") is None:
        pytest.skip("NOT SHOWN: a vanished host needs `ip` (iproute2)")
    try:
        ip("netns", "add", name)
        ip("link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", name)
    except subprocess.CalledProcessError as problem:
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
        pytest.skip(f"NOT SHOWN: a vanished host needs network namespaces: {problem.stderr}")
    try:
        ip("addr", "add", f"{subnet}.1/24", "dev", ours)
        ip("link", "set", ours, "up")
        ip("-n", name, "addr", "add", f"{subnet}.2/24", "dev", theirs)
        ip("-n", name, "link", "set", theirs, "up")
        yield name, f"{subnet}.1", lambda: ip("-n", name, "link", "set", theirs, "down")
    finally:
        ip("netns", "del", name)


@pytest.mark.long
def test_a_host_that_vanishes_frees_its_user_within_a_minute(
    elsewhere: tuple[str, str, Callable[[], None]],
) -> None:
    network, address, cut_off = elsewhere
    with unprivileged.temporary_folder() as folder:
        server = EmbeddedPostgres(
            folder / "postgres", settings={"fsync": "off", "listen_addresses": address}
        )
        with server:
            hba = server.data / "pg_hba.conf"
            hba.write_text(hba.read_text() + f"\nhost all all {address}/24 scram-sha-256\n")
            engine = open_engine(server.url)
            with engine.connect() as connection:
                connection.execute(text("SELECT pg_reload_conf()"))
                port = connection.scalar(text("SHOW port"))
            url = make_url(server.url).set(host=address, port=int(port), query={})
            holder = subprocess.Popen(
                [
                    *("ip", "netns", "exec", network, sys.executable, "-c", HOLDER),
                    url.render_as_string(hide_password=False),
                    str(ROOT),
                ],
                stdout=subprocess.PIPE,
                text=True,
            )
            try:
                assert holder.stdout is not None
                assert holder.stdout.readline() == "held\n"

                def is_held() -> bool:
                    with engine.connect() as connection:
                        return bool(
                            connection.scalar(
                                text("SELECT count(*) FROM pg_locks WHERE classid = :lock"),
                                {"lock": locks.USER},
                            )
                        )

                assert is_held()
                cut_off()
                wait_for(lambda: not is_held(), "the user's lock is free", FREED_WITHIN)
                assert holder.poll() is None, "the holder itself noticed nothing"
            finally:
                holder.kill()
                holder.wait()
                engine.dispose()
