"""A player's scores. Source: specification, http-api-inspect.md sections 3.4 and 3.6."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Response
from sqlalchemy import Connection

from api.http import pages, queries
from api.http.answers import streamed, success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import ProfilePath, of_profile
from api.http.service import service
from common.catalogue import catalogue_documents, catalogue_rows
from common.database.statements import Row
from common.errors import UserError
from common.profiles import bests
from common.profiles.best_documents import BestList
from common.scores import score_documents, score_rows
from common.scores.score_documents import ScoreDocument
from common.scores.score_lists import ScoreList
from common.scores.whole_score_rows import whole_scores

blueprint = ApiBlueprint("user_scores", __name__)

SEARCHED: Final = 100  # songs that a search looks at
FOUND: Final = 30  # scores that it shows
MOST_PLAYED: Final = 100

# Of the place where a page ends: when achieved, when added, scoreID.
_PLACE: Final = (float, int, str)


@of_profile(blueprint, "GET", "/scores")
@endpoint("A player's newest scores on songs.", query=queries.Search(), answers=ScoreList)
def scores(at: ProfilePath, query: dict[str, Any]) -> Response:
    typed = queries.required_search(query, "Invalid value for search parameter.")
    here = service()
    with here.engine.connect() as connection:
        songs = here.songs.find(connection, at.gpt.game, typed, SEARCHED)
        rows = score_rows.on_songs(connection, at.user_id, at.gpt, songs, FOUND)
        body = _listed(connection, at, rows)
    return success(f"Retrieved {len(rows)} scores.", body)


@of_profile(blueprint, "GET", "/scores/all")
@endpoint("All scores on charts of the present version, newest first.", answers=ScoreList)
def scores_all(at: ProfilePath) -> Response:
    whole = whole_scores(service().engine, at.user_id, at.gpt, at.wire)
    return streamed(f"Returned {whole.count} scores.", whole.pieces())


@of_profile(blueprint, "GET", "/scores/recent")
@endpoint("A player's newest scores.", query=pages.Page(), answers=ScoreList, headers=pages.LINK)
def scores_recent(at: ProfilePath, query: dict[str, Any]) -> Response:
    limit, after = query["limit"], pages.place(query, _PLACE)
    with service().engine.connect() as connection:
        rows = score_rows.recent(connection, at.user_id, at.gpt, limit + 1, after)
        rows = pages.finish(rows, limit, score_rows.place_of)
        body = _listed(connection, at, rows)
    return success(f"Retrieved {len(rows)} scores.", body)


@of_profile(blueprint, "GET", "/scores/<chart_id>")
@endpoint(
    "A player's scores on a chart, newest first.",
    query=pages.Page(),
    answers=list[ScoreDocument],
    headers=pages.LINK,
    errors={404: "There is no such player or chart."},
)
def scores_on_chart(at: ProfilePath, chart_id: str, query: dict[str, Any]) -> Response:
    limit, after = query["limit"], pages.place(query, _PLACE)
    with service().engine.connect() as connection:
        chart = catalogue_rows.find_chart(connection, at.gpt, chart_id)
        if chart is None:
            raise UserError(404, "This chart does not exist.")
        rows = score_rows.on_chart(connection, at.user_id, chart.chart_id, limit + 1, after)
        rows = pages.finish(rows, limit, score_rows.place_of)
        found = catalogue_rows.of_rows(connection, at.gpt.game, rows)
    documents = [score_documents.score(row, at.wire, found.ids) for row in rows]
    return success(f"Returned {len(rows)} scores.", documents)


@of_profile(blueprint, "GET", "/most-played")
@endpoint("The personal bests on the charts that a player played most.", answers=BestList)
def most_played(at: ProfilePath) -> Response:
    with service().engine.connect() as connection:
        rows = score_rows.most_played(connection, at.user_id, at.gpt, MOST_PLAYED)
        body = bests.listed(connection, at.gpt, rows, at.wire)
    return success(f"Returned {len(rows)} scores.", body)


def _listed(connection: Connection, at: ProfilePath, rows: Sequence[Row]) -> ScoreList:
    found = catalogue_rows.of_rows(connection, at.gpt.game, rows)
    charts, songs = catalogue_documents.charts(found.charts, found.songs, at.wire, found.ids)
    documents = [score_documents.score(row, at.wire, found.ids) for row in rows]
    return ScoreList(documents, songs, charts)
