"""One line of a CSV, in whichever dialect it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

# What may stand in a line without content: ends of files and paddings are of other systems.
_NOTHING: Final = " \t\r\x1a\0"

# A cell that a spreadsheet was told to leave a text: `="007"`.
_KEPT_TEXT: Final = re.compile('="([^"]*)"')

# The whole cell in quotes, without a line break inside.
_WHOLLY_QUOTED: Final = re.compile('"[^\n\r\u2028\u2029]*"')


def named(headers: Sequence[str]) -> int:
    """How many columns there are up to the last one with a header."""
    return next((end for end in range(len(headers), 0, -1) if headers[end - 1].strip()), 0)


def cells_of(text: str, delimiter: str, count: int, least: int) -> list[str] | None:
    """The line's cells in whichever dialect gives as many as there should be; None: in none.

    least: as many will do, since the columns after them have no header.
    """
    if not text.strip(_NOTHING + delimiter):
        return [""]
    if '"' in text:
        quoted = quoted_cells(text, delimiter)
        if quoted is not None and (fitting := _fitting(quoted, count, least)):
            return fitting
    plain = [_unquoted(cell) for cell in text.split(delimiter)]
    if fitting := _fitting(plain, count, least):
        return fitting
    if "\\" in text and (fitting := _fitting(escaped_cells(text, delimiter), count, least)):
        return fitting
    return None


def whole(line: str) -> str:
    """The line, without the quotes of one that a spreadsheet took for a single cell."""
    cells = quoted_cells(line, "\n") if line[:1] == '"' else None
    return cells[0] if cells is not None and len(cells) == 1 else line


def _unquoted(cell: str) -> str:
    if cell[:1] == '"' and len(cell) > 1 and _WHOLLY_QUOTED.fullmatch(cell):
        return cell[1:-1]
    return _unkept(cell)


def _unkept(cell: str) -> str:
    kept = _KEPT_TEXT.fullmatch(cell) if cell[:1] == "=" else None
    return kept[1] if kept else cell


def quoted_cells(text: str, delimiter: str) -> list[str] | None:
    """The cells of a line whose quotes follow the rules of CSV; None where they do not.

    A quote inside a cell that does not begin with one means nothing; spaces around quotes are
    none of the cell's.
    """
    cells, place, end = [], 0, len(text)
    while True:
        if text[place : place + 1] == " ":
            inside = len(text) - len(text[place:].lstrip(" "))
            place = inside if text[inside : inside + 1] == '"' else place
        if text[place : place + 1] == '"':
            close = place + 1
            while True:
                close = text.find('"', close)
                if close < 0:
                    return None
                if text[close + 1 : close + 2] != '"':
                    break
                close += 2
            cells.append(_unkept(text[place + 1 : close].replace('""', '"')))
            place = close + 1
            while text[place : place + 1] == " ":
                place += 1
            if place < end and text[place] != delimiter:
                return None
        else:
            stop = text.find(delimiter, place)
            stop = end if stop < 0 else stop
            cells.append(_unquoted(text[place:stop]))
            place = stop
        if place >= end:
            return cells
        place += 1


def escaped_cells(text: str, delimiter: str) -> list[str]:
    """The cells of a line in which a backslash before the delimiter makes it content."""
    cells = re.split(rf"(?<!\\){re.escape(delimiter)}", text)
    return [_unquoted(cell.replace("\\" + delimiter, delimiter)) for cell in cells]


def _fitting(cells: list[str], count: int, least: int) -> list[str] | None:
    """The cells if there are as many as needed, not counting empty ones at the end."""
    if len(cells) > count and not any(map(str.strip, cells[count:])):
        return cells[:count]
    if least <= len(cells) < count:
        return cells + [""] * (count - len(cells))
    return cells if len(cells) == count else None
