"""Where each kind of collection is stored, and what a load may do to it.

Source: specification, seeds-format.md section 13.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from common.seeds.schema import Document
from common.seeds.seed_documents import (
    CHARTS,
    COURSES,
    FOLDERS,
    GOALS,
    QUESTLINES,
    QUESTS,
    SONGS,
    TABLES,
    Kind,
)

# Songs that players brought are numbered from here, where no seeds have any.
FIRST_SONG_OF_PLAYERS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class StoredKind:
    """A kind of collection in the database.

    fields: document field by column, the key first. json: the columns that hold JSON.
    per_game: the table's key is led by `game`, which no document says.
    updates, removes: whether a load replaces documents that differ, and removes those that
    are no longer in the file.
    """

    kind: Kind
    table: str
    fields: Mapping[str, str]
    json: frozenset[str]
    per_game: bool = False
    updates: bool = True
    removes: bool = True

    @property
    def key(self) -> str:
        """The column that holds the documents' key."""
        return next(iter(self.fields))

    @property
    def columns(self) -> tuple[str, ...]:
        game = ("game",) if self.per_game else ()
        return (*game, *self.fields, "content_hash")

    def row(self, document: Document, content_hash: bytes, game: str | None) -> tuple[Any, ...]:
        """The values of `columns`."""
        values = (
            json_text(document[field]) if column in self.json else document[field]
            for column, field in self.fields.items()
        )
        return (*((game,) if self.per_game else ()), *values, content_hash)


def json_text(value: Any) -> str:
    return orjson.dumps(value).decode()


def content_hash(document: Document) -> bytes:
    """What tells whether a document changed: keys in any order, lists in theirs.

    12 and 12.0 count as different, which costs a needless update at worst.
    """
    return sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).digest()


def _same(*columns: str) -> dict[str, str]:
    return {column: column for column in columns}


_GPT: Final = _same("game", "playtype")

STORED: Final[Mapping[str, StoredKind]] = {
    stored.kind.name: stored
    for stored in (
        StoredKind(
            SONGS,
            "songs",
            {
                **_same("id", "title", "artist"),
                "alt_titles": "altTitles",
                "search_terms": "searchTerms",
                "data": "data",
            },
            json=frozenset({"data"}),
            per_game=True,
        ),
        StoredKind(
            CHARTS,
            "charts",
            {
                "chart_id": "chartID",
                "song_id": "songID",
                **_same("playtype", "difficulty", "level"),
                "level_num": "levelNum",
                "is_primary": "isPrimary",
                **_same("versions", "data"),
            },
            json=frozenset({"data"}),
            per_game=True,
        ),
        StoredKind(
            FOLDERS,
            "folders",
            {
                "folder_id": "folderID",
                **_GPT,
                **_same("title", "type", "data", "inactive"),
                "search_terms": "searchTerms",
            },
            json=frozenset({"data"}),
        ),
        StoredKind(
            TABLES,
            "tables",
            {
                "table_id": "tableID",
                **_GPT,
                **_same("title", "description", "folders", "inactive", "default"),
            },
            json=frozenset(),
        ),
        StoredKind(
            GOALS,
            "goals",
            {"goal_id": "goalID", **_GPT, **_same("name", "charts", "criteria")},
            json=frozenset({"charts", "criteria"}),
            # Users share goals with the seeds and with each other.
            updates=False,
            removes=False,
        ),
        StoredKind(
            QUESTS,
            "quests",
            {
                "quest_id": "questID",
                **_GPT,
                **_same("name", "desc"),
                "quest_data": "questData",
            },
            json=frozenset({"quest_data"}),
        ),
        # The reference leaves removed questlines standing, with quests that are gone.
        StoredKind(
            QUESTLINES,
            "questlines",
            {"questline_id": "questlineID", **_GPT, **_same("name", "desc", "quests")},
            json=frozenset(),
        ),
        StoredKind(
            COURSES,
            "bms_courses",
            _same("md5sums", "title", "playtype", "set", "value"),
            json=frozenset(),
            removes=False,
        ),
    )
}
