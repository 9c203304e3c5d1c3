"""`score-import psql`: a prompt on the database, with the psql that comes with the server."""

import os
import shutil

import click
from sqlalchemy import make_url

from cli.errors import CommandError
from cli.local import cluster
from cli.options import database_url_option


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@database_url_option
def psql(arguments: tuple[str, ...], database_url: str) -> None:
    """Open psql on the database; ARGUMENTS are psql's own."""
    url = make_url(database_url)
    host = url.query.get("host", url.host)
    # In the environment, where other users of the machine cannot read the password.
    variables = {
        "PGHOST": host if isinstance(host, str) else None,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    given = {name: value for name, value in variables.items() if value is not None}
    program = shutil.which("psql") or str(cluster.programs(None) / "psql")
    try:
        os.execve(program, ["psql", *arguments], {**os.environ, **given})  # noqa: S606
    except OSError as error:
        raise CommandError(f"cannot run {program}: {error.strerror}") from error
