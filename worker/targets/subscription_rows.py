"""The rows of goal_subscriptions and quest_subscriptions, read and written in bulk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, text

from common.database.columns import Columns
from common.database.statements import Statement
from common.games.model import GPT
from common.targets import target_tables as tables
from common.targets.evaluate import goal_ids_of
from common.targets.subscriptions import GoalSubscription, QuestSubscription
from common.targets.target_documents import GoalCharts

GOAL_COLUMNS: Final = Columns(tables.GoalSubscription)
QUEST_COLUMNS: Final = Columns(tables.QuestSubscription)

_read_goal: Final = GOAL_COLUMNS.reader(GoalSubscription)
_read_quest: Final = QUEST_COLUMNS.reader(QuestSubscription)


@dataclass(frozen=True, slots=True)
class Quest:
    """What following a quest needs of it. goal_ids: in order, each once."""

    quest_id: str
    game: str
    playtype: str
    name: str
    goal_ids: list[str]


# --- goals ---------------------------------------------------------------------------------


_FOLLOWED: Final = Statement(
    """
    SELECT goal_id, goals.charts
    FROM goal_subscriptions AS mine JOIN goals USING (goal_id)
    WHERE mine.user_id = :user_id AND mine.game = :game
    """,
    prepared=True,
)


def followed(connection: Connection, user_id: int, game: str) -> dict[str, GoalCharts]:
    """What the goals of the game that the user is subscribed to are about, by goalID."""
    rows = _FOLLOWED.rows(connection, {"user_id": user_id, "game": game})
    return {goal_id: msgspec.convert(charts, GoalCharts) for goal_id, charts in rows}


def goal_subscriptions(
    connection: Connection, user_id: int, goal_ids: Collection[str]
) -> dict[str, GoalSubscription]:
    """The user's subscriptions to those of `goal_ids` that the user has, by goalID."""
    rows = connection.execute(
        text(
            f"{GOAL_COLUMNS.select}"
            " WHERE user_id = :user_id AND goal_id = ANY(:goal_ids) ORDER BY goal_id"
        ),
        {"user_id": user_id, "goal_ids": list(goal_ids)},
    ).all()
    return {row.goal_id: _read_goal(row) for row in rows}


def count_goals(connection: Connection, user_id: int, gpt: GPT) -> int:
    """How many goals of the GPT the user is subscribed to."""
    return _count(connection, GOAL_COLUMNS, user_id, gpt)


def insert_goals(connection: Connection, subscriptions: Sequence[GoalSubscription]) -> None:
    _insert(connection, GOAL_COLUMNS, subscriptions)


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


_LEAVE: Final = text(
    """
    DELETE FROM goal_subscriptions AS mine USING quests AS changed
    WHERE mine.user_id = :user_id AND NOT mine.was_assigned_standalone
      AND changed.quest_id = ANY(:quest_ids)
      AND (mine.game, mine.playtype) = (changed.game, changed.playtype)
      AND NOT EXISTS (
          SELECT FROM quest_subscriptions AS follows JOIN quests USING (quest_id)
          WHERE follows.user_id = mine.user_id
            AND jsonb_path_exists(quests.quest_data, '$[*].goals[*].goalID ? (@ == $goal)',
                                  jsonb_build_object('goal', mine.goal_id)))
    """
)


def leave_goals(connection: Connection, user_id: int, quest_ids: Collection[str]) -> None:
    """Ends the subscriptions to goals that left these quests.

    A goal is followed because the user chose it for itself or because a quest of the user's
    holds it: those of neither kind go.
    """
    connection.execute(_LEAVE, {"user_id": user_id, "quest_ids": list(quest_ids)})


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
        text(f"{QUEST_COLUMNS.select} WHERE user_id = :user_id ORDER BY quest_id"),
        {"user_id": user_id},
    )
    return [_read_quest(row) for row in rows]


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


def count_quests(connection: Connection, user_id: int, gpt: GPT) -> int:
    """How many quests of the GPT the user is subscribed to."""
    return _count(connection, QUEST_COLUMNS, user_id, gpt)


def insert_quest(connection: Connection, subscription: QuestSubscription) -> None:
    _insert(connection, QUEST_COLUMNS, [subscription])


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


def _count(connection: Connection, columns: Columns, user_id: int, gpt: GPT) -> int:
    return int(
        connection.scalar(
            text(
                f"SELECT count(*) FROM {columns.table}"  # noqa: S608 (a model's)
                " WHERE user_id = :user_id AND game = :game AND playtype = :playtype"
            ),
            {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype},
        )
        or 0
    )


def _insert(
    connection: Connection,
    columns: Columns,
    subscriptions: Sequence[GoalSubscription | QuestSubscription],
) -> None:
    if subscriptions:
        columns.copy(connection, map(columns.values_of, subscriptions))


def _by_field(
    subscriptions: Sequence[GoalSubscription | QuestSubscription],
) -> dict[str, list[Any]]:
    """The values of each field, in the order of the subscriptions."""
    values = zip(*map(msgspec.structs.astuple, subscriptions), strict=True)
    return dict(zip(subscriptions[0].__struct_fields__, map(list, values), strict=True))
