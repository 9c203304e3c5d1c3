"""How far a user is with goals and quests, brought up to date where it may have changed.

The number of statements does not depend on the number of goals and charts, and nothing but the
user's own subscriptions is written. The caller holds the user's lock and commits.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from common.targets.changes import Change, without
from common.targets.evaluate import chart_ids_of, evaluate_quest
from common.targets.subscriptions import (
    GoalSubscription,
    QuestSubscription,
    goal_after,
    goal_moved,
    quest_after,
)
from worker.targets import subscription_rows
from worker.targets.goal_rows import find_goals, folders_of
from worker.targets.standings import standings
from worker.targets.subscription_rows import Quest

log = logging.getLogger(__name__)

# A quest and the user's subscription to it.
FollowedQuest = tuple[Quest, QuestSubscription]


@dataclass(frozen=True, slots=True)
class TouchedBy:
    """Charts and folders of a game of which something changed, and so goals may have moved."""

    game: str
    chart_ids: Collection[str] = ()
    folder_ids: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Occasion:
    """When it is looked how far the user is (milliseconds since the epoch), and why.

    noted: what an import changed that is being reverted; what moves with its scores becomes what
    it was before (`changes.without`). by_catalogue: whether the catalogue changed, not the user's
    scores (`subscriptions.goal_after`).
    """

    now: int
    noted: Mapping[str, Change] = field(default_factory=dict)
    by_catalogue: bool = False


def refresh_goals(
    connection: Connection, user_id: int, by: TouchedBy, occasion: Occasion
) -> list[tuple[GoalSubscription, GoalSubscription]]:
    """Stores how far the user is with the goals that touch the charts or are on the folders.

    Returns what changed: as it was stored, and as it is now.
    """
    now, noted = occasion.now, occasion.noted
    if not by.chart_ids and not by.folder_ids:
        return []
    about = subscription_rows.followed(connection, user_id, by.game)
    only = None if by.folder_ids else by.chart_ids
    folders = folders_of(connection, about.values(), touched_by=only)
    played = set(by.chart_ids)
    touched = [
        goal_id
        for goal_id, goal_charts in about.items()
        if goal_charts.data in by.folder_ids
        or not played.isdisjoint(chart_ids_of(goal_charts, folders))
    ]
    if not touched:
        return []
    subscriptions = subscription_rows.goal_subscriptions(connection, user_id, touched)
    goals = find_goals(connection, touched)
    found = standings(connection, user_id, goals.values(), folders)
    changed = []
    for goal_id, before in subscriptions.items():
        if goal_id not in found:
            continue
        after = goal_after(before, found[goal_id], now, by_catalogue=occasion.by_catalogue)
        if noted and goal_moved(before, after):
            after = goal_after(without(before, noted.get(goal_id)), found[goal_id], now)
        if after != before:
            changed.append((before, after))
    subscription_rows.update_goals(connection, user_id, [after for _, after in changed])
    return changed


def touched_quests(
    connection: Connection,
    user_id: int,
    goal_ids: Collection[str],
    quest_ids: Collection[str] = (),
) -> list[FollowedQuest]:
    """The user's quests that hold any of the goals or are among `quest_ids`."""
    if not goal_ids and not quest_ids:
        return []
    followed = subscription_rows.followed_quests(connection, user_id)
    quests = subscription_rows.find_quests(connection, [each.questID for each in followed])
    return [
        (quest, each)
        for each in followed
        if (quest := quests.get(each.questID)) is not None
        and (each.questID in quest_ids or not set(goal_ids).isdisjoint(quest.goal_ids))
    ]


def goals_of(quests: Collection[FollowedQuest]) -> set[str]:
    return {goal_id for quest, _ in quests for goal_id in quest.goal_ids}


def refresh_quests(
    connection: Connection,
    user_id: int,
    quests: Collection[FollowedQuest],
    achieved: Mapping[str, bool],
    occasion: Occasion,
) -> list[tuple[QuestSubscription, QuestSubscription]]:
    """Stores how far the user is with the quests; otherwise like `refresh_goals`.

    achieved: whether the user has achieved the goals of the quests; all that can be followed.
    """
    now, noted = occasion.now, occasion.noted
    won = {goal_id for goal_id, is_achieved in achieved.items() if is_achieved}
    changed = []
    for quest, before in quests:
        if missing := [goal_id for goal_id in quest.goal_ids if goal_id not in achieved]:
            log.error("quest %s names goals that cannot be followed: %s", before.questID, missing)
            continue
        standing = evaluate_quest(quest.goal_ids, won)
        after = quest_after(before, standing, now, by_catalogue=occasion.by_catalogue)
        if noted and after != before:
            after = quest_after(without(before, noted.get(before.questID)), standing, now)
        if after != before:
            changed.append((before, after))
    subscription_rows.update_quests(connection, user_id, [after for _, after in changed])
    return changed
