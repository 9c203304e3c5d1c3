"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from cli.errors import CommandError
from cli.installation import running
from cli.installation.state import default_state_dir
from common.settings import given_value

DRIVERS: Final = ("postgresql", "postgresql+psycopg2", "postgres")
_STATE_DIR: Final = "cli.options.state_dir"

Command = TypeVar("Command", bound=Callable[..., Any])

state_dir_option = click.option(
    "--state-dir",
    envvar="SCORE_IMPORT_STATE_DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="where data and logs are kept [default: .local in the checkout]",
)


def _remember_state_dir(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    ctx.meta[_STATE_DIR] = value


def _chosen_database_url(ctx: click.Context, _: click.Parameter, value: str | None) -> str:
    folder = _folder(ctx)
    found = running.read(folder)
    url = value or _from_file("DATABASE_URL") or (found.database_url if found else None)
    if url is None:
        raise CommandError(
            "which database? Set DATABASE_URL or give --database-url; or start one with "
            f"`score-import up` (none runs with its data in {folder})"
        )
    return checked_database_url(url)


def checked_database_url(url: str) -> str:
    """The URL as it is given. Raises CommandError where it is none of PostgreSQL's."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        known = make_url(url).drivername in DRIVERS
    except (ValueError, ArgumentError):
        known = False
    if not known:
        # It may hold a password, so it is not repeated.
        raise CommandError(
            "DATABASE_URL: expected a URL like postgresql://user:password@host:5432/name"
        )
    return url


def _chosen_redis_url(ctx: click.Context, _: click.Parameter, value: str | None) -> str | None:
    found = running.read(_folder(ctx))
    return value or _from_file("REDIS_URL") or (found.redis_url if found else None)


def _from_file(name: str) -> str:
    """What the file holds that a variable names, as containers are given secrets."""
    try:
        return given_value(name)
    except ValueError as problem:
        raise CommandError(f"{name}: {problem}") from problem


def _folder(ctx: click.Context) -> Path:
    folder: Path | None = ctx.meta.get(_STATE_DIR)
    return folder or default_state_dir()


# Beside `database_url_option`, which takes the folder.
redis_url_option = click.option(
    "--redis-url",
    envvar="REDIS_URL",
    callback=_chosen_redis_url,
    help="Redis; by default $REDIS_URL, or what `score-import up` runs",
)


def database_url_option(command: Command) -> Command:
    """Gives a command its `database_url`: as given, or that of a running `score-import up`."""
    url = click.option(
        "--database-url",
        envvar="DATABASE_URL",
        callback=_chosen_database_url,
        help="PostgreSQL; by default $DATABASE_URL, or what `score-import up` runs",
    )
    folder = click.option(
        "--state-dir",
        envvar="SCORE_IMPORT_STATE_DIR",
        type=click.Path(file_okay=False, path_type=Path),
        is_eager=True,
        expose_value=False,
        callback=_remember_state_dir,
        help="of the `score-import up` whose database it is [default: .local in the checkout]",
    )
    return url(folder(command))
