"""A guest cannot stop the service behind its reverse proxy either: real nginx, with our file."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from cli.local.processes import ChildProcess, Program, wait_until
from common.redis_client import open_redis
from tests.support import certificates, wire
from tests.support.http import encode_multipart
from tests.support.stack import ROOT, Stack, batch_manual

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(NGINX is None, reason="NOT SHOWN HERE: nginx is not installed"),
    pytest.mark.skipif(certificates.OPENSSL is None, reason="NOT SHOWN HERE: no openssl"),
]

SLOW = 200
MIB = 1024 * 1024


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Proxy:
    """nginx in front of a service, spoken to by TLS."""

    def __init__(self, port: int, plain_port: int, certificate: Path) -> None:
        self.port = port
        self.plain_port = plain_port
        self._context = ssl.create_default_context(cafile=str(certificate))

    def connect(self, first: bytes = b"") -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection = self._context.wrap_socket(plain, server_hostname="localhost")
        connection.sendall(first)
        return connection

    def ask(self, *pieces: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to a request that closes its connection."""
        with self.connect() as connection:
            with contextlib.suppress(OSError):
                for piece in pieces:
                    connection.sendall(piece)
            answer = wire.answer_of(connection)
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    def get(self, path: str, headers: str = "") -> tuple[int, bytes]:
        return self.ask(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n".encode()
        )


@pytest.fixture
def settings() -> dict[str, str]:
    return {"TRUSTED_PROXIES": "127.0.0.1", "RATE_LIMIT": "1000000"}


@pytest.fixture
def proxy(stack: Stack, tmp_path: Path) -> Iterator[Proxy]:
    stack.start_web()
    made, key = certificates.of_localhost(tmp_path)
    port, plain = free_port(), free_port()
    written = (ROOT / "deploy" / "nginx.conf").read_text()
    for there, here in {
        " /tmp/": f" {tmp_path}/",
        "server web:8000": f"server 127.0.0.1:{stack.port}",
        "listen 8443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 8080": f"listen 127.0.0.1:{plain}",
        "/etc/nginx/tls/fullchain.pem": str(made),
        "/etc/nginx/tls/privkey.pem": str(key),
    }.items():
        assert there in written, there
        written = written.replace(there, here)
    (tmp_path / "nginx.conf").write_text(written)
    assert NGINX is not None
    # Where the tests are root's, so are their folders.
    account = " user root;" if os.geteuid() == 0 else ""
    nginx = ChildProcess(
        Program(
            name="nginx",
            args=[NGINX, "-c", str(tmp_path / "nginx.conf"), "-g", f"daemon off;{account}"],
            log=tmp_path / "nginx.log",
        )
    )
    there = Proxy(port, plain, made)

    def answers() -> bool:
        try:
            return there.get("/healthz")[0] == 200
        except OSError:
            return False

    try:
        wait_until(answers, nginx, timeout=60)
        yield there
    finally:
        nginx.stop(10)


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        pytest.param(b"GET /api/v1/status HTTP/1.1\r\nX-Slow: ", b"x", id="heads"),
        pytest.param(
            b"POST /api/v1/status HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 30000\r\n\r\n{",
            b" ",
            id="bodies",
        ),
    ],
)
def test_two_hundred_slow_clients_keep_nobody_waiting(
    proxy: Proxy, first: bytes, drop: bytes
) -> None:
    def ask() -> None:
        assert proxy.get("/api/v1/status")[0] == 200

    alone = wire.slowest_of_hundred(ask)
    clients = [proxy.connect(first) for _ in range(SLOW)]
    try:
        for client in clients:
            client.sendall(drop)
        assert wire.slowest_of_hundred(ask) < max(1.0, 5 * alone)
    finally:
        for client in clients:
            client.close()


def test_imports_are_taken_up_to_the_limit_and_read_back(proxy: Proxy, stack: Stack) -> None:
    stack.start_worker()
    player = stack.user("alice")
    document = orjson.dumps(batch_manual(3))
    for content, status in (
        (document, 202),
        (document + b" " * (16 * MIB - 1 - len(document)), 202),
        (b" " * 16 * MIB, 400),
        (b" " * 30 * MIB, 413),
    ):
        content_type, body = encode_multipart(
            {"importType": "file/batch-manual"}, "scoreData", "scores.json", content
        )
        head = (
            "POST /api/v1/import/file HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            f"Authorization: Bearer {player.token}\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        answered, answer = proxy.ask(head, body)
        assert answered == status, answer[:300]
        assert orjson.loads(answer)["success"] is (status == 202)


def test_what_the_proxy_itself_refuses_has_the_envelope_too(proxy: Proxy) -> None:
    for path, status in (("//", 404), ("//api/v1/status", 404), ("/%00", 400)):
        answered, answer = proxy.get(path)
        assert answered == status, (path, answer)
        assert orjson.loads(answer)["success"] is False


def test_whom_a_guest_is_counted_by_is_not_for_the_guest_to_say(proxy: Proxy, stack: Stack) -> None:
    assert proxy.get("/api/v1/status", "X-Forwarded-For: 198.51.100.7\r\n")[0] == 200
    with open_redis(stack.redis.url) as redis:
        counted = {key.decode().rpartition("address:")[2] for key in redis.keys("*address:*")}
    assert counted == {"127.0.0.1"}


def test_who_comes_without_tls_is_sent_to_where_it_is(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.plain_port)) as plain:
        plain.sendall(b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = wire.answer_of(plain)
    assert answer.startswith(b"HTTP/1.1 301")
    assert b"Location: https://localhost/x\r\n" in answer
