"""How the scores of sessions compare with what their player had done before each.

Computed when asked for. Source: specification, pipeline-sessions.md section 6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from common.database.statements import Row
from common.games.model import GPT, Enum, Graph
from common.games.registry import get_gpt
from common.games.scoring.personal_bests import PlayedScore, merged_data
from common.scores import score_rows
from common.sessions.session_documents import ScoreInfo


def score_info(connection: Connection, session: Row) -> list[ScoreInfo]:
    """The `scoreInfo` of a row of `sessions`: an entry for each of its scores that is stored."""
    return score_infos(connection, [session])[session.session_id]


def score_infos(connection: Connection, sessions: Sequence[Row]) -> dict[str, list[ScoreInfo]]:
    """The `scoreInfo` of sessions of one user on one GPT, by session.

    One statement, whatever the number of sessions and scores.
    """
    if not sessions:
        return {}
    return _infos(connection, sessions, {each.session_id: each.score_ids for each in sessions})


def info_of_scores(
    connection: Connection, session: Row, score_ids: Sequence[str]
) -> list[ScoreInfo]:
    """The same of some of a session's scores."""
    return _infos(connection, [session], {session.session_id: score_ids})[session.session_id]


def _infos(
    connection: Connection, sessions: Sequence[Row], ids: Mapping[str, Sequence[str]]
) -> dict[str, list[ScoreInfo]]:
    """ids: the scores of each session that are asked about."""
    gpt = get_gpt(sessions[0].game, sessions[0].playtype)
    user_id = sessions[0].user_id
    listed = [score_id for of_session in ids.values() for score_id in of_session]
    until = max(session.time_ended for session in sessions)
    graphs = [name for name, optional in gpt.optional.items() if isinstance(optional.metric, Graph)]
    # Nothing is compared by its graphs, and they are most of what is stored.
    rows = score_rows.beside(connection, user_id, listed, until, without=graphs)
    wanted = set(listed)
    scores = {row.score_id: row for row in rows if row.score_id in wanted}
    played: dict[str, list[PlayedScore]] = defaultdict(list)
    for row in rows:
        played[row.chart_id].append(PlayedScore(*row[1:]))
    infos: dict[str, list[ScoreInfo]] = {}
    for session in sessions:
        asked = ids[session.session_id]
        present = [scores[score_id] for score_id in asked if score_id in scores]
        bests = {
            chart_id: merged_data(gpt, played[chart_id], before=session.time_started)
            for chart_id in {score.chart_id for score in present}
        }
        infos[session.session_id] = [
            entry(gpt, score.score_id, score.score_data, bests.get(score.chart_id))
            for score in present
        ]
    return infos


def entry(
    gpt: GPT, score_id: str, score_data: Mapping[str, Any], best: Mapping[str, Any] | None
) -> ScoreInfo:
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
