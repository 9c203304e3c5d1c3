"""Step 8: goals, then quests."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from worker.importing import Collected, ImportHead, NewScore


def update_goals(
    connection: Connection, head: ImportHead, collected: Collected, new: list[NewScore]
) -> list[dict[str, Any]]:
    """Re-evaluates the user's goals on the touched charts; returns ImportDocument.goalInfo.

    Not built yet.
    """
    return []


def update_quests(
    connection: Connection, head: ImportHead, goal_info: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Re-evaluates the quests that hold a changed goal; returns ImportDocument.questInfo.

    Not built yet.
    """
    return []
