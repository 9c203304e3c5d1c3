"""file/mypagescraper-records-csv: personal bests of WACCA, from the tool MyPage scraper.

One row is one song, with a list of levels, scores and achievements: one element for each
difficulty. The file does not say when a score was achieved.

Source: specification, import-types/mypagescraper-records-csv.md.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from common.catalogue.documents import Chart, Song
from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, InvalidScore, SongOrChartNotFound
from common.games.model import ScoreData
from common.validation import is_integer, text_of
from worker.import_types.base import (
    Converter,
    DryScore,
    Parsed,
    StructEntries,
    Subject,
    Upload,
)
from worker.import_types.reading import quoted_csv
from worker.import_types.reading.assertions import loose_number

GAME: Final = "wacca"
PLAYTYPE: Final = "Single"
SERVICE: Final = "mypage-scraper"

_COLUMNS: Final = ("music_id", "music_title", "music_levels", "music_scores", "music_achieves")

# In the order of the lists.
_DIFFICULTIES: Final = ("NORMAL", "HARD", "EXPERT", "INFERNO")

_LAMPS: Final[Mapping[float | None, str]] = {
    0: "FAILED",
    1: "CLEAR",
    2: "MISSLESS",
    3: "FULL COMBO",
    4: "ALL MARVELOUS",
}

# Three or four elements; a fifth and further ones belong to the fourth.
_LIST: Final = re.compile(r"\[([^][,]+),([^][,]+),([^][,]+)(?:,([^][]+))?\]")


class Entry(msgspec.Struct, gc=False):
    """One difficulty of a row. None = what stands there is no number."""

    songId: int | float | None
    songTitle: str
    diffIndex: int
    level: str
    score: int | float | None
    lamp: int | float | None


class BrokenRow(msgspec.Struct, gc=False):
    """A row with something else where a list should be."""

    songTitle: str
    column: str
    cell: str


class MyPageScraperRecordsCSV(StructEntries):
    name = "file/mypagescraper-records-csv"
    input = Upload
    entry_type = Entry

    def parse(self, given: Upload) -> Parsed:
        # Read twice, since keeping what was read would take many times the file's memory.
        for row in quoted_csv.read(given.content):
            _cells(row)
        return Parsed(GAME, {}, _entries(given.content))

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: _convert(entry, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        if isinstance(entry, BrokenRow):
            return Subject(entry.songTitle)
        return Subject(entry.songTitle, _DIFFICULTIES[entry.diffIndex])


# --- parsing ---------------------------------------------------------------------------


def _entries(content: bytes) -> Iterator[Entry | BrokenRow]:
    for row in quoted_csv.read(content):
        yield from _expanded(*_cells(row))


def _cells(row: quoted_csv.Row) -> list[str]:
    """Those of `_COLUMNS`. Raises FatalImportError (400) where there is no such column."""
    cells = []
    for column in _COLUMNS:
        cell = row.get(column)
        if cell is None:
            raise FatalImportError(
                400, f"Malformed CSV, invalid column(s) ({column}: undefined): Expected string."
            )
        cells.append(cell)
    return cells


def _expanded(song_id: str, title: str, *cells: str) -> Iterator[Entry | BrokenRow]:
    """The difficulties of a row that exist and were played."""
    lists = [_elements(cell) for cell in cells]
    for column, cell, elements in zip(_COLUMNS[-len(cells) :], cells, lists, strict=True):
        if not elements:
            yield BrokenRow(title, column, cell)
            return
    levels, scores, achieves = lists
    # Difficulties that a list does not reach were not played.
    for index, (level, score) in enumerate(zip(levels, scores, strict=False)):
        points = _number(score)
        if level == "0" or points == 0:
            continue
        lamp = _number(achieves[index]) if index < len(achieves) else None
        yield Entry(_number(song_id), title, index, level, points, lamp)


def _elements(cell: str) -> list[str]:
    """The elements of a list such as `[3,7+,12+,0]`; none of what is no list."""
    found = _LIST.search(cell)
    return [element for element in found.groups() if element] if found else []


def _number(text: str) -> int | float | None:
    """The number that the text stands for, if it is one that JSON has."""
    number = loose_number(text)
    if not math.isfinite(number):
        return None
    return int(number) if is_integer(number) else number


# --- converting ------------------------------------------------------------------------


def _convert(entry: Entry | BrokenRow, catalogue: GameCatalogue) -> DryScore:
    if isinstance(entry, BrokenRow):
        raise InvalidScore(f"{entry.songTitle} - Invalid {entry.column} of {entry.cell}.")
    song, chart = _find(entry, catalogue)
    name = _name(song, chart.difficulty)
    if entry.level != chart.level:
        raise InvalidScore(
            f"{name} - Should be level {chart.level}, but found level {entry.level}."
        )
    lamp = _LAMPS.get(entry.lamp)
    if lamp is None:
        raise InvalidScore(f"{name} - Invalid lamp of {_text(entry.lamp)}.")
    if entry.score is None:
        raise InvalidScore(f"{name} - Invalid score of {_text(entry.score)}.")
    return DryScore(
        song=song,
        chart=chart,
        service=SERVICE,
        comment=None,
        timeAchieved=None,
        scoreData=ScoreData({"score": entry.score, "lamp": lamp}, {}, {}),
        scoreMeta={},
    )


def _find(entry: Entry, catalogue: GameCatalogue) -> tuple[Song, Chart]:
    song = catalogue.song_by_title(entry.songTitle)
    if song is None:
        raise SongOrChartNotFound(f"Could not find song for {entry.songTitle}.")
    difficulty = _DIFFICULTIES[entry.diffIndex]
    chart = catalogue.chart_of_song(song.id, PLAYTYPE, difficulty)
    if chart is None:
        raise SongOrChartNotFound(f"Could not find chart for {_name(song, difficulty)}.")
    return song, chart


def _name(song: Song, difficulty: str) -> str:
    """The chart in messages."""
    return f"{song.title} [{difficulty}]"


def _text(number: float | None) -> str:
    return "NaN" if number is None else text_of(number)
