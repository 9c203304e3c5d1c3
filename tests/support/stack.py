"""The real service for tests: gunicorn, Celery workers and beat as processes of their own."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, text

from cli.accounts import create_token, create_user
from cli.local import EmbeddedRedis, services
from cli.local.processes import ChildProcess, Program, tail, wait_until
from common.database.engine import open_engine
from score_import_client import Client, Completed, Submitted
from tests.support.warm import ForkedProcess, can_be_forked

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PATIENCE = 30.0  # seconds a condition has to come true
# Begins as XML does, and is longer than what is looked at when it is sent; it never ends.
BROKEN_XML = b"<s3data>" + b"<song/>" * 10_000


def wait_for(condition: Callable[[], Any], what: str, timeout: float = PATIENCE) -> Any:
    """The condition's value once it is true; fails the test where it takes too long."""
    deadline = time.monotonic() + timeout
    pause = 0.01
    while not (value := condition()):
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(pause)
        pause = min(pause * 1.2, 0.05)
    return value


class Stack:
    """One service: a database, a Redis, and whatever processes a test starts.

    Parameters:
        settings: environment variables that differ from the tests' usual.
    """

    def __init__(
        self, folder: Path, database_url: str, redis: EmbeddedRedis, settings: Mapping[str, str]
    ) -> None:
        self.folder = folder
        self.database_url = database_url
        self.redis = redis
        self.engine: Engine = open_engine(database_url, name="test")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis.url,
            "OUR_URL": self.url,
            "BIND": f"127.0.0.1:{self.port}",
            "RATE_LIMIT": "0",
            "IMPORT_RATE_LIMIT": "0",
            "LOGIN_RATE_LIMIT": "0",
            "SWEEP_INTERVAL": "1",
            "WORKER_HEALTH_DIRECTORY": str(folder / "workers"),
            "WEB_WORKERS": "1",
            "EXTERNAL_SCORE_IMPORT_WORKER_CONCURRENCY": "1",
            **settings,
        }
        # The code that is run; another release's, if a test says so.
        self.source = ROOT
        self._children: list[ChildProcess] = []

    # --- processes -------------------------------------------------------------------------

    def start_web(self) -> ChildProcess:
        child = self.begin_web()
        wait_until(self.web_answers, child, timeout=PATIENCE)
        return child

    def begin_web(self) -> ChildProcess:
        """The API, which has yet to answer."""
        return self._start("web", "gunicorn", "-c", "api/gunicorn_conf.py", "api.wsgi:app")

    def start_worker(self, name: str = "worker", queues: str = "") -> ChildProcess:
        """A worker, once it is ready for jobs. queues: by commas, those it serves; all."""
        child = self.begin_worker(name, queues)
        log = child.program.log
        wait_until(lambda: " ready." in log.read_text(), child, timeout=PATIENCE)
        return child

    def begin_worker(self, name: str = "worker", queues: str = "") -> ChildProcess:
        """A worker that has yet to become ready."""
        served = [f"--queues={queues}"] if queues else []
        return self._start(name, *services.WORKER, f"--hostname={name}@%h", *served)

    def start_beat(self) -> ChildProcess:
        schedule = self.folder / "beat-schedule"
        return self._start(
            "beat", "celery", "-A", "worker.celery_app", "beat", f"--schedule={schedule}"
        )

    def stop(self) -> None:
        for child in self._children:
            child.kill()
        self.engine.dispose()

    def _start(self, name: str, program: str, *arguments: str) -> ChildProcess:
        number = len(self._children)
        what = Program(
            name=name,
            args=[str(BIN / program), *arguments],
            log=self.folder / f"{number}-{name}.log",
            cwd=self.source,
            env={**self.environment, "PYTHONPATH": str(self.source)},
        )
        child = ForkedProcess(what) if can_be_forked(what, ROOT) else ChildProcess(what)
        self._children.append(child)
        return child

    def web_answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def web(self) -> ChildProcess:
        """gunicorn's master that was started last."""
        return self._last("web")

    def worker(self) -> ChildProcess:
        """The worker that was started last."""
        return self._last("worker")

    def _last(self, name: str) -> ChildProcess:
        return [child for child in self._children if child.program.name.startswith(name)][-1]

    def worker_log(self) -> Path:
        """Its log."""
        return self.worker().program.log

    def logs(self) -> str:
        """The end of every process's log, for a failed test's report."""
        return "\n".join(
            f"{child.program.log.name}:\n{tail(child.program.log, 40)}" for child in self._children
        )

    # --- users and imports -----------------------------------------------------------------

    def user(self, name: str, *permissions: str) -> Player:
        user_id = create_user(self.engine, name)
        token = create_token(self.engine, user_id, "test", permissions or ("submit_score",))
        return Player(self, user_id, token)

    def query(self, sql: str, **parameters: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(sql), parameters))

    def scalar(self, sql: str, **parameters: Any) -> Any:
        with self.engine.connect() as connection:
            return connection.scalar(text(sql), parameters)

    def administer(self, *statements: str) -> None:
        """Runs statements that must not stand in a transaction, on a connection of its own.

        No time-out that somebody set for the database holds for them.
        """
        engine = create_engine(
            self.database_url,
            isolation_level="AUTOCOMMIT",
            connect_args={"options": " ".join(f"-c {name}=0" for name in TIME_OUTS)},
        )
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


# Settings of PostgreSQL.
TIME_OUTS = (
    "statement_timeout",
    "lock_timeout",
    "transaction_timeout",
    "idle_session_timeout",
    "idle_in_transaction_session_timeout",
)


class Player:
    """A user with a token, as a client sees the service."""

    def __init__(self, stack: Stack, user_id: int, token: str) -> None:
        self.stack = stack
        self.user_id = user_id
        self.token = token
        # Without patience: what a test does not expect is to be seen at once.
        self.client = Client(stack.url, token, patience=0)

    def submit(
        self,
        content: bytes | dict[str, Any],
        import_type: str = "file/batch-manual",
        filename: str = "scores.json",
        **fields: str,
    ) -> Submitted:
        data = content if isinstance(content, bytes) else orjson.dumps(content)
        return self.client.submit(data, import_type, filename=filename, fields=fields)

    def submit_what_fails(self, content: bytes = BROKEN_XML) -> Submitted:
        """Submits a file that is accepted, and that only a worker finds to be nothing."""
        return self.submit(content, "file/solid-state-squad", "scores.xml")

    def wait(self, submitted: Submitted, timeout: float = PATIENCE) -> dict[str, Any]:
        """The ImportDocument; raises ApiError where the import failed."""

        def finished() -> Completed | None:
            status = self.client.poll(submitted)
            return status if isinstance(status, Completed) else None

        return dict(wait_for(finished, "the import's end", timeout).document)

    def score_count(self) -> int:
        count = self.stack.scalar(
            "SELECT count(*) FROM scores WHERE user_id = :user_id", user_id=self.user_id
        )
        assert isinstance(count, int)
        return count


def kill(child: ChildProcess) -> None:
    """SIGKILL to the process and all its children, as a power cut would."""
    os.killpg(child.pid, signal.SIGKILL)
    child.kill()


def batch_manual(count: int, *, first: int = 0, song: str = "1", **meta: Any) -> dict[str, Any]:
    """A batch-manual document of `count` distinct sdvx scores, from the `first`-th on."""
    return {
        "meta": {"game": "sdvx", "playtype": "Single", "service": "tests", **meta},
        "scores": [
            {
                "score": 8_000_000 + number,
                "lamp": "CLEAR",
                "matchType": "tachiSongID",
                "identifier": song,
                "difficulty": "ADV",
                "timeAchieved": 1_700_000_000_000 + number * 180_000,
            }
            for number in range(first, first + count)
        ],
    }


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
