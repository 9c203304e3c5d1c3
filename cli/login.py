"""`score-import login`, `logout` and `whoami`: which server, and as whom."""

from __future__ import annotations

from json import dumps

import click

from cli import login_file
from cli.errors import CommandError
from cli.login_file import Login
from cli.remote import HERE, Remote, failures_told, remote_options
from cli.showing import json_option
from cli.submit import put
from score_import_client import Client


@click.command()
@click.option(
    "--url", envvar="SCORE_IMPORT_URL", default=HERE, show_default=True, help="the server"
)
@click.option(
    "--token", envvar="SCORE_IMPORT_TOKEN", help="your API token [default: it is asked for]"
)
@click.pass_context
def login(context: click.Context, url: str, token: str | None) -> None:
    """Keep a server and your token there, for the commands that talk to one.

    They are kept in your own configuration folder, in a file that only you may read.
    """
    if token is None:
        token = str(click.prompt("API token", hide_input=True))
    with failures_told(context), Client(url, token, patience=0) as client:
        who = client.whoami()
    if who["whoami"] is None:
        raise CommandError(f"{url} does not know this token")
    path = login_file.save(Login(url, token))
    put(f"Logged in as user {who['whoami']} at {url}. Kept in {path}")


@click.command()
def logout() -> None:
    """Forget the server and the token that `login` keeps."""
    put("Forgotten." if login_file.forget() else "Nothing was kept.")


@click.command()
@json_option
@remote_options
def whoami(as_json: bool, remote: Remote) -> None:
    """Say who the token's owner is, and what the token allows."""
    with remote.client() as client:
        who = client.whoami()
    if as_json:
        click.echo(dumps(who, indent=2))
        return
    put(f"user {who['whoami']} at {remote.url}, version {who['version']}")
    put(f"the token allows: {' '.join(who['permissions']) or 'nothing'}")
