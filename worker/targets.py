"""Goals and quests after something changed a user's personal bests.

The number of statements does not depend on the number of goals and charts, and nothing but the
user's own subscriptions (and news of them) is written. The caller holds the user's lock and
commits. Source: specification, pipeline-goals-quests.md sections 4 and 6.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from common import outbox
from common.targets.evaluate import chart_ids_of, evaluate_quest
from common.targets.subscriptions import (
    follow_goal,
    follow_quest,
    goal_change,
    goal_moved,
    goals_achieved_event,
    quest_achieved_event,
    quest_change,
    quest_moved,
)
from worker import subscription_rows
from worker.standings import find_goals, folders_of, standings
from worker.subscriptions import enrol

log = logging.getLogger(__name__)


def re_evaluate(
    connection: Connection, user_id: int, game: str, chart_ids: Collection[str], now: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Looks at the goals that touch the charts, then at the quests of those that changed.

    chart_ids: charts of the game on which the user's personal bests may have changed, or gone.
    Returns goalInfo and questInfo.
    """
    goal_info = re_evaluate_goals(connection, user_id, game, chart_ids, now)
    return goal_info, re_evaluate_quests(connection, user_id, goal_info, now)


def re_evaluate_goals(
    connection: Connection, user_id: int, game: str, chart_ids: Collection[str], now: int
) -> list[dict[str, Any]]:
    """Brings the user's goals that touch the charts up to date; returns goalInfo."""
    if not chart_ids:
        return []
    about = subscription_rows.followed(connection, user_id, game)
    folders = folders_of(connection, about.values(), touched_by=chart_ids)
    played = set(chart_ids)
    touched = [
        goal_id
        for goal_id, goal_charts in about.items()
        if not played.isdisjoint(chart_ids_of(goal_charts, folders))
    ]
    if not touched:
        return []
    mine = subscription_rows.goal_subscriptions(connection, user_id, touched)
    goals = find_goals(connection, touched)
    found = standings(connection, user_id, goals.values(), folders)
    looked_at = [
        (mine[goal_id], follow_goal(mine[goal_id], found[goal_id], now))
        for goal_id in mine
        if goal_id in found
    ]
    changed = [(before, after) for before, after in looked_at if after != before]
    subscription_rows.update_goals(connection, user_id, [after for _, after in changed])
    event = goals_achieved_event(user_id, game, changed)
    if event is not None:
        outbox.add(connection, user_id, outbox.GOALS_ACHIEVED, [event], now)
    return [goal_change(before, after) for before, after in changed if goal_moved(before, after)]


def re_evaluate_quests(
    connection: Connection, user_id: int, goal_info: list[dict[str, Any]], now: int
) -> list[dict[str, Any]]:
    """Brings the user's quests that hold a goal of `goal_info` up to date; returns questInfo."""
    if not goal_info:
        return []
    followed = subscription_rows.followed_quests(connection, user_id)
    quests = subscription_rows.find_quests(connection, [each.questID for each in followed])
    changed_goals = {change["goalID"] for change in goal_info}
    touched = [
        (quests[each.questID].goal_ids, each)
        for each in followed
        if each.questID in quests and not changed_goals.isdisjoint(quests[each.questID].goal_ids)
    ]
    if not touched:
        return []
    needed = {goal_id for goal_ids, _ in touched for goal_id in goal_ids}
    mine = subscription_rows.goal_subscriptions(connection, user_id, needed)
    mine |= enrol(connection, user_id, needed - mine.keys(), now)
    achieved = {goal_id for goal_id, subscription in mine.items() if subscription.achieved}

    changed = []
    for goal_ids, before in touched:
        if missing := [goal_id for goal_id in goal_ids if goal_id not in mine]:
            log.error("quest %s names goals that cannot be followed: %s", before.questID, missing)
            continue
        after = follow_quest(before, evaluate_quest(goal_ids, achieved), now)
        if after != before:
            changed.append((before, after))
    subscription_rows.update_quests(connection, user_id, [after for _, after in changed])
    events = [quest_achieved_event(before, after) for before, after in changed]
    outbox.add(
        connection, user_id, outbox.QUEST_ACHIEVED, [event for event in events if event], now
    )
    return [quest_change(before, after) for before, after in changed if quest_moved(before, after)]
