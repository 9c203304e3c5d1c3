"""Clients that ask one thing over and over, in a process of their own: `python -m bench.load`.

A few connections are kept alive; each sends its next request when it has its answer. The
clients must be much quicker than the server they measure, so they work with sockets and bytes,
in one thread, and `Load.client_share` says how busy they were.
"""

from __future__ import annotations

import json
import math
import selectors
import socket
import subprocess
import sys
import time
from array import array
from dataclasses import asdict, dataclass
from typing import Final

CHUNK: Final = 1 << 20
TIMEOUT: Final = 10.0  # seconds the slowest answer may take
SPARE: Final = 30.0  # seconds the process gets on top of the time it measures


@dataclass(frozen=True, slots=True)
class Plan:
    """One GET, asked for `seconds` over `connections`. `status`: the only good answer."""

    host: str
    port: int
    path: str
    status: int
    seconds: float
    connections: int
    warm_up: int = 20  # requests of each connection before it counts
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it. Latencies are seconds; `body`: bytes of each answer.

    client_share: the part of the time in which the clients were at work. Close to 1 would
    mean that they, and not the server, were measured.
    """

    requests: int
    seconds: float
    p50: float
    p99: float
    body: int
    client_share: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def run(plan: Plan) -> Load:
    """Carries out a plan in a process of its own. Raises CalledProcessError where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(asdict(plan)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=plan.seconds + SPARE,
    )
    return Load(**json.loads(done.stdout))


class WrongAnswer(Exception):
    """The server said something else than it should."""


class _Connection:
    """A kept-alive connection that has one request under way at most."""

    def __init__(self, plan: Plan) -> None:
        self.socket = socket.create_connection((plan.host, plan.port), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        authorization = f"Authorization: Bearer {plan.token}\r\n" if plan.token else ""
        self._request = (
            f"GET {plan.path} HTTP/1.1\r\nHost: {plan.host}\r\n{authorization}\r\n"
        ).encode()
        self._expected = f"HTTP/1.1 {plan.status} ".encode()
        self._buffer = memoryview(bytearray(CHUNK))
        self._left = 0
        self.sent = 0.0
        self.body = 0

    def send(self) -> None:
        self._left = -1
        self.sent = time.perf_counter()
        self.socket.sendall(self._request)

    def receive(self) -> bool:
        """Takes what has arrived; whether the answer is complete."""
        got = self.socket.recv_into(self._buffer)
        if not got:
            raise WrongAnswer("the server closed the connection")
        if self._left >= 0:
            self._left -= got
        else:
            self._left = self._read_head(bytes(self._buffer[: min(got, 4096)])) - got
        return self._left == 0

    def _read_head(self, start: bytes) -> int:
        """The length of the whole answer."""
        head, end, _ = start.partition(b"\r\n\r\n")
        _, found, length = head.lower().partition(b"content-length:")
        if not (start.startswith(self._expected) and end and found):
            raise WrongAnswer(repr(start[:300]))
        self.body = int(length.split(b"\r\n", 1)[0])
        return len(head) + len(end) + self.body


def _measure(plan: Plan) -> Load:
    latencies = array("d")
    connections = [_Connection(plan) for _ in range(plan.connections)]
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            for _ in range(plan.warm_up):
                connection.send()
                while not connection.receive():
                    pass
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        busy = time.process_time()
        started = now = time.perf_counter()
        for connection in connections:
            connection.send()
        while now < started + plan.seconds:
            for key, _ in selector.select(TIMEOUT):
                connection = key.data
                if connection.receive():
                    latencies.append(time.perf_counter() - connection.sent)
                    connection.send()
            now = time.perf_counter()
    took, busy = now - started, time.process_time() - busy
    if not latencies or len({connection.body for connection in connections}) != 1:
        raise WrongAnswer("no answers, or answers of different lengths")
    ordered = sorted(latencies)
    return Load(
        requests=len(ordered),
        seconds=took,
        p50=percentile(ordered, 50),
        p99=percentile(ordered, 99),
        body=connections[0].body,
        client_share=busy / took,
    )


def percentile(ordered: list[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


if __name__ == "__main__":
    print(json.dumps(asdict(_measure(Plan(**json.load(sys.stdin))))))
