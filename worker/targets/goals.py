"""Goals that users make: from what they ask for to the stored goal.

Source: specification, pipeline-goals-quests.md sections 1, 2 and 5.
"""

from __future__ import annotations

from sqlalchemy import Connection

from common.games.model import GPT
from common.targets.construct import construct
from common.targets.target_documents import Goal, GoalCharts, GoalCriteria
from worker.targets import goal_rows


def make_goal(
    connection: Connection, gpt: GPT, goal_charts: GoalCharts, criteria: GoalCriteria
) -> Goal:
    """The goal, as stored if it is; raises InvalidGoal. Stores nothing."""
    charts, songs = goal_rows.charts_and_songs(connection, gpt, goal_charts)
    goal = construct(
        gpt,
        goal_charts,
        criteria,
        charts=charts,
        songs=songs,
        folders=goal_rows.folder_of(connection, gpt, goal_charts),
    )
    return goal_rows.find_goals(connection, [goal.goalID]).get(goal.goalID, goal)
