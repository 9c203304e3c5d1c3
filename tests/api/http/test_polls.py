"""Polls that come together are answered together, and each with its own answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPResponse

import orjson
import pytest

from tests.support.http import Http
from tests.support.stack import Player, Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes

TIMES = 6


@pytest.fixture(scope="module")
def completed(service: Stack, player: Player) -> str:
    """The ID of an import that has ended."""
    http = Http(service.port)
    accepted = http.upload(player.token, orjson.dumps(batch_manual(2)))
    import_id = str(accepted.json["body"]["importID"])
    wait_for(
        lambda: b'"completed"' in http.get(f"/api/v1/imports/{import_id}/poll-status").raw,
        "the end of the import",
    )
    return import_id


def poll(import_id: str, *headers: str) -> bytes:
    lines = [f"GET /api/v1/imports/{import_id}/poll-status HTTP/1.1", "Host: here", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.fixture
def kinds(completed: str, player: Player) -> list[tuple[bytes, bytes, int, bytes]]:
    """What is sent at once, what is sent later, the answer's status, and a part of it."""
    mine = f"Authorization: Bearer {player.token}"
    return [
        (poll(completed, mine), b"", 200, b"Import was completed!"),
        (poll(completed), b"", 200, b"Import was completed!"),
        (poll("no-such-import", mine), b"", 404, b"no ongoing import"),
        (poll(completed, "Authorization: Bearer nonsense"), b"", 401, b"does not correspond"),
        (poll(completed, "Authorization: Basic nonsense"), b"", 400, b"Expected Bearer"),
        (poll(completed, "Content-Length: 3"), b"abc", 200, b"Import was completed!"),
        (poll(completed, "No colon"), b"", 400, b"Invalid request"),
        (poll(completed, "If-None-Match: *", mine), b"", 304, b""),
        (poll("a%00b"), b"", 404, b"no ongoing import"),
    ]


@pytest.fixture
def open_sockets(service: Stack) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                closing(socket.create_connection(("127.0.0.1", service.port), timeout=30))
            )
            for _ in range(TIMES * 9)
        ]


def read(sock: socket.socket) -> tuple[int, bytes]:
    answer = HTTPResponse(sock)
    answer.begin()
    return answer.status, answer.read()


def test_a_crowd_of_polls_has_an_answer_each(
    kinds: list[tuple[bytes, bytes, int, bytes]], open_sockets: list[socket.socket]
) -> None:
    sent = list(zip(open_sockets, kinds * TIMES, strict=True))
    for sock, (request, _, _, _) in sent:
        sock.sendall(request)
    for sock, (_, later, _, _) in sent:
        sock.sendall(later)
    for sock, (request, _, status, part) in sent:
        got, body = read(sock)
        assert (got, part in body) == (status, True), (request, got, body)


def test_polls_that_follow_each_other_on_one_connection(
    completed: str, open_sockets: list[socket.socket]
) -> None:
    for sock in open_sockets[:4]:
        for import_id, status in ((completed, 200), ("nothing", 404), (completed, 200)):
            sock.sendall(poll(import_id))
            assert read(sock)[0] == status
        # Two at once: the second has come before the first is answered.
        sock.sendall(poll("nothing") + poll(completed))
        first = sock.recv(65536)
        assert first.startswith(b"HTTP/1.1 404")
        while b"Import was completed!" not in first:
            more = sock.recv(65536)
            assert more
            first += more
