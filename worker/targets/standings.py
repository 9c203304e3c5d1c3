"""How far a user is with some goals: loads what `common.targets.evaluate` needs, in bulk."""

from __future__ import annotations

import logging
from collections.abc import Collection

from sqlalchemy import Connection

from common.games.model import GPT
from common.games.registry import get_gpt
from common.targets.evaluate import GoalStanding, chart_ids_of, evaluate
from common.targets.target_documents import Goal
from worker.targets import goal_rows
from worker.targets.goal_rows import Folders

log = logging.getLogger(__name__)


def standings(
    connection: Connection, user_id: int, goals: Collection[Goal], folders: Folders
) -> dict[str, GoalStanding]:
    """How far the user is with each goal, by goalID. folders: at least those of the goals.

    A goal that does not fit its game (any more) is logged and left out.
    """
    fitting = [(gpt, goal) for goal in goals if (gpt := _gpt_of(goal)) is not None]
    charts = {goal.goalID: chart_ids_of(goal.charts, folders) for _, goal in fitting}
    bests = goal_rows.bests_on(connection, user_id, {gpt for gpt, _ in fitting}, charts.values())
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
