"""`score-import keys`: what users' credentials with other services are encrypted with."""

import click

from cli.errors import CommandError
from cli.options import database_url_option
from common.credentials import credential_rows
from common.credentials.vault import Vault, new_key
from common.database.engine import open_engine
from common.service_settings import read_keys


@click.group()
def keys() -> None:
    """Make and change the keys of stored credentials."""


@keys.command()
def new() -> None:
    """Print a new key, to be put first in CREDENTIAL_KEYS."""
    click.echo(new_key())


@keys.command()
@database_url_option
@click.option(
    "--keys",
    "listed_keys",
    envvar="CREDENTIAL_KEYS",
    required=True,
    help="all of them, comma-separated, the new one first; by default $CREDENTIAL_KEYS",
)
@click.pass_context
def rotate(context: click.Context, database_url: str, listed_keys: str) -> None:
    """Encrypt all stored credentials with the first key.

    May run while the service does, and again after it was interrupted. The exit code is 1 where
    some could not be read with any of the keys; they are left as they are.
    """
    try:
        all_keys = read_keys(listed_keys)
    except ValueError as problem:
        raise CommandError(f"CREDENTIAL_KEYS: {problem}") from problem
    if not all_keys:
        raise CommandError("CREDENTIAL_KEYS names no key")
    vault = Vault(all_keys)
    engine = open_engine(database_url)
    with engine.connect() as connection:
        done = credential_rows.rotate(connection, vault)
    engine.dispose()
    click.echo(f"{done.resealed} encrypted with the first key, {done.current} were already.")
    if done.unreadable:
        click.echo(f"{done.unreadable} cannot be read with any of the keys.", err=True)
        context.exit(1)
