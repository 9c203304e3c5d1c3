"""The rows of goal_subscriptions and quest_subscriptions, read and written in bulk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from common.database.engine import copy_rows
from common.targets.evaluate import goal_ids_of
from common.targets.subscriptions import GoalSubscription, QuestSubscription
from common.targets.target_documents import GoalCharts

# In the order of the documents' fields.
_GOAL_COLUMNS = (
    "goal_id",
    "user_id",
    "game",
    "playtype",
    "progress",
    "progress_human",
    "out_of",
    "out_of_human",
    "achieved",
    "time_achieved",
    "last_interaction",
    "was_instantly_achieved",
    "was_assigned_standalone",
)
_QUEST_COLUMNS = (
    "quest_id",
    "user_id",
    "game",
    "playtype",
    "progress",
    "achieved",
    "time_achieved",
    "last_interaction",
    "was_instantly_achieved",
)
_GOAL_SELECT = f"SELECT {', '.join(_GOAL_COLUMNS)} FROM goal_subscriptions"  # noqa: S608
_QUEST_SELECT = f"SELECT {', '.join(_QUEST_COLUMNS)} FROM quest_subscriptions"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Quest:
    """What following a quest needs of it. goal_ids: in order, each once."""

    quest_id: str
    game: str
    playtype: str
    name: str
    goal_ids: list[str]


# --- goals ---------------------------------------------------------------------------------


def followed(connection: Connection, user_id: int, game: str) -> dict[str, GoalCharts]:
    """What the goals of the game that the user is subscribed to are about, by goalID."""
    rows = connection.execute(
        text(
            """
            SELECT goal_id, goals.charts
            FROM goal_subscriptions AS mine JOIN goals USING (goal_id)
            WHERE mine.user_id = :user_id AND mine.game = :game
            """
        ),
        {"user_id": user_id, "game": game},
    )
    return {goal_id: msgspec.convert(charts, GoalCharts) for goal_id, charts in rows}


def goal_subscriptions(
    connection: Connection, user_id: int, goal_ids: Collection[str]
) -> dict[str, GoalSubscription]:
    """The user's subscriptions to those of `goal_ids` that the user has, by goalID."""
    rows = connection.execute(
        text(
            f"{_GOAL_SELECT} WHERE user_id = :user_id AND goal_id = ANY(:goal_ids) ORDER BY goal_id"
        ),
        {"user_id": user_id, "goal_ids": list(goal_ids)},
    ).all()
    return {row.goal_id: GoalSubscription(*row) for row in rows}


def insert_goals(connection: Connection, subscriptions: Sequence[GoalSubscription]) -> None:
    _insert(connection, "goal_subscriptions", _GOAL_COLUMNS, subscriptions)


def update_goals(
    connection: Connection, user_id: int, subscriptions: Sequence[GoalSubscription]
) -> None:
    """Writes what an evaluation may have changed, in one statement."""
    if not subscriptions:
        return
    connection.execute(
        text(
            """
            UPDATE goal_subscriptions AS mine
            SET progress = new.progress, progress_human = new.progress_human,
                out_of = new.out_of, out_of_human = new.out_of_human,
                achieved = new.achieved, time_achieved = new.time_achieved,
                last_interaction = new.last_interaction,
                was_instantly_achieved = new.was_instantly_achieved
            FROM unnest(CAST(:goalID AS text[]), CAST(:progress AS float8[]),
                        CAST(:progressHuman AS text[]), CAST(:outOf AS float8[]),
                        CAST(:outOfHuman AS text[]), CAST(:achieved AS boolean[]),
                        CAST(:timeAchieved AS bigint[]), CAST(:lastInteraction AS bigint[]),
                        CAST(:wasInstantlyAchieved AS boolean[]))
                 AS new (goal_id, progress, progress_human, out_of, out_of_human, achieved,
                         time_achieved, last_interaction, was_instantly_achieved)
            WHERE mine.user_id = :user_id AND mine.goal_id = new.goal_id
            """
        ),
        {"user_id": user_id, **_by_field(subscriptions)},
    )


def make_standalone(connection: Connection, user_id: int, goal_id: str) -> None:
    connection.execute(
        text(
            "UPDATE goal_subscriptions SET was_assigned_standalone = true"
            " WHERE user_id = :user_id AND goal_id = :goal_id"
        ),
        {"user_id": user_id, "goal_id": goal_id},
    )


def delete_goals(connection: Connection, user_id: int, goal_ids: Collection[str]) -> None:
    connection.execute(
        text(
            "DELETE FROM goal_subscriptions WHERE user_id = :user_id AND goal_id = ANY(:goal_ids)"
        ),
        {"user_id": user_id, "goal_ids": list(goal_ids)},
    )


# --- quests --------------------------------------------------------------------------------


def followed_quests(connection: Connection, user_id: int) -> list[QuestSubscription]:
    """The quests that the user is subscribed to."""
    rows = connection.execute(
        text(f"{_QUEST_SELECT} WHERE user_id = :user_id ORDER BY quest_id"), {"user_id": user_id}
    )
    return [QuestSubscription(*row) for row in rows]


def find_quests(connection: Connection, quest_ids: Collection[str]) -> dict[str, Quest]:
    """The quests that there are among `quest_ids`, by questID."""
    rows = connection.execute(
        text(
            "SELECT quest_id, game, playtype, name, quest_data FROM quests"
            " WHERE quest_id = ANY(:quest_ids) ORDER BY quest_id"
        ),
        {"quest_ids": list(quest_ids)},
    )
    return {
        quest_id: Quest(quest_id, game, playtype, name, goal_ids_of(quest_data))
        for quest_id, game, playtype, name, quest_data in rows
    }


def insert_quest(connection: Connection, subscription: QuestSubscription) -> None:
    _insert(connection, "quest_subscriptions", _QUEST_COLUMNS, [subscription])


def update_quests(
    connection: Connection, user_id: int, subscriptions: Sequence[QuestSubscription]
) -> None:
    """Writes what an evaluation may have changed, in one statement."""
    if not subscriptions:
        return
    connection.execute(
        text(
            """
            UPDATE quest_subscriptions AS mine
            SET progress = new.progress, achieved = new.achieved,
                time_achieved = new.time_achieved, last_interaction = new.last_interaction
            FROM unnest(CAST(:questID AS text[]), CAST(:progress AS integer[]),
                        CAST(:achieved AS boolean[]), CAST(:timeAchieved AS bigint[]),
                        CAST(:lastInteraction AS bigint[]))
                 AS new (quest_id, progress, achieved, time_achieved, last_interaction)
            WHERE mine.user_id = :user_id AND mine.quest_id = new.quest_id
            """
        ),
        {"user_id": user_id, **_by_field(subscriptions)},
    )


def delete_quest(connection: Connection, user_id: int, quest_id: str) -> bool:
    """Whether there was such a subscription."""
    deleted = connection.execute(
        text("DELETE FROM quest_subscriptions WHERE user_id = :user_id AND quest_id = :quest_id"),
        {"user_id": user_id, "quest_id": quest_id},
    )
    return deleted.rowcount > 0


# --- both ----------------------------------------------------------------------------------


def _insert(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    subscriptions: Sequence[GoalSubscription | QuestSubscription],
) -> None:
    if subscriptions:
        copy_rows(connection, table, columns, map(msgspec.structs.astuple, subscriptions))


def _by_field(
    subscriptions: Sequence[GoalSubscription | QuestSubscription],
) -> dict[str, list[Any]]:
    """The values of each field, in the order of the subscriptions."""
    values = zip(*map(msgspec.structs.astuple, subscriptions), strict=True)
    return dict(zip(subscriptions[0].__struct_fields__, map(list, values), strict=True))
