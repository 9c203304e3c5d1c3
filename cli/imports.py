"""`score-import imports`: your imports, looked at, followed and taken back."""

from __future__ import annotations

from itertools import islice
from json import dumps
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from cli.import_summary import Summary
from cli.remote import Remote, remote_options
from cli.showing import json_option, moment, print_table
from cli.submit import follow, put

limit_option = click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="how many"
)


@click.group()
def imports() -> None:
    """Look at your imports, follow them, take them back."""


@imports.command("list")
@limit_option
@click.option("--type", "import_type", help="only of this import type")
@click.option("--user", default="me", show_default=True, help="whose: a name or a number")
@click.option("--failed", is_flag=True, help="those that failed as a whole, and why")
@json_option
@remote_options
def list_command(
    limit: int, import_type: str | None, user: str, failed: bool, as_json: bool, remote: Remote
) -> None:
    """List imports, the newest first."""
    with remote.client() as client:
        if failed:
            trackers = [*islice(client.failed_imports(user, import_type=import_type), limit)]
            table = Table("import", "submitted", "type", "status", "why", box=None)
            for tracker in trackers:
                error = tracker["error"]
                table.add_row(
                    tracker["importID"],
                    moment(tracker["timeStarted"]),
                    tracker["importType"],
                    str(error["statusCode"] or ""),
                    error["message"],
                )
            found: list[object] = [*trackers]
        else:
            documents = [*islice(client.imports(user, import_type=import_type), limit)]
            table = Table("import", "finished", "type", "game", "scores", "errors", box=None)
            for document in documents:
                table.add_row(
                    document["importID"],
                    moment(document["timeFinished"]),
                    document["importType"],
                    document["game"],
                    str(len(document["scoreIDs"])),
                    str(len(document["errors"])),
                )
            found = [*documents]
    if as_json:
        click.echo(dumps(found, ensure_ascii=False, indent=2))
    else:
        print_table(table)


@imports.command("show")
@click.argument("import_id", metavar="IMPORT")
@json_option
@remote_options
def show_command(import_id: str, as_json: bool, remote: Remote) -> None:
    """Show what the import IMPORT brought."""
    with remote.client() as client:
        whole = client.show(import_id)
    if as_json:
        click.echo(dumps(whole, ensure_ascii=False, indent=2))
        return
    document = whole["import"]
    put(
        f"{document['importID']}: {escape(document['importType'])} of"
        f" {escape(str(whole['user']['username']))}, {moment(document['timeFinished'])}"
    )
    for line in Summary.of(document).lines():
        put(f"  {line}")
    charts = {chart["chartID"]: chart for chart in whole["charts"]}
    titles = {song["id"]: song["title"] for song in whole["songs"]}
    table = Table("score", "title", "chart", "result", box=None)
    for score in whole["scores"]:
        chart = charts[score["chartID"]]
        table.add_row(
            score["scoreID"],
            titles[score["songID"]],
            f"{_game_of(chart)} {chart['difficulty']} {chart['level']}",
            _result(score["scoreData"]),
        )
    print_table(table)


def _game_of(chart: dict[str, Any]) -> str:
    """The playtype, or what a server that speaks version 3 alone calls the game with it."""
    return str(chart.get("playtype") or chart["game"])


def _result(data: dict[str, object]) -> str:
    """The plain values of a score: its metrics, grade and lamp."""
    return ", ".join(f"{name} {value}" for name, value in data.items() if _is_short(value))


def _is_short(value: object) -> bool:
    return isinstance(value, str | int | float)


@imports.command("watch")
@click.argument("import_id", metavar="IMPORT")
@json_option
@remote_options
def watch_command(import_id: str, as_json: bool, remote: Remote) -> None:
    """Follow the import IMPORT to its end, and say what came of it."""
    from score_import_client import Submitted

    with remote.client() as client:
        document = follow(client, Submitted(import_id), import_id, quiet=as_json)
    if as_json:
        click.echo(dumps(document, ensure_ascii=False, indent=2))


@imports.command("revert")
@click.argument("import_ids", metavar="IMPORT...", nargs=-1, required=True)
@remote_options
def revert_command(import_ids: tuple[str, ...], remote: Remote) -> None:
    """Take each IMPORT back, with everything that followed from it.

    The token needs delete_score.
    """
    with remote.client() as client:
        for import_id in import_ids:
            client.revert(import_id)
            put(f"Reverted {escape(import_id)}.")
