"""Stored scores and sessions, worked out again from what was played and the present catalogue.

Whatever the number of scores, each function runs at most three statements. The caller holds the
user's lock, keeps the catalogue (`common.catalogue.locking`) and commits.

Source: specification, pipeline-mutation.md section 6.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, Row, text

from common.catalogue.documents import Chart
from common.database.parameters import text_array
from common.errors import InvalidScore
from common.games.kit.ratings import session_ratings
from common.games.registry import get_gpt
from common.games.scoring.hydration import CANNOT_COMPUTE, Hydrated, hydrate, score_data_of
from worker.records import sessions
from worker.records.sessions import SessionChange

log = logging.getLogger(__name__)

# --- scores ------------------------------------------------------------------------------

_SCORES = text(
    """
    SELECT score_id, chart_id, score_data, calculated_data FROM scores
    WHERE user_id = :user_id
      AND chart_id = ANY(CAST(:chart_ids AS text[]))
    """
)

_PLAYED_CHARTS = text(
    "SELECT DISTINCT chart_id FROM scores WHERE user_id = :user_id AND game = :game"
)

# What each becomes is looked up by its ID: a join with a list may go through it for every row.
_CHANGE_SCORES = text(
    """
    UPDATE scores SET (score_data, calculated_data) = (
        SELECT new -> 0, new -> 1
        FROM (SELECT CAST(:changed AS jsonb) -> score_id AS new OFFSET 0) AS found)
    WHERE user_id = :user_id AND score_id = ANY(CAST(:score_ids AS text[]))
    """
)


def played_charts(connection: Connection, user_id: int, game: str) -> list[str]:
    """The charts of the game on which the user has scores."""
    given = {"user_id": user_id, "game": game}
    return sorted(connection.scalars(_PLAYED_CHARTS, given))


def rerate_scores(
    connection: Connection, user_id: int, game: str, charts: Mapping[str, Chart]
) -> list[str]:
    """Derives metrics and ratings of the user's scores on these charts anew.

    charts: of the game, as they are now, by chartID. Returns the IDs of the scores that are
    different now. A score that the chart does not allow (any more) stays as it is. That its
    parts fit each other was judged when it came, by the rules of then.
    """
    given = {"user_id": user_id, "chart_ids": text_array(charts)}
    changed: dict[str, tuple[Any, Any]] = {}
    for score in connection.execute(_SCORES, given):
        hydrated = _hydrated(score, game, charts[score.chart_id])
        if hydrated is None:
            continue
        after = hydrated.score_data, hydrated.calculated
        if after != (score.score_data, score.calculated_data):
            changed[score.score_id] = after
    if changed:
        connection.execute(
            _CHANGE_SCORES,
            {
                "user_id": user_id,
                "score_ids": text_array(changed),
                "changed": orjson.dumps(changed).decode(),
            },
        )
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

_HOLDING = text(
    """
    SELECT session_id, playtype, time_started, time_ended FROM sessions
    WHERE user_id = :user_id AND game = :game AND EXISTS (
        SELECT FROM unnest(score_ids) AS listed (score_id)
        WHERE listed.score_id = ANY(CAST(:score_ids AS text[])))
    """
)


def rerate_sessions(
    connection: Connection, user_id: int, game: str, score_ids: Collection[str]
) -> None:
    """Makes the ratings of the sessions that hold any of these scores follow from all of theirs."""
    if not score_ids:
        return
    given = {
        "user_id": user_id,
        "game": game,
        "score_ids": text_array(score_ids),
    }
    holding = connection.execute(_HOLDING, given).all()
    calculated = sessions.calculated_of_scores(
        connection, user_id, [session.session_id for session in holding]
    )
    changes = [
        SessionChange(
            session.session_id,
            (),
            session.time_started,
            session.time_ended,
            session_ratings(get_gpt(game, session.playtype), calculated[session.session_id]),
        )
        for session in holding
    ]
    sessions.change_sessions(connection, user_id, changes, keep=True)
