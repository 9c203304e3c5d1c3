"""Subscriptions end with the folder or quest they are about.

The caller holds the users (`locking.hold_users`): else an import that is writing the same
subscriptions and this would wait for each other.

Source: specification, seeds-format.md section 13 and pipeline-goals-quests.md section 6.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text


def end_goals_on_folders(connection: Connection, folder_ids: Sequence[str]) -> None:
    """Ends the subscriptions to goals on these folders. The goals themselves stay."""
    connection.execute(
        text(
            """
            DELETE FROM goal_subscriptions USING goals
            WHERE goals.goal_id = goal_subscriptions.goal_id
              AND goals.charts->>'type' = 'folder'
              AND goals.charts->>'data' = ANY(:folder_ids)
            """
        ),
        {"folder_ids": list(folder_ids)},
    )


def end_quests(connection: Connection, quest_ids: Sequence[str]) -> None:
    """Ends the subscriptions to these quests, before the quests are removed.

    As when a user leaves a quest: goals go with it unless they were chosen by themselves or
    belong to another quest of the user.
    """
    connection.execute(
        text(
            """
            WITH ended AS (
                DELETE FROM quest_subscriptions WHERE quest_id = ANY(:quest_ids)
                RETURNING user_id, quest_id
            ),
            quest_goals AS (
                SELECT quest_id, goal->>'goalID' AS goal_id
                FROM quests,
                     jsonb_array_elements(quest_data) AS section,
                     jsonb_array_elements(section->'goals') AS goal
            )
            DELETE FROM goal_subscriptions AS mine
            USING ended JOIN quest_goals USING (quest_id)
            WHERE mine.user_id = ended.user_id AND mine.goal_id = quest_goals.goal_id
              AND NOT mine.was_assigned_standalone
              AND NOT EXISTS (
                  SELECT FROM quest_subscriptions AS other JOIN quest_goals AS needed
                         USING (quest_id)
                  WHERE other.user_id = mine.user_id AND needed.goal_id = mine.goal_id
                    AND other.quest_id <> ALL(:quest_ids))
            """
        ),
        {"quest_ids": list(quest_ids)},
    )
