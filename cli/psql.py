"""`score-import psql`: a prompt on the database, with the psql that comes with the server."""

import os
import shutil

import click

from cli import libpq
from cli.errors import CommandError
from cli.local import cluster
from cli.options import database_url_option


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@database_url_option
def psql(arguments: tuple[str, ...], database_url: str) -> None:
    """Open psql on the database; ARGUMENTS are psql's own."""
    program = shutil.which("psql") or str(cluster.programs(None) / "psql")
    try:
        os.execve(program, ["psql", *arguments], libpq.environment(database_url))  # noqa: S606
    except OSError as error:
        raise CommandError(f"cannot run {program}: {error.strerror}") from error
