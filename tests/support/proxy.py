"""An address that leads to one server, then to another, or nowhere."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self


class Proxy:
    """Listens on a port of its own and hands every connection on to `target`.

    Connections that are open stay with the server they were opened to.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._swallowing: set[threading.Event] = set()
        self._open: set[threading.Event] = set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.close()

    def swallow_open_connections(self) -> None:
        """What is sent through connections open by now arrives nowhere; none is closed."""
        for swallows in tuple(self._open):
            swallows.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
                except OSError:
                    client.close()
                    continue
                server.settimeout(None)
                swallows = threading.Event()
                self._open.add(swallows)
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=_pump, args=(*ends, swallows), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket, swallows: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(65536):
            if not swallows.is_set():
                sink.sendall(content)
    if not swallows.is_set():
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
