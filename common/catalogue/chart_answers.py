"""Answers that show charts and songs. Source: specification, http-api-inspect.md section 4."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from common.catalogue.catalogue_documents import (
    ChartDocument,
    FolderDocument,
    SongDocument,
    TableDocument,
)
from common.games.game_documents import GameConfig, PlaytypeConfig


class OneChart(msgspec.Struct):
    song: SongDocument
    chart: ChartDocument


class PlayedChart(ChartDocument, kw_only=True):
    """A chart with the number of its players."""

    playcount: int = msgspec.field(default=0, name="__playcount")


class ChartList(msgspec.Struct):
    charts: list[PlayedChart]
    songs: list[SongDocument]


class SongCharts(msgspec.Struct):
    """A song with its charts."""

    song: SongDocument
    charts: list[ChartDocument]


class FolderCharts(msgspec.Struct):
    """A folder with the charts that it holds, and their songs."""

    songs: list[SongDocument]
    charts: list[ChartDocument]
    folder: FolderDocument


class TableFolders(msgspec.Struct):
    """A table with its folders, in its order."""

    folders: list[FolderDocument]
    table: TableDocument


class Playcount(msgspec.Struct):
    count: int


class Games(msgspec.Struct):
    """The games that this server has."""

    supportedGames: list[str]
    configs: dict[str, GameConfig]


class GameSummary(msgspec.Struct, kw_only=True):
    """What a game is, and how much of it there is here."""

    config: PlaytypeConfig
    scoreCount: int
    playerCount: int
    chartCount: int


class GameOverview(GameConfig, kw_only=True):
    """A game; with one playtype also what `GameSummary` says of that."""

    config: PlaytypeConfig | UnsetType = UNSET
    scoreCount: int | UnsetType = UNSET
    playerCount: int | UnsetType = UNSET
    chartCount: int | UnsetType = UNSET


class ServerConfig(msgspec.Struct, kw_only=True):
    """What kind of server this is. GAMES: of version 2; GAME_GROUPS: of version 3."""

    NAME: str
    TYPE: str
    IMPORT_TYPES: list[str]
    SIGNUPS_ENABLED: bool
    GAMES: list[str] | UnsetType = UNSET
    GAME_GROUPS: list[str] | UnsetType = UNSET
    QUEST_PROPOSALS_ENABLED: bool | UnsetType = UNSET
