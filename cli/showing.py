"""What commands show: moments, and documents as JSON."""

import datetime
import sys
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

# Columns of what is no terminal.
WIDE = 500

json_option = click.option("--json", "as_json", is_flag=True, help="print JSON, for programs")


def moment(milliseconds: int | None, never: str = "") -> str:
    """A time, in milliseconds since the epoch, as people read it (UTC)."""
    if milliseconds is None:
        return never
    time = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC)
    return time.strftime("%Y-%m-%d %H:%M:%S")


def duration(milliseconds: int | None) -> str:
    """How long something took, or takes already."""
    return "" if milliseconds is None else f"{milliseconds / 1000:.1f} s"


def print_table(table: Table) -> None:
    """Prints a table; whole, where it is not for a terminal."""
    width = None if sys.stdout.isatty() else WIDE
    Console(width=width, markup=False, highlight=False).print(table)


def print_json(document: Any) -> None:
    """Prints a struct, or a list of them, as the API would answer it."""
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
