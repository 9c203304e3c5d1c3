"""Subscribing to goals and quests, and leaving them.

Every function works in the caller's transaction and expects the caller to hold the user's lock:
an import that ran at the same time would not see the new subscription, nor the subscription the
import's personal bests. Where a user may not do something, SubscriptionRefused says why and
nothing was changed. No one is told of what is achieved by subscribing.

Source: specification, pipeline-goals-quests.md sections 5 and 6.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from common.accounts import user_rows
from common.errors import ScoreImportError
from common.games.model import GPT
from common.targets import refusals
from common.targets.evaluate import evaluate_quest
from common.targets.subscriptions import (
    GoalSubscription,
    QuestSubscription,
    new_goal_subscription,
    new_quest_subscription,
)
from common.targets.target_documents import Goal, GoalCharts, GoalCriteria
from worker.targets import subscription_rows
from worker.targets.goal_rows import find_goals, folders_of, store_goal
from worker.targets.goals import make_goal
from worker.targets.standings import standings
from worker.targets.subscription_rows import Quest


class BrokenQuest(ScoreImportError):
    """The catalogue lacks goals of the quest."""


@dataclass(frozen=True, slots=True)
class JoinedQuest:
    """What a user who subscribed to a quest is shown; goals in the quest's order."""

    subscription: QuestSubscription
    goals: Sequence[Goal]
    goal_subscriptions: Sequence[GoalSubscription]


# --- goals ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChosenGoal:
    """A goal as somebody who wants to follow it says what it is."""

    gpt: GPT
    charts: GoalCharts
    criteria: GoalCriteria


def subscribe_goal(
    connection: Connection, user_id: int, chosen: ChosenGoal, now: int, *, standalone: bool = True
) -> tuple[Goal, GoalSubscription]:
    """Subscribes the user to the goal, which is stored if it is the first subscription.

    Raises InvalidGoal and SubscriptionRefused. `standalone`: chosen for itself.
    """
    refusals.check_room_for_goal(subscription_rows.count_goals(connection, user_id, chosen.gpt))
    goal = make_goal(connection, chosen.gpt, chosen.charts, chosen.criteria)
    subscriptions = subscription_rows.goal_subscriptions(connection, user_id, [goal.goalID])
    before = subscriptions.get(goal.goalID)
    refusals.check_new_to_goal(before, standalone=standalone)
    if before is not None:
        subscription_rows.make_standalone(connection, user_id, goal.goalID)
        return goal, msgspec.structs.replace(before, wasAssignedStandalone=True)
    folders = folders_of(connection, [goal.charts])
    standing = standings(connection, user_id, [goal], folders)[goal.goalID]
    refusals.check_still_to_do(standing, standalone=standalone)
    store_goal(connection, goal)
    subscription = new_goal_subscription(user_id, goal, standing, standalone=standalone, now=now)
    subscription_rows.insert_goals(connection, [subscription])
    return goal, subscription


def unsubscribe_goal(connection: Connection, user_id: int, goal_id: str) -> None:
    """Ends the subscription; the goal itself stays. Raises SubscriptionRefused."""
    if goal_id not in subscription_rows.goal_subscriptions(connection, user_id, [goal_id]):
        raise refusals.not_on_goal(user_rows.name_of(connection, user_id))
    quests = _quests_of_user(connection, user_id)
    refusals.check_goal_may_go([each.name for each in quests if goal_id in each.goal_ids])
    subscription_rows.delete_goals(connection, user_id, [goal_id])


# --- quests --------------------------------------------------------------------------------


def subscribe_quest(
    connection: Connection, user_id: int, gpt: GPT, quest_id: str, now: int
) -> JoinedQuest:
    """Subscribes the user to the quest and to all of its goals, whatever their state.

    Raises SubscriptionRefused, and BrokenQuest (upon which the caller must roll back) where the
    quest itself is at fault.
    """
    quest = _quest_of(connection, gpt, quest_id)
    refusals.check_room_for_quest(subscription_rows.count_quests(connection, user_id, gpt))
    followed = subscription_rows.followed_quests(connection, user_id)
    refusals.check_new_to_quest(any(each.questID == quest_id for each in followed))

    subscriptions = subscription_rows.goal_subscriptions(connection, user_id, quest.goal_ids)
    subscriptions |= enrol(connection, user_id, set(quest.goal_ids) - subscriptions.keys(), now)
    if lacking := set(quest.goal_ids) - subscriptions.keys():
        raise BrokenQuest(f"quest {quest_id} names goals that cannot be followed: {lacking}")
    achieved = {goal_id for goal_id, subscription in subscriptions.items() if subscription.achieved}
    standing = evaluate_quest(quest.goal_ids, achieved)
    subscription = new_quest_subscription(user_id, quest_id, gpt.game, gpt.playtype, standing, now)
    subscription_rows.insert_quest(connection, subscription)
    goals = find_goals(connection, quest.goal_ids)
    return JoinedQuest(
        subscription,
        [goals[goal_id] for goal_id in quest.goal_ids],
        [subscriptions[goal_id] for goal_id in quest.goal_ids],
    )


def enrol(
    connection: Connection, user_id: int, goal_ids: Collection[str], now: int
) -> dict[str, GoalSubscription]:
    """Subscribes the user to goals for the sake of a quest; the new subscriptions by goalID.

    The user is subscribed to none of them yet. Those that do not exist, or do not fit their
    game, are left out.
    """
    if not goal_ids:
        return {}
    goals = find_goals(connection, goal_ids)
    folders = folders_of(connection, (goal.charts for goal in goals.values()))
    found = standings(connection, user_id, goals.values(), folders)
    new = {
        goal_id: new_goal_subscription(user_id, goals[goal_id], standing, standalone=False, now=now)
        for goal_id, standing in found.items()
    }
    subscription_rows.insert_goals(connection, list(new.values()))
    return new


def unsubscribe_quest(connection: Connection, user_id: int, gpt: GPT, quest_id: str) -> None:
    """Ends the subscription, and those to the quest's goals.

    A goal stays that the user chose for itself, or that another of the user's quests holds.
    Raises SubscriptionRefused.
    """
    quest = _quest_of(connection, gpt, quest_id)
    if not subscription_rows.delete_quest(connection, user_id, quest_id):
        raise refusals.not_on_quest()
    others = _quests_of_user(connection, user_id)
    needed = {goal_id for other in others for goal_id in other.goal_ids}
    subscriptions = subscription_rows.goal_subscriptions(connection, user_id, quest.goal_ids)
    to_go = [
        goal_id
        for goal_id, subscription in subscriptions.items()
        if goal_id not in needed and not subscription.wasAssignedStandalone
    ]
    subscription_rows.delete_goals(connection, user_id, to_go)


# --- what it takes -------------------------------------------------------------------------


def _quest_of(connection: Connection, gpt: GPT, quest_id: str) -> Quest:
    quest = subscription_rows.find_quests(connection, [quest_id]).get(quest_id)
    if quest is None or (quest.game, quest.playtype) != (gpt.game, gpt.playtype):
        raise refusals.no_such_quest(quest_id)
    return quest


def _quests_of_user(connection: Connection, user_id: int) -> Collection[Quest]:
    followed = subscription_rows.followed_quests(connection, user_id)
    return subscription_rows.find_quests(connection, [each.questID for each in followed]).values()
