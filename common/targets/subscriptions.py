"""Subscriptions to goals and quests, and what they become when a user's standing changes.

The structs are the documents of the wire. Source: specification, pipeline-goals-quests.md
sections 4 to 6 and documents-targets.md sections 2 and 4.
"""

from __future__ import annotations

from typing import Any

import msgspec

from common.targets.evaluate import GoalStanding, QuestStanding
from common.targets.target_documents import Goal, Number


class GoalSubscription(msgspec.Struct, frozen=True):
    """How far a user was with a goal when last looked at.

    progress: None = no personal best on any chart of the goal.
    lastInteraction: when progress or outOf last changed, None = never.
    timeAchieved, wasInstantlyAchieved: kept of what the catalogue took away, until the user moves
        it; they say nothing of what is not achieved.
    wasInstantlyAchieved: achieved when subscribed to, and never lost since.
    wasAssignedStandalone: chosen for itself, not only as part of a quest.
    """

    goalID: str
    userID: int
    game: str
    playtype: str
    progress: Number | None
    progressHuman: str
    outOf: Number
    outOfHuman: str
    achieved: bool
    timeAchieved: int | None
    lastInteraction: int | None
    wasInstantlyAchieved: bool
    wasAssignedStandalone: bool

    def __post_init__(self) -> None:
        # Stored as floats; JSON shows a whole number without a fraction.
        for field in ("progress", "outOf"):
            value = getattr(self, field)
            if isinstance(value, float) and value.is_integer():
                msgspec.structs.force_setattr(self, field, int(value))


class QuestSubscription(msgspec.Struct, frozen=True):
    """How far a user was with a quest when last looked at. progress: achieved goals."""

    questID: str
    userID: int
    game: str
    playtype: str
    progress: int
    achieved: bool
    timeAchieved: int | None
    lastInteraction: int | None
    wasInstantlyAchieved: bool


# --- goals ---------------------------------------------------------------------------------


def new_goal_subscription(
    user_id: int, goal: Goal, standing: GoalStanding, *, standalone: bool, now: int
) -> GoalSubscription:
    return GoalSubscription(
        goalID=goal.goalID,
        userID=user_id,
        game=goal.game,
        playtype=goal.playtype,
        progress=standing.progress,
        progressHuman=standing.progressHuman,
        outOf=standing.outOf,
        outOfHuman=standing.outOfHuman,
        achieved=standing.achieved,
        timeAchieved=now if standing.achieved else None,
        lastInteraction=None,
        wasInstantlyAchieved=standing.achieved,
        wasAssignedStandalone=standalone,
    )


def goal_after(
    before: GoalSubscription, standing: GoalStanding, now: int, *, by_catalogue: bool = False
) -> GoalSubscription:
    """The subscription as it is after a look at the user's standing; equal if nothing moved.

    Where only a text changed (fewer misses on the same lamp) only the texts do. by_catalogue:
    whether the catalogue changed, not what the user played: what it takes away for a while comes
    back as it was.
    """
    after = msgspec.structs.replace(
        before, progressHuman=standing.progressHuman, outOfHuman=standing.outOfHuman
    )
    if (before.progress, before.outOf, before.achieved) == (
        standing.progress,
        standing.outOf,
        standing.achieved,
    ):
        return after
    return msgspec.structs.replace(
        after,
        progress=standing.progress,
        outOf=standing.outOf,
        achieved=standing.achieved,
        timeAchieved=_time_achieved(before, standing.achieved, now, by_catalogue),
        lastInteraction=now,
        # An achievement that was lost counts as the user's own when it comes back.
        wasInstantlyAchieved=before.wasInstantlyAchieved
        and (by_catalogue or (before.achieved and standing.achieved)),
    )


def goal_moved(before: GoalSubscription, after: GoalSubscription) -> bool:
    """Whether the change is worth telling: more than the texts."""
    return (before.progress, before.outOf, before.achieved) != (
        after.progress,
        after.outOf,
        after.achieved,
    )


def goal_change(before: GoalSubscription, after: GoalSubscription) -> dict[str, Any]:
    """An entry of ImportDocument.goalInfo."""
    return {"goalID": after.goalID, "old": _goal_stat(before), "new": _goal_stat(after)}


def _goal_stat(subscription: GoalSubscription) -> dict[str, Any]:
    return {
        "progress": subscription.progress,
        "progressHuman": subscription.progressHuman,
        "outOf": subscription.outOf,
        "outOfHuman": subscription.outOfHuman,
        "achieved": subscription.achieved,
    }


def goals_achieved_event(
    user_id: int, game: str, changes: list[tuple[GoalSubscription, GoalSubscription]]
) -> dict[str, Any] | None:
    """The content of goals-achieved/v1; None where no goal was newly achieved."""
    achieved = [
        {**goal_change(before, after), "playtype": after.playtype}
        for before, after in changes
        if after.achieved and not before.achieved
    ]
    return {"userID": user_id, "game": game, "goals": achieved} if achieved else None


# --- quests --------------------------------------------------------------------------------


def new_quest_subscription(
    user_id: int, quest_id: str, game: str, playtype: str, standing: QuestStanding, now: int
) -> QuestSubscription:
    return QuestSubscription(
        questID=quest_id,
        userID=user_id,
        game=game,
        playtype=playtype,
        progress=standing.progress,
        achieved=standing.achieved,
        timeAchieved=now if standing.achieved else None,
        lastInteraction=None,
        wasInstantlyAchieved=standing.achieved,
    )


def quest_after(
    before: QuestSubscription, standing: QuestStanding, now: int, *, by_catalogue: bool = False
) -> QuestSubscription:
    """The subscription as it is after a look at the user's goals; equal if nothing moved.

    A quest that the seeds made longer or shorter is won or lost without progress. by_catalogue:
    as of `goal_after`.
    """
    return msgspec.structs.replace(
        before,
        progress=standing.progress,
        achieved=standing.achieved,
        timeAchieved=_time_achieved(before, standing.achieved, now, by_catalogue),
        lastInteraction=now if standing.progress != before.progress else before.lastInteraction,
    )


def quest_moved(before: QuestSubscription, after: QuestSubscription) -> bool:
    """Whether the change goes into ImportDocument.questInfo."""
    return before.progress != after.progress


def quest_change(before: QuestSubscription, after: QuestSubscription) -> dict[str, Any]:
    """An entry of ImportDocument.questInfo."""
    return {"questID": after.questID, "old": _quest_stat(before), "new": _quest_stat(after)}


def _quest_stat(subscription: QuestSubscription) -> dict[str, Any]:
    return {"progress": subscription.progress, "achieved": subscription.achieved}


def quest_achieved_event(
    before: QuestSubscription, after: QuestSubscription
) -> dict[str, Any] | None:
    """The content of quest-achieved/v1; None where the quest was not newly achieved."""
    if before.achieved or not after.achieved:
        return None
    return {
        "userID": after.userID,
        "game": after.game,
        "playtype": after.playtype,
        **quest_change(before, after),
    }


def _time_achieved(
    before: GoalSubscription | QuestSubscription, achieved: bool, now: int, by_catalogue: bool
) -> int | None:
    """Kept while achieved; an achievement that is lost loses its time, but to the catalogue."""
    kept = before.timeAchieved if by_catalogue or before.achieved else None
    if not achieved:
        return kept if by_catalogue else None
    return now if kept is None else kept
