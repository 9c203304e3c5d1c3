"""Fetching from other services while workers die, stop or meet, and services go away."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import psutil
import pytest
from sqlalchemy import text

from score_import_client import ApiError
from tests.services.cg import API_KEY, CG, sdvx_scores
from tests.services.kai import CLIENT_SECRET, Account, Kai, iidx_items, sdvx_items
from tests.services.myt import AUTH_TOKEN, Card, Myt, wacca_plays
from tests.support.linked import KEY, link_cg, link_kai, link_myt, progress_of, stored, sync
from tests.support.stack import ROOT, Player, Stack, batch_manual, kill, wait_for
from worker.runner import TOOK_TOO_LONG

pytestmark = pytest.mark.processes

ACCESS_CODE = "01234567890123456789"


@pytest.fixture
def kai() -> Iterator[Kai]:
    with Kai() as server:
        yield server


@pytest.fixture
def myt() -> Iterator[Myt]:
    with Myt() as server:
        yield server


@pytest.fixture
def cg() -> Iterator[CG]:
    with CG() as server:
        yield server


@pytest.fixture
def settings(kai: Kai, cg: CG, myt: Myt) -> dict[str, str]:
    return {
        **kai.environment("FLO"),
        **cg.environment("dev"),
        **myt.environment(),
        "CREDENTIAL_KEYS": KEY,
        "SERVICE_CONNECT_TIMEOUT": "5",
        "SERVICE_TIMEOUT": "60",
    }


class Gate:
    """Holds the requests for a page until it is opened."""

    def __init__(self, kai: Kai, page: str = "2") -> None:
        self.reached = threading.Event()
        self._open = threading.Event()
        self._page = page
        kai.before_answer = self._hold

    def _hold(self, asked: Any) -> None:
        if asked.query.get("page") == self._page:
            self.reached.set()
            self._open.wait(90)

    def open(self) -> None:
        self._open.set()


def test_a_worker_killed_in_mid_fetch_has_its_import_fetched_again_and_applied_once(
    stack: Stack, kai: Kai
) -> None:
    gate = Gate(kai)
    stack.start_web()
    stack.start_beat()
    worker = stack.start_worker()
    player = stack.user("alice")
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(150)}))
    submitted = sync(player, "api/flo-sdvx")
    assert gate.reached.wait(60)
    kill(worker)
    gate.open()
    stack.start_worker("successor")
    document = player.wait(submitted, 90)
    assert len(document["scoreIDs"]) == player.score_count() == 150
    assert stack.scalar("SELECT count(*) FROM imports") == 1
    assert stack.scalar("SELECT attempts FROM jobs") == 2


def test_a_worker_told_to_stop_gives_the_fetch_back_at_once(stack: Stack, kai: Kai) -> None:
    gate = Gate(kai)
    stack.start_web()
    worker = stack.start_worker()
    player = stack.user("alice")
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(150)}))
    submitted = sync(player, "api/flo-sdvx")
    assert gate.reached.wait(60)
    os.kill(worker.pid, signal.SIGTERM)
    # The page is still held: what ends the worker is not its answer.
    wait_for(lambda: worker.exit_code() is not None, "the worker's end", 60)
    assert stack.query("SELECT state, attempts FROM jobs") == [("queued", 0)]
    gate.open()
    stack.start_worker("successor")
    document = player.wait(submitted, 90)
    assert len(document["scoreIDs"]) == player.score_count() == 150


def test_no_transaction_is_open_while_scores_are_fetched(stack: Stack, kai: Kai) -> None:
    gate = Gate(kai)
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(150)}))
    submitted = sync(player, "api/flo-sdvx")
    assert gate.reached.wait(60)
    progress_of(player, submitted, "Fetched 100 scores")
    states = stack.query(
        "SELECT state, xact_start FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'score-import worker'"
    )
    assert states
    assert all((row.state, row.xact_start) == ("idle", None) for row in states)
    # The user's lock is held meanwhile.
    assert stack.scalar("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") >= 1
    gate.open()
    player.wait(submitted, 90)


def test_a_service_that_keeps_us_waiting_holds_its_user_up_for_as_long_as_any_import_may_take(
    stack: Stack, kai: Kai
) -> None:
    stack.environment["JOB_SOFT_TIME_LIMIT"] = "3"
    gate = Gate(kai)
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    link_kai(player, kai, Account("a", {"iidx": iidx_items(150)}))
    with pytest.raises(ApiError) as failure:
        player.wait(sync(player, "api/flo-iidx"), 60)
    assert (failure.value.status, failure.value.description) == (
        500,
        TOOK_TOO_LONG.format(seconds=3),
    )
    assert player.score_count() == 0
    # The page is still held: neither the lock nor the connection is.
    assert len(player.wait(player.submit(batch_manual(5)))["scoreIDs"]) == 5
    gate.open()
    assert len(player.wait(sync(player, "api/flo-iidx"), 60)["scoreIDs"]) == 150


def test_a_service_that_dies_in_mid_stream_ends_the_import_with_a_reason(
    stack: Stack, kai: Kai, myt: Myt
) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(250)}))
    gate = Gate(kai)
    submitted = sync(player, "api/flo-sdvx")
    assert gate.reached.wait(60)
    kai.script.add("reset", times=None)
    kai.die()
    gate.open()
    with pytest.raises(ApiError) as failure:
        player.wait(submitted, 90)
    assert failure.value.status == 500
    assert failure.value.description.endswith("Are they down?")

    # Over gRPC, and the user is free again.
    going = threading.Event()

    def die(number: int) -> None:
        if number == 1200:
            going.set()
            threading.Thread(target=myt.stop).start()

    myt.before_item = die
    myt.cards[ACCESS_CODE] = Card([("wacca", "w-1")], {"w-1": wacca_plays(5000)})
    link_myt(player, ACCESS_CODE)
    submitted = sync(player, "api/myt-wacca")
    with pytest.raises(ApiError) as failure:
        player.wait(submitted, 90)
    assert going.is_set()
    assert failure.value.description == "Error while streaming score data from MYT"
    assert player.score_count() == 0


def test_no_log_holds_what_users_entrust_us_with_not_even_the_finest(
    stack: Stack, kai: Kai, cg: CG, myt: Myt
) -> None:
    stack.environment["LOG_LEVEL"] = "DEBUG"
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    card, pin = "0123456789ABCDEF", "7301"
    kai.pages_until_expiry = 2
    first = link_kai(player, kai, Account("a", {"sdvx": sdvx_items(350)}))
    cg.add_card(card, pin, sdvx=sdvx_scores(5, first=1000))
    link_cg(player, card, pin)
    myt.cards[ACCESS_CODE] = Card([("wacca", "w-1")], {"w-1": wacca_plays(5)})
    link_myt(player, ACCESS_CODE)
    for import_type in ("api/flo-sdvx", "api/cg-dev-sdvx", "api/myt-wacca"):
        player.wait(sync(player, import_type), 90)
    # What goes wrong is what most is said of.
    kai.script.add("status", "history", times=None)
    cg.script.add("reset", times=None)
    myt.stop()
    for import_type in ("api/flo-sdvx", "api/cg-dev-sdvx", "api/myt-wacca"):
        with pytest.raises(ApiError):
            player.wait(sync(player, import_type), 90)

    kept = stored(stack, player.user_id, "FLO")
    assert kept is not None
    used = {each.bearer for each in kai.asked if each.bearer} | {first.token, *kept.values()}
    secrets = {
        *used,
        first.refresh_token,
        *(CLIENT_SECRET, quote_plus(CLIENT_SECRET)),
        *(API_KEY, quote_plus(API_KEY), card, f"pin={pin}", f"'{pin}'", f'"{pin}"'),
        *(ACCESS_CODE, AUTH_TOKEN, KEY, player.token),
    }
    logs = {log.name: log.read_text() for log in stack.folder.glob("*.log")}
    assert any("DEBUG" in text for text in logs.values())
    assert any("FLO sdvx history: status 500" in text for text in logs.values())
    assert [
        (name, secret)
        for name, text in logs.items()
        for secret in secrets
        if re.search(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", text)
    ] == []


# Renews the tokens of a user that were rejected, when told to on its standard input.
RENEWS = """
import json, sys
from common.credentials.vault import Owner
from common.settings import load_settings
from worker.runtime import make_runtime
from worker.services.loop import process_loop
from worker.services.opening import Access
from worker.services.tokens import Tokens

settings = load_settings(json.loads(sys.argv[1]))
runtime = make_runtime(settings)
access = Access(settings, runtime.engine)
loop = process_loop()
service = settings.services.kai["FLO"]
owner = Owner(int(sys.argv[2]), "FLO")
tokens = Tokens(runtime.engine, access.vault(), owner, service, settings.our_url)
print("ready", flush=True)
sys.stdin.readline()
print(loop.run(tokens.renewed(access.caller(loop), sys.argv[3])), flush=True)
"""


def test_two_workers_that_need_a_token_at_once_share_one_renewal(stack: Stack, kai: Kai) -> None:
    player = stack.user("alice")
    account = Account("a", {"sdvx": sdvx_items(1)})
    rejected = link_kai(player, kai, account)
    kai.expire()
    arguments = [json.dumps(stack.environment), str(player.user_id), rejected.token]
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", RENEWS, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        )
        for _ in range(2)
    ]
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        results = [
            worker.communicate("go\n", timeout=90)[0].strip() for worker in reversed(workers)
        ]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    # The service takes a refresh token once: a second renewal would have been refused.
    assert kai.refreshes() == 1
    assert len(set(results)) == 1
    kept = stored(stack, player.user_id, "FLO")
    assert kept is not None
    assert kept["token"] == results[0] != rejected.token


def test_a_slow_renewal_outlasts_a_database_that_ends_what_stands_still(
    stack: Stack, kai: Kai
) -> None:
    """Else the renewed pair would be lost, and the stored one is void."""
    with stack.engine.connect() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(
            text(f'ALTER DATABASE "{name}" SET idle_in_transaction_session_timeout = 500')
        )
        connection.commit()
    stack.start_web()
    stack.start_worker()
    kai.script.add("slow", "token", seconds=2)
    player = stack.user("alice")
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(3)}))
    assert len(player.wait(sync(player, "api/flo-sdvx"), 60)["scoreIDs"]) == 3
    assert kai.refreshes() == 1


def test_two_syncs_of_one_user_with_one_service_both_succeed(stack: Stack, kai: Kai) -> None:
    stack.start_web()
    stack.start_worker("one")
    stack.start_worker("two")
    player = stack.user("alice")
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(250), "iidx": iidx_items(250)}))
    both = [sync(player, "api/flo-sdvx"), sync(player, "api/flo-iidx")]
    assert [len(player.wait(each, 120)["scoreIDs"]) for each in both] == [250, 250]


@pytest.mark.long
def test_a_hundred_users_sync_at_once(stack: Stack, kai: Kai) -> None:
    stack.start_web()
    stack.start_worker("one")
    stack.start_worker("two")
    kai.page_size = 10
    kai.pages_until_expiry = 60
    players = [stack.user(f"user{number:03}") for number in range(100)]
    for number, player in enumerate(players):
        link_kai(player, kai, Account(player.token, {"sdvx": sdvx_items(25, first=number)}))
    with ThreadPoolExecutor(8) as pool:
        submitted = list(pool.map(lambda player: sync(player, "api/flo-sdvx"), players))
    for player, each in zip(players, submitted, strict=True):
        assert len(player.wait(each, 240)["scoreIDs"]) == 25
    assert stack.scalar("SELECT count(*) FROM scores") == 2500
    assert stack.scalar("SELECT count(*) FROM jobs WHERE state <> 'completed'") == 0


MEMORY_LIMIT = 400  # MiB of a worker process, at its peak
MANY = 50_000


@pytest.mark.long
def test_fifty_thousand_scores_of_kai_take_bounded_memory(stack: Stack, kai: Kai) -> None:
    kai.page_size = 500
    player = stack.user("alice")
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(MANY)}))
    _sync_many(player, "api/flo-sdvx")


@pytest.mark.long
def test_fifty_thousand_scores_of_cg_take_bounded_memory(stack: Stack, cg: CG) -> None:
    player = stack.user("alice")
    cg.add_card("0123456789ABCDEF", "1234", sdvx=sdvx_scores(MANY))
    link_cg(player, "0123456789ABCDEF", "1234")
    _sync_many(player, "api/cg-dev-sdvx")


@pytest.mark.long
def test_fifty_thousand_plays_of_myt_take_bounded_memory(stack: Stack, myt: Myt) -> None:
    player = stack.user("alice")
    myt.cards[ACCESS_CODE] = Card([("wacca", "w-1")], {"w-1": wacca_plays(MANY)})
    link_myt(player, ACCESS_CODE)
    _sync_many(player, "api/myt-wacca")


def _sync_many(player: Player, import_type: str) -> None:
    player.stack.start_web()
    worker = player.stack.start_worker()
    document = player.wait(sync(player, import_type), 400)
    assert len(document["scoreIDs"]) == player.score_count() == MANY
    peaks = [_peak(child.pid) for child in psutil.Process(worker.pid).children()]
    assert peaks
    print(f"peaks of {import_type}: {peaks} MiB")
    assert max(peaks) < MEMORY_LIMIT, f"{peaks} MiB"


def _peak(pid: int) -> float:
    """MiB that a process had at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    assert found is not None
    return int(found[1]) / 1024
