"""What an import made of a subscription, kept so that it can be taken back.

How far a user is can always be told from scores. When the user got there cannot: that is what
taking scores away must find again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar

import msgspec

from common.targets.subscriptions import GoalSubscription, QuestSubscription

Subscription = TypeVar("Subscription", GoalSubscription, QuestSubscription)

# What following a user's scores changes in a subscription, texts apart: those are always those
# of the scores.
_FOLLOWED: Final[Mapping[type, tuple[str, ...]]] = {
    GoalSubscription: (
        "progress",
        "outOf",
        "achieved",
        "timeAchieved",
        "lastInteraction",
        "wasInstantlyAchieved",
    ),
    QuestSubscription: ("progress", "achieved", "timeAchieved", "lastInteraction"),
}

State = dict[str, Any]


class Kind(StrEnum):
    GOAL = "goal"
    QUEST = "quest"


@dataclass(frozen=True, slots=True)
class Change:
    """A subscription's state before an import (None: there was no subscription) and after it."""

    before: State | None
    after: State


@dataclass(frozen=True, slots=True)
class Changes:
    """All that an import changed, by goalID and questID."""

    goals: Mapping[str, Change] = field(default_factory=dict)
    quests: Mapping[str, Change] = field(default_factory=dict)


NOTHING_CHANGED: Final = Changes()


def state_of(subscription: GoalSubscription | QuestSubscription) -> State:
    """What of a subscription is compared, and put back."""
    return {name: getattr(subscription, name) for name in _FOLLOWED[type(subscription)]}


def is_as_left(subscription: GoalSubscription | QuestSubscription, change: Change) -> bool:
    """Whether nothing changed the subscription since."""
    return state_of(subscription) == change.after


def without(subscription: Subscription, change: Change | None) -> Subscription:
    """The subscription as it was before the change, if that was the last; else as it is."""
    if change is None or change.before is None or not is_as_left(subscription, change):
        return subscription
    return msgspec.structs.replace(subscription, **change.before)
