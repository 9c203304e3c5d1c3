"""file/solid-state-squad: the XML that the score site Solid State Squad exports.

beatmania IIDX, mostly the releases for consoles; a file may hold scores of SP and DP.

Source: specification, import-types/solid-state-squad.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC
from typing import Any, Final

from common.catalogue.documents import Chart, Song
from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, InvalidScore, SkipScore, SongOrChartNotFound
from common.games.model import ScoreData
from common.validation import Violation, explain, first_violation, text_of
from common.validation.rules import (
    ANYTHING,
    NUMBER,
    POSITIVE_INTEGER,
    STRING,
    ListOf,
    Record,
    either,
    one_of,
    optional,
)
from worker.import_types.base import (
    Converter,
    DryScore,
    JSONEntries,
    Parsed,
    Part,
    RefusedEntry,
    Subject,
    Upload,
)
from worker.import_types.reading import xml_tree
from worker.import_types.reading.encodings import ENOUGH, without_marks, xml_as_utf8
from worker.import_types.reading.timestamps import parse_date

GAME: Final = "iidx"
SERVICE: Final = "Solid State Squad"

# Playtype and difficulty; None = played with five keys.
_CHARTS: Final[Mapping[str | int, tuple[str, str] | None]] = {
    "L7": ("SP", "NORMAL"),
    7: ("SP", "HYPER"),
    "A": ("SP", "ANOTHER"),
    "B": ("SP", "LEGGENDARIA"),
    5: None,
    "L14": ("DP", "NORMAL"),
    14: ("DP", "HYPER"),
    "A14": ("DP", "ANOTHER"),
    "B14": ("DP", "LEGGENDARIA"),
}

_VERSIONS: Final = {
    "3rd": "3-cs",
    "4th": "4-cs",
    "5th": "5-cs",
    "6th": "6-cs",
    "7th": "7-cs",
    "8th": "8-cs",
    "9th": "9-cs",
    "10th": "10-cs",
    "red": "11-cs",
    "hs": "12-cs",
    "dd": "13-cs",
    "gold": "14-cs",
    "djt": "15-cs",
    "emp": "16-cs",
    "pb": "16-cs",
    "us": "bmus",
}

_CLEARED: Final = "cleared"
_LAMPS: Final = {
    "played": "FAILED",
    _CLEARED: "CLEAR",
    "combo": "FULL COMBO",
    "comboed": "FULL COMBO",
    "perfect": "FULL COMBO",
    "perfected": "FULL COMBO",
}
# How hard the gauge was counts for those who cleared and no more.
_CLEAR_LAMPS: Final = {"E": "EASY CLEAR", "H": "HARD CLEAR", None: "CLEAR"}

# Our name of each judgement, and that of its element.
_JUDGEMENTS: Final = {
    "pgreat": "justgreats",
    "great": "greats",
    "good": "good",
    "bad": "bad",
    "poor": "poor",
}

_SONG_PATH: Final = ("s3data", "scoredata", "song")

# Elements that hold what people wrote: there "007" is no number.
_TEXTS: Final = frozenset({"login", "djname", "songname", "styles", "date", "comment"})

_SONG: Final = Record(
    {
        "id": POSITIVE_INTEGER,
        "diff": either(STRING, NUMBER),
        "songname": either(STRING, NUMBER),
        "styles": STRING,
        "exscore": POSITIVE_INTEGER,
        "scorebreakdown": optional(
            Record(dict.fromkeys(_JUDGEMENTS.values(), POSITIVE_INTEGER), others=True)
        ),
        "mods": Record({"hardeasy": optional(one_of("H", "E"))}, others=True),
        "cleartype": one_of(*_LAMPS),
        "date": STRING,
        "comment": optional(STRING),
    },
    others=True,
)
_DOCUMENT: Final = Record(
    {
        "s3data": Record(
            {
                "userdata": Record(
                    {"id": POSITIVE_INTEGER, "login": STRING, "djname": STRING}, others=True
                ),
                "scoredata": Record({"song": ListOf(ANYTHING)}, others=True),
            },
            others=True,
        )
    }
)


class SolidStateSquad(JSONEntries):
    """An entry is a `song` element as `xml_tree` gives it."""

    name = "file/solid-state-squad"
    part_type = "file/solid-state-squad"
    input = Upload

    def check(self, content: bytes, games: Collection[str]) -> None:
        beginning = without_marks(content[:ENOUGH]).lstrip()
        if len(content) <= ENOUGH:
            _read(content)
        elif b"\0" not in beginning and not beginning.startswith(b"<"):
            # No XML, in which there would not be any either.
            _songs({})

    def parse(self, upload: Upload) -> Parsed:
        songs = _read(upload.content)
        return Parsed(GAME, {}, [_checked(number, song) for number, song in enumerate(songs)])

    def part(self, content: bytes, indexes: frozenset[int]) -> Part:
        places = [number for number in range(len(_read(content))) if number in indexes]
        return Part(xml_tree.without(xml_as_utf8(content), _SONG_PATH, indexes), places)

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: _convert(entry, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        return Subject(text_of(entry["songname"]), text_of(entry["diff"]))


def _read(content: bytes) -> list[Any]:
    """The `song` elements, of a document that is fine apart from them."""
    try:
        document = xml_tree.read(xml_as_utf8(content), _TEXTS)
    except xml_tree.XMLRefused:
        raise FatalImportError(400, "Could not parse XML.") from None
    songs = _songs(document)
    violation = first_violation(_DOCUMENT, document)
    if violation is not None:
        raise FatalImportError(400, explain(violation, "Invalid S3 XML."))
    return songs


def _checked(number: int, song: Any) -> Any:
    """The song, or what is wrong with it. An element without content is none at all."""
    if isinstance(song, dict):
        if song.get("mods") == "":
            song["mods"] = {}
        if song.get("scorebreakdown") == "":
            del song["scorebreakdown"]
    violation = _SONG.violation(song)
    if violation is None:
        return song
    path = (*_SONG_PATH, number, *violation.path)
    told = explain(Violation(path, violation.message, violation.value), "Invalid S3 XML.")
    fields = song if isinstance(song, dict) else {}
    return RefusedEntry(told, text_of(fields.get("songname")), text_of(fields.get("diff")))


def _songs(document: dict[str, Any]) -> list[Any]:
    """The `song` elements, which are a list in the document then, even a single one."""
    scores: Any = document
    for name in _SONG_PATH[:-1]:
        scores = scores.get(name) if isinstance(scores, dict) else None
    if not isinstance(scores, dict) or "song" not in scores:
        raise FatalImportError(400, "Invalid S3 XML, no s3data -> scoredata -> song?")
    if not isinstance(scores["song"], list):
        scores["song"] = [scores["song"]]
    songs: list[Any] = scores["song"]
    return songs


# --- converting ------------------------------------------------------------------------


def _convert(entry: Mapping[str, Any], catalogue: GameCatalogue) -> DryScore:
    song, chart = _find(entry, catalogue)
    return DryScore(
        song=song,
        chart=chart,
        service=SERVICE,
        comment=entry.get("comment") or None,
        timeAchieved=parse_date(entry["date"], UTC),
        scoreData=ScoreData(
            {"score": int(entry["exscore"]), "lamp": _lamp(entry)}, _judgements(entry), {}
        ),
        scoreMeta={},
    )


def _find(entry: Mapping[str, Any], catalogue: GameCatalogue) -> tuple[Song, Chart]:
    title = entry["songname"]
    wanted: tuple[str, str, str] | None = None

    def chart_of(song: Song) -> Chart | None:
        # What is wrong with the rest is only said of a song that there is.
        nonlocal wanted
        wanted = wanted or _wanted(entry)
        playtype, difficulty, style = wanted
        # A style that nobody knows yet says as little as a version that no chart is of.
        version = _VERSIONS.get(style) or catalogue.version_to_match(playtype, style)
        return catalogue.chart_of_song(song.id, playtype, difficulty, version)

    found = catalogue.find_titled(title, chart_of)
    if found is None:
        raise SongOrChartNotFound(f"Could not find song with title {title}")
    song, chart = found
    if chart is None:
        assert wanted is not None, "a chart was looked for"
        playtype, difficulty, style = wanted
        version = _VERSIONS.get(style, style)
        raise SongOrChartNotFound(
            f"Could not find chart {title} ({playtype} {difficulty} version ({version}))"
        )
    return song, chart


def _wanted(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    """Playtype, difficulty, and the release that a score is from: the last that has the song."""
    diff = entry["diff"]
    diff = diff.upper() if isinstance(diff, str) else diff
    if diff not in _CHARTS:
        raise SongOrChartNotFound(
            f"{entry['songname']} - Unknown difficulty {text_of(entry['diff'])}."
        )
    playtype_and_difficulty = _CHARTS[diff]
    if playtype_and_difficulty is None:
        raise SkipScore("5KEY scores are not supported.")
    style = entry["styles"].rpartition(",")[2]
    if not style:
        raise InvalidScore("Song has invalid style -- Score has no styles?")
    return *playtype_and_difficulty, style


def _lamp(entry: Mapping[str, Any]) -> str:
    clear: str = entry["cleartype"]
    if clear != _CLEARED:
        return _LAMPS[clear]
    mods = entry["mods"]
    # Several `mods` are a list, in which there is none of that name.
    return _CLEAR_LAMPS[mods.get("hardeasy") if isinstance(mods, dict) else None]


def _judgements(entry: Mapping[str, Any]) -> dict[str, int | None]:
    breakdown = entry.get("scorebreakdown")
    if breakdown is None:
        return {}
    return {ours: int(breakdown[theirs]) for ours, theirs in _JUDGEMENTS.items()}
