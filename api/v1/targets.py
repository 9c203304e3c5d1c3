"""A player's goals and quests. Source: specification, http-api-targets.md sections 2 to 6."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from flask import Response
from sqlalchemy import Connection

from api.http import context, gates
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import ProfilePath, of_profile
from api.http.service import service
from api.jobs import job_answers
from api.v1.goal_forms import GoalForm, goal_of, with_keys
from common.accounts import user_documents
from common.catalogue import catalogue_rows
from common.database.statements import Row
from common.errors import UserError
from common.jobs.accepting import NewJob
from common.jobs.arguments import Targets as TargetsJob
from common.targets import refusals, target_answers, target_rows
from common.targets.evaluate import goal_ids_of
from common.targets.target_answers import (
    FollowedGoal,
    FollowedQuest,
    FollowedQuests,
    LeftQuest,
    NewGoal,
    NewQuest,
    Subscriptions,
    Targets,
)
from common.text.canonical import new_job_id
from common.wire import Wire

blueprint = ApiBlueprint("targets", __name__)

RECENT: Final = 100

NOT_FOLLOWED: Final = {404: "There is no such player or target, or the user does not follow it."}
CHANGES: Final = ("manage_targets",)
LATER: Final = {202: ("The user is busy; poll the URL.", dict[str, str])}


# --- looking at them -----------------------------------------------------------------------


@of_profile(blueprint, "GET", "/targets/goals")
@endpoint("The goals that a player follows.", answers=Targets)
def goals(at: ProfilePath) -> Response:
    with service().engine.connect() as connection:
        goal_subs = target_rows.goal_subs(connection, at.user_id, at.gpt)
        quest_subs = target_rows.quest_subs(connection, at.user_id, at.gpt)
        body = _targets(connection, at.wire, goal_subs, quest_subs)
    return success(f"Retrieved {len(goal_subs)} goal(s).", body)


def _targets(
    connection: Connection,
    wire: Wire,
    goal_subs: Sequence[Row],
    quest_subs: Sequence[Row],
) -> Targets:
    """Subscriptions with their goals, and with the quests of them that hold such a goal."""
    ids = {sub.goal_id for sub in goal_subs}
    quests = target_rows.quests_by_id(connection, [sub.quest_id for sub in quest_subs])
    holding = [quest for quest in quests if not ids.isdisjoint(goal_ids_of(quest.quest_data))]
    return Targets(
        goals=target_answers.goals_by_id(connection, ids, wire),
        goalSubs=[target_answers.goal_sub(row, wire) for row in goal_subs],
        quests=[target_answers.quest(row, wire) for row in holding],
        questSubs=[target_answers.quest_sub(row, wire) for row in quest_subs],
    )


@of_profile(blueprint, "GET", "/targets/goals/<goal_id>")
@endpoint("A goal that a player follows.", answers=FollowedGoal, errors=NOT_FOLLOWED)
def goal(at: ProfilePath, goal_id: str) -> Response:
    with service().engine.connect() as connection:
        row = target_rows.find_goal(connection, at.gpt, goal_id)
        subs = target_rows.goal_subs_by_id(connection, at.user_id, [goal_id])
        if row is None or not subs:
            raise refusals.not_on_goal(at.user.username)
        quests = target_rows.quests_with_goal(connection, goal_id)
        document = target_answers.goal(connection, row, at.wire)
    body = FollowedGoal(
        document,
        target_answers.goal_sub(subs[0], at.wire),
        [target_answers.quest(quest, at.wire) for quest in quests],
        user_documents.user(at.user),
    )
    return success(f"Returned information about goal '{row.name}'.", body)


@of_profile(blueprint, "GET", "/targets/quests")
@endpoint("The quests that a player follows.", answers=FollowedQuests)
def quests(at: ProfilePath) -> Response:
    with service().engine.connect() as connection:
        subs = target_rows.quest_subs(connection, at.user_id, at.gpt)
        rows = target_rows.quests_by_id(connection, [sub.quest_id for sub in subs])
        ids = {goal_id for row in rows for goal_id in goal_ids_of(row.quest_data)}
        documents = target_answers.goals_by_id(connection, ids, at.wire)
    body = FollowedQuests(
        [target_answers.quest(row, at.wire) for row in rows],
        [target_answers.quest_sub(sub, at.wire) for sub in subs],
        documents,
    )
    return success(f"Retrieved {len(subs)} quest(s).", body)


@of_profile(blueprint, "GET", "/targets/quests/<quest_id>")
@endpoint("A quest that a player follows.", answers=FollowedQuest, errors=NOT_FOLLOWED)
def quest(at: ProfilePath, quest_id: str) -> Response:
    with service().engine.connect() as connection:
        row = target_rows.find_quest(connection, at.gpt, quest_id)
        if row is None:
            raise refusals.no_such_quest(quest_id)
        followed = target_rows.quest_subs(connection, at.user_id, at.gpt)
        sub = next((each for each in followed if each.quest_id == quest_id), None)
        if sub is None:
            raise UserError(404, f"{at.user.username} is not subscribed to this quest.")
        ids = goal_ids_of(row.quest_data)
        subs = {
            each.goal_id: each for each in target_rows.goal_subs_by_id(connection, at.user_id, ids)
        }
        documents = target_answers.goals_by_id(connection, ids, at.wire)
    body = FollowedQuest(
        target_answers.quest_sub(sub, at.wire),
        target_answers.quest(row, at.wire),
        [target_answers.result(subs[goal_id]) for goal_id in ids if goal_id in subs],
        documents,
    )
    whose = f"{at.user.username} (#{at.user_id})"
    return success(f"Returned information about {whose}'s progress on {row.name}.", body)


@of_profile(blueprint, "GET", "/targets/all-subs")
@endpoint("What a player follows.", answers=Subscriptions)
def all_subs(at: ProfilePath) -> Response:
    with service().engine.connect() as connection:
        goal_subs = target_rows.goal_subs(connection, at.user_id, at.gpt)
        quest_subs = target_rows.quest_subs(connection, at.user_id, at.gpt)
    body = Subscriptions(
        [target_answers.goal_sub(row, at.wire) for row in goal_subs],
        [target_answers.quest_sub(row, at.wire) for row in quest_subs],
    )
    return success("Returned all target subscriptions.", body)


@of_profile(blueprint, "GET", "/targets/recently-achieved")
@endpoint("What a player achieved last.", answers=Targets)
def recently_achieved(at: ProfilePath) -> Response:
    return _recent(at, achieved=True)


@of_profile(blueprint, "GET", "/targets/recently-raised")
@endpoint("What a player came closer to last.", answers=Targets)
def recently_raised(at: ProfilePath) -> Response:
    return _recent(at, achieved=False)


def _recent(at: ProfilePath, *, achieved: bool) -> Response:
    with service().engine.connect() as connection:
        goal_subs, quest_subs = target_rows.recent_subs(
            connection, at.gpt, at.user_id, RECENT, achieved=achieved
        )
        body = _targets(connection, at.wire, goal_subs, quest_subs)
        followed = target_rows.quests_by_id(connection, [sub.quest_id for sub in quest_subs])
    body.quests = [target_answers.quest(row, at.wire) for row in followed]
    body.user = user_documents.user(at.user)
    return success(f"Returned {at.user.username}'s recently achieved targets.", body)


@of_profile(blueprint, "GET", "/targets/on-chart/<chart_id>")
@endpoint("A player's goals that involve a chart.", answers=Targets, errors=NOT_FOLLOWED)
def on_chart(at: ProfilePath, chart_id: str) -> Response:
    with service().engine.connect() as connection:
        chart = catalogue_rows.find_chart(connection, at.gpt, chart_id)
        if chart is None:
            raise UserError(404, f"Failed to find a chart with chartID '{chart_id}'.")
        rows = target_rows.goals_on_chart(connection, at.user_id, at.gpt, chart.chart_id)
        body = _pertinent(connection, at, rows)
    return success("Found pertinent goals", body)


@of_profile(blueprint, "GET", "/targets/on-folder/<folder_id>")
@endpoint("A player's goals on a folder, or charts of it.", answers=Targets, errors=NOT_FOLLOWED)
def on_folder(at: ProfilePath, folder_id: str) -> Response:
    with service().engine.connect() as connection:
        folder = catalogue_rows.find_folder(connection, at.gpt, folder_id)
        if folder is None:
            raise UserError(404, f"Failed to find a folder with folderID '{folder_id}'.")
        rows = target_rows.goals_on_folder(connection, at.user_id, at.gpt, folder.folder_id)
        body = _pertinent(connection, at, rows)
    return success("Found pertinent goals", body)


def _pertinent(connection: Connection, at: ProfilePath, rows: Sequence[Row]) -> Targets:
    """The user's subscriptions to these goals, and to quests that hold one of them."""
    subs = target_rows.goal_subs_by_id(connection, at.user_id, [row.goal_id for row in rows])
    quest_subs = target_rows.quest_subs(connection, at.user_id, at.gpt)
    body = _targets(connection, at.wire, subs, quest_subs)
    holding = {each.questID for each in body.quests}
    body.questSubs = [each for each in body.questSubs if each.questID in holding]
    return body


# --- following them ------------------------------------------------------------------------


@of_profile(blueprint, "POST", "/targets/goals/add-goal")
@endpoint(
    "Subscribes to a goal, which is made if there is none like it.",
    permissions=CHANGES,
    body=GoalForm(),
    answers=NewGoal,
    other_answers=LATER,
    errors={409: "The user follows the goal already.", **NOT_FOLLOWED},
)
def add_goal(at: ProfilePath, body: dict[str, Any]) -> Response:
    return _with_goal(at, "add-goal", "", body)


@of_profile(blueprint, "PUT", "/targets/goals/<goal_id>")
@endpoint(
    "Puts another goal in the place of one that the user follows for itself.",
    permissions=CHANGES,
    body=GoalForm(),
    answers=NewGoal,
    other_answers=LATER,
    errors={
        400: "There is no such goal, or a quest that the user follows holds the old one.",
        409: "The user follows the goal already.",
        **NOT_FOLLOWED,
    },
)
def replace_goal(at: ProfilePath, goal_id: str, body: dict[str, Any]) -> Response:
    return _with_goal(at, "replace-goal", goal_id, body)


def _with_goal(at: ProfilePath, action: str, goal_id: str, body: dict[str, Any]) -> Response:
    _require_self(at)
    charts, criteria = goal_of(at, body)
    with service().engine.connect() as connection:
        charts = with_keys(connection, at.gpt, charts)
    return _run(
        at,
        action,
        goal_id,
        charts=msgspec.to_builtins(charts),
        criteria=msgspec.to_builtins(criteria),
    )


@of_profile(blueprint, "DELETE", "/targets/goals/<goal_id>")
@endpoint(
    "Ends the subscription to a goal.",
    permissions=CHANGES,
    answers=dict[str, Any],
    other_answers=LATER,
    errors={400: "A quest that the user follows holds the goal.", **NOT_FOLLOWED},
)
def remove_goal(at: ProfilePath, goal_id: str) -> Response:
    _require_self(at)
    return _run(at, "remove-goal", goal_id)


@of_profile(blueprint, "PUT", "/targets/quests/<quest_id>")
@endpoint(
    "Subscribes to a quest and its goals.",
    permissions=CHANGES,
    answers=NewQuest,
    other_answers=LATER,
    errors={409: "The user follows the quest already.", **NOT_FOLLOWED},
)
def join_quest(at: ProfilePath, quest_id: str) -> Response:
    _require_self(at)
    return _run(at, "join-quest", quest_id)


@of_profile(blueprint, "DELETE", "/targets/quests/<quest_id>")
@endpoint(
    "Ends the subscription to a quest.",
    permissions=CHANGES,
    answers=LeftQuest,
    other_answers=LATER,
    errors={409: "The user does not follow the quest.", **NOT_FOLLOWED},
)
def leave_quest(at: ProfilePath, quest_id: str) -> Response:
    _require_self(at)
    return _run(at, "leave-quest", quest_id)


def _require_self(at: ProfilePath) -> None:
    gates.require_user(at.user_id, context.current().identity)


def _run(at: ProfilePath, action: str, target_id: str = "", **more: Any) -> Response:
    """As a job: an import that ran at the same time would not see what the other does."""
    arguments = TargetsJob(action, at.gpt.game, at.gpt.playtype, at.wire.value, target_id, **more)
    return job_answers.when_done(NewJob(at.user_id, new_job_id(), arguments))
