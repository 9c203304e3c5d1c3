"""`score-import orphans`: entries of your imports whose charts the catalogue lacks."""

from __future__ import annotations

from itertools import islice
from json import dumps

import click
from rich.table import Table

from cli.import_summary import count
from cli.imports import limit_option
from cli.remote import Remote, remote_options
from cli.showing import json_option, moment, print_table
from cli.submit import put


@click.group()
def orphans() -> None:
    """Look at scores that wait for their charts, and try them again."""


@orphans.command("list")
@limit_option
@json_option
@remote_options
def list_command(limit: int, as_json: bool, remote: Remote) -> None:
    """List your orphans, the newest first."""
    with remote.client() as client:
        found = [*islice(client.orphans(), limit)]
    if as_json:
        click.echo(dumps(found, ensure_ascii=False, indent=2))
        return
    table = Table("orphan", "since", "game", "type", "chart", "why", box=None)
    for orphan in found:
        table.add_row(
            orphan["orphanID"],
            moment(orphan["timeInserted"]),
            orphan["gameGroup"],
            orphan["importType"],
            orphan["summary"] or "",
            orphan["message"] or "",
        )
    print_table(table)


@orphans.command("retry")
@json_option
@remote_options
def retry_command(as_json: bool, remote: Remote) -> None:
    """Look for the charts of your orphans again."""
    with remote.client() as client:
        counts = client.retry_orphans()
    if as_json:
        click.echo(dumps(counts))
        return
    put(
        f"{count(counts['processed'], 'orphan')} tried: {counts['success']} became scores,"
        f" {counts['failed']} still wait, {counts['removed']} were removed."
    )
