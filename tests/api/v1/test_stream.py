"""GET /imports/:id/stream: an import is followed to its end, by thousands without a thread each."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection

import orjson
import pytest
from psutil import Process

from common import locks
from tests.support.http import Http
from tests.support.stack import Player, Stack, batch_manual, wait_for
from tests.support.wire import open_socket

pytestmark = pytest.mark.processes

PATIENCE = 60.0


class Stream:
    """A client of a stream; `events` grows as they come."""

    def __init__(self, port: int, import_id: str, headers: str = "") -> None:
        head = f"GET /api/v1/imports/{import_id}/stream HTTP/1.1\r\nHost: here\r\n{headers}\r\n"
        self._connection = open_socket(port, head.encode(), timeout=PATIENCE)
        self._reader = self._connection.makefile("rb")
        self.status = int(self._reader.readline().split()[1])
        self.headers: dict[str, str] = {}
        while (line := self._reader.readline().decode().strip()) != "":
            name, _, value = line.partition(": ")
            self.headers[name] = value

    def __iter__(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Events, as they come, to the end."""
        while size := int(self._reader.readline(), 16):
            frame = self._reader.read(size).decode()
            self._reader.readline()
            if frame.startswith(":"):
                continue
            name, data, *rest = frame.split("\n")
            assert rest == ["", ""]
            yield name.removeprefix("event: "), orjson.loads(data.removeprefix("data: "))
        self._reader.readline()

    def again(self, path: str) -> int:
        """The status of another request on the same connection."""
        self._connection.sendall(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        return int(self._reader.readline().split()[1])

    def close(self) -> None:
        self._reader.close()
        self._connection.close()


def test_an_import_is_followed_to_its_end(service: Stack, player: Player) -> None:
    submitted = player.submit(batch_manual(2000))
    stream = Stream(service.port, submitted.import_id)
    assert stream.status == 200
    assert stream.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert stream.headers["Cache-Control"] == "no-cache"
    assert stream.headers["X-Accel-Buffering"] == "no"
    events = list(stream)
    assert events[-1] == ("done", {})
    assert {name for name, _ in events[:-1]} <= {"progress"}
    assert all(set(data) == {"description"} for _, data in events[:-1])
    # The import is there when it is said to be.
    assert Http(service.port).get(f"/api/v1/imports/{submitted.import_id}").status == 200
    # The connection serves the next request.
    assert stream.again("/healthz") == 200
    stream.close()


def test_one_that_has_ended_is_told_at_once(service: Stack, player: Player) -> None:
    imported = player.wait(player.submit(batch_manual(1, first=5000)))
    with_length = Http(service.port).get(f"/api/v1/imports/{imported['importID']}/stream")
    assert with_length.raw == b"event: done\ndata: {}\n\n"


def test_head_is_answered_as_get_without_a_body(service: Stack, player: Player) -> None:
    imported = player.wait(player.submit(batch_manual(1, first=5002)))
    for import_id, status in ((imported["importID"], 200), ("0" * 40, 404)):
        connection = HTTPConnection("127.0.0.1", service.port, timeout=10)
        for method in ("HEAD", "GET"):
            connection.request(method, f"/api/v1/imports/{import_id}/stream")
            answer = connection.getresponse()
            assert answer.status == status
            assert bool(answer.read()) is (method == "GET")
        connection.close()


def test_one_that_failed_says_why(service: Stack, player: Player, http: Http) -> None:
    submitted = player.submit_what_fails()
    events = list(Stream(service.port, submitted.import_id))
    name, data = events[-1]
    assert name == "import:failed"
    poll = http.get(f"/api/v1/imports/{submitted.import_id}/poll-status")
    assert data == {"description": poll.description}


def test_an_unknown_one_is_not_found(http: Http) -> None:
    answer = http.get(f"/api/v1/imports/{'0' * 40}/stream")
    assert answer.status == 404
    assert answer.json["error"]["code"] == "NOT_FOUND"


def test_a_bad_token_is_refused_before_the_stream(service: Stack, player: Player) -> None:
    imported = player.wait(player.submit(batch_manual(1, first=5001)))
    answer = Http(service.port).get(
        f"/api/v1/imports/{imported['importID']}/stream", {"Authorization": "Bearer nope"}
    )
    assert answer.status == 401


def test_hundreds_follow_while_the_others_are_served(service: Stack, http: Http) -> None:
    """Many times as many as there are threads."""
    player = service.user("followed")
    with service.engine.connect() as holder:
        # Whoever holds the user's lock keeps its import waiting.
        assert locks.try_for_session(holder, locks.USER, player.user_id)
        submitted = player.submit(batch_manual(3))
        streams = [Stream(service.port, submitted.import_id) for _ in range(400)]
        assert {stream.status for stream in streams} == {200}
        assert {next(iter(stream))[0] for stream in streams} == {"progress"}
        threads = {len(process.threads()) for process in processes_of(service)}
        for _ in range(20):
            assert http.get("/healthz").status == 200
        assert max(threads) < 100
        holder.invalidate()
    for stream in streams:
        events = list(stream)
        assert events[-1] == ("done", {})
        assert {name for name, _ in events[:-1]} <= {"progress"}
        stream.close()


def test_whoever_leaves_is_forgotten(service: Stack, http: Http) -> None:
    player = service.user("left")
    with service.engine.connect() as holder:
        assert locks.try_for_session(holder, locks.USER, player.user_id)
        submitted = player.submit(batch_manual(1))
        streams = [Stream(service.port, submitted.import_id) for _ in range(50)]
        assert open_connections(service) >= 50
        for stream in streams:
            stream.close()
        wait_for(lambda: open_connections(service) < 50, "their connections are closed")
        holder.invalidate()


def processes_of(service: Stack) -> list[Process]:
    """gunicorn's workers."""
    return Process(service.web().pid).children()


def open_connections(service: Stack) -> int:
    return sum(
        connection.status == "ESTABLISHED" and connection.laddr.port == service.port
        for process in processes_of(service)
        for connection in process.net_connections("tcp")
    )
