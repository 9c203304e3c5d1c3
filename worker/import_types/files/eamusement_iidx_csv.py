"""file/eamusement-iidx-csv and file/pli-iidx-csv: the score CSV of beatmania IIDX's site.

One row is one song with a block of cells for each difficulty. All scores of a file are
looked up in one version of the game, the newest that a row names.

Source: specification, import-types/eamusement-iidx-csv.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from common.catalogue.documents import Chart, Song
from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, InvalidScore, SkipScore, SongOrChartNotFound
from common.games.model import ScoreData
from common.games.registry import get_game, get_gpt
from common.validation import text_of
from worker.import_types.base import (
    Converter,
    DryScore,
    Parsed,
    StructEntries,
    Subject,
    Upload,
)
from worker.import_types.reading import naive_csv
from worker.import_types.reading.assertions import loose_number, positive_integer, trim, trim_end
from worker.import_types.reading.timestamps import JST, parse_date

GAME: Final = "iidx"

# The difficulty blocks of a row, by the number of its cells. Older files have no block for
# LEGGENDARIA charts; those have rows of their own, with a mark at the end of the title.
_BLOCKS: Final = {
    27: ("NORMAL", "HYPER", "ANOTHER"),
    41: ("BEGINNER", "NORMAL", "HYPER", "ANOTHER", "LEGGENDARIA"),
}
_FIRST_BLOCK: Final = 5  # cells before it
_BLOCK_LENGTH: Final = 7  # cells
_LEGGENDARIA_MARKS: Final = ("†LEGGENDARIA", "†")

_MAX_BP: Final = 9999

# The version names of the site, oldest first; the first is version 1.
_VERSION_NAMES: Final = (
    "1st&substream",
    "2nd style",
    "3rd style",
    "4th style",
    "5th style",
    "6th style",
    "7th style",
    "8th style",
    "9th style",
    "10th style",
    "IIDX RED",
    "HAPPY SKY",
    "DistorteD",
    "GOLD",
    "DJ TROOPERS",
    "EMPRESS",
    "SIRIUS",
    "Resort Anthem",
    "Lincle",
    "tricoro",
    "SPADA",
    "PENDUAL",
    "copula",
    "SINOBUZ",
    "CANNON BALLERS",
    "Rootage",
    "HEROIC VERSE",
    "BISTROVER",
    "CastHour",
    "RESIDENT",
    "EPOLIS",
    "Pinky Crush",
    "Sparkle Shower",
)
_VERSION_NUMBERS: Final = {name: number for number, name in enumerate(_VERSION_NAMES, start=1)}

_LAMPS: Final = {
    "NO PLAY": "NO PLAY",
    "FAILED": "FAILED",
    "ASSIST CLEAR": "ASSIST CLEAR",
    "EASY CLEAR": "EASY CLEAR",
    "CLEAR": "CLEAR",
    "HARD CLEAR": "HARD CLEAR",
    "EX HARD CLEAR": "EX HARD CLEAR",
    "FULLCOMBO CLEAR": "FULL COMBO",
}


class Block(msgspec.Struct, gc=False):
    """The cells of one difficulty, as they stand in the file."""

    difficulty: str
    level: str
    exscore: str
    pgreat: str
    great: str
    bp: str
    lamp: str


class Entry(msgspec.Struct, gc=False):
    score: Block
    timestamp: str
    title: str


class _IIDXCSV(StructEntries):
    """What both sites share: they differ in their names."""

    name: str
    service: str
    entry_type = Entry
    form_fields = ("playtype", "assertPlaytypeCorrect")

    def parse(self, given: Upload) -> Parsed:
        playtype = given.fields.get("playtype", msgspec.UNSET)
        if not isinstance(playtype, str) or playtype not in get_game(GAME).playtypes:
            raise FatalImportError(400, f"Invalid playtype of {text_of(playtype)} given.")
        if "assertPlaytypeCorrect" not in given.fields:
            _check_filename(given.filename, playtype)
        table = naive_csv.read(given.content)
        blocks = _BLOCKS.get(len(table.headers))
        if blocks is None:
            raise FatalImportError(
                400, "Invalid CSV provided. CSV does not have the correct amount of headers."
            )
        context = {
            "playtype": playtype,
            "importVersion": _version_of(table.rows(), playtype),
            "hasBeginnerAndLegg": "LEGGENDARIA" in blocks,
            "service": self.service,
        }
        return Parsed(GAME, context, _entries(table.rows(), blocks))

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return _Converter(context, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        return Subject(entry.title, entry.score.difficulty)


class EamusementIIDXCSV(_IIDXCSV):
    name = "file/eamusement-iidx-csv"
    input = Upload
    service = "e-amusement"


class PLIIIDXCSV(_IIDXCSV):
    name = "file/pli-iidx-csv"
    input = Upload
    service = "PLI"


# --- parsing ---------------------------------------------------------------------------


def _check_filename(filename: str, playtype: str) -> None:
    """The file does not say which playtype it is for, but people's file names often do."""
    for other in get_game(GAME).playtypes:
        if other != playtype and other.lower() in filename.lower():
            raise FatalImportError(
                400,
                f"Safety Triggered: Filename contained '{other}', but was marked as a"
                f" {playtype} import. Are you *absolutely* sure this is right?",
            )


def _version_of(rows: Iterable[list[str]], playtype: str) -> str:
    """The newest version that a row names."""
    newest = 0
    for row in rows:
        number = _VERSION_NUMBERS.get(row[0])
        if number is None:
            raise FatalImportError(400, f"Invalid/Unsupported Eamusement Version Name {row[0]}.")
        newest = max(newest, number)
    if str(newest) not in get_gpt(GAME, playtype).versions:
        raise FatalImportError(
            400, f"Unsupported version '{newest}'. Is your CSV properly filled out?"
        )
    return str(newest)


def _entries(rows: Iterable[list[str]], blocks: tuple[str, ...]) -> Iterator[Entry]:
    for row in rows:
        title, timestamp = trim(row[1]), trim(row[-1])
        start = _FIRST_BLOCK
        for difficulty in blocks:
            level, exscore, pgreat, great, bp, lamp, _ = row[start : start + _BLOCK_LENGTH]
            yield Entry(
                Block(difficulty, level, exscore, pgreat, great, bp, lamp), timestamp, title
            )
            start += _BLOCK_LENGTH


# --- converting ------------------------------------------------------------------------


class _Converter:
    def __init__(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> None:
        self._playtype: str = context["playtype"]
        self._version: str = context["importVersion"]
        self._marks_leggendaria: bool = not context["hasBeginnerAndLegg"]
        self._service: str = context["service"]
        self._catalogue = catalogue

    def __call__(self, entry: Entry) -> DryScore:
        block = entry.score
        if block.exscore == "0":
            raise SkipScore("Score has an exscore of 0.")
        if block.level in ("", "0"):
            raise SkipScore("The chart does not exist.")
        song, chart = self._find(entry)
        name = self._name(song, block)
        score, judgements = _points(block, chart, name)
        lamp = _LAMPS.get(block.lamp)
        if lamp is None:
            raise InvalidScore(f"{name} - Invalid Lamp of {block.lamp}.")
        time_achieved = parse_date(entry.timestamp, JST)
        return DryScore(
            song=song,
            chart=chart,
            service=self._service,
            comment=None,
            timeAchieved=time_achieved,
            scoreData=ScoreData({"score": score, "lamp": lamp}, judgements, _optional(block, name)),
            scoreMeta={},
        )

    def _find(self, entry: Entry) -> tuple[Song, Chart]:
        title, difficulty = entry.title, entry.score.difficulty
        if self._marks_leggendaria and title.endswith(_LEGGENDARIA_MARKS):
            title = _without_mark(title)
            # Whatever block of the row the score came from.
            difficulty = "LEGGENDARIA"
        song = self._catalogue.song_by_title(title)
        if song is None:
            raise SongOrChartNotFound(f"Could not find song for {title}.")
        chart = self._catalogue.chart_of_song(song.id, self._playtype, difficulty, self._version)
        if chart is None:
            raise SongOrChartNotFound(f"Could not find chart for {self._name(song, entry.score)}")
        return song, chart

    def _name(self, song: Song, block: Block) -> str:
        """The chart in messages, with the difficulty of the block that the score is in."""
        return f"{song.title} ({self._playtype} {block.difficulty} [v{self._version}])"


def _without_mark(title: str) -> str:
    for mark in _LEGGENDARIA_MARKS:
        title = title.removesuffix(mark)
    return trim_end(title)


def _points(block: Block, chart: Chart, name: str) -> tuple[int, dict[str, int | None]]:
    """The EX score and the judgements it is made of. Raises InvalidScore."""
    score = positive_integer(block.exscore, f"{name} - Invalid EX score of {block.exscore}")
    most = chart.data.notecount * 2
    if score > most:
        raise InvalidScore(
            f"{name} - Invalid EX Score of {block.exscore}"
            f" (Was greater than max chart ex of {most})."
        )
    pgreat = positive_integer(block.pgreat, f"{name} - Invalid PGreats of {block.pgreat}")
    # Clients know this text with the PGREAT cell in it.
    great = positive_integer(block.great, f"{name} - Invalid Greats of {block.pgreat}")
    if pgreat * 2 + great != score:
        raise InvalidScore(
            f"{name} - PGreats * 2 + Greats did not equal EXScore"
            f" ({pgreat} * 2 + {great} != {score})."
        )
    return score, {"pgreat": pgreat, "great": great}


def _optional(block: Block, name: str) -> dict[str, Any]:
    """The miss count, unless the cell holds no number (`---`). An empty cell is 0."""
    bp = loose_number(block.bp)
    if bp != bp:
        return {}
    if not (0 <= bp <= _MAX_BP and bp.is_integer()):
        raise InvalidScore(f"{name} - Invalid BP of {block.bp}.")
    return {"bp": int(bp)}
