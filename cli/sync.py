"""`score-import sync`: have scores fetched from another service, and say what came of it."""

from __future__ import annotations

from json import dumps

import click

from cli.remote import Remote, remote_options
from cli.showing import json_option
from cli.submit import follow, put, watch_option


@click.command()
@click.argument("import_type", metavar="TYPE")
@watch_option
@json_option
@remote_options
def sync(import_type: str, watch: bool, as_json: bool, remote: Remote) -> None:
    """Fetch your scores of TYPE, e.g. api/flo-iidx, from the service it names.

    Where such a sync runs already, that one is followed. The exit code is 0 when the import
    completed (also with errors on single scores), 1 when it failed, 2 when the server could not
    be asked.
    """
    with remote.client() as client:
        submitted = client.sync(import_type)
        if watch or submitted.document is not None:
            document = follow(client, submitted, import_type, quiet=as_json)
            if as_json:
                click.echo(dumps(document, ensure_ascii=False))
        elif as_json:
            click.echo(dumps({"importID": submitted.import_id, "url": submitted.url}))
        else:
            put(f"Accepted as {submitted.import_id}, to be followed at {submitted.url}")
