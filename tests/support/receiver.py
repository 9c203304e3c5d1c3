"""A receiver of webhooks for tests: a real HTTP server on this machine that does as told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

PATIENCE = 60.0  # seconds that an answer is held back where a test never lets it go on


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        return orjson.loads(self.body)


# Answers a request on its own handler.
Behaviour = Callable[[BaseHTTPRequestHandler], None]


def status(code: int) -> Behaviour:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Location", "/elsewhere")
        handler.end_headers()

    return answer


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Closes the connection without a word."""


def silence(until: threading.Event) -> Behaviour:
    """Says nothing until the test has it go on, then that all is well."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        until.wait(PATIENCE)
        status(200)(handler)

    return answer


def drip(until: threading.Event) -> Behaviour:
    """Sends a byte now and then, never the end of a line, until the test has it go on."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        while not until.wait(0.02):
            handler.wfile.write(b"H")
            handler.wfile.flush()

    return answer


class Receiver:
    """What it received, and how it answers: `behaviour`, unless the script has a next one."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.received: list[Received] = []
        self.behaviour: Behaviour = status(204)
        self.script: list[Behaviour] = []

    @property
    def events(self) -> list[Any]:
        return [each.event for each in self.received]


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append(Received(self.path, dict(self.headers), body))
            behaviour = receiver.script.pop(0) if receiver.script else receiver.behaviour
            with suppress(OSError):  # the deliverer may have had enough of us
                behaviour(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook?room=7")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
