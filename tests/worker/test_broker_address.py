"""Celery verifies the certificate of a Redis that is reached by TLS, in a real handshake."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cli.local import EmbeddedRedis
from common.jobs.accepting import Message
from common.redis_client import open_redis
from common.settings import load_settings
from tests.support import certificates
from worker.messaging import JOBS_QUEUE, dispatch, make_app

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(certificates.OPENSSL is None, reason="openssl makes the certificates"),
]


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    return certificates.of_localhost(tmp_path)


@pytest.fixture
def redis(server_folder: Path) -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis(server_folder / "redis-behind-tls") as server:
        yield server


@pytest.fixture
def tls_port(redis: EmbeddedRedis, certificate: tuple[Path, Path]) -> Iterator[int]:
    """Where TLS ends, in front of the Redis."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    target = urlsplit(redis.url)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def pass_on(source: socket.socket, sink: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    sink.sendall(data)
            for each in (source, sink):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

        def serve() -> None:
            while True:
                try:
                    plain, _ = listener.accept()
                except OSError:
                    return
                try:
                    client = context.wrap_socket(plain, server_side=True)
                except OSError:
                    continue
                server = socket.create_connection((target.hostname, target.port))
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=pass_on, args=pair, daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("host", "knows_authority", "accepted"),
    [("localhost", True, True), ("localhost", False, False), ("127.0.0.1", True, False)],
)
def test_a_message_goes_only_to_a_redis_that_proves_who_it_is(
    redis: EmbeddedRedis,
    tls_port: int,
    certificate: tuple[Path, Path],
    host: str,
    knows_authority: bool,
    accepted: bool,
) -> None:
    password = urlsplit(redis.url).password
    query = f"?ssl_ca_certs={certificate[0]}" if knows_authority else ""
    url = f"rediss://:{password}@{host}:{tls_port}/0{query}"
    environment = {"DATABASE_URL": "postgresql://x/y", "REDIS_URL": url, "OUR_URL": "http://x"}
    app = make_app(load_settings(environment))
    with contextlib.closing(app):
        assert dispatch(app, Message(1, "job", 1)) is accepted
    with open_redis(redis.url) as client:
        assert client.llen(JOBS_QUEUE) == int(accepted)
