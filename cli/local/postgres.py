"""A private PostgreSQL server.

It listens on a Unix socket only. A socket needs no port, so there is none to find, or to lose
to another program between finding and using it, and nothing to reach from elsewhere; it sits
in a folder that only the server's account may enter. A password is asked for all the same:
when we are root that account is `nobody`, which other programs use too.
"""

import contextlib
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from cli.installation import state, unprivileged
from cli.installation.unprivileged import Account
from cli.local import cluster, processes

DATABASE = "score_import"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_BYTES = 103  # what every system grants: macOS 103, Linux 107
START_SECONDS = 60.0
STOP_SECONDS = 30.0
# Sessions of a client that vanished end within half a minute; as in docker-compose.yml.
SETTINGS = {
    "timezone": "UTC",
    "log_timezone": "UTC",
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30s",
}
LOCK_SECONDS = 15.0  # for what a killed run left behind to end


class EmbeddedPostgres:
    """A PostgreSQL server with its cluster in `folder`, kept from run to run.

    Use it as a context manager, or call `start()` and `stop()`. When the server died, another
    `start()` brings it back at the same URL.

    Parameters:
        folder: holds the cluster, the socket, the password and the log. When we are root and
            `nobody` cannot enter it, cluster and socket are under /var/tmp instead.
        settings: server settings, e.g. {"fsync": "off"} in tests.
    """

    name = "PostgreSQL"
    stop_timeout = STOP_SECONDS

    def __init__(self, folder: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.settings = {**SETTINGS, **(settings or {})}
        self.version = ""  # known once it runs
        self._child: processes.ChildProcess | None = None
        self._held = contextlib.ExitStack()  # the lock, a socket folder outside of ours
        self._program: processes.Program | None = None
        self._home = folder
        self._sockets = folder
        self._password = ""

    @property
    def data(self) -> Path:
        """The cluster's folder."""
        return self._home / "data"

    @property
    def url(self) -> str:
        """The URL of the application's database, for SQLAlchemy."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """The URL of a database of this server, for SQLAlchemy."""
        return self.libpq_url(database).replace("postgresql://", "postgresql+psycopg2://", 1)

    def libpq_url(self, database: str = DATABASE) -> str:
        """The URL of a database of this server, for psql and other tools."""
        host = quote(str(self._sockets), safe="")
        return f"postgresql://{cluster.USER}:{self._password}@/{database}?host={host}"

    def start(self) -> None:
        """Start the server, the first time making its cluster; returns once it answers.

        Raises CommandError.
        """
        try:
            program = self._program = self._program or self._prepare()
            # Ours is the lock, so whatever process now has the number in this file, it is not
            # a server of this cluster. PostgreSQL could not know and would refuse to start.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            processes.rotate_log(program.log)
            self._child = processes.ChildProcess(program)
            processes.wait_until(self._answers, self._child, timeout=START_SECONDS)
            self.create_database(DATABASE, exist_ok=True)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server, if it runs, and let go of the folder."""
        if self._child is not None:
            self._child.stop(STOP_SECONDS)
        self._child = self._program = None
        self._held.close()

    def kill(self) -> None:
        """End the server as a power cut would; the next start recovers."""
        if self._child is not None:
            self._child.kill()

    def exit_code(self) -> int | None:
        """How the server ended, or None while it runs."""
        return self._child.exit_code() if self._child else 0

    def remove(self) -> None:
        """Stop, and delete everything this server kept."""
        self.stop()
        unprivileged.remove_folder(self.folder)

    def create_database(self, name: str, *, exist_ok: bool = False) -> None:
        """Create an empty database."""
        with contextlib.closing(psycopg2.connect(self.libpq_url("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
                if not (exist_ok and cursor.rowcount):
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

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

    def _prepare(self) -> processes.Program:
        """Lock the folder, see that there is a cluster, and say how to serve it."""
        unprivileged.make_folder(self.folder)
        lock = self._held.enter_context(state.locked(self.folder, wait=LOCK_SECONDS))
        account = unprivileged.server_account(self.folder / "data")
        self._home = unprivileged.reachable_folder(self.folder, account)
        self._password = state.kept_secret(self.folder / "password")
        if not self.data.exists():
            cluster.make_cluster(
                self._home,
                password=self._password,
                account=account,
                sync=self.settings.get("fsync") != "off",
                log=self.folder / "initdb.log",
            )
        self._sockets = self._make_socket_folder(account)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": '"{}"'.format(str(self._sockets).replace('"', '""')),
            **self.settings,
        }
        return processes.Program(
            name=self.name,
            args=[
                str(cluster.programs(account) / "postgres"),
                f"-D{self.data}",
                *(f"-c{name}={value}" for name, value in settings.items()),
            ],
            log=self.folder / "postgres.log",
            cwd=Path("/"),
            env={"LC_ALL": "C"},
            account=account,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, then writes a checkpoint
            death_signal=signal.SIGINT,
            inherit=[lock],
        )

    def _make_socket_folder(self, account: Account | None) -> Path:
        """A folder for the socket: beside the cluster, or in /tmp where that path is too long."""
        folder = self._home / "socket"
        # libpq takes a comma for the end of a host.
        if len(bytes(folder / SOCKET_NAME)) <= SOCKET_PATH_BYTES and "," not in str(folder):
            shutil.rmtree(folder, ignore_errors=True)
            return unprivileged.make_private_folder(folder, account)
        elsewhere = self._held.enter_context(unprivileged.temporary_folder())
        return unprivileged.make_private_folder(elsewhere / "socket", account)

    def _answers(self) -> bool:
        try:
            connection = psycopg2.connect(self.libpq_url("postgres"), connect_timeout=5)
        except psycopg2.OperationalError:
            return False
        self.version = f"{connection.server_version // 10000}.{connection.server_version % 10000}"
        connection.close()
        return True
