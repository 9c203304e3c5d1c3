"""file/eamusement-iidx-csv and file/pli-iidx-csv: the score CSV of beatmania IIDX's site.

One row is one song with a block of cells for each difficulty. All scores of a file are
looked up in one version of the game, the newest that a row names. Columns are found by their
headers. Tachi's own export is such a file, with numbers of versions, times only of some rows,
and commas of titles escaped.

Source: specification, import-types/eamusement-iidx-csv.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from common.catalogue.documents import Chart, Song
from common.catalogue.index import GameCatalogue
from common.errors import (
    FatalImportError,
    InvalidScore,
    NotTracked,
    SkipScore,
    SongOrChartNotFound,
)
from common.games.kit.eamusement_csv import DIFFICULTIES, VERSION_NAMES
from common.games.model import ScoreData
from common.games.registry import get_game, get_gpt
from common.validation import text_of
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
    loose_number,
    positive_integer,
    trim,
    trim_end,
    word,
)
from worker.import_types.reading.csv_part import Reading
from worker.import_types.reading.csv_table import header_key
from worker.import_types.reading.timestamps import JST, parse_date

GAME: Final = "iidx"

# Older files have no block for LEGGENDARIA charts; those have rows of their own, with a mark at the
# end of the title.
# Of a file whose headers nobody knows: its blocks, by the number of its cells.
_BLOCKS: Final = {27: ("NORMAL", "HYPER", "ANOTHER"), 41: DIFFICULTIES}
_FIRST_BLOCK: Final = 5  # cells before it
_BLOCK_LENGTH: Final = 7  # cells, of which the last (the grade) is not read

# The site's headers; those of a block come after the name of its difficulty.
_VERSION: Final = header_key("バージョン")
_TITLE: Final = header_key("タイトル")
_TIME: Final = header_key("最終プレー日時")
_BLOCK_HEADERS: Final = (
    ("難易度",),
    ("スコア", "EXスコア"),
    ("PGreat",),
    ("Great",),
    ("ミスカウント",),
    ("クリアタイプ",),
)
_EXSCORE: Final = 1  # places in _BLOCK_HEADERS
_LAMP: Final = 5

_NO_SCORE: Final = NO_VALUE | {"0"}
_LEGGENDARIA_MARKS: Final = ("†LEGGENDARIA", "†")

_MAX_BP: Final = 9999

# The site's names, in whatever case; of the newest versions as the game has them. Tachi's own
# export has numbers instead.
_VERSION_NUMBERS: Final = {
    name.casefold(): number for number, name in enumerate(VERSION_NAMES, start=1)
} | {
    name.casefold(): int(version)
    for version, name in get_gpt(GAME, "SP").versions.items()
    if version.isdecimal()
}
_NEWEST_VERSION: Final = max(_VERSION_NUMBERS.values())

# The site's names are ours, but for one; of other tools' files ours are as good.
_LAMPS: Final = lamps_by_name(get_gpt(GAME, "SP"), {"FULLCOMBO CLEAR": "FULL COMBO"})


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

    def check_form(self, filename: str, fields: Mapping[str, Any]) -> None:
        playtype = fields.get("playtype", msgspec.UNSET)
        if not isinstance(playtype, str) or playtype not in get_game(GAME).playtypes:
            raise FatalImportError(400, f"Invalid playtype of {text_of(playtype)} given.")
        if "assertPlaytypeCorrect" not in fields:
            _check_filename(filename, playtype)

    def check(self, content: bytes, games: Collection[str]) -> None:
        table = csv_table.read_beginning(content, _is_known)
        if table is not None:
            _layout(table)

    def parse(self, upload: Upload) -> Parsed:
        self.check_form(upload.filename, upload.fields)
        playtype = upload.fields["playtype"]
        table = csv_table.read(upload.content, _is_known)
        blocks, places = _layout(table)
        context = {
            "playtype": playtype,
            "importVersion": _version_of(table.rows([places[0]])),
            "hasBeginnerAndLegg": "LEGGENDARIA" in blocks,
            "service": self.service,
        }
        return Parsed(GAME, context, _entries(table.rows(places), blocks))

    def part(self, content: bytes, indexes: frozenset[int]) -> Part:
        return csv_part.part(content, _is_known, _reading, indexes)

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return _Converter(context, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        return Subject(entry.title, entry.score.difficulty)


class EamusementIIDXCSV(_IIDXCSV):
    name = "file/eamusement-iidx-csv"
    part_type = "file/eamusement-iidx-csv"
    input = Upload
    service = "e-amusement"


class PLIIIDXCSV(_IIDXCSV):
    name = "file/pli-iidx-csv"
    part_type = "file/pli-iidx-csv"
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


def _is_known(columns: Mapping[str, int]) -> bool:
    return _TITLE in columns and bool(_known_blocks(columns))


def _known_blocks(columns: Mapping[str, int]) -> dict[str, list[int]]:
    """The places of the cells of each difficulty that has a score and a lamp; -1 = no such."""
    blocks = {}
    for difficulty in (*DIFFICULTIES, *_new_difficulties(columns)):
        places = [
            next(
                (columns[key] for key in _keys(difficulty, names) if key in columns),
                -1,
            )
            for names in _BLOCK_HEADERS
        ]
        if places[_EXSCORE] >= 0 and places[_LAMP] >= 0:
            blocks[difficulty] = places
    return blocks


def _new_difficulties(columns: Mapping[str, int]) -> list[str]:
    """Those that nobody knows yet: what stands before the header of a score."""
    ends = [header_key(name) for name in _BLOCK_HEADERS[_EXSCORE]]
    known = set(map(header_key, DIFFICULTIES))
    named = [key.removesuffix(end) for key in columns for end in ends if key.endswith(end)]
    return [name.upper() for name in dict.fromkeys(named) if name and name not in known]


def _keys(difficulty: str, names: Iterable[str]) -> list[str]:
    return [header_key(difficulty + name) for name in names]


def _layout(table: csv_table.Table) -> tuple[tuple[str, ...], list[int]]:
    """The difficulties of a table, and the places of version, title, time and their cells."""
    columns = table.columns
    if _is_known(columns):
        blocks = _known_blocks(columns)
        cells = [place for places in blocks.values() for place in places]
        first = [columns.get(name, -1) for name in (_VERSION, _TITLE, _TIME)]
        return tuple(blocks), first + cells
    count = next((width for width in table.widths() if width in _BLOCKS), None)
    if count is None:
        raise FatalImportError(
            400, "Invalid CSV provided. CSV does not have the correct amount of headers."
        )
    starts = range(_FIRST_BLOCK, count - 1, _BLOCK_LENGTH)
    cells = [start + place for start in starts for place in range(len(_BLOCK_HEADERS))]
    return _BLOCKS[count], [0, 1, count - 1, *cells]


def _reading(table: csv_table.Table) -> Reading:
    blocks, places = _layout(table)
    version = _version_of(table.rows([places[0]]))

    def is_of_version(row: csv_table.Row) -> bool:
        return not isinstance(row, RefusedEntry) and _version_of([row[:1]]) == version

    def count(row: csv_table.Row) -> int:
        return 1 if isinstance(row, RefusedEntry) else len(blocks)

    # Without a row that names the newest version, charts would be looked up in an older one.
    return Reading(places, count, is_of_version)


def _version_of(rows: Iterable[csv_table.Row]) -> str | None:
    """The newest version that a row names; one that nobody knows is newer than all others.

    None: no row names any.
    """
    newest, unknown = 0, None
    numbers = _VERSION_NUMBERS
    for row in rows:
        if isinstance(row, RefusedEntry):
            continue
        (name,) = row
        number = numbers.get(name.casefold())
        if number is None:
            name = trim(name)
            number = numbers.get(name.casefold()) or _numbered(name)
            if number is None:
                unknown = unknown or name or None
                continue
        newest = max(newest, number)
    return unknown or (str(newest) if newest else None)


def _numbered(name: str) -> int | None:
    """The version that a number names, where it is one of them."""
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 3 else 0
    return number if 0 < number <= _NEWEST_VERSION else None


def _entries(
    rows: Iterable[csv_table.Row], blocks: tuple[str, ...]
) -> Iterator[Entry | RefusedEntry]:
    length = len(_BLOCK_HEADERS)
    for row in rows:
        if isinstance(row, RefusedEntry):
            yield row
            continue
        title, timestamp = trim(row[1]), trim(row[2])
        start = 3
        for difficulty in blocks:
            level, exscore, pgreat, great, bp, lamp = row[start : start + length]
            yield Entry(
                Block(difficulty, level, exscore, pgreat, great, bp, lamp), timestamp, title
            )
            start += length


# --- converting ------------------------------------------------------------------------


class _Converter:
    def __init__(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> None:
        self._playtype: str = context["playtype"]
        self._named_version: str | None = context["importVersion"]
        self._version = catalogue.version_to_match(self._playtype, self._named_version)
        self._marks_leggendaria: bool = not context["hasBeginnerAndLegg"]
        self._service: str = context["service"]
        self._untracked = get_gpt(GAME, self._playtype).untracked_difficulties
        self._catalogue = catalogue

    def __call__(self, entry: Entry) -> DryScore:
        block = entry.score
        if block.exscore in _NO_SCORE or _is_no_score(block.exscore):
            raise SkipScore("Score has an exscore of 0.")
        if block.difficulty in self._untracked:
            raise NotTracked(f"{block.difficulty} charts are not supported.")
        song, chart = self._find(entry)
        name = self._name(song, block)
        score, judgements = _points(block, chart, name)
        lamp = _LAMPS.get(block.lamp) or _LAMPS.get(word(block.lamp))
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

        def chart_of(song: Song) -> Chart | None:
            return self._catalogue.chart_of_song(song.id, self._playtype, difficulty, self._version)

        found = self._catalogue.find_titled(title, chart_of)
        if found is None:
            raise SongOrChartNotFound(f"Could not find song for {title}.")
        song, chart = found
        if chart is None:
            raise SongOrChartNotFound(f"Could not find chart for {self._name(song, entry.score)}")
        return song, chart

    def _name(self, song: Song, block: Block) -> str:
        """The chart in messages, with the difficulty of the block that the score is in."""
        version = f" [v{self._named_version}]" if self._named_version else ""
        return f"{song.title} ({self._playtype} {block.difficulty}{version})"


def _is_no_score(cell: str) -> bool:
    """Of a cell as a spreadsheet may have left it."""
    return not (cell.isascii() and cell.isdigit()) and as_number(cell.strip()) in _NO_SCORE


def _without_mark(title: str) -> str:
    for mark in _LEGGENDARIA_MARKS:
        title = title.removesuffix(mark)
    return trim_end(title)


def _points(block: Block, chart: Chart, name: str) -> tuple[int, dict[str, int | None]]:
    """The EX score and the judgements it is made of. Raises InvalidScore."""
    ex_score = as_number(block.exscore)
    score = positive_integer(ex_score, f"{name} - Invalid EX score of {block.exscore}")
    most = chart.data.notecount * 2
    if score > most:
        raise InvalidScore(
            f"{name} - Invalid EX Score of {block.exscore}"
            f" (Was greater than max chart ex of {most})."
        )
    pgreat = _count(block.pgreat, f"{name} - Invalid PGreats of {block.pgreat}")
    # Clients know this text with the PGREAT cell in it.
    great = _count(block.great, f"{name} - Invalid Greats of {block.pgreat}")
    if pgreat is None or great is None:
        counts: dict[str, int | None] = {"pgreat": pgreat, "great": great}
        return score, {name: count for name, count in counts.items() if count is not None}
    if pgreat * 2 + great != score:
        raise InvalidScore(
            f"{name} - PGreats * 2 + Greats did not equal EXScore"
            f" ({pgreat} * 2 + {great} != {score})."
        )
    return score, {"pgreat": pgreat, "great": great}


def _count(cell: str, failure: str) -> int | None:
    return None if cell.strip() in NO_VALUE else positive_integer(as_number(cell), failure)


def _optional(block: Block, name: str) -> dict[str, Any]:
    """The miss count, unless the cell is empty or holds no number (`---`)."""
    if not block.bp.strip():
        return {}
    bp = loose_number(as_number(block.bp))
    if bp != bp:
        return {}
    if not (0 <= bp <= _MAX_BP and bp.is_integer()):
        raise InvalidScore(f"{name} - Invalid BP of {block.bp}.")
    return {"bp": int(bp)}
