"""Answers about folders and tables of a player. Source: specification, http-api-inspect.md."""

from __future__ import annotations

import msgspec

from common.catalogue.catalogue_documents import FolderDocument, TableDocument


class FolderStats(msgspec.Struct):
    """How many of a player's personal bests on a folder have each value of each ENUM metric."""

    folderID: str
    chartCount: int
    stats: dict[str, dict[str, int]]


class FoldersWithStats(msgspec.Struct):
    folders: list[FolderDocument]
    stats: list[FolderStats]


class FolderWithStats(msgspec.Struct):
    folder: FolderDocument
    stats: FolderStats


class TableWithStats(msgspec.Struct):
    folders: list[FolderDocument]
    stats: list[FolderStats]
    table: TableDocument
