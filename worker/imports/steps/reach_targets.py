"""Step 8: goals, then quests."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from worker.imports.flow import Collected, ImportHead, NewScore
from worker.targets.evaluation import re_evaluate_goals, re_evaluate_quests


def update_goals(
    connection: Connection, head: ImportHead, collected: Collected, new: list[NewScore]
) -> list[dict[str, Any]]:
    """Re-evaluates the user's goals on the touched charts; returns ImportDocument.goalInfo."""
    chart_ids = {score.chart.chartID for score in new}
    return re_evaluate_goals(
        connection, head.user_id, collected.game.id, chart_ids, head.added, head.import_id
    )


def update_quests(
    connection: Connection, head: ImportHead, goal_info: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Re-evaluates the quests that hold a changed goal; returns ImportDocument.questInfo."""
    return re_evaluate_quests(connection, head.user_id, goal_info, head.added, head.import_id)
