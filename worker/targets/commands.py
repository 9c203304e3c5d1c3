"""The job that subscribes its user to a goal or quest, or ends a subscription.

Source: specification, http-api-targets.md sections 3 to 6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from common.catalogue.locking import keep_catalogue
from common.games.registry import get_gpt
from common.jobs.arguments import Targets
from common.targets import refusals, target_answers, target_rows
from common.targets.evaluate import goal_ids_of
from common.targets.target_answers import LeftQuest, NewGoal, NewQuest
from common.targets.target_documents import GoalCharts, GoalCriteria
from common.wire import Wire
from worker.targets import subscriptions
from worker.targets.goals import make_goal
from worker.targets.subscriptions import ChosenGoal
from worker.work import Done, Work


def run_targets(work: Work, arguments: Targets) -> Done:
    """Does what the arguments say. Raises UserError where the user may not."""
    keep_catalogue(work.connection)
    return _ACTIONS[arguments.action](work, arguments)


def _add_goal(work: Work, arguments: Targets) -> Done:
    connection = work.connection
    chosen = _chosen(arguments)
    goal, _ = subscriptions.subscribe_goal(connection, work.user_id, chosen, work.now())
    wire = Wire(arguments.wire)
    rows = target_rows.goals_by_id(connection, [goal.goalID])
    subs = target_rows.goal_subs_by_id(connection, work.user_id, [goal.goalID])
    document = target_answers.goal(connection, rows[0], wire)
    body = NewGoal(document, target_answers.goal_sub(subs[0], wire))
    return Done(f"Subscribed to {goal.name}.", msgspec.to_builtins(body))


def _replace_goal(work: Work, arguments: Targets) -> Done:
    """Another goal takes the place of one that the user chose; both or neither."""
    chosen = _chosen(arguments)
    subscriptions.unsubscribe_goal(work.connection, work.user_id, arguments.target_id)
    goal = make_goal(work.connection, chosen.gpt, chosen.charts, chosen.criteria)
    if goal.goalID == arguments.target_id:
        raise refusals.already_on_goal()
    done = _add_goal(work, arguments)
    return Done("Replaced goal.", done.body)


def _chosen(arguments: Targets) -> ChosenGoal:
    return ChosenGoal(
        get_gpt(arguments.game, arguments.playtype),
        msgspec.convert(arguments.charts, GoalCharts),
        msgspec.convert(arguments.criteria, GoalCriteria),
    )


def _remove_goal(work: Work, arguments: Targets) -> Done:
    subscriptions.unsubscribe_goal(work.connection, work.user_id, arguments.target_id)
    return Done("Removed this goal from your subscriptions.", {})


def _join_quest(work: Work, arguments: Targets) -> Done:
    connection, wire = work.connection, Wire(arguments.wire)
    gpt = get_gpt(arguments.game, arguments.playtype)
    subscriptions.subscribe_quest(connection, work.user_id, gpt, arguments.target_id, work.now())
    row = _quest(work, arguments)
    followed = target_rows.quest_subs(connection, work.user_id, gpt)
    ids = goal_ids_of(row.quest_data)
    subs = {sub.goal_id: sub for sub in target_rows.goal_subs_by_id(connection, work.user_id, ids)}
    body = NewQuest(
        next(
            target_answers.quest_sub(sub, wire)
            for sub in followed
            if sub.quest_id == arguments.target_id
        ),
        target_answers.goals_by_id(connection, ids, wire),
        [target_answers.result(subs[goal_id]) for goal_id in ids],
        target_answers.quest(row, wire),
    )
    return Done(f"Subscribed to quest '{row.name}'.", msgspec.to_builtins(body))


def _leave_quest(work: Work, arguments: Targets) -> Done:
    gpt = get_gpt(arguments.game, arguments.playtype)
    row = _quest(work, arguments)
    subscriptions.unsubscribe_quest(work.connection, work.user_id, gpt, arguments.target_id)
    body = LeftQuest(target_answers.quest(row, Wire(arguments.wire)))
    return Done("Unsubscribed from quest.", msgspec.to_builtins(body))


def _quest(work: Work, arguments: Targets) -> Any:
    """Raises UserError where there is no such quest."""
    gpt = get_gpt(arguments.game, arguments.playtype)
    row = target_rows.find_quest(work.connection, gpt, arguments.target_id)
    if row is None:
        raise refusals.no_such_quest(arguments.target_id)
    return row


_ACTIONS: Final[Mapping[str, Callable[[Work, Targets], Done]]] = {
    "add-goal": _add_goal,
    "replace-goal": _replace_goal,
    "remove-goal": _remove_goal,
    "join-quest": _join_quest,
    "leave-quest": _leave_quest,
}
