"""An HTTP server that answers as it is told, for what a real one does not do on demand."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

# Status, and what is in the envelope.
Answer = tuple[int, Any]

# No answer: the connection ends.
HANGS_UP: Final[Answer] = (0, None)


@dataclass
class Server:
    """Gives prepared answers, in order; the last one again and again."""

    url: str
    answers: list[Answer]
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def prepared_server(*answers: Answer) -> Iterator[Server]:
    """The server, with its first answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            state.requests.append((self.path, dict(self.headers), content))
            answers = state.answers
            status, body = answers.pop(0) if len(answers) > 1 else answers[0]
            if not status:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            key = "body" if status < 400 else "description"
            text = json.dumps({"success": status < 400, "description": "", key: body}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            if status >= 400:
                for name, value in state.headers.items():
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = handle_any

        def log_message(self, format: str, *args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    state = Server(f"http://127.0.0.1:{httpd.server_port}", [*answers])
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    httpd.shutdown()
    thread.join()
    httpd.server_close()
