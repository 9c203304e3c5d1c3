"""CSV as people have it: one reader for every format.

Sites, tools and spreadsheets write different dialects. Cells may be quoted or not (and titles
hold quotes that mean nothing), commas may be quoted or escaped (`\\,`); lines end in LF or CRLF;
there are blank lines, tabs or semicolons instead of commas, more columns than needed, in any
order; a title or a hint for a spreadsheet may stand above the header, and the header again where
files were put together. A row that cannot be read is one broken row, never a broken file.

Source: specification, import-types/README.md section 8.1, for the plain form.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from operator import itemgetter
from typing import Final

from common.errors import FatalImportError
from worker.import_types.base import RefusedEntry
from worker.import_types.reading.csv_line import cells_of, escaped_cells, named, quoted_cells, whole
from worker.import_types.reading.encodings import ENOUGH, HEADER_WITHIN, as_utf8, line_end

MAX_HEADER_LENGTH: Final = 1000  # characters, of headers that nobody knows
MAX_HEADERS: Final = 50  # cells, of headers that nobody knows
MAX_BROKEN_ROWS: Final = 1000
MAX_JOINED_LINES: Final = 10  # of a row with line breaks inside quotes
MAX_QUOTED: Final = 200  # characters of a broken row that an error line shows

_DELIMITERS: Final = (",", "\t", ";", "|")

# The byte order mark of a file that was put behind another one.
_MARKED: Final = b"\n" + codecs.BOM_UTF8

# A header's key with a unit or a remark behind it: `スコア(点)`.
_UNIT: Final = re.compile(r"([^(\[]+)(?:\([^()]*\)|\[[^][]*\])")


# The cells of a row that are asked for, or why they cannot be had.
Row = Sequence[str] | RefusedEntry

# Whether a table with columns of these names (`header_key`) is one of a format.
IsKnown = Callable[[Mapping[str, int]], bool]


def header_key(header: str) -> str:
    """A header as it is compared: whatever its case, its width, spaces and quotes."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return "".join(folded.replace('"', "").replace("\ufeff", "").split())


@dataclass(frozen=True, slots=True)
class Table:
    """headers: the cells of the header's line, as they stand there. lines: those below.

    columns: place of each header, by its `header_key`. least: cells that a row must have; those
        after them have no header. numbers: of each line, how many of the file are above it.
    is_known: whether the headers are those of the format.
    """

    headers: list[str]
    columns: Mapping[str, int]
    lines: list[bytes]
    delimiter: str
    least: int
    numbers: Sequence[int]
    is_known: bool

    def widths(self) -> tuple[int, int]:
        """How many columns it has: all, and without those that a spreadsheet put after them."""
        return len(self.headers), named(self.headers)

    def rows(self, places: Sequence[int] | None = None) -> Iterator[Row]:
        """The cells of each row that is not blank; of the columns at `places`, or of all.

        A place of -1 gives an empty cell. Raises FatalImportError (400) after very many broken
        rows. Only made when asked for: they take ten times a line's memory.
        """
        take: Callable[[list[str]], Row] = _taker(places, len(self.headers))
        if self.is_known and (twins := self._twins(places or ())):
            take = self._agreeing(take, twins)
        delimiter, count = self.delimiter, len(self.headers)
        broken = 0
        lines = iter(enumerate(self.lines, start=1))
        for number, line in lines:
            cells: list[str] | None = None
            try:
                text = line.decode().rstrip("\r")
            except UnicodeDecodeError:
                text = ""
            else:
                cells = text.split(delimiter) if '"' not in text and "\\" not in text else []
                if len(cells) == count:
                    if cells[0].strip() or any(map(str.strip, cells)):
                        yield take(cells)
                    continue
                cells = cells_of(text, delimiter, count, self.least)
                if cells is None and text.count('"') % 2:
                    cells, more = self._over_lines(number, text)
                    for _ in range(more):
                        next(lines)
            if cells is None:
                broken += 1
                yield self._broken(number, text, broken)
            elif any(map(str.strip, cells)):
                yield take(cells)

    def _twins(self, places: Sequence[int]) -> list[tuple[int, int]]:
        """Of the columns at `places`, the places of others with the same header."""
        first = {header_key(self.headers[place]): place for place in places if place >= 0}
        keys = ((header_key(header), place) for place, header in enumerate(self.headers))
        return [(first[key], place) for key, place in keys if first.get(key, place) != place]

    def _agreeing(
        self, take: Callable[[list[str]], Row], twins: list[tuple[int, int]]
    ) -> Callable[[list[str]], Row]:
        """`take`, but for rows in which columns of one name say different things."""

        def agreed(cells: list[str]) -> Row:
            for one, other in twins:
                if cells[one].strip() != cells[other].strip():
                    message = (
                        f"The column {self.headers[one]} is there twice, and says different"
                        f" things: {cells[one]} and {cells[other]}."
                    )
                    return RefusedEntry(message, self.delimiter.join(cells)[:MAX_QUOTED])
            return take(cells)

        return agreed

    def _over_lines(self, number: int, text: str) -> tuple[list[str] | None, int]:
        """The cells of a row that goes on over the next lines, inside quotes; how many lines."""
        for more, line in enumerate(self.lines[number : number + MAX_JOINED_LINES], start=1):
            try:
                text += "\n" + line.decode().rstrip("\r")
            except UnicodeDecodeError:
                break
            cells = quoted_cells(text, self.delimiter)
            if cells is not None and len(cells) == len(self.headers):
                return cells, more
        return None, 0

    def _broken(self, number: int, text: str, so_far: int) -> RefusedEntry:
        if not text:
            message = f"Row {number} is not text in the file's encoding."
        else:
            got = len(escaped_cells(text, self.delimiter))
            message = (
                f"Row {number} has an invalid amount of cells"
                f" ({got}, expected {len(self.headers)})."
            )
        if so_far > MAX_BROKEN_ROWS:
            raise FatalImportError(
                400, f"More than {MAX_BROKEN_ROWS} rows are broken. The last one seen: {message}"
            )
        return RefusedEntry(message, text[:MAX_QUOTED])


def read(content: bytes, is_known: IsKnown) -> Table:
    """Raises FatalImportError (400) where there is no header, or the encoding is unknown."""
    utf8 = as_utf8(content, lambda line: is_header(line, is_known))
    if (end := line_end(utf8)) != b"\n":
        utf8 = utf8.replace(end, b"\n")
    while _MARKED in utf8:
        utf8 = utf8.replace(_MARKED, b"\n")
    lines = utf8.split(b"\n")
    for place, header in enumerate(lines[:HEADER_WITHIN]):
        line = header.decode(errors="ignore").rstrip("\r")
        for text, delimiter in product(dict.fromkeys((line, whole(line))), _DELIMITERS):
            headers, columns = _headers(text, delimiter)
            if is_known(columns):
                rows, numbers = _below(lines, place)
                if text != line:
                    rows = [_whole_line(row) for row in rows]
                return Table(headers, columns, rows, delimiter, named(headers), numbers, True)
    first, *lines = lines
    line = _first_line(first)
    headers, columns = _headers(line, ",")
    _check_unknown(line, headers)
    return Table(headers, columns, lines, ",", len(headers), range(1, len(lines) + 1), False)


def _below(lines: list[bytes], place: int) -> tuple[list[bytes], Sequence[int]]:
    """The lines below the header, but for the header again; how many are above each."""
    header, numbers = lines[place], range(place + 1, len(lines))
    rows = lines[place + 1 :]
    if header not in rows:
        return rows, numbers
    kept = [number for number in numbers if lines[number] != header]
    return [lines[number] for number in kept], kept


def is_header(line: str, is_known: IsKnown) -> bool:
    """Whether the line is a header of the format, in any dialect."""
    return any(
        is_known(_headers(text, delimiter)[1])
        for text in (line, whole(line))
        for delimiter in _DELIMITERS
    )


def read_beginning(content: bytes, is_known: IsKnown) -> Table | None:
    """The table with its first rows, however many there are; None: only `read` can tell.

    Raises FatalImportError (400) where `read` would. Takes a millisecond at most.
    """
    if len(content) > ENOUGH:
        content = content[:ENOUGH]
        # All that `read` looks for a header in has to be there, in an encoding that can be cut.
        if b"\0" in content or content.count(b"\n") < HEADER_WITHIN:
            return None
        content = content[: content.rindex(b"\n")]
    return read(content, is_known)


def _first_line(line: bytes) -> str:
    try:
        text = line.decode().removesuffix("\r")
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise FatalImportError(400, "Expected headers, but received nothing in the first row.")
    return text


def _headers(line: str, delimiter: str) -> tuple[list[str], dict[str, int]]:
    headers = quoted_cells(line, delimiter) or line.split(delimiter)
    columns: dict[str, int] = {}
    for place, header in enumerate(headers):
        columns.setdefault(header_key(header), place)
    bare = [(found[1], place) for key, place in columns.items() if (found := _UNIT.fullmatch(key))]
    for key, place in bare:
        if [each for each, _ in bare].count(key) == 1:
            columns.setdefault(key, place)
    return headers, columns


def _check_unknown(line: str, headers: list[str]) -> None:
    """Limits of what is only counted. Raises FatalImportError (400)."""
    # Both limits are watched from left to right, so the one that is crossed first counts.
    beyond = len(",".join(headers[:MAX_HEADERS])) + 1
    is_wide = len(headers) > MAX_HEADERS and len(line) > beyond
    if len(line) > MAX_HEADER_LENGTH and not (is_wide and beyond < MAX_HEADER_LENGTH):
        raise FatalImportError(
            400, f"Headers were longer than {MAX_HEADER_LENGTH} characters long."
        )
    if is_wide:
        raise FatalImportError(400, "Too many CSV headers.")


def _taker(places: Sequence[int] | None, count: int) -> Callable[[list[str]], Sequence[str]]:
    if places is None or list(places) == list(range(count)):
        return _as_they_are
    if -1 in places:
        return lambda cells: ["" if place < 0 else cells[place] for place in places]
    if len(places) < 2:
        return lambda cells: [cells[place] for place in places]
    return itemgetter(*places)


def _as_they_are(cells: list[str]) -> list[str]:
    return cells


def _whole_line(line: bytes) -> bytes:
    try:
        return whole(line.decode().rstrip("\r")).encode()
    except UnicodeDecodeError:
        return line
