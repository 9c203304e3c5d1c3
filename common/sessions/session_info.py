"""How the scores of a session compare with what its player had done before it.

Computed when asked for. Source: specification, pipeline-sessions.md section 6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, text

from common.catalogue.documents import Chart
from common.games.model import GPT, Enum, Graph
from common.games.registry import get_gpt
from common.games.scoring.personal_bests import PlayedScore, merge
from common.imports.stored_documents import chart_document


def score_info(connection: Connection, session: Row[Any]) -> list[dict[str, Any]]:
    """The `scoreInfo` of a row of `sessions`: an entry for each of its scores that is stored.

    Three statements, whatever the number of scores.
    """
    gpt = get_gpt(session.game, session.playtype)
    scores = connection.execute(
        text(
            """
            SELECT scores.score_id, scores.chart_id, scores.score_data
            FROM unnest(CAST(:score_ids AS text[])) WITH ORDINALITY AS listed (score_id, place)
            JOIN scores ON scores.user_id = :user_id AND scores.score_id = listed.score_id
            ORDER BY listed.place
            """
        ),
        {"user_id": session.user_id, "score_ids": session.score_ids},
    ).all()
    chart_ids = list({score.chart_id for score in scores})
    earlier = _earlier_scores(connection, session, chart_ids)
    charts = _charts(connection, gpt, list(earlier))
    bests = {
        chart_id: best.scoreData
        for chart_id, played in earlier.items()
        if chart_id in charts and (best := merge(gpt, charts[chart_id], played)) is not None
    }
    return [
        entry(gpt, score.score_id, score.score_data, bests.get(score.chart_id)) for score in scores
    ]


def entry(
    gpt: GPT, score_id: str, score_data: Mapping[str, Any], best: Mapping[str, Any] | None
) -> dict[str, Any]:
    """One entry of `scoreInfo`. best: the scoreData of the personal best before the session."""
    if best is None:
        return {"scoreID": score_id, "isNewScore": True}
    deltas = {}
    for name, metric in gpt.metrics.items():
        if isinstance(metric, Enum):
            deltas[name] = score_data["enumIndexes"][name] - best["enumIndexes"][name]
        elif not isinstance(metric, Graph):
            deltas[name] = score_data[name] - best[name]
    return {"scoreID": score_id, "isNewScore": False, "deltas": deltas}


def _earlier_scores(
    connection: Connection, session: Row[Any], chart_ids: Sequence[str]
) -> dict[str, list[PlayedScore]]:
    """By chart, the player's scores from before the session."""
    rows = connection.execute(
        text(
            """
            SELECT chart_id, score_id, score_data, time_achieved, time_added, highlight
            FROM scores
            WHERE user_id = :user_id AND chart_id = ANY(:chart_ids)
              AND time_achieved < :time_started
            """
        ),
        {
            "user_id": session.user_id,
            "chart_ids": chart_ids,
            "time_started": session.time_started,
        },
    )
    earlier: dict[str, list[PlayedScore]] = defaultdict(list)
    for chart_id, *played in rows:
        earlier[chart_id].append(PlayedScore(*played))
    return earlier


def _charts(connection: Connection, gpt: GPT, chart_ids: Sequence[str]) -> dict[str, Chart]:
    rows = connection.execute(
        text("SELECT * FROM charts WHERE game = :game AND chart_id = ANY(:chart_ids)"),
        {"game": gpt.game, "chart_ids": chart_ids},
    )
    charts = {row.chart_id: msgspec.convert(chart_document(row), Chart) for row in rows}
    for chart in charts.values():
        chart.data = msgspec.convert(chart.data, gpt.chart_data)
    return charts
