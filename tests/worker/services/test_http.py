"""How patient requests to other services are, and what of an answer cannot break them."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from common.service_settings import Patience
from tests.services.kai import Kai
from worker.services.http import (
    MOST_TIMES_ASKED,
    PAUSES,
    Answer,
    Caller,
    Request,
    Unreachable,
    open_client,
)
from worker.services.loop import process_loop

PATIENCE = Patience(connect=1.0, total=1.0, idle=1.0)


@pytest.fixture
def server() -> Iterator[Kai]:
    with Kai() as kai:
        yield kai


class Asking:
    """Asks a server; instead of pausing it keeps for how long it would have."""

    def __init__(self, server: Kai) -> None:
        self.pauses: list[float] = []
        self._server = server

    def __call__(self, **more: Any) -> Answer:
        async def ask() -> Answer:
            async with open_client(PATIENCE) as client:
                caller = Caller(client, PATIENCE, self._pause)
                url = f"{self._server.url}/api/sdvx/v1/play_history"
                return await caller.ask(Request("GET", url, "test", 10_000, {}, **more))

        return process_loop().run(ask())

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


def busy(server: Kai, retry_after: str, times: int | None = 1) -> None:
    headers = {"Retry-After": retry_after} if retry_after else {}
    server.script.add("status", status=429, headers=headers, times=times)


@pytest.mark.parametrize("seconds", ["0", "7", "60"])
def test_a_busy_service_is_waited_for_as_long_as_it_says(server: Kai, seconds: str) -> None:
    busy(server, seconds)
    ask = Asking(server)
    # Nobody is logged in here, but that is an answer.
    assert ask().status == 401
    assert ask.pauses == [float(seconds)]


@pytest.mark.parametrize("asked", ["61", "86400", "9" * 400, "Fri, 31 Dec 2199 23:59:59 GMT"])
def test_a_service_that_asks_for_more_is_not_waited_for(server: Kai, asked: str) -> None:
    busy(server, asked)
    ask = Asking(server)
    assert ask().status == 429
    assert ask.pauses == []


def test_a_service_that_stays_busy_is_asked_a_few_times_only(server: Kai) -> None:
    busy(server, "1", times=None)
    ask = Asking(server)
    assert ask().status == 429
    assert ask.pauses == [1.0] * MOST_TIMES_ASKED
    assert len(server.asked) == MOST_TIMES_ASKED + 1


@pytest.mark.parametrize("moment", ["Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00"])
def test_a_moment_that_is_over_is_no_reason_to_wait(server: Kai, moment: str) -> None:
    busy(server, moment)
    ask = Asking(server)
    ask()
    assert ask.pauses == [0.0]


@pytest.mark.parametrize(
    "nonsense",
    [
        *("", "soon", "-1", "1.5", "\N{ARABIC-INDIC DIGIT TWO}"),
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Wed, 21 Oct 2015 07:28:00 +999999999",
    ],
)
@pytest.mark.parametrize("status", [200, 429])
def test_what_is_no_time_is_as_if_nothing_was_said(server: Kai, nonsense: str, status: int) -> None:
    headers = {"Retry-After": nonsense.encode().decode("latin-1")}
    server.script.add("body", body="{}", status=status, headers=headers)
    ask = Asking(server)
    assert ask().status == (401 if status == 429 else 200)
    assert [abs(pause - PAUSES[-1]) <= 0.5 for pause in ask.pauses] == [True] * (status == 429)


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 503}, {"kind": "reset"}])
def test_pauses_grow_and_differ(server: Kai, fault: dict[str, Any]) -> None:
    seen = set()
    for _ in range(3):
        server.script.clear()
        server.script.add(times=2, **fault)
        ask = Asking(server)
        assert ask().status == 401
        first, second = ask.pauses
        assert 0.75 * PAUSES[0] <= first <= 1.25 * PAUSES[0] < 0.75 * PAUSES[1] <= second
        seen.add(first)
    assert len(seen) > 1


@pytest.mark.parametrize("kind", ["slow", "drip"])
def test_what_is_too_slow_is_not_waited_for_again(server: Kai, kind: str) -> None:
    server.script.add(kind, times=None)
    ask = Asking(server)
    began = time.monotonic()
    with pytest.raises(Unreachable):
        ask()
    assert PATIENCE.total <= time.monotonic() - began < PATIENCE.total + 1
    assert (len(server.asked), ask.pauses) == (1, [])


def test_what_must_not_be_sent_twice_is_not(server: Kai) -> None:
    server.script.add("reset")
    with pytest.raises(Unreachable):
        Asking(server)(again=False)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "status", "status": 429, "headers": {"Retry-After": "30"}}, 429),
        ({"kind": "status", "status": 503}, 503),
        ({"kind": "slow"}, None),
    ],
)
def test_all_attempts_together_take_no_longer_than_they_may(
    server: Kai, fault: dict[str, Any], status: int | None
) -> None:
    server.script.add(times=None, **fault)
    ask = Asking(server)
    began = time.monotonic()
    if status is None:
        with pytest.raises(Unreachable):
            ask(whole=0.3)
    else:
        assert ask(whole=0.3).status == status
    assert time.monotonic() - began < 1.5
    assert ask.pauses == []


@contextmanager
def answering(body: bytes, encoding: str) -> Iterator[str]:
    """The URL of a server that sends this to everybody."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Encoding", encoding)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def asked(url: str) -> Answer:
    async def ask() -> Answer:
        async with open_client(PATIENCE) as client:
            request = Request("GET", url, "test", 10_000, {}, again=False)
            return await Caller(client, PATIENCE).ask(request)

    return process_loop().run(ask())


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip"])
def test_an_answer_may_be_packed_in_several_members(encoding: str) -> None:
    members = gzip.compress(b"[1,") + gzip.compress(b"2]")
    with answering(members, encoding) as url:
        assert asked(url).body == b"[1,2]"


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"[1,2]")[:-1],
        gzip.compress(b"[1]") + b"more",
        gzip.compress(b"x" * 20_000),
    ],
    ids=["cut off", "followed by something else", "too large"],
)
def test_what_is_cut_off_or_too_large_is_no_answer(body: bytes) -> None:
    with answering(body, "gzip") as url, pytest.raises(Unreachable):
        asked(url)
