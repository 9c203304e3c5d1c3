"""Some rows of a CSV as a file of the same kind, to be corrected and sent again.

Header and rows stand in it as in the whole file: the same dialect, in the same encoding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from worker.import_types.base import Part
from worker.import_types.reading import csv_table
from worker.import_types.reading.csv_table import IsKnown, Row, Table
from worker.import_types.reading.encodings import lines_as_they_stand


class _Lines(list[bytes]):
    """Lines of a table that tell how many of them were read so far."""

    read_so_far = 0

    def __iter__(self) -> Iterator[bytes]:
        for self.read_so_far, line in enumerate(super().__iter__(), start=1):
            yield line


class _Place(NamedTuple):
    """Where a row is: its lines in the table, its entries among all."""

    lines: range
    entries: range


@dataclass(frozen=True, slots=True)
class Reading:
    """How an import type reads a table.

    places: the cells of a row that it looks at. count: how many entries it makes of them.
    needed: of which rows a part has to have one where the whole has any, to mean the same.
    """

    places: Sequence[int]
    count: Callable[[Row], int]
    needed: Callable[[Row], bool] | None = None


def part(
    content: bytes,
    is_known: IsKnown,
    reading: Callable[[Table], Reading],
    indexes: frozenset[int],
) -> Part:
    """The header and each row of which an entry is one of these. Raises FatalImportError (400)."""
    table = csv_table.read(content, is_known)
    how = reading(table)
    needed, count = how.needed, how.count
    lines = _Lines(table.lines)
    places: list[_Place] = []
    spare: _Place | None = None
    last = max(indexes, default=-1)
    line = entry = 0
    for row in replace(table, lines=lines).rows(how.places):
        end = entry + count(row)
        if any(index in indexes for index in range(entry, end)):
            places.append(_Place(range(line, lines.read_so_far), range(entry, end)))
            if needed is not None and needed(row):
                needed = None
        elif needed is not None and spare is None and needed(row):
            spare = _Place(range(line, lines.read_so_far), range(entry, end))
        line, entry = lines.read_so_far, end
        if entry > last and (needed is None or spare is not None):
            break
    if needed is not None and spare is not None and places:
        places = sorted([*places, spare], key=lambda place: place.lines.start)
    stand = lines_as_they_stand(content, lambda line: csv_table.is_header(line, is_known))
    return Part(_joined(*stand, table, places), [each for it in places for each in it.entries])


def _joined(lines: list[bytes], end: bytes, table: Table, places: Sequence[_Place]) -> bytes:
    above = lines[: table.numbers[0]] if table.numbers else lines
    kept = [lines[table.numbers[number]] for place in places for number in place.lines]
    return end.join([*above, *kept, b""])
