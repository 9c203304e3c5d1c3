"""Proper CSV: cells between commas, in quotes where they hold commas, quotes or line breaks.

Source: specification, import-types/mypagescraper-records-csv.md section 2. Beyond it a byte
order mark is no content, and blank lines are skipped.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from typing import Final

from common.errors import FatalImportError

MAX_COLUMNS: Final = 100

# Possessive throughout: no text makes it try a second way.
_LINE: Final = re.compile(r"([^\r\n]*+)(\r\n|[\r\n]|\Z)")
_CELL: Final = re.compile(
    r'(?:"((?:[^"]++|"")*+)"|(?!")([^",\r\n]*+))(,|\r\n|[\r\n]|\Z)',
)


class Row:
    """A record's cells, by the name of their column. `line`: on which it ends, from 1."""

    __slots__ = ("_cells", "_columns", "line")

    def __init__(self, columns: Mapping[str, int], cells: list[str], line: int) -> None:
        self._columns = columns
        self._cells = cells
        self.line = line

    def get(self, column: str) -> str | None:
        """None if there is no such column."""
        place = self._columns.get(column)
        return None if place is None else self._cells[place]


def read(content: bytes) -> Iterator[Row]:
    """The records below the line of column names. Raises FatalImportError (400)."""
    text = content.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")
    records = _records(text)
    names, _ = next(records, ([], 0))
    if len(names) > MAX_COLUMNS:
        raise _refused(f"there are more than {MAX_COLUMNS} columns")
    columns = {name: place for place, name in enumerate(names)}
    for cells, line in records:
        if len(cells) != len(names):
            raise _refused(
                f"Invalid Record Length: columns length is {len(names)},"
                f" got {len(cells)} on line {line}"
            )
        yield Row(columns, cells, line)


def _records(text: str) -> Iterator[tuple[list[str], int]]:
    """Each record's cells, and the line on which it ends."""
    place, line = 0, 0
    while place < len(text):
        found = _LINE.match(text, place)
        assert found is not None, "the pattern matches anything"
        if '"' in found[1]:
            cells, end = _quoted_record(text, place, line + 1)
            line += len(re.findall(r"\r\n|[\r\n]", text[place:end])) or 1
            place = end
        else:
            cells, place = found[1].split(","), found.end()
            line += 1
        if cells != [""]:
            yield cells, line


def _quoted_record(text: str, place: int, line: int) -> tuple[list[str], int]:
    """The cells of a record that holds quotes, and where the next one begins."""
    cells = []
    while True:
        found = _CELL.match(text, place)
        if found is None:
            raise _refused(_quote_problem(text, place, line))
        quoted, bare, end = found.groups()
        cells.append(bare if quoted is None else quoted.replace('""', '"'))
        place = found.end()
        if end != ",":
            return cells, place


_QUOTED: Final = re.compile(r'"(?:[^"]++|"")*+"')


def _quote_problem(text: str, place: int, line: int) -> str:
    if text[place] != '"':
        return f"Invalid Opening Quote: a quote is found inside a field at line {line}"
    closed = _QUOTED.match(text, place)
    if closed is None:
        return f"Quote Not Closed: the parsing is finished with an opening quote at line {line}"
    return (
        f'Invalid Closing Quote: got "{text[closed.end()]}" at line {line} instead of delimiter,'
        " record delimiter, trimable character (if activated) or comment"
    )


def _refused(detail: str) -> FatalImportError:
    return FatalImportError(400, f"Failed to parse CSV: {detail}")
