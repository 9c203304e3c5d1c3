"""file/mypagescraper-records-csv: personal bests of WACCA, from the tool MyPage scraper.

One row is one song, with a list of levels, scores and achievements: one element for each
difficulty. The file does not say when a score was achieved.

Source: specification, import-types/mypagescraper-records-csv.md.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from common.catalogue.documents import Chart, Song
from common.catalogue.index import GameCatalogue
from common.errors import AmbiguousTitle, FatalImportError, InvalidScore, SongOrChartNotFound
from common.games.model import ScoreData
from common.validation import is_integer, text_of
from worker.import_types.base import (
    Converter,
    DryScore,
    Parsed,
    Part,
    RefusedEntry,
    StructEntries,
    Subject,
    Upload,
)
from worker.import_types.reading import csv_part, csv_table
from worker.import_types.reading.assertions import NO_VALUE, as_number, loose_number
from worker.import_types.reading.csv_part import Reading

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

# At least three elements.
_LIST: Final = re.compile(r"\[([^][,]*(?:,[^][,]*){2,})\]")


class Entry(msgspec.Struct, gc=False):
    """One difficulty of a row. None = what stands there is no number."""

    songId: int | float | None
    songTitle: str
    diffIndex: int
    level: str
    score: int | float | None
    lamp: int | float | None


class MyPageScraperRecordsCSV(StructEntries):
    name = "file/mypagescraper-records-csv"
    part_type = "file/mypagescraper-records-csv"
    input = Upload
    entry_type = Entry

    def check(self, content: bytes, games: Collection[str]) -> None:
        table = csv_table.read_beginning(content, _is_known)
        if table is not None:
            _layout(table)

    def parse(self, upload: Upload) -> Parsed:
        table = csv_table.read(upload.content, _is_known)
        return Parsed(GAME, {}, _entries(table.rows(_layout(table))))

    def part(self, content: bytes, indexes: frozenset[int]) -> Part:
        return csv_part.part(
            content, _is_known, lambda table: Reading(_layout(table), _count), indexes
        )

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: _convert(entry, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        return Subject(entry.songTitle, _difficulty(entry.diffIndex))


# --- parsing ---------------------------------------------------------------------------


def _is_known(columns: Mapping[str, int]) -> bool:
    return all(column in columns for column in _COLUMNS)


def _layout(table: csv_table.Table) -> list[int]:
    """The places of an entry's cells; none of a table without rows."""
    places = []
    for column in _COLUMNS if any(line.strip() for line in table.lines) else ():
        if column not in table.columns:
            raise FatalImportError(
                400, f"Malformed CSV, invalid column(s) ({column}: undefined): Expected string."
            )
        places.append(table.columns[column])
    return places


def _entries(rows: Iterable[csv_table.Row]) -> Iterator[Entry | RefusedEntry]:
    for row in rows:
        if isinstance(row, RefusedEntry):
            yield row
        else:
            yield from _expanded(*row)


def _count(row: csv_table.Row) -> int:
    return sum(1 for _ in _entries([row]))


def _expanded(song_id: str, title: str, *cells: str) -> Iterator[Entry | RefusedEntry]:
    """The difficulties of a row that were played."""
    lists = [_elements(cell) for cell in cells]
    for column, cell, elements in zip(_COLUMNS[-len(cells) :], cells, lists, strict=True):
        if not elements:
            yield RefusedEntry(f"{title} - Invalid {column} of {cell}.", title)
            return
    levels, scores, achieves = lists
    # Difficulties that the list of scores does not reach were not played.
    for index, score in enumerate(scores):
        points = _number(score)
        if points == 0 or (points is None and score.strip() in NO_VALUE):
            continue
        level = levels[index] if index < len(levels) else ""
        # What is empty is no value: it is not 0.
        lamp = _number(achieves[index]) if index < len(achieves) and achieves[index] else None
        yield Entry(_number(song_id), title, index, level, points, lamp)


def _elements(cell: str) -> list[str]:
    """The elements of a list such as `[3,7+,12+,0]`; none of what is no list."""
    found = _LIST.search(cell)
    return found[1].split(",") if found else []


def _number(text: str) -> int | float | None:
    """The number that the text stands for, if it is one that JSON has."""
    number = loose_number(text)
    if number != number:
        number = loose_number(as_number(text))
    if not math.isfinite(number):
        return None
    return int(number) if is_integer(number) else number


# --- converting ------------------------------------------------------------------------


def _convert(entry: Entry, catalogue: GameCatalogue) -> DryScore:
    song, chart = _find(entry, catalogue)
    # The level is information: it differs wherever a chart was rated again.
    name = _name(song, chart.difficulty)
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
    """By title; one that no song has, or several, is made up for by the game's own number."""
    difficulty = _difficulty(entry.diffIndex)
    try:
        return _titled(entry.songTitle, difficulty, catalogue)
    except (SongOrChartNotFound, AmbiguousTitle):
        if entry.songId is None:
            raise
        chart = catalogue.chart_by_in_game_id(entry.songId, PLAYTYPE, difficulty)
        if chart is None:
            raise
        return catalogue.song_of(chart), chart


def _titled(title: str, difficulty: str, catalogue: GameCatalogue) -> tuple[Song, Chart]:
    found = catalogue.find_titled(
        title, lambda song: catalogue.chart_of_song(song.id, PLAYTYPE, difficulty)
    )
    if found is None:
        raise SongOrChartNotFound(f"Could not find song for {title}.")
    song, chart = found
    if chart is None:
        raise SongOrChartNotFound(f"Could not find chart for {_name(song, difficulty)}.")
    return song, chart


def _difficulty(index: int) -> str:
    """Its name; of one that has none here yet, its number, which no chart has."""
    return _DIFFICULTIES[index] if index < len(_DIFFICULTIES) else f"difficulty {index + 1}"


def _name(song: Song, difficulty: str) -> str:
    """The chart in messages."""
    return f"{song.title} [{difficulty}]"


def _text(number: float | None) -> str:
    return "NaN" if number is None else text_of(number)
