"""file/eamusement-sdvx-csv: the personal bests that SOUND VOLTEX's site exports.

One row is one score. The file does not say when it was achieved.

Source: specification, import-types/eamusement-sdvx-csv.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from common.catalogue.documents import Chart, Song
from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, InvalidScore, SkipScore, SongOrChartNotFound
from common.games.model import ScoreData
from common.games.registry import get_gpt
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
from worker.import_types.reading.assertions import (
    NO_VALUE,
    as_number,
    lamps_by_name,
    positive_integer,
    word,
)
from worker.import_types.reading.csv_part import Reading
from worker.import_types.reading.csv_table import header_key

GAME: Final = "sdvx"
PLAYTYPE: Final = "Single"
SERVICE: Final = "e-amusement"

# The site's headers, in its order; only those of `_NEEDED` have to be there.
_HEADERS: Final = ("楽曲名", "難易度", "楽曲レベル", "クリアランク", "ハイスコア", "EXスコア")
_NEEDED: Final = tuple(header_key(_HEADERS[place]) for place in (0, 1, 3, 4))
# Of a file whose headers nobody knows: as many columns as the site's, the same ones in place.
_COLUMNS: Final = 11
_PLACES: Final = (0, 1, 2, 3, 5, 6)

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
    "NABLA": "NBL",
    "ULTIMATE": "ULT",
}
# The site's names; of other tools' files ours are as good.
_LAMPS: Final = lamps_by_name(
    get_gpt(GAME, PLAYTYPE),
    {
        "PLAYED": "FAILED",
        "COMPLETE": "CLEAR",
        "EXCESSIVE COMPLETE": "EXCESSIVE CLEAR",
        "MAXXIVE COMPLETE": "MAXXIVE CLEAR",
        "PERFECT": "PERFECT ULTIMATE CHAIN",
    },
)


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
    part_type = "file/eamusement-sdvx-csv"
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
            content, _is_known, lambda table: Reading(_layout(table), lambda row: 1), indexes
        )

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: _convert(entry, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        return Subject(entry.title, entry.difficulty)


def _is_known(columns: Mapping[str, int]) -> bool:
    return all(header in columns for header in _NEEDED)


def _layout(table: csv_table.Table) -> list[int]:
    """The places of an entry's cells."""
    if _is_known(table.columns):
        return [table.columns.get(header_key(header), -1) for header in _HEADERS]
    if _COLUMNS not in table.widths():
        raise FatalImportError(
            400, "Invalid CSV provided. CSV does not have the correct number of headers."
        )
    return list(_PLACES)


def _entries(rows: Iterable[csv_table.Row]) -> Iterator[Entry | RefusedEntry]:
    for row in rows:
        if isinstance(row, RefusedEntry):
            yield row
        else:
            yield Entry(*row)


def _convert(entry: Entry, catalogue: GameCatalogue) -> DryScore:
    if entry.score.strip() in NO_VALUE:
        raise SkipScore("The row has no score.")
    song, chart = _find(entry, catalogue)
    # The level is information: it differs wherever a chart was rated again.
    name = _name(song, chart.difficulty)
    score = positive_integer(as_number(entry.score), f"{name} - Invalid score of {entry.score}.")
    if score > _PERFECT_SCORE:
        raise InvalidScore(
            f"{name} - Invalid score of {entry.score} (was greater than {_PERFECT_SCORE:,})."
        )
    # Clients know this text with the score cell in it.
    wrong_exscore = f"{name} - Invalid EX score of {entry.score}."
    exscore = 0
    if entry.exscore.strip() not in NO_VALUE:
        exscore = positive_integer(as_number(entry.exscore), wrong_exscore)
    lamp = _LAMPS.get(entry.lamp) or _LAMPS.get(word(entry.lamp))
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
    difficulty = _DIFFICULTIES.get(entry.difficulty) or _DIFFICULTIES.get(word(entry.difficulty))

    def chart_of(song: Song) -> Chart | None:
        # One that nobody knows yet may be in the catalogue under the name that the site prints.
        return catalogue.chart_of_song(song.id, PLAYTYPE, difficulty or entry.difficulty)

    found = catalogue.find_titled(entry.title, chart_of)
    if found is None:
        raise SongOrChartNotFound(f"Could not find song for {entry.title}.")
    song, chart = found
    if chart is None:
        why = "" if difficulty else f" {entry.difficulty} is no difficulty known so far."
        name = _name(song, difficulty or entry.difficulty)
        raise SongOrChartNotFound(f"Could not find chart for {name}.{why}")
    return song, chart


def _name(song: Song, difficulty: str) -> str:
    """The chart in messages."""
    return f"{song.title} [{difficulty}]"
