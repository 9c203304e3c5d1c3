"""New web processes, by HUP or because their master was killed, cost no request its answer."""

from __future__ import annotations

import http.client
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
import pytest

from tests.support.http import Http
from tests.support.stack import Player, Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes

MOST = 5.0  # seconds that a request may take, whatever becomes of the processes


@pytest.fixture
def settings() -> dict[str, str]:
    return {"WEB_WORKERS": "2", "WAIT_SECONDS": "2"}


@dataclass
class Seen:
    """What clients that never stop asking saw: seconds and status of each request.

    refused: connections that nobody took; the clients come again, as any would.
    """

    times: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    refused: int = 0
    broken: int = 0


@contextmanager
def clients(stack: Stack, player: Player) -> Iterator[Seen]:
    """Polls and submits, each on a connection of its own, until the block ends."""
    seen = Seen()
    stop = threading.Event()
    submitted = player.submit(batch_manual(1))
    poll = f"/api/v1/imports/{submitted.import_id}/poll-status"
    authorised = {"Authorization": f"Bearer {player.token}"}

    def ask(method: str, path: str) -> None:
        while not stop.wait(0.02):
            began = time.monotonic()
            try:
                answer = Http(stack.port).request(method, path, headers=authorised)
                seen.statuses.append(answer.status)
            except ConnectionRefusedError:
                seen.refused += 1
            except (OSError, http.client.HTTPException):
                seen.broken += 1
            seen.times.append(time.monotonic() - began)

    asked = [
        ("GET", poll),
        ("GET", poll),
        ("GET", "/api/v1/status"),
        ("POST", "/api/v1/import/orphans"),
    ]
    threads = [threading.Thread(target=ask, args=one) for one in asked]
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: len(seen.statuses) > 20, "the first answers")
        yield seen
        reached = len(seen.statuses)
        wait_for(lambda: len(seen.statuses) > reached + 20, "answers to the end")
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def workers_of(pid: int) -> set[int]:
    return {child.pid for child in psutil.Process(pid).children()}


def test_a_hup_costs_no_request_its_answer(stack: Stack) -> None:
    web = stack.start_web()
    player = stack.user("alice")
    with clients(stack, player) as seen:
        for _ in range(3):
            before = workers_of(web.pid)
            os.kill(web.pid, signal.SIGHUP)
            wait_for(
                lambda before=before: workers_of(web.pid).isdisjoint(before), "new workers", 60
            )
    assert (seen.refused, seen.broken) == (0, 0)
    assert max(seen.times) < MOST
    assert set(seen.statuses) == {200, 202}


def test_a_killed_master_is_replaced_and_no_request_hangs(stack: Stack) -> None:
    web = stack.start_web()
    player = stack.user("alice")
    with clients(stack, player) as seen:
        orphans = workers_of(web.pid)
        os.kill(web.pid, signal.SIGKILL)
        # As a supervisor does: at once, while the old workers may still have the port.
        stack.start_web()
        wait_for(lambda: not any(map(psutil.pid_exists, orphans)), "the end of the old workers", 60)
    assert max(seen.times) < MOST
    assert set(seen.statuses) == {200, 202}
