"""Charts, songs and who is best on them. Source: specification, http-api-inspect.md section 4."""

from __future__ import annotations

from typing import Any, Final

from flask import Response
from marshmallow import EXCLUDE, Schema, fields
from sqlalchemy import Connection

from api.http import context, queries
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import GamePath, of_game
from api.http.parameters import explain
from api.http.service import service
from api.jobs.door import resolve_chart
from common.accounts import user_documents
from common.catalogue import catalogue_documents, catalogue_rows
from common.catalogue.catalogue_documents import ChartDocument, FolderDocument
from common.catalogue.chart_answers import (
    ChartList,
    OneChart,
    Playcount,
    PlayedChart,
    SongCharts,
)
from common.database.statements import Row
from common.errors import AmbiguousTitle, ConversionFailure, InvalidScore, UserError
from common.games.model import GPT
from common.profiles import best_rows, bests, profile_rows
from common.profiles.best_documents import ChartLeaderboard

blueprint = ApiBlueprint("charts", __name__)

CHARTS: Final = 100
SEARCHED: Final = 100  # songs that a search looks at
USERS: Final = 25  # users that a search looks at
PAGE: Final = 100

# A setting of players of IIDX.
DISPLAY_2DXTRA: Final = "display2DXTra"

NO_CHART: Final = {404: "There is no such chart."}


class ChartSearch(queries.Search):
    requesterHasPlayed = queries.flag("only charts that the requester has played")
    noIntelligentOmit = queries.flag("charts of IIDX's 2dxtra are shown as well")


class Resolution(Schema):
    """How a chart is named, as in an entry of batch-manual."""

    class Meta:
        unknown = EXCLUDE

    matchType = queries.required_text("what the identifier is", example="tachiSongID")
    identifier = queries.required_text("of a song or a chart", example="1")
    difficulty = queries.text("where the identifier is a song's")
    artist = queries.text("where several songs have this title")
    version = queries.text("the version of the game that was played")


class Ranks(Schema):
    class Meta:
        unknown = EXCLUDE

    startRanking = fields.String(
        metadata={"description": "the rank that the page begins with, a number above 0"}
    )


class Inactive(Schema):
    class Meta:
        unknown = EXCLUDE

    inactive = queries.flag("folders that were superseded are shown as well")


@of_game(blueprint, "GET", "/charts")
@endpoint("A game's charts, those with most players first.", query=ChartSearch(), answers=ChartList)
def charts(at: GamePath, query: dict[str, Any]) -> Response:
    requester = context.current().identity.user_id
    played_by = None
    if "requesterHasPlayed" in query:
        played_by = requester
        if played_by is None:
            raise UserError(
                401, "You must be authorised as a user to use the requesterHasPlayed option."
            )
    here = service()
    with here.reading() as connection:
        songs = None
        if query.get("search"):
            songs = here.songs.find(connection, at.gpt.game, query["search"], SEARCHED)
        rows = catalogue_rows.charts_by_players(connection, at.gpt, songs, played_by, CHARTS)
        if "noIntelligentOmit" not in query and not _wants_2dxtra(connection, requester, at.gpt):
            rows = [row for row in rows if not row.data.get("2dxtraSet")]
        found = catalogue_rows.of_charts(connection, at.gpt.game, rows)
    documents, of_songs = catalogue_documents.charts(rows, found.songs, at.wire, found.ids)
    played = [
        _played(document, row.playcount) for document, row in zip(documents, rows, strict=True)
    ]
    return success(f"Returned {len(played)} charts.", ChartList(played, of_songs))


def _wants_2dxtra(connection: Connection, user_id: int | None, gpt: GPT) -> bool:
    """Whether the user's settings of the game say that charts of 2dxtra are shown."""
    settings = None if user_id is None else profile_rows.find_settings(connection, user_id, gpt)
    return settings is not None and settings.preferences["gameSpecific"].get(DISPLAY_2DXTRA) is True


def _played(document: ChartDocument, playcount: int) -> PlayedChart:
    fields_of = {name: getattr(document, name) for name in document.__struct_fields__}
    return PlayedChart(**fields_of, playcount=playcount)


@of_game(blueprint, "GET", "/charts/resolve")
@endpoint(
    "The chart that is meant, named as in a score.",
    query=Resolution(),
    answers=OneChart,
    errors={404: "There is no such chart, or what is asked makes no sense (`CHART_NOT_FOUND`)."},
)
def resolve(at: GamePath, query: dict[str, Any]) -> Response:
    with service().reading() as connection:
        try:
            chart_id = resolve_chart(connection, service().songs, at.gpt, query)
        except ConversionFailure as failure:
            raise UserError(404, failure.message, "CHART_NOT_FOUND") from failure
        body = _one(connection, at, _found(connection, at.gpt, chart_id))
    return success("Found song & chart.", body)


@of_game(blueprint, "POST", "/charts/resolve")
@endpoint(
    "The chart that is meant, named as in a score.",
    body=Resolution(),
    answers=OneChart,
    errors=NO_CHART,
)
def post_resolve(at: GamePath, body: dict[str, Any]) -> Response:
    with service().reading() as connection:
        chart_id = resolved(connection, at.gpt, body)
        answer = _one(connection, at, _found(connection, at.gpt, chart_id))
    return success("Successfully retrieved chart info.", answer)


def resolved(connection: Connection, gpt: GPT, wanted: dict[str, Any]) -> str:
    """The chartID that a Resolution means. Raises UserError: 404 where there is no such chart."""
    try:
        return resolve_chart(connection, service().songs, gpt, wanted)
    except (InvalidScore, AmbiguousTitle) as failure:
        raise UserError(400, failure.message) from failure
    except ConversionFailure as failure:
        named = f"{wanted['matchType']}:{wanted['identifier']}"
        raise UserError(
            404, f"Could not resolve this chart with details: {named}", "CHART_NOT_FOUND"
        ) from failure


@of_game(blueprint, "GET", "/charts/<chart_id>")
@endpoint("A chart and its song.", answers=OneChart, errors=NO_CHART)
def chart(at: GamePath, chart_id: str) -> Response:
    with service().reading() as connection:
        row = _found(connection, at.gpt, chart_id)
        body = _one(connection, at, row)
    return success("Returned chart.", body)


@of_game(blueprint, "GET", "/charts/<chart_id>/pbs")
@endpoint(
    "A page of a chart's leaderboard.",
    query=Ranks(),
    answers=ChartLeaderboard,
    errors={**NO_CHART, 400: "`startRanking` is no number, in a path of version 3."},
)
def chart_pbs(at: GamePath, chart_id: str, query: dict[str, Any]) -> Response:
    first = _rank(query.get("startRanking"), at)
    with service().reading() as connection:
        row = _found(connection, at.gpt, chart_id)
        rows = best_rows.leaderboard(connection, row.chart_id, first, PAGE)
        players = best_rows.players(connection, row.chart_id)
        found = catalogue_rows.of_charts(connection, at.gpt.game, [row])
        users = profile_rows.users_by_id(connection, [each.user_id for each in rows])
    documents = bests.of_page(rows, at.wire, found, first, players)
    body = ChartLeaderboard(documents, list(map(user_documents.user, users)))
    return success(f"Returned {len(rows)} scores.", body)


def _rank(text: str | None, at: GamePath) -> int:
    """The rank that a page begins with. What is no number version 3 alone refuses."""
    if text is None:
        return 1
    if text.isascii() and text.isdigit():
        return max(1, min(int(text[:10]), 2**31))
    if not at.wire.has_v2:
        raise UserError(400, explain("startRanking", "Expected a positive non-zero integer.", text))
    return 1


@of_game(blueprint, "GET", "/charts/<chart_id>/pbs/search")
@endpoint(
    "The personal bests on a chart of users whose names hold a text.",
    query=queries.Search(),
    answers=ChartLeaderboard,
    errors=NO_CHART,
)
def chart_pbs_search(at: GamePath, chart_id: str, query: dict[str, Any]) -> Response:
    part = queries.required_search(query, "Invalid parameter for search.")
    with service().reading() as connection:
        row = _found(connection, at.gpt, chart_id)
        users = profile_rows.players_named(connection, at.gpt, part, USERS)
        rows = best_rows.of_users_on_chart(connection, [user.id for user in users], row.chart_id)
        found = catalogue_rows.of_charts(connection, at.gpt.game, [row])
        documents = bests.of_users(connection, rows, at.wire, found)
    played = {each.user_id for each in rows}
    shown = [user_documents.user(user) for user in users if user.id in played]
    documents.sort(key=lambda each: each.rankingData.rank if each.rankingData else 0)
    return success(f"Returned {len(rows)} scores.", ChartLeaderboard(documents, shown))


@of_game(blueprint, "GET", "/charts/<chart_id>/playcount")
@endpoint("How many have played a chart.", answers=Playcount, errors=NO_CHART)
def chart_playcount(at: GamePath, chart_id: str) -> Response:
    with service().reading() as connection:
        row = _found(connection, at.gpt, chart_id)
        count = best_rows.players(connection, row.chart_id)
    return success("Counted scores for chart.", Playcount(count))


@of_game(blueprint, "GET", "/charts/<chart_id>/folders")
@endpoint(
    "The folders that hold a chart.",
    query=Inactive(),
    answers=list[FolderDocument],
    errors=NO_CHART,
)
def chart_folders(at: GamePath, chart_id: str, query: dict[str, Any]) -> Response:
    with service().reading() as connection:
        row = _found(connection, at.gpt, chart_id)
        rows = catalogue_rows.folders_of_chart(
            connection, at.gpt, row.chart_id, with_inactive="inactive" in query
        )
    documents = [catalogue_documents.folder(each, at.wire) for each in rows]
    return success(f"Found {len(rows)} folders that contain this chart.", documents)


@of_game(blueprint, "GET", "/songs/<song_id>")
@endpoint(
    "A song and its charts in the playtype.",
    answers=SongCharts,
    errors={400: "That is no song id.", 404: "There is no such song."},
)
def song(at: GamePath, song_id: str) -> Response:
    with service().reading() as connection:
        row = catalogue_rows.find_song(connection, at.gpt.game, song_id)
        if row is None:
            raise _no_song(at, song_id)
        rows = catalogue_rows.charts_of_song(connection, at.gpt, row.id)
    ids = catalogue_rows.ids_of(rows, [row])
    documents, _ = catalogue_documents.charts(rows, [row], at.wire, ids)
    body = SongCharts(catalogue_documents.song(row, at.wire, ids), documents)
    return success(f"Returned {len(rows)} charts for song {row.title}.", body)


def _no_song(at: GamePath, song_id: str) -> UserError:
    if not at.wire.has_v2:
        return UserError(404, f"No song with ID {song_id} exists.")
    if song_id.isascii() and song_id.isdigit():
        return UserError(404, f"No song exists with the songID {song_id}.")
    return UserError(400, "Invalid songID - could not be converted into integer?")


def _found(connection: Connection, gpt: GPT, chart_id: str) -> Row:
    row = catalogue_rows.find_chart(connection, gpt, chart_id)
    if row is None:
        raise UserError(404, f"The chart {chart_id} does not exist.")
    return row


def _one(connection: Connection, at: GamePath, row: Row) -> OneChart:
    found = catalogue_rows.of_charts(connection, at.gpt.game, [row])
    documents, songs = catalogue_documents.charts([row], found.songs, at.wire, found.ids)
    return OneChart(songs[0], documents[0])
