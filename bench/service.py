"""The service that benchmarks measure: real processes, real durability, the full catalogue."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from celery import Celery
from psutil import Process
from sqlalchemy import Engine, text

from cli.accounts import create_token, create_user
from cli.installation import unprivileged
from cli.installation.state import CHECKOUT
from cli.local import EmbeddedPostgres, EmbeddedRedis, services
from cli.local.processes import ChildProcess, Program, wait_until
from common.database.engine import migrate, open_engine
from common.redis_client import open_redis
from common.seeds.loader import load_directory

HOST = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 15.0
PING_SECONDS = 0.5

# What differs from the defaults: nothing is refused for coming too often, and one process
# does all imports, so that times add up.
SETTINGS = {
    "RATE_LIMIT": "0",
    "IMPORT_RATE_LIMIT": "0",
    "EXTERNAL_SCORE_IMPORT_WORKER_CONCURRENCY": "1",
}


def shared_folder() -> Path:
    """Where the seeds and the reference workload are."""
    folder = os.environ.get("SCORE_IMPORT_SHARED")
    return Path(folder) if folder else CHECKOUT.parent / "shared"


@dataclass(frozen=True, slots=True)
class User:
    """A user of the service, who may submit imports."""

    user_id: int
    token: str


@dataclass(frozen=True, slots=True)
class Web:
    """One gunicorn: its address and its main process."""

    host: str
    port: int
    process: Process


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What was loaded, and how long that took."""

    documents: int
    seconds: float


class Service:
    """A database, a Redis, and the processes started by these methods; see `running_service`.

    They end with the `stack` that is handed in.
    """

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack
        self._folder = stack.enter_context(unprivileged.temporary_folder())
        self.postgres = stack.enter_context(EmbeddedPostgres(self._folder / "postgres"))
        self.redis = stack.enter_context(EmbeddedRedis(self._folder / "redis"))
        self.engine: Engine = open_engine(self.postgres.url, name="bench")
        stack.callback(self.engine.dispose)
        migrate(self.postgres.url)
        self._users = 0

    def load_catalogue(self) -> Catalogue:
        summary = load_directory(self.engine, shared_folder() / "seeds" / "collections")
        # As the server would by itself within a minute or two; until then plans are a lottery.
        with self.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
        documents = sum(collection.inserted for collection in summary.collections)
        return Catalogue(documents, summary.seconds)

    def start_web(self, app: str = "api.wsgi:app", **settings: str) -> Web:
        """gunicorn with the service's own configuration file, for any WSGI application."""
        port = _free_port()
        command = [*services.WEB[:-1], app]
        child = self._start(f"web-{port}", command, BIND=f"{HOST}:{port}", **settings)
        wait_until(lambda: _answers(port), child, timeout=START_SECONDS)
        return Web(HOST, port, Process(child.pid))

    def start_worker(self, **settings: str) -> Process:
        """A Celery worker, once it takes messages."""
        child = self._start("worker", services.WORKER, **settings)
        control = Celery(broker=self.redis.url).control
        wait_until(lambda: bool(control.ping(timeout=PING_SECONDS)), child, timeout=START_SECONDS)
        return Process(child.pid)

    def new_user(self) -> User:
        self._users += 1
        user_id = create_user(self.engine, f"player{self._users}")
        return User(user_id, create_token(self.engine, user_id, "bench", ["submit_score"]))

    def postgres_process(self) -> Process:
        """PostgreSQL's main process; its backends are the children."""
        with self.engine.connect() as connection:
            backend = Process(connection.scalar(text("SELECT pg_backend_pid()")))
        parent = backend.parent()
        assert parent is not None, "a backend has a parent"
        return parent

    def redis_process(self) -> Process:
        with open_redis(self.redis.url) as redis:
            return Process(redis.info("server")["process_id"])

    def versions(self) -> dict[str, str]:
        """Of the two servers."""
        with self.engine.connect() as connection:
            postgres = str(connection.scalar(text("SHOW server_version")))
        with open_redis(self.redis.url) as redis:
            return {"PostgreSQL": postgres, "Redis": redis.info("server")["redis_version"]}

    def _start(self, name: str, command: list[str], **settings: str) -> ChildProcess:
        module, *arguments = command
        environment = services.environment(
            self.postgres.libpq_url(), self.redis.url, HOST, f"http://{HOST}"
        )
        child = ChildProcess(
            Program(
                name=name,
                args=[sys.executable, "-m", module, *arguments],
                log=self._folder / f"{name}.log",
                cwd=CHECKOUT,
                env={**environment, **SETTINGS, **settings},
            )
        )
        self._stack.callback(child.stop, STOP_SECONDS)
        return child


@contextlib.contextmanager
def running_service() -> Iterator[Service]:
    """Servers with an empty catalogue. Everything ends with the block, however it ends."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(terminated_like_interrupted())
        yield Service(stack)


@contextlib.contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM unwinds the program as Ctrl-C does."""

    def terminate(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
