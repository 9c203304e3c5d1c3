"""`score-import migrate`: bring the database schema up to date."""

import click

from cli.options import database_url_option
from common.profiles import outdated_rows


@click.command()
@database_url_option
def migrate(database_url: str) -> None:
    """Bring the database schema up to date. Running it again changes nothing.

    Where rules of games changed, the workers work out again what they change for users.
    """
    renewals = outdated_rows.upgrade(database_url)
    click.echo("The schema is up to date.")
    if renewals:
        click.echo(f"Rules changed: what {renewals} users have is worked out again.")
