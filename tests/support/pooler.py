"""PgBouncer in front of the tests' PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg2
from sqlalchemy import make_url

from cli.installation import unprivileged
from cli.local.processes import ChildProcess, Program, wait_until
from tests.support.brokers import free_port

PGBOUNCER: Final = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:" + os.environ["PATH"])
MODES: Final = ("session", "transaction", "statement")


class Pooler:
    """One PgBouncer; a database of its own for each mode."""

    def __init__(self, port: int) -> None:
        self._port = port

    def url(self, mode: str) -> str:
        return f"postgresql://somebody@127.0.0.1:{self._port}/{mode}"


@contextlib.contextmanager
def pooler(database_url: str, folder: Path) -> Iterator[Pooler]:
    """folder: one that the servers' account can enter."""
    url = make_url(database_url)
    account = unprivileged.server_account()
    home = unprivileged.make_private_folder(folder / "pgbouncer", account)
    port = free_port()
    target = (
        f"host={url.query['host']} port=5432 user={url.username} password={url.password}"
        f" dbname={url.database}"
    )
    databases = "".join(f"{mode} = {target} pool_mode={mode} pool_size=8\n" for mode in MODES)
    configuration = home / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\n{databases}[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
        "unix_socket_dir =\nauth_type = any\nmax_client_conn = 200\n"
        "ignore_startup_parameters = extra_float_digits\n"
    )
    configuration.chmod(0o644)
    child = ChildProcess(
        Program(
            name="PgBouncer",
            args=[str(PGBOUNCER), str(configuration)],
            log=folder / "pgbouncer.log",
            account=account,
        )
    )
    made = Pooler(port)

    def answers() -> bool:
        try:
            psycopg2.connect(made.url("session")).close()
        except psycopg2.OperationalError:
            return False
        return True

    try:
        wait_until(answers, child, timeout=20)
        yield made
    finally:
        child.kill()
