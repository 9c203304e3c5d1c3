"""Options that several commands share."""

from pathlib import Path

import click

from cli.local.state import default_state_dir

DATABASE_URL_FILE = "database-url"
REDIS_URL_FILE = "redis-url"


def running_database_url() -> str | None:
    """The database of the `score-import up` that runs in this checkout, if one does."""
    return _running(DATABASE_URL_FILE)


def running_redis_url() -> str | None:
    """The Redis of the `score-import up` that runs in this checkout, if one does."""
    return _running(REDIS_URL_FILE)


def _running(file: str) -> str | None:
    try:
        return (default_state_dir() / file).read_text(encoding="utf-8")
    except OSError:
        return None


database_url_option = click.option(
    "--database-url",
    envvar="DATABASE_URL",
    default=running_database_url,
    required=True,
    help="PostgreSQL; by default $DATABASE_URL, or what `score-import up` runs",
)

redis_url_option = click.option(
    "--redis-url",
    envvar="REDIS_URL",
    default=running_redis_url,
    help="Redis; by default $REDIS_URL, or what `score-import up` runs",
)

state_dir_option = click.option(
    "--state-dir",
    envvar="SCORE_IMPORT_STATE_DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="where data and logs are kept [default: .local in the checkout]",
)
