"""A page of an import's scores, and what each raised: how it compares with what was before.

Computed when asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from common.catalogue import catalogue_documents, catalogue_rows
from common.catalogue.catalogue_documents import ChartDocument, SongDocument
from common.database.statements import Row
from common.games.model import Graph
from common.games.registry import get_gpt
from common.games.scoring.personal_bests import PlayedScore, merged_data
from common.scores import score_documents, score_rows
from common.scores.score_documents import ScoreDocument
from common.sessions.session_documents import ScoreInfo
from common.sessions.session_info import entry
from common.wire import Wire


class ImportScores(msgspec.Struct, kw_only=True):
    """Scores of an import with their songs and charts, each once.

    scoreInfo: of each score, how it compares with the user's personal best before the import.
    """

    scores: list[ScoreDocument]
    songs: list[SongDocument]
    charts: list[ChartDocument]
    scoreInfo: list[ScoreInfo]


def import_scores(
    connection: Connection, of: Row, scores: Sequence[Row], wire: Wire
) -> ImportScores:
    """Some `scores` of an import. of: a row of `imports`."""
    found = catalogue_rows.of_rows(connection, of.game, scores)
    charts, songs = catalogue_documents.charts(found.charts, found.songs, wire, found.ids)
    return ImportScores(
        scores=[score_documents.score(each, wire, found.ids) for each in scores],
        songs=songs,
        charts=charts,
        scoreInfo=_raised(connection, of, scores, found.charts),
    )


def _raised(
    connection: Connection, of: Row, scores: Sequence[Row], charts: Sequence[Row]
) -> list[ScoreInfo]:
    """One statement for each playtype, of which an import has two at most."""
    bests: dict[str, Any] = {}
    for playtype in sorted({chart.playtype for chart in charts}):
        gpt = get_gpt(of.game, playtype)
        known = [chart.chart_id for chart in charts if chart.playtype == playtype]
        graphs = [name for name, each in gpt.optional.items() if isinstance(each.metric, Graph)]
        earlier: dict[str, list[PlayedScore]] = defaultdict(list)
        for row in score_rows.before_import(
            connection, of.user_id, known, of.import_id, of.time_started, without=graphs
        ):
            earlier[row.chart_id].append(PlayedScore(*row[1:]))
        for chart_id, played in earlier.items():
            bests[chart_id] = merged_data(gpt, played)
    return [
        entry(
            get_gpt(score.game, score.playtype),
            score.score_id,
            score.score_data,
            bests.get(score.chart_id),
        )
        for score in scores
    ]
