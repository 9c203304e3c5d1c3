"""`score-import sync`: have scores fetched from another service, and say what came of it."""

import click
from rich.console import Console
from rich.markup import escape

from cli.submit import (
    failures_told,
    follow,
    patience_option,
    token_option,
    url_option,
    watch_option,
)
from score_import_client import Client


@click.command()
@click.argument("import_type", metavar="TYPE")
@url_option
@token_option
@patience_option
@watch_option
@click.pass_context
def sync(
    context: click.Context, import_type: str, url: str, token: str, patience: float, watch: bool
) -> None:
    """Fetch your scores of TYPE, e.g. api/flo-iidx, from the service it names.

    Where such a sync runs already, that one is followed. The exit code is 0 when the import
    completed (also with errors on single scores), 1 when it failed, 2 when the server could not
    be asked.
    """
    console = Console()
    with (
        failures_told(context, console),
        Client(url, token, patience=patience) as client,
        console.status(f"Asking for {escape(import_type)} ...") as status,
    ):
        follow(client, client.sync(import_type), import_type, console, status, watch=watch)
