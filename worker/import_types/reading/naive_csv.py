"""The CSV dialect of the e-amusement site: cells between commas, and hardly any quoting.

Titles contain unescaped quotes there, so proper CSV readers fail on these files.

Source: specification, import-types/README.md section 8.1.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from common.errors import FatalImportError

MAX_HEADER_LENGTH: Final = 1000  # characters
MAX_HEADERS: Final = 50  # cells

# The whole cell in quotes, without a line break inside.
_QUOTED: Final = re.compile('"[^\n\r\u2028\u2029]*"')


@dataclass(frozen=True, slots=True)
class Table:
    """headers: the cells of the first line. lines: the others, each of as many cells."""

    headers: list[str]
    lines: list[bytes]

    def rows(self) -> Iterator[list[str]]:
        """The lines' cells. Only made when asked for: they take ten times a line's memory."""
        for line in self.lines:
            cells = _text(line).split(",")
            if b'"' in line:
                cells = [cell[1:-1] if _QUOTED.fullmatch(cell) else cell for cell in cells]
            yield cells


def read(content: bytes) -> Table:
    """Splits a file into cells. Raises FatalImportError (400).

    A lone `\\r` counts as content of a line's last cell; lines without a comma are skipped.
    """
    first, *others = content.removeprefix(codecs.BOM_UTF8).split(b"\n")
    headers = _headers(_text(first))
    lines = []
    for number, line in enumerate(others, start=1):
        cells = line.count(b",") + 1
        if cells == 1:
            continue
        if cells != len(headers):
            raise FatalImportError(
                400,
                f"Row {number} has an invalid amount of cells ({cells}, expected {len(headers)}).",
            )
        lines.append(line)
    return Table(headers, lines)


def _text(line: bytes) -> str:
    return line.decode("utf-8", errors="replace")


def _headers(line: str) -> list[str]:
    if not line:
        raise FatalImportError(400, "Expected headers, but received nothing in the first row.")
    headers = line.split(",", MAX_HEADERS)
    # The line may end with the comma of the last header allowed, but not go on after it.
    excess = headers[MAX_HEADERS] if len(headers) > MAX_HEADERS else ""
    # Both limits are watched from left to right, so the one that is crossed first counts.
    if len(line) > MAX_HEADER_LENGTH and len(line) - len(excess) >= MAX_HEADER_LENGTH:
        raise FatalImportError(
            400, f"Headers were longer than {MAX_HEADER_LENGTH} characters long."
        )
    if excess:
        raise FatalImportError(400, "Too many CSV headers.")
    return headers
