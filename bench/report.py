"""Tables, for people at a terminal and for RESULTS.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

WIDTH: Final = 130  # characters a line; what is not a terminal need not break lines at 80


def open_console() -> Console:
    return Console(width=max(Console().width, WIDTH), highlight=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The first column holds names, the others figures. `note`: a sentence on what they mean.

    words: the others hold words.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    words: bool = False

    def show(self, console: Console) -> None:
        table = RichTable(title=escape(self.title), box=box.SIMPLE, title_justify="left")
        for number, column in enumerate(self.columns):
            justify: Literal["left", "right"] = "right" if number and not self.words else "left"
            table.add_column(escape(column), justify=justify, no_wrap=not number)
        for row in self.rows:
            table.add_row(*map(escape, row))
        console.print(table)
        if self.note:
            console.print(f"[dim]{escape(self.note)}[/]\n")

    def markdown(self) -> str:
        rule = ["---", *("---" if self.words else "---:" for _ in self.columns[1:])]
        lines = [f"| {' | '.join(cells)} |" for cells in (self.columns, rule, *self.rows)]
        return "\n".join([f"### {self.title}", "", *lines, *(["", self.note] if self.note else [])])


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times a floor something took, and how many times it may: with room for noise."""

    name: str
    times: float
    most: float

    @property
    def kept(self) -> bool:
        return self.times <= self.most

    def row(self) -> list[str]:
        verdict = "kept" if self.kept else "exceeded"
        return [self.name, f"{self.times:.2f}", f"{self.most:.2f}", verdict]


def ratio_table(title: str, ratios: Sequence[Ratio], note: str) -> Table:
    columns = ["", "measured", "limit", ""]
    return Table(title=title, columns=columns, rows=[each.row() for each in ratios], note=note)


def milliseconds(seconds: float) -> str:
    value = seconds * 1000
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def megabytes(size: float) -> str:
    return f"{size / 1e6:.0f}"
