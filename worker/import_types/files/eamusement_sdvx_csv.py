"""file/eamusement-sdvx-csv: the personal bests that SOUND VOLTEX's site exports.

One row is one score. The file does not say when it was achieved.

Source: specification, import-types/eamusement-sdvx-csv.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from common.catalogue.documents import Chart, Song
from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, InvalidScore, SongOrChartNotFound
from common.games.model import ScoreData
from worker.import_types.base import (
    Converter,
    DryScore,
    Parsed,
    StructEntries,
    Subject,
    Upload,
)
from worker.import_types.reading import naive_csv
from worker.import_types.reading.assertions import positive_integer

GAME: Final = "sdvx"
PLAYTYPE: Final = "Single"
SERVICE: Final = "e-amusement"

_COLUMNS: Final = 11
_PERFECT_SCORE: Final = 10_000_000

_DIFFICULTIES: Final = {
    "NOVICE": "NOV",
    "ADVANCED": "ADV",
    "EXHAUST": "EXH",
    "MAXIMUM": "MXM",
    "INFINITE": "INF",
    "GRAVITY": "GRV",
    "HEAVENLY": "HVN",
    "VIVID": "VVD",
    "EXCEED": "XCD",
    "ULTIMATE": "ULT",
}
_LAMPS: Final = {
    "PLAYED": "FAILED",
    "COMPLETE": "CLEAR",
    "EXCESSIVE COMPLETE": "EXCESSIVE CLEAR",
    "MAXXIVE COMPLETE": "MAXXIVE CLEAR",
    "ULTIMATE CHAIN": "ULTIMATE CHAIN",
    "PERFECT": "PERFECT ULTIMATE CHAIN",
}


class Entry(msgspec.Struct, gc=False):
    """The cells of a row that count, as they stand in the file."""

    title: str
    difficulty: str
    level: str
    lamp: str
    score: str
    exscore: str


class EamusementSDVXCSV(StructEntries):
    name = "file/eamusement-sdvx-csv"
    input = Upload
    entry_type = Entry

    def parse(self, given: Upload) -> Parsed:
        table = naive_csv.read(given.content)
        if len(table.headers) != _COLUMNS:
            raise FatalImportError(
                400, "Invalid CSV provided. CSV does not have the correct number of headers."
            )
        return Parsed(GAME, {}, _entries(table.rows()))

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: _convert(entry, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        return Subject(entry.title, entry.difficulty)


def _entries(rows: Iterable[list[str]]) -> Iterator[Entry]:
    for title, difficulty, level, lamp, _grade, score, exscore, *_counts in rows:
        yield Entry(title, difficulty, level, lamp, score, exscore)


def _convert(entry: Entry, catalogue: GameCatalogue) -> DryScore:
    song, chart = _find(entry, catalogue)
    name = _name(song, chart.difficulty)
    if entry.level != chart.level:
        raise InvalidScore(
            f"{name} - Should be level {chart.level}, but found level {entry.level}."
        )
    score = positive_integer(entry.score, f"{name} - Invalid score of {entry.score}.")
    if score > _PERFECT_SCORE:
        raise InvalidScore(
            f"{name} - Invalid score of {entry.score} (was greater than {_PERFECT_SCORE:,})."
        )
    # Clients know this text with the score cell in it.
    exscore = positive_integer(entry.exscore, f"{name} - Invalid EX score of {entry.score}.")
    lamp = _LAMPS.get(entry.lamp)
    if lamp is None:
        raise InvalidScore(f"{name} - Invalid lamp of {entry.lamp}.")
    return DryScore(
        song=song,
        chart=chart,
        service=SERVICE,
        comment=None,
        timeAchieved=None,
        scoreData=ScoreData(
            {"score": score, "lamp": lamp},
            {},
            # The site prints 0 for who never played with EX scores.
            {"exScore": exscore or None},
        ),
        scoreMeta={},
    )


def _find(entry: Entry, catalogue: GameCatalogue) -> tuple[Song, Chart]:
    song = catalogue.song_by_title(entry.title)
    if song is None:
        raise SongOrChartNotFound(f"Could not find song for {entry.title}.")
    difficulty = _DIFFICULTIES.get(entry.difficulty)
    if difficulty is None:
        raise InvalidScore(f"{entry.title} - Invalid difficulty of {entry.difficulty}.")
    chart = catalogue.chart_of_song(song.id, PLAYTYPE, difficulty)
    if chart is None:
        raise SongOrChartNotFound(f"Could not find chart for {_name(song, difficulty)}.")
    return song, chart


def _name(song: Song, difficulty: str) -> str:
    """The chart in messages."""
    return f"{song.title} [{difficulty}]"
