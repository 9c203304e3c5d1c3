"""`score-import migrate`: bring the database schema up to date."""

import click

from cli.options import database_url_option
from common.database import engine


@click.command()
@database_url_option
def migrate(database_url: str) -> None:
    """Bring the database schema up to date. Running it again changes nothing."""
    engine.migrate(database_url)
    click.echo("The schema is up to date.")
