"""Clients that keep no rule: raw connections to the service, and how quick it is meanwhile."""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator

from psutil import Process

from tests.support.http import Http


def open_socket(port: int, first: bytes = b"", timeout: float = 60) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=timeout)
    if first:
        connection.sendall(first)
    return connection


def answer_of(connection: socket.socket) -> bytes:
    """Everything the service says until it closes, or the connection breaks."""
    got = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65536):
            got += piece
    return got


def send_all(port: int, *pieces: bytes) -> bytes:
    """The service's answer to these bytes, whether it takes them all or not."""
    with open_socket(port) as connection:
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
        return answer_of(connection)


@contextlib.contextmanager
def slow_clients(
    port: int, count: int, first: bytes, drop: bytes, every: float = 0.5
) -> Iterator[list[socket.socket]]:
    """So many clients that send `first`, and then `drop` again and again.

    A client that was cut off comes back.
    """
    clients = [open_socket(port, first) for _ in range(count)]
    over = threading.Event()

    def trickle() -> None:
        while not over.wait(every):
            for place, client in enumerate(clients):
                try:
                    client.sendall(drop)
                except OSError:
                    client.close()
                    with contextlib.suppress(OSError):
                        clients[place] = open_socket(port, first)

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        yield clients
    finally:
        over.set()
        thread.join()
        for client in clients:
            client.close()


def slowest_of_hundred(ask: Callable[[], object], times: int = 100) -> float:
    """Seconds that all but one in a hundred took no longer than."""
    durations = []
    for _ in range(times):
        before = time.perf_counter()
        ask()
        durations.append(time.perf_counter() - before)
    return sorted(durations)[math.ceil(0.99 * len(durations)) - 1]


def memory(pid: int) -> int:
    """Bytes that a process and its children hold."""
    process = Process(pid)
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)])


@contextlib.contextmanager
def highest_memory(pid: int) -> Iterator[Callable[[], int]]:
    """By how many bytes the process came to hold more than at the beginning, at most."""
    before = highest = memory(pid)
    over = threading.Event()

    def watch() -> None:
        nonlocal highest
        while not over.wait(0.01):
            highest = max(highest, memory(pid))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lambda: highest - before
    finally:
        over.set()
        thread.join()


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


def asks(http: Http, path: str) -> Callable[[], None]:
    def ask() -> None:
        assert http.get(path).status < 500

    return ask
