"""Options that several commands share."""

from pathlib import Path

import click

from cli.local.state import default_state_dir

DATABASE_URL_FILE = "database-url"


def running_database_url() -> str | None:
    """The database of the `score-import up` that runs in this checkout, if one does."""
    try:
        return (default_state_dir() / DATABASE_URL_FILE).read_text(encoding="utf-8")
    except OSError:
        return None


database_url_option = click.option(
    "--database-url",
    envvar="DATABASE_URL",
    default=running_database_url,
    required=True,
    help="PostgreSQL; by default $DATABASE_URL, or what `score-import up` runs",
)

state_dir_option = click.option(
    "--state-dir",
    envvar="SCORE_IMPORT_STATE_DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="where data and logs are kept [default: .local in the checkout]",
)
