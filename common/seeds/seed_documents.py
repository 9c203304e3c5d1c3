"""The shapes of the documents in each collection; unknown keys are errors.

The `data` of songs and charts is each game's own (`common.games`), checked apart.

Source: specification, seeds-format.md sections 2 to 11.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from common.catalogue import documents as catalogue

# As large as the database's integers.
SongID = Annotated[int, Meta(ge=0, le=2**31 - 1)]
NonNegativeNumber = Annotated[float, Meta(ge=0)]


class Song(catalogue.Song, forbid_unknown_fields=True):
    id: SongID


class Chart(catalogue.Chart, forbid_unknown_fields=True):
    songID: SongID


class Folder(msgspec.Struct, forbid_unknown_fields=True):
    """`data`: a query, or for type `static` a list of chartIDs."""

    folderID: str
    game: str
    playtype: str
    title: str
    type: Literal["charts", "songs", "static"]
    data: dict[str, Any] | list[str]
    inactive: bool
    searchTerms: list[str]


class Table(msgspec.Struct, forbid_unknown_fields=True):
    """`folders`: folderIDs in display order."""

    tableID: str
    game: str
    playtype: str
    title: str
    description: str
    folders: list[str]
    inactive: bool
    default: bool


class SingleChart(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="single"):
    data: str


class SeveralCharts(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="multi"):
    data: list[str]


class ChartsOfFolder(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="folder"):
    data: str


class AnyChart(msgspec.Struct, forbid_unknown_fields=True, tag_field="mode", tag="single"):
    """Reached on any one of the charts. For ENUM metrics `value` is an index."""

    key: str
    value: float


class ManyCharts(msgspec.Struct, forbid_unknown_fields=True, tag_field="mode", tag="absolute"):
    key: str
    value: float
    countNum: NonNegativeNumber


class ShareOfCharts(msgspec.Struct, forbid_unknown_fields=True, tag_field="mode", tag="proportion"):
    key: str
    value: float
    countNum: NonNegativeNumber


class Goal(msgspec.Struct, forbid_unknown_fields=True):
    goalID: str
    game: str
    playtype: str
    name: str
    charts: SingleChart | SeveralCharts | ChartsOfFolder
    criteria: AnyChart | ManyCharts | ShareOfCharts


class QuestGoal(msgspec.Struct, forbid_unknown_fields=True):
    goalID: str
    note: str | msgspec.UnsetType = msgspec.UNSET


class QuestSection(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    goals: list[QuestGoal]
    desc: str | msgspec.UnsetType = msgspec.UNSET


class Quest(msgspec.Struct, forbid_unknown_fields=True):
    questID: str
    game: str
    playtype: str
    name: str
    desc: str
    questData: list[QuestSection]


class Questline(msgspec.Struct, forbid_unknown_fields=True):
    """`quests`: questIDs in order."""

    questlineID: str
    game: str
    playtype: str
    name: str
    desc: str
    quests: list[str]


class Course(msgspec.Struct, forbid_unknown_fields=True):
    """`md5sums`: MD5 digests (32 characters each) of two or more charts, joined."""

    title: str
    md5sums: Annotated[str, Meta(pattern="^([0-9a-z]{32}){2,}$")]
    playtype: Literal["7K", "14K"]
    set: str
    value: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of collection: `key` names the field that tells its documents apart."""

    name: str
    key: str
    document: type[msgspec.Struct]


SONGS: Final = Kind("songs", "id", Song)
CHARTS: Final = Kind("charts", "chartID", Chart)
FOLDERS: Final = Kind("folders", "folderID", Folder)
TABLES: Final = Kind("tables", "tableID", Table)
GOALS: Final = Kind("goals", "goalID", Goal)
QUESTS: Final = Kind("quests", "questID", Quest)
QUESTLINES: Final = Kind("questlines", "questlineID", Questline)
COURSES: Final = Kind("bms-course-lookup", "md5sums", Course)

# In the order they are written: each before those that refer to it.
KINDS: Final = (SONGS, CHARTS, FOLDERS, TABLES, GOALS, QUESTS, QUESTLINES, COURSES)
# One file has those of all games, each with its game and playtype.
OF_ALL_GAMES: Final = (FOLDERS, TABLES, GOALS, QUESTS, QUESTLINES)

_PER_GAME: Final = (SONGS, CHARTS)
_BY_NAME: Final = {kind.name: kind for kind in KINDS}
_PER_GAME_NAME: Final = re.compile("(songs|charts)-([a-z]+)")


def kind_of(collection: str) -> tuple[Kind, str | None] | None:
    """The kind and game of a collection by its name; None where the name is no collection's."""
    if match := _PER_GAME_NAME.fullmatch(collection):
        return _BY_NAME[match[1]], match[2]
    kind = _BY_NAME.get(collection)
    return None if kind is None or kind in _PER_GAME else (kind, None)
