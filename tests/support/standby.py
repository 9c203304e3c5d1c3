"""A standby that streams from a PostgreSQL of its own: both real, on one machine."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg2
from sqlalchemy import make_url

from cli.installation import unprivileged
from cli.local import EmbeddedPostgres, cluster, processes
from cli.local.processes import Program
from tests.support.stack import wait_for

COPY_SECONDS: Final = 60.0
_STREAMS: Final = {"wal_level": "replica", "max_wal_senders": "4", "hot_standby_feedback": "on"}


@dataclass(frozen=True)
class Pair:
    """A primary, and the standby that has all that the primary has committed."""

    primary: EmbeddedPostgres
    standby: EmbeddedPostgres

    def moving_url(self, database: str) -> str:
        """Whichever of the two takes writes, as libpq finds it."""
        url = make_url(self.primary.url_of(database))
        hosts = [str(make_url(each.url).query["host"]) for each in (self.primary, self.standby)]
        both = {"host": ",".join(hosts), "target_session_attrs": "read-write"}
        return url.set(query=both).render_as_string(hide_password=False)

    def on_standby(self, statement: str) -> Any:
        return _ask(self.standby, statement)

    def on_primary(self, statement: str) -> Any:
        return _ask(self.primary, statement)

    def wait_for_commits(self) -> None:
        """From now on what is committed at the primary is at the standby, too."""
        for change in (
            "ALTER SYSTEM SET synchronous_standby_names = '*'",
            "SELECT pg_reload_conf()",
        ):
            self.on_primary(change)
        wait_for(
            lambda: self.on_primary("SELECT sync_state FROM pg_stat_replication") == "sync",
            "the standby is waited for",
        )

    def promote(self) -> None:
        """Makes a primary of the standby."""
        assert self.on_standby("SELECT pg_promote()") is True

    def hold(self, *, still: bool) -> None:
        """Stops all processes of the standby, as a disk that does not answer would; or not."""
        postmaster = int((self.standby.data / "postmaster.pid").read_text().split()[0])
        os.killpg(postmaster, signal.SIGSTOP if still else signal.SIGCONT)
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for child in map(int, children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGSTOP if still else signal.SIGCONT)


def _ask(server: EmbeddedPostgres, statement: str) -> Any:
    with contextlib.closing(psycopg2.connect(server.libpq_url("postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
    return None if row is None else row[0]


@contextlib.contextmanager
def replicated(folder: Path) -> Iterator[Pair]:
    """folder: one that the servers' account can enter."""
    settings = {"fsync": "off", **_STREAMS}
    primary = EmbeddedPostgres(folder / "primary", settings=settings)
    standby = EmbeddedPostgres(folder / "standby", settings=settings)
    with primary:
        _copy(primary, standby)
        with standby:
            yield Pair(primary, standby)


def _copy(primary: EmbeddedPostgres, standby: EmbeddedPostgres) -> None:
    """What pg_basebackup makes of the primary, set up to follow it."""
    account = unprivileged.server_account()
    url = make_url(primary.url)
    unprivileged.make_folder(standby.folder)
    (standby.folder / "password").write_text(str(url.password))
    folder = unprivileged.make_private_folder(standby.folder / "copy", account)
    processes.run(
        Program(
            name="pg_basebackup",
            args=[
                str(cluster.programs(account) / "pg_basebackup"),
                f"--pgdata={folder / 'data'}",
                "--write-recovery-conf",
                "--checkpoint=fast",
                f"--host={url.query['host']}",
                f"--username={url.username}",
            ],
            log=standby.folder / "pg_basebackup.log",
            cwd=folder,
            env={"LC_ALL": "C", "PGPASSWORD": str(url.password)},
            account=account,
        ),
        timeout=COPY_SECONDS,
    )
    (folder / "data").rename(standby.folder / "data")
