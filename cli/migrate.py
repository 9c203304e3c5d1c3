"""`score-import migrate`: bring the database schema up to date."""

import click

from cli.options import database_url_option
from common.profiles import outdated_rows


@click.command()
@database_url_option
def migrate(database_url: str) -> None:
    """Bring the database schema up to date. Running it again changes nothing.

    A schema that a newer release made stays, if this release works with it.

    Where rules of games changed, the workers work out again what they change for users.
    """
    done = outdated_rows.upgrade(database_url)
    if done.newer is None:
        click.echo("The schema is up to date.")
    else:
        click.echo(
            f"The schema is a newer one, {done.newer}, that this release works with: it stays."
        )
    if done.renewals:
        click.echo(f"Rules changed: what {done.renewals} users have is worked out again.")
