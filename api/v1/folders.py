"""Folders and tables, of a game and of a player. Source: specification, http-api-inspect.md
sections 3.8 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Response
from marshmallow import EXCLUDE, Schema
from sqlalchemy import Connection

from api.http import context, gates, queries
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import GamePath, ProfilePath, of_game, of_profile
from api.http.service import service
from common.catalogue import catalogue_documents, catalogue_rows
from common.catalogue.catalogue_documents import FolderDocument, TableDocument
from common.catalogue.chart_answers import FolderCharts, TableFolders
from common.catalogue.folder_answers import FoldersWithStats, FolderWithStats, TableWithStats
from common.database.statements import Row
from common.errors import UserError
from common.games.model import GPT
from common.profiles import best_rows, bests, view_rows
from common.profiles.best_documents import FolderBests
from common.profiles.folder_stats import stats_of_folders
from common.wire import Wire

blueprint = ApiBlueprint("folders", __name__)

OF_PLAYER: Final = 20
OF_GAME: Final = 100

NO_FOLDER: Final = {404: "There is no such folder."}
NO_TABLE: Final = {404: "There is no such table."}


class FolderSearch(queries.Search):
    inactive = queries.flag("folders that were superseded are shown as well")


class Tables(Schema):
    class Meta:
        unknown = EXCLUDE

    showInactive = queries.flag("tables that were superseded are shown as well")


# --- of a game -----------------------------------------------------------------------------


@of_game(blueprint, "GET", "/folders")
@endpoint("A game's folders.", query=FolderSearch(), answers=list[FolderDocument])
def game_folders(at: GamePath, query: dict[str, Any]) -> Response:
    typed = queries.required_search(query, "Invalid value for search.")
    with service().reading() as connection:
        rows = _searched(connection, at.gpt, typed, OF_GAME, "inactive" in query)
    documents = [catalogue_documents.folder(row, at.wire) for row in rows]
    return success(f"Returned {len(rows)} folders.", documents)


@of_game(blueprint, "GET", "/folders/<folder_id>")
@endpoint("A folder with its charts.", answers=FolderCharts, errors=NO_FOLDER)
def game_folder(at: GamePath, folder_id: str) -> Response:
    with service().reading() as connection:
        row = _folder(connection, at.gpt, folder_id)
        found = catalogue_rows.charts_of_folder(connection, at.gpt.game, row.folder_id)
    charts, songs = catalogue_documents.charts(found.charts, found.songs, at.wire, found.ids)
    body = FolderCharts(songs, charts, catalogue_documents.folder(row, at.wire))
    return success(f"Returned {len(charts)} charts.", body)


@of_game(blueprint, "GET", "/tables")
@endpoint("A game's tables of folders.", query=Tables(), answers=list[TableDocument])
def game_tables(at: GamePath, query: dict[str, Any]) -> Response:
    with service().reading() as connection:
        rows = catalogue_rows.tables_of_gpt(
            connection, at.gpt, with_inactive="showInactive" in query
        )
        slugs = _slugs(connection, rows, at.wire)
    documents = [catalogue_documents.table(row, at.wire, slugs) for row in rows]
    return success(f"Returned {len(rows)} tables.", documents)


@of_game(blueprint, "GET", "/tables/<table_id>")
@endpoint("A table with its folders.", answers=TableFolders, errors=NO_TABLE)
def game_table(at: GamePath, table_id: str) -> Response:
    with service().reading() as connection:
        row = _table(connection, at.gpt, table_id)
        folders = _in_order(catalogue_rows.folders_by_id(connection, row.folders), row.folders)
    slugs = {each.folder_id: catalogue_documents.slug_of(each) for each in folders}
    body = TableFolders(
        [catalogue_documents.folder(each, at.wire) for each in folders],
        catalogue_documents.table(row, at.wire, slugs),
    )
    return success(f"Returned {len(folders)} folders.", body)


def _slugs(connection: Connection, tables: Sequence[Row], wire: Wire) -> dict[str, str]:
    if wire.has_v2:
        return {}
    wanted = {folder_id for table in tables for folder_id in table.folders}
    folders = catalogue_rows.folders_by_id(connection, wanted)
    return {each.folder_id: catalogue_documents.slug_of(each) for each in folders}


def _in_order(rows: Sequence[Row], folder_ids: Sequence[str]) -> list[Row]:
    by_id = {row.folder_id: row for row in rows}
    return [by_id[folder_id] for folder_id in folder_ids if folder_id in by_id]


def _folder(connection: Connection, gpt: GPT, folder_id: str) -> Row:
    row = catalogue_rows.find_folder(connection, gpt, folder_id)
    if row is None:
        raise UserError(404, "This folder does not exist.")
    return row


def _table(connection: Connection, gpt: GPT, table_id: str) -> Row:
    row = catalogue_rows.find_table(connection, gpt, table_id)
    if row is None:
        raise UserError(404, "This table does not exist.")
    return row


def _searched(
    connection: Connection, gpt: GPT, typed: str, most: int, with_inactive: bool
) -> Sequence[Row]:
    """The GPT's folders that hold all words typed, the shortest titles first."""
    words = typed.casefold().split()
    rows = catalogue_rows.folders_of_gpt(connection, gpt, with_inactive=with_inactive)
    found = [
        row
        for row in rows
        if all(word in "\n".join((row.title, *row.search_terms)).casefold() for word in words)
    ]
    return sorted(found, key=lambda row: (len(row.title), row.title, row.folder_id))[:most]


# --- of a player ---------------------------------------------------------------------------


@of_profile(blueprint, "GET", "/folders")
@endpoint(
    "Folders, and how far a player is with them.",
    query=FolderSearch(),
    answers=FoldersWithStats,
)
def folders(at: ProfilePath, query: dict[str, Any]) -> Response:
    typed = queries.required_search(query, "Invalid value for search.")
    with service().engine.connect() as connection:
        rows = _searched(connection, at.gpt, typed, OF_PLAYER, "inactive" in query)
        body = _with_stats(connection, at, rows)
    return success(f"Returned {len(rows)} folders.", body)


def _with_stats(connection: Connection, at: ProfilePath, rows: Sequence[Row]) -> FoldersWithStats:
    stats = stats_of_folders(connection, at.user_id, at.gpt, rows, at.wire)
    return FoldersWithStats([catalogue_documents.folder(row, at.wire) for row in rows], stats)


@of_profile(blueprint, "GET", "/folders/recent")
@endpoint("The folders that a player looked at last.", answers=FoldersWithStats)
def recent_folders(at: ProfilePath) -> Response:
    with service().engine.connect() as connection:
        rows = view_rows.recent(connection, at.user_id, at.gpt, OF_PLAYER)
        body = _with_stats(connection, at, rows)
    return success(f"Returned {len(rows)} folders.", body)


@of_profile(blueprint, "POST", "/folders/<folder_id>/viewed")
@endpoint(
    "Notes that the player looked at a folder.",
    needs_user=True,
    answers=dict[str, Any],
    errors={403: "The profile is somebody else's.", **NO_FOLDER},
)
def folder_viewed(at: ProfilePath, folder_id: str) -> Response:
    gates.require_user(at.user_id, context.current().identity)
    with service().engine.begin() as connection:
        row = _folder(connection, at.gpt, folder_id)
        view_rows.viewed(connection, at.user_id, row.folder_id)
    return success("Noted that you looked at this folder.", {})


@of_profile(blueprint, "GET", "/folders/<folder_id>")
@endpoint("A player's personal bests on a folder.", answers=FolderBests, errors=NO_FOLDER)
def folder(at: ProfilePath, folder_id: str) -> Response:
    with service().engine.connect() as connection:
        row = _folder(connection, at.gpt, folder_id)
        found = catalogue_rows.charts_of_folder(connection, at.gpt.game, row.folder_id)
        chart_ids = [chart.chart_id for chart in found.charts]
        rows = best_rows.on_charts(connection, at.user_id, chart_ids)
        documents = bests.of_user(connection, rows, at.wire, found)
    charts, songs = catalogue_documents.charts(found.charts, found.songs, at.wire, found.ids)
    body = FolderBests(songs, charts, documents, catalogue_documents.folder(row, at.wire))
    return success(f"Returned {len(rows)} pbs.", body)


@of_profile(blueprint, "GET", "/folders/<folder_id>/stats")
@endpoint("How far a player is with a folder.", answers=FolderWithStats, errors=NO_FOLDER)
def folder_stats(at: ProfilePath, folder_id: str) -> Response:
    with service().engine.connect() as connection:
        row = _folder(connection, at.gpt, folder_id)
        (stats,) = stats_of_folders(connection, at.user_id, at.gpt, [row], at.wire)
    body = FolderWithStats(catalogue_documents.folder(row, at.wire), stats)
    return success(f"Returned statistics for {row.title}.", body)


@of_profile(blueprint, "GET", "/tables/<table_id>")
@endpoint("How far a player is with a table.", answers=TableWithStats, errors=NO_TABLE)
def table(at: ProfilePath, table_id: str) -> Response:
    with service().engine.connect() as connection:
        row = _table(connection, at.gpt, table_id)
        rows = _in_order(catalogue_rows.folders_by_id(connection, row.folders), row.folders)
        stats = stats_of_folders(connection, at.user_id, at.gpt, rows, at.wire)
    slugs = {each.folder_id: catalogue_documents.slug_of(each) for each in rows}
    body = TableWithStats(
        [catalogue_documents.folder(each, at.wire) for each in rows],
        stats,
        catalogue_documents.table(row, at.wire, slugs),
    )
    return success(f"Returned stats for {len(rows)} folders.", body)
