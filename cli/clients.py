"""`score-import clients`: programs that users give tokens to, above all the well-known ones."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click
import msgspec
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from cli.accounts import find_user
from cli.errors import CommandError
from cli.options import database_url_option
from common.accounts import client_rows
from common.accounts.client_documents import KEY
from common.accounts.client_rows import Client
from common.accounts.permissions import ORDINARY
from common.accounts.proofs import proof_hash
from common.database.engine import open_engine

LONGEST: Final = 100  # characters of an id


class SeededClient(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An entry of the file: a client as `GET /clients/:clientID` shows it, without its author.

    clientSecret: for OAuth2; without it the client keeps the one it has.
    """

    clientID: str
    name: str
    requestedPermissions: list[str]
    clientSecret: str | None = None
    redirectUri: str | None = None
    webhookUri: str | None = None
    apiKeyTemplate: str | None = None
    apiKeyFilename: str | None = None

    def problem(self) -> str | None:
        """What is wrong with it."""
        if not 1 <= len(self.clientID) <= LONGEST or not self.clientID.isalnum():
            return "clientID: expected letters and digits"
        unknown = [name for name in self.requestedPermissions if name not in ORDINARY]
        if unknown or not self.requestedPermissions:
            return f"requestedPermissions: expected some of {', '.join(ORDINARY)}"
        if self.apiKeyTemplate is not None and KEY not in self.apiKeyTemplate:
            return f"apiKeyTemplate: expected {KEY} in it"
        if self.clientSecret is not None and len(self.clientSecret) < 20:
            return "clientSecret: expected at least 20 characters"
        return None


def seed(engine: Engine, file: Path, author: int) -> int:
    """Registers the clients in a file; how many those are. author: a user's number.

    Raises CommandError for a file that is not right; then there is none of them.
    """
    try:
        entries = msgspec.json.decode(file.read_bytes(), type=list[SeededClient])
    except msgspec.MsgspecError as error:
        raise CommandError(f"{file}: {error}") from error
    for entry in entries:
        if problem := entry.problem():
            raise CommandError(f"{file}: {entry.clientID}: {problem}")
    with engine.begin() as connection:
        for entry in entries:
            secret = entry.clientSecret
            client_rows.save(
                connection,
                Client(
                    client_id=entry.clientID,
                    name=entry.name,
                    author=author,
                    permissions=entry.requestedPermissions,
                    redirect_uri=entry.redirectUri,
                    webhook_uri=entry.webhookUri,
                    api_key_template=entry.apiKeyTemplate,
                    api_key_filename=entry.apiKeyFilename,
                    secret_hash=None if secret is None else proof_hash(secret),
                ),
            )
    return len(entries)


@click.group()
def clients() -> None:
    """Register programs that users give tokens to."""


@clients.command("seed")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--author", required=True, help="the user whose clients they are: a name or a number")
@database_url_option
def seed_command(file: Path, author: str, database_url: str) -> None:
    """Register the clients in FILE, or change those that there are to be like it.

    Their ids are as the file has them, so that programs with ids written into them find theirs.
    """
    engine = open_engine(database_url)
    click.echo(f"{seed(engine, file, find_user(engine, author))} clients.")


@clients.command("list")
@database_url_option
def list_command(database_url: str) -> None:
    """List all clients."""
    table = Table("id", "name", "permissions", "file", "sent back to", box=None)
    with open_engine(database_url).connect() as connection:
        for row in client_rows.everyone(connection):
            table.add_row(
                row.client_id,
                row.name,
                " ".join(row.requested_permissions),
                row.api_key_filename or "",
                row.redirect_uri or "",
            )
    Console(soft_wrap=True).print(table)
