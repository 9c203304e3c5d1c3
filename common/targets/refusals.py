"""Why a user may not subscribe to a goal or quest, or leave it.

Source: specification, pipeline-goals-quests.md sections 5 and 6, http-api-targets.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from common.errors import UserError
from common.targets.evaluate import GoalStanding
from common.targets.subscriptions import GoalSubscription

# Subscriptions a user may have on a GPT.
MAX_GOALS: Final = 1000
MAX_QUESTS: Final = 100


class Reason(StrEnum):
    ALREADY_SUBSCRIBED = "ALREADY_SUBSCRIBED"
    ALREADY_ACHIEVED = "ALREADY_ACHIEVED"
    TOO_MANY = "TOO_MANY"
    NOT_SUBSCRIBED = "NOT_SUBSCRIBED"
    PART_OF_QUEST = "PART_OF_QUEST"
    NO_SUCH_QUEST = "NO_SUCH_QUEST"


class SubscriptionRefused(UserError):
    """Nothing was changed."""

    def __init__(self, reason: Reason, status: int, message: str) -> None:
        super().__init__(status, message)
        self.reason = reason


def check_room_for_goal(subscriptions: int) -> None:
    """subscriptions: to goals of the GPT that the user has. Raises SubscriptionRefused."""
    if subscriptions >= MAX_GOALS:
        raise SubscriptionRefused(
            Reason.TOO_MANY, 400, f"You already have {MAX_GOALS} goals. You cannot have anymore."
        )


def check_new_to_goal(subscription: GoalSubscription | None, *, standalone: bool) -> None:
    """subscription: the subscription the user has already. Raises SubscriptionRefused.

    One that came with a quest may be made standalone; any other second one is refused.
    """
    if subscription is not None and (subscription.wasAssignedStandalone or not standalone):
        raise already_on_goal()


def already_on_goal() -> SubscriptionRefused:
    return SubscriptionRefused(
        Reason.ALREADY_SUBSCRIBED, 409, "You are already subscribed to this goal."
    )


def check_still_to_do(standing: GoalStanding, *, standalone: bool) -> None:
    """Only a quest may bring goals that are achieved at once. Raises SubscriptionRefused."""
    if standalone and standing.achieved:
        raise SubscriptionRefused(
            Reason.ALREADY_ACHIEVED,
            400,
            "You can't directly assign goals that you would immediately achieve.",
        )


def check_goal_may_go(quests: Sequence[str]) -> None:
    """quests: names of the user's quests that hold the goal. Raises SubscriptionRefused."""
    if quests:
        names = ", ".join(f"'{name}'" for name in quests)
        raise SubscriptionRefused(
            Reason.PART_OF_QUEST,
            400,
            "This goal is part of a quest you are subscribed to. It can only be removed by "
            f"unsubscribing from the relevant quests: {names}.",
        )


def check_room_for_quest(subscriptions: int) -> None:
    """subscriptions: to quests of the GPT that the user has. Raises SubscriptionRefused."""
    if subscriptions >= MAX_QUESTS:
        raise SubscriptionRefused(
            Reason.TOO_MANY,
            400,
            f"You already have {MAX_QUESTS} quests. You cannot have anymore for this game.",
        )


def no_such_quest(quest_id: str) -> SubscriptionRefused:
    return SubscriptionRefused(
        Reason.NO_SUCH_QUEST, 404, f"Can't find a quest with id '{quest_id}'."
    )


def check_new_to_quest(subscribed: bool) -> None:
    """Raises SubscriptionRefused."""
    if subscribed:
        # Clients know the text: it says goal.
        raise SubscriptionRefused(
            Reason.ALREADY_SUBSCRIBED, 409, "You are already subscribed to this goal."
        )


def not_on_goal(username: str) -> SubscriptionRefused:
    return SubscriptionRefused(
        Reason.NOT_SUBSCRIBED, 404, f"{username} is not subscribed to this goal."
    )


def not_on_quest() -> SubscriptionRefused:
    return SubscriptionRefused(
        Reason.NOT_SUBSCRIBED, 409, "Can't unsubscribe from a quest you were never subscribed to."
    )
