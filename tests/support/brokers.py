"""Real brokers other than a single Redis: RabbitMQ, and Redis with a Sentinel."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import redis

from cli.local import EmbeddedRedis
from cli.local.processes import ChildProcess, Program, wait_until
from tests.support.stack import wait_for

# Debian's; the one in /usr/sbin insists on an account of its own.
RABBITMQ: Final = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
SENTINEL: Final = shutil.which("redis-sentinel")
PASSWORD: Final = "letters-and-digits"
START_SECONDS: Final = 90.0


class RabbitMQ:
    """A server with its data in a folder, without a cluster and without plugins.

    certificate: and its key, with which it speaks TLS and nothing else, as `localhost`.
    """

    def __init__(self, folder: Path, certificate: tuple[Path, Path] | None = None) -> None:
        self._folder = folder
        self._port, distribution, mapper = (free_port() for _ in range(3))
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}//"
        self._environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"tests-{self._port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_SCHEMA_DIR": str(folder / "schema"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_LOGS": "-",
            "ERL_EPMD_PORT": str(mapper),
        }
        if certificate is not None:
            self.url = f"amqps://guest:guest@localhost:{self._port}//?ssl_ca_certs={certificate[0]}"
            self._speak_tls(*certificate)
        self._child: ChildProcess | None = None

    def _speak_tls(self, certificate: Path, key: Path) -> None:
        configuration = self._folder / "rabbitmq.conf"
        configuration.write_text(
            "listeners.tcp = none\n"
            f"listeners.ssl.default = 127.0.0.1:{self._port}\n"
            f"ssl_options.cacertfile = {certificate}\n"
            f"ssl_options.certfile = {certificate}\n"
            f"ssl_options.keyfile = {key}\n"
            "ssl_options.verify = verify_none\n"
        )
        del self._environment["RABBITMQ_NODE_PORT"], self._environment["RABBITMQ_NODE_IP_ADDRESS"]
        self._environment["RABBITMQ_CONFIG_FILE"] = str(configuration)

    def start(self) -> None:
        program = Program(
            name="RabbitMQ",
            args=[str(RABBITMQ)],
            log=self._folder / "rabbitmq.log",
            cwd=self._folder,
            env=self._environment,
        )
        self._child = ChildProcess(program)
        wait_until(self._answers, self._child, timeout=START_SECONDS)

    def stop(self) -> None:
        """As a restart of the server does."""
        if self._child is not None:
            self._child.stop(30)

    def close(self) -> None:
        self.stop()
        # Erlang's register of names outlives its nodes.
        subprocess.run(["epmd", "-kill"], env=self._environment, capture_output=True, check=False)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1):
            return "Server startup complete" in (self._folder / "rabbitmq.log").read_text()
        return False


@contextlib.contextmanager
def rabbitmq(folder: Path, certificate: tuple[Path, Path] | None = None) -> Iterator[RabbitMQ]:
    server = RabbitMQ(folder, certificate)
    try:
        server.start()
        yield server
    finally:
        server.close()


@dataclass(frozen=True)
class Watched:
    """A master and its replica, and the Sentinel that looks after them."""

    master: EmbeddedRedis
    replica: EmbeddedRedis
    url: str

    def fail_over(self) -> None:
        """The master dies; returns once the replica takes its place."""
        self.master.kill()
        with redis.Redis.from_url(self.replica.url) as client:
            wait_for(lambda: client.info("replication")["role"] == "master", "the fail-over")


@contextlib.contextmanager
def watched_by_sentinel(folder: Path, log: Path) -> Iterator[Watched]:
    """folder: one that the servers can enter."""
    # Nothing is written to disk for it, where the server may not.
    common = {
        "masterauth": PASSWORD,
        "repl-diskless-sync": "yes",
        "repl-diskless-sync-delay": "0",
        "repl-diskless-load": "on-empty-db",
    }
    with EmbeddedRedis(folder / "master", settings=common, password=PASSWORD) as master:
        port = urlsplit(master.url).port
        of_replica = {**common, "replicaof": f"127.0.0.1 {port}"}
        with EmbeddedRedis(folder / "replica", settings=of_replica, password=PASSWORD) as replica:
            with redis.Redis.from_url(replica.url) as client:
                wait_for(
                    lambda: client.info("replication")["master_link_status"] == "up", "the replica"
                )
            watching = free_port()
            configuration = log.with_suffix(".conf")
            configuration.write_text(
                f"port {watching}\nbind 127.0.0.1\n"
                f"sentinel monitor scores 127.0.0.1 {port} 1\n"
                f"sentinel auth-pass scores {PASSWORD}\n"
                "sentinel down-after-milliseconds scores 1000\n"
                "sentinel failover-timeout scores 5000\n"
            )
            child = ChildProcess(
                Program(name="Sentinel", args=[str(SENTINEL), str(configuration)], log=log)
            )
            try:
                with redis.Redis(port=watching) as sentinel:
                    wait_until(lambda: _knows_replica(sentinel), child, timeout=START_SECONDS)
                url = f"redis+sentinel://:{PASSWORD}@127.0.0.1:{watching}/0?master=scores"
                yield Watched(master, replica, url)
            finally:
                child.kill()


def _knows_replica(sentinel: redis.Redis) -> bool:
    try:
        return bool(sentinel.sentinel_slaves("scores"))
    except redis.RedisError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
