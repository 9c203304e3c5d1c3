"""A player's personal bests. Source: specification, http-api-inspect.md section 3.3."""

from __future__ import annotations

import string
from typing import Any, Final

from flask import Response
from marshmallow import EXCLUDE, Schema
from sqlalchemy import Connection

from api.http import queries
from api.http.answers import streamed, success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import GamePath, ProfilePath, of_profile
from api.http.service import service
from api.v1.charts import Resolution, resolved
from common.accounts import user_documents
from common.catalogue import catalogue_documents, catalogue_rows
from common.catalogue.catalogue_rows import Found
from common.database.statements import Row
from common.errors import UserError
from common.games.registry import get_game
from common.profiles import best_rows, bests, eamusement_export, profile_rows, search_rows
from common.profiles.best_documents import BestList, BestOnChart, BestsAround, RivalBests
from common.profiles.profile_documents import PBDocument
from common.profiles.whole_best_rows import whole_bests
from common.scores import score_documents, score_rows
from common.wire import Wire

blueprint = ApiBlueprint("bests", __name__)

SEARCHED: Final = 100  # songs that a search looks at
FOUND: Final = 30  # personal bests that it shows
BEST: Final = 100
AROUND: Final = 5  # on each side

CHECKSUMS: Final = (32, 64)  # characters

NOT_PLAYED: Final = {404: "There is no such player or chart, or the user has not played it."}


class Composition(Schema):
    class Meta:
        unknown = EXCLUDE

    getComposition = queries.flag("the scores that it is composed of are shown")


@of_profile(blueprint, "GET", "/pbs")
@endpoint("A player's personal bests on songs.", query=queries.Search(), answers=BestList)
def pbs(at: ProfilePath, query: dict[str, Any]) -> Response:
    typed = queries.required_search(query, "Invalid value of for search parameter.")
    here = service()
    with here.engine.connect() as connection:
        songs = here.songs.find(connection, at.gpt.game, typed, SEARCHED)
        rows = best_rows.on_songs(connection, at.user_id, at.gpt, songs, FOUND)
        body = bests.listed(connection, at.gpt, rows, at.wire)
    return success(f"Retrieved {len(rows)} personal bests.", body)


@of_profile(blueprint, "GET", "/pbs/all")
@endpoint("All personal bests on charts of the present version, newest first.", answers=BestList)
def pbs_all(at: ProfilePath) -> Response:
    whole = whole_bests(service().engine, at.user_id, at.gpt, at.wire)
    return streamed(f"Returned {whole.count} PBs.", whole.pieces())


@of_profile(blueprint, "GET", "/pbs/best")
@endpoint("The personal bests with the highest ratings.", query=queries.Alg(), answers=BestList)
def pbs_best(at: ProfilePath, query: dict[str, Any]) -> Response:
    alg = score_alg(at, query)
    with service().engine.connect() as connection:
        rows = best_rows.best(connection, at.user_id, at.gpt, alg, BEST)
        body = bests.listed(connection, at.gpt, rows, at.wire)
    return success(f"Retrieved {len(rows)} personal bests.", body)


def score_alg(at: GamePath, query: dict[str, Any]) -> str:
    """The score rating that a query names. Raises UserError."""
    alg = query.get("alg") or at.gpt.default_score_rating
    if alg not in at.gpt.score_ratings:
        names = ", ".join(at.gpt.score_ratings)
        raise UserError(400, f"Invalid score algorithm. Expected any of {names}")
    return str(alg)


@of_profile(blueprint, "POST", "/pbs/resolve")
@endpoint(
    "The personal best on the chart that is meant.",
    body=Resolution(),
    answers=BestOnChart,
    errors=NOT_PLAYED,
)
def pbs_resolve(at: ProfilePath, body: dict[str, Any]) -> Response:
    with service().engine.connect() as connection:
        chart_id = resolved(connection, at.gpt, body)
        chart, pb = _find(connection, at, chart_id)
        found = _found(connection, at, [pb])
        document = bests.of_user(connection, [pb], at.wire, found)[0]
    charts, songs = catalogue_documents.charts([chart], found.songs, at.wire, found.ids)
    answer = BestOnChart(pb=document, chart=charts[0], song=songs[0])
    return success("Successfully retrieved PB for user.", answer)


@of_profile(blueprint, "GET", "/pbs/song/<song_id>")
@endpoint("The personal bests on a song's charts.", answers=BestList, errors={404: "No such song."})
def pbs_of_song(at: ProfilePath, song_id: str) -> Response:
    with service().engine.connect() as connection:
        song = catalogue_rows.find_song(connection, at.gpt.game, song_id)
        if song is None:
            raise UserError(404, "This song does not exist.")
        rows = best_rows.on_songs(connection, at.user_id, at.gpt, [song.id], None)
        body = bests.listed(connection, at.gpt, rows, at.wire)
    return success(f"Retrieved {len(rows)} personal bests for this song.", body)


@of_profile(blueprint, "GET", "/pbs/<chart_id>")
@endpoint(
    "The personal best on a chart.", query=Composition(), answers=BestOnChart, errors=NOT_PLAYED
)
def pb(at: ProfilePath, chart_id: str, query: dict[str, Any]) -> Response:
    with service().engine.connect() as connection:
        chart, best = _find(connection, at, chart_id)
        found = _found(connection, at, [best])
        answer = BestOnChart(
            pb=bests.of_user(connection, [best], at.wire, found)[0],
            chart=_chart_document(chart, found, at.wire),
        )
        if "getComposition" in query:
            ids = [each["scoreID"] for each in best.composed_from]
            scores = score_rows.scores_by_id(connection, at.user_id, ids)
            answer.scores = [score_documents.score(each, at.wire, found.ids) for each in scores]
    return success("Successfully retrieved PB for user.", answer)


@of_profile(blueprint, "GET", "/pbs/<chart_id>/rivals")
@endpoint("The personal bests of rivals on a chart, and the user's own.", answers=RivalBests)
def pb_rivals(at: ProfilePath, chart_id: str) -> Response:
    with service().engine.connect() as connection:
        chart = catalogue_rows.find_chart(connection, at.gpt, chart_id)
        known = chart_id if chart is None else chart.chart_id
        rivals = profile_rows.rivals_of(connection, at.user_id, at.gpt)
        rows = best_rows.of_users_on_chart(connection, [*rivals, at.user_id], known)
        rows = sorted(rows, key=lambda row: row.user_id == at.user_id)
        found = _found(connection, at, rows)
        documents = bests.of_users(connection, rows, at.wire, found)
        users = profile_rows.users_by_id(connection, rivals)
    answer = RivalBests(documents, list(map(user_documents.user, users)))
    return success("Retrieved PBs and Rival PBs.", answer)


@of_profile(blueprint, "GET", "/pbs/<chart_id>/leaderboard-adjacent")
@endpoint(
    "The personal best on a chart with those right above and below it.",
    answers=BestsAround,
    errors=NOT_PLAYED,
)
def pb_around(at: ProfilePath, chart_id: str) -> Response:
    with service().engine.connect() as connection:
        chart, best = _find(connection, at, chart_id)
        found = _found(connection, at, [best])
        document = bests.of_user(connection, [best], at.wire, found)[0]
        rank = 1 if document.rankingData is None else document.rankingData.rank
        first = max(1, rank - AROUND)
        rows = best_rows.leaderboard(connection, chart.chart_id, first, 2 * AROUND + 1)
        page = bests.of_neighbours(connection, rows, at.wire, found, first)
        documents = [each for each in page if each.userID != at.user_id]
        users = profile_rows.users_by_id(connection, [each.userID for each in documents])
    above = [each for each in documents if each.rankingData and each.rankingData.rank < rank]
    # Whoever is equal in all, and shares the rank, is no better.
    below = [each for each in documents if each.rankingData and each.rankingData.rank >= rank]
    answer = BestsAround(
        pb=document,
        chart=_chart_document(chart, found, at.wire),
        adjacentAbove=above[::-1],
        adjacentBelow=below[:AROUND],
        users=list(map(user_documents.user, users)),
    )
    return success("Successfully retrieved PB for user.", answer)


def _find(connection: Connection, at: ProfilePath, chart_id: str) -> tuple[Row, Row]:
    """The chart and the user's personal best on it. Raises UserError."""
    chart = catalogue_rows.find_chart(connection, at.gpt, chart_id)
    if chart is None:
        raise UserError(404, "This chart does not exist.")
    best = best_rows.find(connection, at.user_id, chart.chart_id)
    if best is None:
        raise UserError(404, "This user has not played this chart.")
    return chart, best


def _found(connection: Connection, at: ProfilePath, rows: list[Row]) -> Found:
    return catalogue_rows.of_rows(connection, at.gpt.game, rows)


def _chart_document(chart: Row, found: Found, wire: Wire) -> catalogue_documents.ChartDocument:
    return catalogue_documents.charts([chart], found.songs, wire, found.ids)[0][0]


# --- for other programs --------------------------------------------------------------------


@of_profile(blueprint, "GET", "/best-score/<checksum>")
@endpoint(
    "The personal best on the BMS chart with an MD5 or SHA256 checksum.",
    answers=PBDocument | None,
    errors={
        400: "It is no such checksum.",
        404: "There is no such player, or chart, or the game has no BMS charts.",
    },
)
def best_score(at: ProfilePath, checksum: str) -> Response:
    if not get_game(at.gpt.game).bests_by_checksum:
        raise UserError(404, f"No BMS charts exist for {at.name}.")
    if len(checksum) not in CHECKSUMS:
        raise UserError(400, f"Invalid checksum length ({len(checksum)}).")
    if not set(checksum) <= set(string.hexdigits):
        raise UserError(400, "Invalid checksum (Was not a MD5 or SHA256 checksum).")
    with service().engine.connect() as connection:
        rows = search_rows.charts_by_hash(connection, [at.gpt.game], checksum.lower())
        charts = [row.chart_id for row in rows if row.playtype == at.gpt.playtype]
        if not charts:
            raise UserError(404, "No chart found with the given checksum.")
        found = best_rows.on_charts(connection, at.user_id, charts, 1)
        on = _found(connection, at, list(found))
        documents = bests.of_user(connection, found, at.wire, on)
    if not documents:
        return success("Player has not played this chart.", None)
    return success("Best score found.", documents[0])


@of_profile(blueprint, "GET", "/eamusement-csv")
@endpoint(
    "A player's personal bests as the e-amusement site writes them: the body is the file.",
    answers=str,
    errors={404: "There is no such player, or the site has no such file for the game."},
)
def eamusement_csv(at: ProfilePath) -> Response:
    if not get_game(at.gpt.game).eamusement_csv:
        raise UserError(404, f"No e-amusement CSV exists for {at.name}.")
    with service().engine.connect() as connection:
        rows = best_rows.all_of(connection, at.user_id, at.gpt)
        song_ids = {row.song_id for row in rows}
        charts = catalogue_rows.charts_of_songs(connection, at.gpt.game, song_ids)
        songs = catalogue_rows.songs_by_id(connection, at.gpt.game, song_ids)
    of_playtype = [row for row in charts if row.playtype == at.gpt.playtype]
    return success("Created e-amusement CSV.", eamusement_export.export(rows, of_playtype, songs))
