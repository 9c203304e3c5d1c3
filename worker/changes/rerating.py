"""Stored scores and sessions, worked out again from what was played and the present catalogue.

Whatever the number of scores, each function runs at most three statements. The caller holds the
user's lock, keeps the catalogue (`common.catalogue.locking`) and commits.

Source: specification, pipeline-mutation.md section 6.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row

from common.catalogue.documents import Chart
from common.errors import InvalidScore
from common.games.kit.ratings import best_values, rated_by
from common.games.registry import get_gpt
from common.games.scoring.hydration import CANNOT_COMPUTE, Hydrated, hydrate, score_data_of
from worker.records import scores, sessions
from worker.records.sessions import SessionChange

log = logging.getLogger(__name__)

# --- scores ------------------------------------------------------------------------------


def rerate_scores(
    connection: Connection, user_id: int, game: str, charts: Mapping[str, Chart]
) -> list[str]:
    """Derives metrics and ratings of the user's scores on these charts anew.

    charts: of the game, as they are now, by chartID. Returns the IDs of the scores that are
    different now. A score that the chart does not allow (any more) stays as it is. That its
    parts fit each other was judged when it came, by the rules of then.
    """
    changed: dict[str, tuple[Any, Any]] = {}
    for score in scores.on_charts(connection, user_id, charts):
        hydrated = _hydrated(score, game, charts[score.chart_id])
        if hydrated is None:
            continue
        after = hydrated.score_data, hydrated.calculated
        if after != (score.score_data, score.calculated_data):
            changed[score.score_id] = after
    if changed:
        scores.rerate(connection, user_id, changed)
    return list(changed)


def _hydrated(score: Row[Any], game: str, chart: Chart) -> Hydrated | None:
    gpt = get_gpt(game, chart.playtype)
    try:
        # When it was played was checked when it came.
        played = score_data_of(gpt, score.score_data)
        return hydrate(gpt, chart, played, None, 0, as_a_whole=False)
    except (InvalidScore, *CANNOT_COMPUTE) as problem:
        log.warning(
            "score %s does not fit chart %s any more, kept as it is: %r",
            score.score_id,
            chart.chartID,
            problem,
        )
        return None


# --- sessions ----------------------------------------------------------------------------


def rerate_sessions(
    connection: Connection, user_id: int, game: str, score_ids: Collection[str]
) -> None:
    """Makes the ratings of the sessions that hold any of these scores follow from all of theirs."""
    if not score_ids:
        return
    holding = sessions.holding(connection, user_id, game, score_ids)
    calculated = sessions.calculated_of_scores(
        connection, user_id, [session.session_id for session in holding]
    )
    changes = []
    for session in holding:
        gpt = get_gpt(game, session.playtype)
        values = best_values(gpt, calculated[session.session_id])
        changes.append(
            SessionChange(
                session.session_id,
                (),
                session.time_started,
                session.time_ended,
                values,
                rated_by(gpt, values),
            )
        )
    sessions.change_sessions(connection, user_id, changes, keep_scores=True)
