"""The pages that are made: docs/cli.md of the commands' own help, docs/schemas of the structs.

`python -m tests.docs.made_pages` (`make docs`) writes them anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from cli.main import main
from common.games.registry import GAMES
from tests.support.stack import ROOT
from worker.import_types.manual.batch_manual_json_schema import schema_of

DOCS: Final = ROOT / "docs"
PROGRAM: Final = "score-import"
WIDTH: Final = 98  # characters of a line of help

HEAD: Final = """# The command line

What `score-import` and each of its commands say of themselves with `--help`. This page is made of
that: `make docs` writes it anew.
"""


def pages() -> Mapping[Path, str]:
    """Every made page, by its place."""
    schemas = {
        DOCS / "schemas" / f"batch-manual-{game.id}.json": laid_out(schema_of(game)) + "\n"
        for game in GAMES.values()
    }
    return {DOCS / "cli.md": command_page(), **schemas}


def laid_out(value: Any, indent: str = "") -> str:
    """JSON with on one line whatever fits."""
    short = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(short) <= WIDTH or not isinstance(value, dict | list):
        return short
    deeper = indent + " "
    if isinstance(value, list):
        parts = [laid_out(each, deeper) for each in value]
        return "[\n" + ",\n".join(deeper + part for part in parts) + f"\n{indent}]"
    members = [f"{json.dumps(key)}: {laid_out(each, deeper)}" for key, each in value.items()]
    return "{\n" + ",\n".join(deeper + member for member in members) + f"\n{indent}}}"


def command_page() -> str:
    """All commands, groups before what is in them."""
    return "\n".join([HEAD, *(_section(context) for context in _contexts(None, main, PROGRAM))])


def _contexts(
    parent: click.Context | None, command: click.Command, name: str
) -> Iterator[click.Context]:
    context = click.Context(
        command,
        parent,
        info_name=name,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        **command.context_settings,
    )
    yield context
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            assert found is not None, each
            if not found.hidden:
                yield from _contexts(context, found, each)


def _section(context: click.Context) -> str:
    level = "#" * min(4, 1 + len(context.command_path.split()))
    help_text = context.command.get_help(context)
    return f"{level} {context.command_path}\n\n```\n{help_text}\n```\n"


def write() -> None:
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
