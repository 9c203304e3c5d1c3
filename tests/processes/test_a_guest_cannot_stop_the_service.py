"""A guest cannot stop the service: not by sending slowly, not by sending much."""

from __future__ import annotations

import contextlib
import json
import socket
import time

import pytest
from sqlalchemy import text

from api.http.bodies import SMALL
from api.server.front import HEAD_SECONDS
from cli.local.processes import ChildProcess
from common.jobs.progress import answer_key
from tests.support import redis_faults, wire
from tests.support.http import Http, encode_multipart
from tests.support.stack import Player, Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes

SLOW = 200
MIB = 1024 * 1024
REFUSED = b"File provided was too large, corrupt, or provided in the wrong field."
UPLOAD = b"POST /api/v1/import/file HTTP/1.1\r\nHost: x\r\n"
FORM = b"Content-Type: multipart/form-data; boundary=B\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


@pytest.fixture
def web(stack: Stack) -> ChildProcess:
    """A web process that has loaded all it needs."""
    child = stack.start_web()
    http = Http(stack.port)
    http.upload("nobody's", b"{}")
    assert http.get("/readyz").status == 200
    return child


def authorization(player: Player) -> bytes:
    return f"Authorization: Bearer {player.token}\r\n".encode()


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        pytest.param(b"", b"", id="silent"),
        pytest.param(b"GET /api/v1/status HTTP/1.1\r\nX-Slow: ", b"x", id="heads"),
        pytest.param(
            b"POST /api/v1/status HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 30000\r\n\r\n{",
            b" ",
            id="bodies",
        ),
        pytest.param(
            b"POST /api/v1/status HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + CHUNKED
            + b"\r\n7530\r\n{",
            b" ",
            id="chunks",
        ),
    ],
)
def test_two_hundred_slow_clients_keep_nobody_waiting(
    stack: Stack, web: ChildProcess, first: bytes, drop: bytes
) -> None:
    http = Http(stack.port)
    ask = wire.asks(http, "/api/v1/status")
    alone = wire.slowest_of_hundred(ask)
    player = stack.user("alice")
    with wire.slow_clients(stack.port, SLOW, first, drop):
        assert wire.slowest_of_hundred(ask) < max(1.0, 5 * alone)
        assert http.get("/healthz").status == 200
        submitted = player.submit(batch_manual(1))
        assert player.client.poll(submitted) is not None


def test_slow_bodies_of_users_keep_nobody_waiting_either(stack: Stack, web: ChildProcess) -> None:
    head = UPLOAD + FORM + b"Content-Length: 1000000\r\n"
    players = [stack.user(f"player{number}") for number in range(60)]
    others = wire.asks(Http(stack.port), "/api/v1/status")
    alone = wire.slowest_of_hundred(others)
    clients = [
        wire.open_socket(stack.port, head + authorization(player) + b"\r\n--B\r\n")
        for player in players
        for _ in range(3)
    ]
    try:
        assert wire.slowest_of_hundred(others) < max(1.0, 5 * alone)
    finally:
        for client in clients:
            client.close()


def test_clients_that_do_not_read_keep_nobody_waiting(stack: Stack, web: ChildProcess) -> None:
    ask = b"GET /api/v1/status?echo=" + b"x" * 3000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    others = wire.asks(Http(stack.port), "/api/v1/status")
    alone = wire.slowest_of_hundred(others)
    clients = []
    for _ in range(40):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", stack.port))
        client.setblocking(False)
        clients.append(client)
    try:
        for client in clients:
            with contextlib.suppress(BlockingIOError):
                while True:
                    client.send(ask * 20)
        assert wire.slowest_of_hundred(others) < max(1.0, 5 * alone)
    finally:
        for client in clients:
            client.close()


@pytest.mark.parametrize(
    ("unfinished", "status"),
    [
        (b"GET /api/v1/status HTTP/1.1\r\nHost", b"408"),
        (b"POST /api/v1/status HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc", b"408"),
    ],
)
def test_who_does_not_come_to_an_end_is_told_so(
    stack: Stack, web: ChildProcess, unfinished: bytes, status: bytes
) -> None:
    answer = wire.send_all(stack.port, unfinished)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"took too long" in answer


@pytest.mark.parametrize("framing", [CHUNKED, b"Content-Length: 419430400\r\n"])
def test_a_guest_is_refused_before_a_large_body_is_read(
    stack: Stack, web: ChildProcess, framing: bytes
) -> None:
    piece = b"x" * MIB
    pieces = [wire.chunk(piece) if framing is CHUNKED else piece] * 60
    with wire.highest_memory(web.pid) as growth:
        answer = wire.send_all(stack.port, UPLOAD + FORM + framing + b"\r\n", *pieces)
    assert answer.startswith(b"HTTP/1.1 401"), answer
    assert growth() < 8 * MIB


def test_a_guest_need_not_send_the_body_to_be_refused(stack: Stack, web: ChildProcess) -> None:
    head = UPLOAD + FORM + b"Content-Length: 16000000\r\nExpect: 100-continue\r\n\r\n"
    with wire.open_socket(stack.port, head) as client:
        assert client.recv(65536).startswith(b"HTTP/1.1 401")


def test_a_user_sends_the_body_once_it_is_wanted(stack: Stack, web: ChildProcess) -> None:
    player = stack.user("alice")
    form = {"importType": "file/batch-manual"}
    content = json.dumps(batch_manual(1)).encode().ljust(SMALL + 1)
    content_type, body = encode_multipart(form, "scoreData", "scores.json", content)
    head = UPLOAD + authorization(player) + f"Content-Type: {content_type}\r\n".encode()
    with wire.open_socket(
        stack.port, head + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
    ) as client:
        assert client.recv(65536).startswith(b"HTTP/1.1 100")
        client.sendall(body)
        assert client.recv(65536).startswith(b"HTTP/1.1 202")


def test_a_chunked_upload_of_a_user_is_taken_up_to_the_limit_and_not_beyond(
    stack: Stack, web: ChildProcess
) -> None:
    player = stack.user("alice")
    form = {"importType": "file/batch-manual"}
    content = json.dumps(batch_manual(1)).encode().ljust(16 * MIB - 1)
    content_type, body = encode_multipart(form, "scoreData", "scores.json", content)
    head = UPLOAD + authorization(player) + f"Content-Type: {content_type}\r\n".encode() + CHUNKED
    head += b"Connection: close\r\n\r\n"
    pieces = [wire.chunk(body[at : at + 100_000]) for at in range(0, len(body), 100_000)]
    answer = wire.send_all(stack.port, head, *pieces, wire.chunk(b""))
    assert answer.startswith(b"HTTP/1.1 202"), answer[:300]
    with wire.highest_memory(web.pid) as growth:
        answer = wire.send_all(stack.port, head, *pieces, *pieces, *pieces, wire.chunk(b""))
    assert answer.startswith(b"HTTP/1.1 400"), answer[:300]
    assert REFUSED in answer
    assert growth() < 40 * MIB
    assert stack.scalar("SELECT count(*) FROM jobs") == 1


def test_what_is_not_read_of_one_request_is_not_taken_for_the_next(
    stack: Stack, web: ChildProcess
) -> None:
    hidden = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    large = hidden + b" " * SMALL
    head = UPLOAD + FORM + b"Content-Length: %d\r\n\r\n" % len(large)
    answer = wire.send_all(stack.port, head + large + hidden)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.startswith(b"HTTP/1.1 401")


def test_requests_that_come_at_once_are_answered_in_order(stack: Stack, web: ChildProcess) -> None:
    def ask(number: int) -> bytes:
        body = b'{"echo": "%d"}' % number
        return (
            b"POST /api/v1/status HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)
        ) + body

    last = b"GET /api/v1/status?echo=last HTTP/1.1\r\nConnection: close\r\n\r\n"
    answer = wire.send_all(stack.port, b"".join(map(ask, range(20))) + last)
    places = [answer.index(b'"echo":"%d"' % number) for number in range(20)]
    assert places == sorted(places)
    assert answer.index(b'"echo":"last"') > places[-1]


def test_connections_in_excess_cost_those_that_have_waited_longest(stack: Stack) -> None:
    stack.environment["GUNICORN_CMD_ARGS"] = "--worker-connections=100"
    stack.start_web()
    began = time.monotonic()
    first = [wire.open_socket(stack.port, b"GET / HTTP/1.1\r\n") for _ in range(20)]
    more = [wire.open_socket(stack.port, b"GET / HTTP/1.1\r\n") for _ in range(110)]
    try:
        assert Http(stack.port).get("/healthz").status == 200
        wait_for(lambda: first[0].recv(1) == b"", "the end of the oldest connection")
        assert time.monotonic() - began < HEAD_SECONDS, "it would have ended by itself"
    finally:
        for client in [*first, *more]:
            client.close()


# --- large answers -------------------------------------------------------------------------

LARGE = 120_000  # scores


@pytest.fixture
def large_import(stack: Stack) -> str:
    """An import of very many scores: one that was really made, and its scores many times over."""
    stack.start_worker()
    player = stack.user("alice")
    document = player.wait(player.submit(batch_manual(20)))
    import_id: str = document["importID"]
    columns = [
        row.column_name
        for row in stack.query(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'scores' AND column_name NOT IN ('score_id', 'position')"
        )
    ]
    names = ", ".join(columns)
    with stack.engine.begin() as connection:
        connection.execute(
            text(
                f"INSERT INTO scores ({names}, score_id, position)"
                f" SELECT {names}, 'T' || encode(sha256(convert_to(n::text, 'UTF8')), 'hex'), n"
                " FROM (SELECT * FROM scores WHERE position = 0) AS one,"
                " generate_series(20, :last) AS n"
            ),
            {"last": LARGE - 1},
        )
    return import_id


@pytest.mark.long
def test_a_large_import_is_sent_in_bounded_memory(
    stack: Stack, web: ChildProcess, large_import: str
) -> None:
    path = f"/api/v1/imports/{large_import}"
    with wire.highest_memory(web.pid) as growth:
        answer = Http(stack.port).get(path)
        assert growth() < 50 * MIB
    body = answer.json["body"]
    assert len(body["scores"]) == LARGE
    assert [each["scoreID"] for each in body["scores"]] == body["import"]["scoreIDs"]
    assert len(body["songs"]) == 1
    assert {each["chartID"] for each in body["charts"]} == {
        each["chartID"] for each in body["scores"]
    }
    assert body["user"]["username"] == "alice"


@pytest.mark.long
def test_large_answers_that_nobody_reads_keep_nobody_waiting(
    stack: Stack, web: ChildProcess, large_import: str
) -> None:
    others = wire.asks(Http(stack.port), "/api/v1/status")
    alone = wire.slowest_of_hundred(others)
    ask = f"GET /api/v1/imports/{large_import} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with wire.highest_memory(web.pid) as growth:
        clients = [wire.open_socket(stack.port, ask) for _ in range(40)]
        try:
            assert all(client.recv(1) for client in clients)
            assert wire.slowest_of_hundred(others) < max(1.0, 5 * alone)
            assert growth() < 100 * MIB
            wait_for(
                lambda: stack.scalar(
                    "SELECT NOT EXISTS (SELECT FROM pg_stat_activity"
                    " WHERE datname = current_database() AND state LIKE 'idle in transaction%')"
                ),
                "answers that nobody reads letting go of their transactions",
            )
        finally:
            for client in clients:
                client.close()


@pytest.mark.long
def test_polls_of_a_large_import_that_nobody_reads_share_one_answer(
    stack: Stack, web: ChildProcess, large_import: str
) -> None:
    # What its worker said of it is of the few scores that it was made with.
    wait_for(lambda: not redis_faults.client(stack.redis).exists(answer_key(large_import)), "Redis")
    path = f"/api/v1/imports/{large_import}/poll-status"
    with wire.highest_memory(web.pid) as growth:
        ask = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        clients = [wire.open_socket(stack.port, ask) for _ in range(40)]
        try:
            assert all(client.recv(1) for client in clients)
            assert growth() < 100 * MIB
            answer = Http(stack.port).get(path)
            assert growth() < 100 * MIB
        finally:
            for client in clients:
                client.close()
    assert len(answer.json["body"]["import"]["scoreIDs"]) == LARGE


@pytest.mark.long
def test_an_answer_that_fails_on_its_way_is_broken_off(
    stack: Stack, web: ChildProcess, large_import: str
) -> None:
    ask = f"GET /api/v1/imports/{large_import} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with wire.open_socket(stack.port, ask) as client:
        got = client.recv(1000)
        with stack.engine.begin() as connection:
            connection.execute(text("DELETE FROM scores WHERE position = 0"))
        with pytest.raises(ConnectionResetError):
            got += _everything(client)
    assert got.startswith(b"HTTP/1.1 200")
    assert not got.endswith(b"0\r\n\r\n")


def _everything(client: socket.socket) -> bytes:
    """What comes until the orderly end of the connection."""
    got = b""
    while piece := client.recv(1_000_000):
        got += piece
    return got
