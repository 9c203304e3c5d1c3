"""How far a user is with some goals: loads what `common.targets.evaluate` needs, in bulk."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from typing import Final

import msgspec
from sqlalchemy import Connection, text

from common.games.model import GPT, Graph
from common.games.registry import get_gpt
from common.targets.evaluate import Best, GoalStanding, chart_ids_of, evaluate
from common.targets.target_documents import Goal, GoalCharts, GoalCriteria

log = logging.getLogger(__name__)

# The charts of folders, by folderID.
Folders = Mapping[str, Collection[str]]

# With more charts than this it is faster to load all folders than to ask which are touched.
MANY_CHARTS: Final = 50


def find_goals(connection: Connection, goal_ids: Collection[str]) -> dict[str, Goal]:
    """The goals that there are among `goal_ids`, by goalID."""
    rows = connection.execute(
        text(
            "SELECT goal_id, game, playtype, name, charts, criteria FROM goals"
            " WHERE goal_id = ANY(:goal_ids)"
        ),
        {"goal_ids": list(goal_ids)},
    ).all()
    return {
        goal_id: Goal(
            goal_id,
            game,
            playtype,
            name,
            msgspec.convert(charts, GoalCharts),
            msgspec.convert(criteria, GoalCriteria),
        )
        for goal_id, game, playtype, name, charts, criteria in rows
    }


def folders_of(
    connection: Connection,
    goal_charts: Iterable[GoalCharts],
    touched_by: Collection[str] | None = None,
) -> Folders:
    """The charts of the folders that goals are about.

    touched_by: some chartIDs; folders that hold none of them may be left out.
    """
    folder_ids = list({str(charts.data) for charts in goal_charts if charts.type == "folder"})
    if not folder_ids:
        return {}
    wanted = "folder_id = ANY(:folder_ids)"
    if touched_by is not None and len(touched_by) <= MANY_CHARTS:
        wanted = (
            "folder_id IN (SELECT folder_id FROM folder_charts"
            " WHERE folder_id = ANY(:folder_ids) AND chart_id = ANY(:touched_by))"
        )
    rows = connection.execute(
        # JSON, because psycopg2 takes four times as long for an array of texts.
        text(
            "SELECT folder_id, json_agg(chart_id ORDER BY chart_id) AS chart_ids FROM folder_charts"  # noqa: S608
            f" WHERE {wanted} GROUP BY folder_id"
        ),
        {"folder_ids": folder_ids, "touched_by": list(touched_by or ())},
    )
    return {row.folder_id: row.chart_ids for row in rows}


def standings(
    connection: Connection, user_id: int, goals: Collection[Goal], folders: Folders
) -> dict[str, GoalStanding]:
    """How far the user is with each goal, by goalID. folders: at least those of the goals.

    A goal that does not fit its game (any more) is logged and left out.
    """
    fitting = [(gpt, goal) for goal in goals if (gpt := _gpt_of(goal)) is not None]
    charts = {goal.goalID: chart_ids_of(goal.charts, folders) for _, goal in fitting}
    bests = _bests(connection, user_id, {gpt for gpt, _ in fitting}, charts.values())
    found: dict[str, GoalStanding] = {}
    for gpt, goal in fitting:
        try:
            found[goal.goalID] = evaluate(gpt, goal.criteria, charts[goal.goalID], bests)
        except (LookupError, ValueError) as problem:
            _warn(goal, problem)
    return found


def _gpt_of(goal: Goal) -> GPT | None:
    try:
        return get_gpt(goal.game, goal.playtype)
    except LookupError as problem:
        _warn(goal, problem)
        return None


def _warn(goal: Goal, problem: Exception) -> None:
    log.warning("goal %s cannot be evaluated: %r", goal.goalID, problem)


def _bests(
    connection: Connection,
    user_id: int,
    gpts: Iterable[GPT],
    charts: Iterable[Collection[str]],
) -> dict[str, Best]:
    """The user's personal bests on all the charts."""
    # No goal is about a graph, and graphs are most of what is stored.
    graphs = [
        name
        for gpt in gpts
        for name, optional in gpt.optional.items()
        if isinstance(optional.metric, Graph)
    ]
    score_data = "score_data"
    if graphs:
        score_data = (
            "jsonb_set(score_data, '{optional}',"
            " (score_data->'optional') - CAST(:graphs AS text[]))"
        )
    rows = connection.execute(
        text(
            f"SELECT chart_id, {score_data}, time_achieved FROM personal_bests"  # noqa: S608
            " WHERE user_id = :user_id AND chart_id = ANY(:chart_ids)"
        ),
        {"user_id": user_id, "chart_ids": list(set[str]().union(*charts)), "graphs": graphs},
    ).all()
    return {chart_id: Best(data, achieved) for chart_id, data, achieved in rows}
