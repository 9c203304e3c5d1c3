"""What the fake services over HTTP have in common: a server, its log and its faults."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.services.faults import Fault, Script


@dataclass(frozen=True)
class Asked:
    """A request as it came. form: of a form that was posted, in its order."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: list[tuple[str, str]]

    @property
    def bearer(self) -> str | None:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind == "Bearer" else None


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any


class FakeService:
    """A server on loopback, from `start` (or a `with`) to `stop`.

    Parameters:
        port: 0 = any.
    """

    def __init__(self, port: int = 0) -> None:
        self.script = Script()
        self.asked: list[Asked] = []
        # Called before each answer, in the server's thread.
        self.before_answer: Callable[[Asked], None] = lambda _: None
        self.lock = threading.RLock()
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def die(self) -> None:
        """Nobody listens any more; `stop` is still to be called."""
        self._server.shutdown()
        self._server.socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def answer(self, asked: Asked) -> Reply:
        raise NotImplementedError

    def paths(self) -> list[str]:
        """What was asked for, in its order."""
        with self.lock:
            return [each.path for each in self.asked]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        # Ends the slow answers.
        self.ended = threading.Event()

    def handle_error(self, *_: Any) -> None:
        """Clients hang up, which is theirs to do."""


def _handler(service: FakeService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # An answer is written in pieces: without this, each waits for the one before.
        disable_nagle_algorithm = True
        server: _Server

        def log_message(self, *_: Any) -> None:
            """Silence."""

        def do_GET(self) -> None:
            self._serve(b"")

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

        def _serve(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            asked = Asked(
                self.command,
                parts.path,
                {name: values[0] for name, values in parse_qs(parts.query).items()},
                {name.lower(): value for name, value in self.headers.items()},
                parse_qsl(body.decode("latin-1"), keep_blank_values=True),
            )
            with service.lock:
                service.asked.append(asked)
                fault = service.script.take(self.path)
            service.before_answer(asked)
            if fault is None or fault.kind in ("truncated", "cut", "slow", "drip"):
                with service.lock:
                    reply = service.answer(asked)
                content = json.dumps(reply.body).encode()
                if fault is None:
                    self._send(reply.status, content)
                else:
                    self._go_wrong(fault, reply.status, content)
            else:
                self._go_wrong(fault, fault.status, fault.body.encode())

        def _go_wrong(self, fault: Fault, status: int, content: bytes) -> None:
            match fault.kind:
                case "status":
                    self._send(status, content, {"Content-Type": "text/html", **fault.headers})
                case "body":
                    self._send(200 if fault.status == 500 else status, content, fault.headers)
                case "empty":
                    self._send(200, b"")
                case "truncated":
                    self._send(status, content[: len(content) // 2])
                case "slow":
                    self.server.ended.wait(fault.seconds)
                    self._send(status, content)
                case "redirect":
                    self._send(302, b"", {"Location": fault.location})
                case "cut":
                    self._begin(status, len(content))
                    self.wfile.write(content[: len(content) // 2])
                    self._hang_up()
                case "drip":
                    self._begin(status, len(content))
                    for place in range(len(content)):
                        self.wfile.write(content[place : place + 1])
                        if self.server.ended.wait(0.05):
                            break
                case "huge":
                    self._begin(200, 1 << 40)
                    while not self.server.ended.is_set():
                        self.wfile.write(b" " * 65536)
                case "reset":
                    self._hang_up()

        def _hang_up(self) -> None:
            """With a reset, not with a proper end."""
            with contextlib.suppress(OSError):
                self.connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
                self.wfile.flush()
                self.connection.close()
            self.close_connection = True

        def _begin(self, status: int, length: int) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(length))
            self.end_headers()

        def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler
