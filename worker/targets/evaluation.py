"""Goals and quests after something changed a user's personal bests.

The number of statements does not depend on the number of goals and charts. The caller holds the
user's lock and commits. Source: specification, pipeline-goals-quests.md sections 4 and 6.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection

from common.targets.changes import NOTHING_CHANGED, Change, Changes, Kind, is_as_left
from common.targets.subscriptions import (
    goal_change,
    goal_moved,
    goals_achieved_event,
    quest_achieved_event,
    quest_change,
    quest_moved,
)
from common.webhooks import outbox
from worker.targets import subscription_change_rows, subscription_rows
from worker.targets.goal_rows import find_goals, folders_of
from worker.targets.refreshing import (
    Occasion,
    TouchedBy,
    goals_of,
    refresh_goals,
    refresh_quests,
    touched_quests,
)
from worker.targets.standings import standings
from worker.targets.subscriptions import enrol

# --- after an import -----------------------------------------------------------------------


def re_evaluate_goals(
    connection: Connection,
    user_id: int,
    game: str,
    chart_ids: Collection[str],
    now: int,
    import_id: str,
) -> list[dict[str, Any]]:
    """Brings the user's goals that touch the charts up to date; returns goalInfo.

    chart_ids: charts of the game on which the import changed the user's personal bests.
    """
    changed = refresh_goals(connection, user_id, TouchedBy(game, chart_ids), Occasion(now))
    subscription_change_rows.record(
        connection,
        user_id,
        import_id,
        Kind.GOAL,
        [(after.goalID, before, after) for before, after in changed],
    )
    event = goals_achieved_event(user_id, game, changed)
    if event is not None:
        outbox.add(connection, user_id, outbox.GOALS_ACHIEVED, [event], now)
    return [goal_change(before, after) for before, after in changed if goal_moved(before, after)]


def re_evaluate_quests(
    connection: Connection,
    user_id: int,
    goal_info: list[dict[str, Any]],
    now: int,
    import_id: str,
) -> list[dict[str, Any]]:
    """Brings the user's quests that hold a goal of `goal_info` up to date; returns questInfo.

    Where the user lacks the subscription to a goal of theirs, there is one afterwards.
    """
    touched = touched_quests(connection, user_id, {change["goalID"] for change in goal_info})
    if not touched:
        return []
    needed = goals_of(touched)
    subscriptions = subscription_rows.goal_subscriptions(connection, user_id, needed)
    mended = enrol(connection, user_id, needed - subscriptions.keys(), now)
    achieved = {goal_id: goal.achieved for goal_id, goal in (subscriptions | mended).items()}
    changed = refresh_quests(connection, user_id, touched, achieved, Occasion(now))

    subscription_change_rows.record(
        connection,
        user_id,
        import_id,
        Kind.GOAL,
        [(goal_id, None, goal) for goal_id, goal in mended.items()],
    )
    subscription_change_rows.record(
        connection,
        user_id,
        import_id,
        Kind.QUEST,
        [(after.questID, before, after) for before, after in changed],
    )
    events = [quest_achieved_event(before, after) for before, after in changed]
    outbox.add(
        connection, user_id, outbox.QUEST_ACHIEVED, [event for event in events if event], now
    )
    return [quest_change(before, after) for before, after in changed if quest_moved(before, after)]


# --- after scores went away ----------------------------------------------------------------


def re_evaluate(
    connection: Connection,
    user_id: int,
    game: str,
    chart_ids: Collection[str],
    now: int,
    noted: Changes = NOTHING_CHANGED,
) -> None:
    """Makes the user's goals and quests follow from the scores that are left.

    chart_ids: charts of the game on which the user's personal bests may have changed, or gone.
    noted: what the import changed that is being reverted; where nothing changed it since, it
    becomes what it was before, times included. Nothing here is an achievement: nobody is told
    of any, and nothing is subscribed to.
    """
    _unmake(connection, user_id, noted.goals)
    occasion = Occasion(now, noted.goals)
    changed = refresh_goals(connection, user_id, TouchedBy(game, chart_ids), occasion)
    moved = {after.goalID for before, after in changed if goal_moved(before, after)}
    touched = touched_quests(connection, user_id, moved, noted.quests.keys())
    if not touched:
        return
    needed = goals_of(touched)
    subscriptions = subscription_rows.goal_subscriptions(connection, user_id, needed)
    achieved = {goal_id: goal.achieved for goal_id, goal in subscriptions.items()}
    achieved |= _would_be_achieved(connection, user_id, needed - subscriptions.keys())
    refresh_quests(connection, user_id, touched, achieved, Occasion(now, noted.quests))


def _unmake(connection: Connection, user_id: int, noted: Mapping[str, Change]) -> None:
    """Ends the subscriptions that the import made, and that nothing else needs to stay."""
    made = [goal_id for goal_id, change in noted.items() if change.before is None]
    if not made:
        return
    subscriptions = subscription_rows.goal_subscriptions(connection, user_id, made)
    subscription_rows.delete_goals(
        connection,
        user_id,
        [
            goal_id
            for goal_id, subscription in subscriptions.items()
            if is_as_left(subscription, noted[goal_id]) and not subscription.wasAssignedStandalone
        ],
    )


def _would_be_achieved(
    connection: Connection, user_id: int, goal_ids: Collection[str]
) -> dict[str, bool]:
    """Of goals that the user is not subscribed to; those that cannot be followed are left out."""
    if not goal_ids:
        return {}
    goals = find_goals(connection, goal_ids)
    folders = folders_of(connection, (goal.charts for goal in goals.values()))
    found = standings(connection, user_id, goals.values(), folders)
    return {goal_id: standing.achieved for goal_id, standing in found.items()}
