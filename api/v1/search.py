"""Searching everything at once. Source: specification, http-api-inspect.md section 5."""

from __future__ import annotations

from typing import Any, Final

from flask import Response
from sqlalchemy import Connection

from api.http import context, queries
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import enabled_games, enabled_gpts
from api.http.service import service
from common.accounts import user_documents
from common.catalogue import catalogue_documents, catalogue_rows
from common.games.model import GPT
from common.games.version3 import version3_id
from common.profiles import search_rows
from common.profiles.search_answers import Found, FoundByHash, FoundChart, as_found_user
from common.wire import Wire

blueprint = ApiBlueprint("search", __name__)

USERS: Final = 25
SONGS: Final = 10  # in each game
CHARTS: Final = 20  # of each game
FOLDERS: Final = 50


class Everything(queries.Search):
    hasPlayedGame = queries.flag("only games that the requester has played")


@blueprint.get("/search")
@endpoint("Users, charts and folders that hold a text.", query=Everything(), answers=Found)
def search(query: dict[str, Any]) -> Response:
    typed = queries.required_search(query, "No search parameter given.")
    here, wire = service(), service().settings.dialect
    whoami = context.current().identity.user_id
    with here.reading() as connection:
        gpts = enabled_gpts()
        if whoami is not None and ("hasPlayedGame" in query or not wire.has_v2):
            played = search_rows.gpts_of(connection, whoami)
            gpts = [gpt for gpt in gpts if (gpt.game, gpt.playtype) in played]
        users = search_rows.users_named(connection, typed, USERS)
        rivals = set() if whoami is None else search_rows.all_rivals(connection, whoami)
        songs = {
            game.id: here.songs.find(connection, game.id, typed, SONGS)
            for game in enabled_games()
            if any(gpt.game == game.id for gpt in gpts)
        }
        charts = _charts(connection, gpts, songs, wire)
        folders = search_rows.folders_named(connection, gpts, typed, FOLDERS)
    body = Found(
        users=[as_found_user(user_documents.user(row), rivals) for row in users],
        charts=charts,
        folders=[catalogue_documents.folder(row, wire) for row in folders],
    )
    return success("Searched everything.", body)


def _key(gpt: GPT, wire: Wire) -> str:
    return gpt.id if wire.has_v2 else version3_id(gpt)


def _charts(
    connection: Connection, gpts: list[GPT], songs: dict[str, list[int]], wire: Wire
) -> dict[str, list[FoundChart]]:
    """The most played charts of the songs found. Two statements for all games."""
    rows = search_rows.charts_of_songs(connection, songs, CHARTS)
    of_songs = search_rows.songs(connection, songs)
    found: dict[str, list[FoundChart]] = {}
    for gpt in gpts:
        charts = [row for row in rows if (row.game, row.playtype) == (gpt.game, gpt.playtype)]
        of_game = [row for row in of_songs if row.game == gpt.game]
        if charts:
            found[_key(gpt, wire)] = _found(charts, of_game, wire)
    return found


def _found(charts: list[Any], songs: list[Any], wire: Wire) -> list[FoundChart]:
    ids = catalogue_rows.ids_of(charts, songs)
    documents, of_songs = catalogue_documents.charts(charts, songs, wire, ids)
    by_id = {row.id: document for row, document in zip(songs, of_songs, strict=True)}
    return [
        FoundChart(by_id[row.song_id], document, getattr(row, "playcount", None))
        for row, document in zip(charts, documents, strict=True)
        if row.song_id in by_id
    ]


@blueprint.get("/search/chart-hash")
@endpoint(
    "The charts with a hash: MD5, SHA1, SHA256 or GSv3.",
    query=queries.Search(),
    answers=FoundByHash,
)
def chart_hash(query: dict[str, Any]) -> Response:
    wanted = queries.required_search(query, "No search parameter given.").strip()
    wire = service().settings.dialect
    gpts = [gpt for gpt in enabled_gpts() if _has_hashes(gpt)]
    games = {gpt.game for gpt in gpts}
    with service().reading() as connection:
        rows = search_rows.charts_by_hash(connection, games, wanted)
        songs = search_rows.songs(connection, search_rows.song_ids(rows))
    if not wire.has_v2:
        flat = []
        for game in sorted(games):
            # Of one game at a time: songs of several may have one number.
            of_game = [row for row in songs if row.game == game]
            charts = [row for row in rows if row.game == game]
            ids = catalogue_rows.ids_of(charts, of_game)
            flat += catalogue_documents.charts(charts, of_game, wire, ids)[0]
        return success(f"Searched for chart hash {wanted}.", FoundByHash(flat))
    found = {}
    for gpt in gpts:
        charts = [row for row in rows if (row.game, row.playtype) == (gpt.game, gpt.playtype)]
        of_game = [row for row in songs if row.game == gpt.game]
        found[gpt.id] = _found(charts, of_game, wire)
    return success(f"Searched for chart hash {wanted}.", FoundByHash(found))


def _has_hashes(gpt: GPT) -> bool:
    """Whether the GPT's charts say what their files hash to."""
    return any(name.startswith("hash") for name in gpt.chart_data.__struct_fields__)
