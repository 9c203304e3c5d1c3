"""What the catalogue holds as documents of the wire, of version 2 and of version 3.

Source: specification, documents-targets.md sections 5 to 8, v3/http-api.md section 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from common.database.statements import Row
from common.games.registry import get_gpt
from common.games.version3 import version3_id
from common.wire import Wire


class SongDocument(msgspec.Struct, kw_only=True):
    """A song. id: a number in version 2, a text in version 3. data: depends on the game."""

    id: int | str
    title: str
    artist: str
    searchTerms: list[str]
    altTitles: list[str]
    data: dict[str, Any]


class ChartDocument(msgspec.Struct, kw_only=True):
    """A chart. songID and playtype: of version 2. game, legacyChartID and song: of version 3.

    isPrimary: whether it is in the game's present version. data: depends on the game.
    """

    chartID: str
    id: str | UnsetType = UNSET
    legacyChartID: str | UnsetType = UNSET
    game: str | UnsetType = UNSET
    gameID: str | UnsetType = UNSET
    songID: int | UnsetType = UNSET
    playtype: str | UnsetType = UNSET
    difficulty: str
    level: str
    levelNum: float
    isPrimary: bool
    versions: list[str]
    data: dict[str, Any]
    song: SongDocument | UnsetType = UNSET


class FolderDocument(msgspec.Struct, kw_only=True):
    """A folder. playtype, type and data (its query): of version 2. slug: of version 3."""

    folderID: str
    slug: str | UnsetType = UNSET
    game: str
    playtype: str | UnsetType = UNSET
    title: str
    inactive: bool
    searchTerms: list[str]
    type: str | UnsetType = UNSET
    data: Any | UnsetType = UNSET


class TableDocument(msgspec.Struct, kw_only=True):
    """A table of folders in display order: their ids in version 2, their slugs in version 3."""

    tableID: str
    game: str
    playtype: str | UnsetType = UNSET
    title: str
    description: str
    folders: list[str]
    inactive: bool
    default: bool


@dataclass(frozen=True, slots=True)
class Ids:
    """What version 3 calls charts and songs, by the ids of version 2."""

    charts: Mapping[str, str] = field(default_factory=dict)
    songs: Mapping[int, str] = field(default_factory=dict)

    def chart(self, chart_id: str) -> str:
        return self.charts.get(chart_id, chart_id)

    def song(self, song_id: int) -> str:
        return self.songs.get(song_id, str(song_id))


def song(row: Row, wire: Wire, ids: Ids) -> SongDocument:
    """A row of `songs`."""
    return SongDocument(
        id=row.id if wire.has_v2 else ids.song(row.id),
        title=row.title,
        artist=row.artist,
        searchTerms=row.search_terms,
        altTitles=row.alt_titles,
        data=row.data,
    )


def chart(row: Row, wire: Wire, ids: Ids, of_song: SongDocument | None) -> ChartDocument:
    """A row of `charts`. of_song: embedded where version 3 is answered, if it is there."""
    version3 = version3_id(get_gpt(row.game, row.playtype))
    document = ChartDocument(
        chartID=row.chart_id if wire.has_v2 else ids.chart(row.chart_id),
        difficulty=row.difficulty,
        level=row.level,
        levelNum=row.level_num,
        isPrimary=row.is_primary,
        versions=row.versions,
        data=row.data if wire.has_v2 else _version3_data(row.data),
    )
    if wire.has_v2:
        document.songID = row.song_id
        document.playtype = row.playtype
    if wire.has_v3:
        document.id = document.chartID
        document.legacyChartID = row.chart_id
        document.song = UNSET if of_song is None else of_song
    if wire is Wire.V3:
        document.game = version3
    elif wire is Wire.BOTH:
        document.gameID = version3
    return document


def _version3_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """Tables that name the chart: a list in version 2, levels by table in version 3."""
    tables = data.get("tableFolders")
    if not isinstance(tables, list):
        return dict(data)
    return {**data, "tableFolders": {each["table"]: each["level"] for each in tables}}


def charts(
    rows: Iterable[Row], songs: Iterable[Row], wire: Wire, ids: Ids
) -> tuple[list[ChartDocument], list[SongDocument]]:
    """Charts and songs as an answer lists them."""
    by_id = {row.id: song(row, wire, ids) for row in songs}
    documents = [chart(row, wire, ids, by_id.get(row.song_id)) for row in rows]
    return documents, list(by_id.values())


def folder(row: Row, wire: Wire) -> FolderDocument:
    """A row of `folders`."""
    document = FolderDocument(
        folderID=folder_id(row, wire),
        game=row.game,
        title=row.title,
        inactive=row.inactive,
        searchTerms=row.search_terms,
    )
    if wire.has_v2:
        document.playtype = row.playtype
        document.type = row.type
        document.data = row.data
    else:
        document.game = version3_id(get_gpt(row.game, row.playtype))
    if wire.has_v3:
        document.slug = slug_of(row)
    return document


def folder_id(row: Row, wire: Wire) -> str:
    """The id that a row of `folders` is shown with."""
    return str(row.folder_id if wire.has_v2 else row.v3_id or row.folder_id)


def slug_of(row: Row) -> str:
    """What version 3 addresses a folder by; one that only version 2 has goes by its id."""
    return str(row.slug or row.folder_id)


def table(row: Row, wire: Wire, slugs: Mapping[str, str]) -> TableDocument:
    """A row of `tables`. slugs: of folders, by their id."""
    document = TableDocument(
        tableID=row.table_id,
        game=row.game,
        title=row.title,
        description=row.description,
        folders=row.folders,
        inactive=row.inactive,
        default=row.default,
    )
    if wire.has_v2:
        document.playtype = row.playtype
    else:
        document.game = version3_id(get_gpt(row.game, row.playtype))
        document.folders = [slugs.get(each, each) for each in row.folders]
    return document


def song_document(row: Row) -> dict[str, Any]:
    """A row of `songs`, as version 2 has it."""
    return {
        "id": row.id,
        "title": row.title,
        "artist": row.artist,
        "altTitles": row.alt_titles,
        "searchTerms": row.search_terms,
        "data": row.data,
    }


def chart_document(row: Row) -> dict[str, Any]:
    """A row of `charts`, as version 2 has it."""
    return {
        "chartID": row.chart_id,
        "songID": row.song_id,
        "playtype": row.playtype,
        "difficulty": row.difficulty,
        "level": row.level,
        "levelNum": row.level_num,
        "isPrimary": row.is_primary,
        "versions": row.versions,
        "data": row.data,
    }
