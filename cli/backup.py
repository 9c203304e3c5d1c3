"""`score-import backup` and `restore`, of PostgreSQL: it holds everything."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import click
from sqlalchemy import Connection, Engine

from cli import libpq
from cli.errors import CommandError
from cli.options import database_url_option
from common.database import server_rows
from common.database.engine import open_engine

# Of our own sessions.
NAME: Final = "score-import backup"


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="write over a file that is there")
@database_url_option
def backup(file: Path, force: bool, database_url: str) -> None:
    """Write the whole database to FILE, as it is in this moment, while the service goes on.

    It takes pg_dump of the server's version, or a newer one. Redis holds nothing to be kept.
    """
    if file.exists() and not force:
        raise CommandError(f"{file} is there already; --force writes over it")
    engine = open_engine(database_url, name=NAME)
    with engine.connect() as connection:
        if not server_rows.tables(connection):
            # A backup of nothing, made every night, is found when it is needed.
            raise CommandError("the database holds no tables: is it the right one?")
    program = libpq.program_for("pg_dump", _version(engine))
    # Nobody takes half of one for a backup.
    draft = file.with_name(f"{file.name}.part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    try:
        options = ["--format=custom", "--no-owner", "--no-acl", f"--file={draft}"]
        _run(program, options, database_url)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    click.echo(f"Wrote {file}, {file.stat().st_size} bytes.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="remove what the database holds now")
@database_url_option
def restore(file: Path, replace: bool, database_url: str) -> None:
    """Read what `backup` wrote into a database: all of it, or nothing.

    Stop the service before, and run `score-import migrate` after it: the backup may be older.
    """
    engine = open_engine(database_url, name=NAME)
    with engine.connect() as connection:
        _refuse(connection, replace)
    program = libpq.program_for("pg_restore", _version(engine))
    engine.dispose()
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-acl", "--no-comments"]
    if replace:
        options += ["--clean", "--if-exists"]
    _run(program, [*options, "--dbname=", str(file)], database_url)
    click.echo("Restored. Next: score-import migrate, then start the service.")


def _refuse(connection: Connection, replace: bool) -> None:
    tables = server_rows.tables(connection)
    if tables and not replace:
        raise CommandError(f"the database holds {tables} tables already; --replace removes them")
    others = server_rows.sessions_of_the_service(connection, NAME)
    if others:
        raise CommandError(
            f"{others} sessions of the service are open: stop web, workers, beat and metrics first"
        )


def _version(engine: Engine) -> int:
    with engine.connect() as connection:
        return server_rows.major_version(connection)


def _run(program: str, arguments: list[str], database_url: str) -> None:
    environment = libpq.environment(database_url)
    done = subprocess.run(  # noqa: S603
        [program, *arguments], env=environment, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise CommandError(f"{Path(program).name} failed: {done.stderr.strip()}")
