"""Goals and quests of a game. Source: specification, http-api-targets.md section 7."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from flask import Response
from sqlalchemy import Connection

from api.http import pages, queries
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import GamePath, of_game
from api.http.service import service
from api.jobs.door import name_of_goal
from api.v1.goal_forms import GoalForm, goal_of, with_keys
from common.accounts import user_documents
from common.database.statements import Row
from common.errors import UserError
from common.profiles import profile_rows
from common.targets import target_answers, target_rows
from common.targets.evaluate import goal_ids_of
from common.targets.target_answers import (
    GoalDocument,
    GoalPage,
    QuestlinePage,
    Questlines,
    QuestList,
    QuestPage,
    Targets,
)
from common.wire import Wire

blueprint = ApiBlueprint("game_targets", __name__)

MOST: Final = 100
QUESTS: Final = 50

MISSING: Final = {404: "There is no such thing."}


@of_game(blueprint, "GET", "/targets/recently-achieved")
@endpoint("What players achieved last.", answers=Targets)
def achieved_lately(at: GamePath) -> Response:
    body = _recent(at, achieved=True)
    name = at.gpt.display_name
    return success(f"Retrieved some recently achieved targets for {name}", body)


@of_game(blueprint, "GET", "/targets/recently-raised")
@endpoint("What players came closer to last.", answers=Targets)
def raised_lately(at: GamePath) -> Response:
    body = _recent(at, achieved=False)
    name = at.gpt.display_name
    return success(f"Retrieved some recently interacted-with targets for {name}", body)


def _recent(at: GamePath, *, achieved: bool) -> Targets:
    with service().engine.connect() as connection:
        goal_subs, quest_subs = target_rows.recent_subs(
            connection, at.gpt, None, MOST, achieved=achieved
        )
        ids = {row.goal_id for row in goal_subs}
        goals = target_answers.goals_by_id(connection, ids, at.wire)
        quests = target_rows.quests_by_id(connection, {row.quest_id for row in quest_subs})
    return Targets(
        goals=goals,
        goalSubs=[target_answers.goal_sub(row, at.wire) for row in goal_subs],
        quests=[target_answers.quest(row, at.wire) for row in quests],
        questSubs=[target_answers.quest_sub(row, at.wire) for row in quest_subs],
    )


@of_game(blueprint, "GET", "/targets/goals/popular")
@endpoint("The goals that most follow.", answers=list[GoalDocument])
def popular(at: GamePath) -> Response:
    with service().engine.connect() as connection:
        rows = target_rows.popular_goals(connection, at.gpt, MOST)
        documents = target_answers.goals(connection, rows, at.wire)
    return success(f"Returned {len(rows)} goals.", documents)


@of_game(blueprint, "POST", "/targets/goals/format")
@endpoint("What a goal would be called.", body=GoalForm(), answers=str)
def format_goal(at: GamePath, body: dict[str, Any]) -> Response:
    charts, criteria = goal_of(at, body)
    with service().engine.connect() as connection:
        try:
            own = with_keys(connection, at.gpt, charts)
            name = name_of_goal(connection, at.gpt, own, criteria)
        except UserError as problem:
            raise UserError(problem.status, f"Invalid goal: {problem.message}.") from problem
    return success("Formatted goal.", name)


@of_game(blueprint, "GET", "/targets/goals/<goal_id>")
@endpoint(
    "A goal and who follows it.",
    query=pages.Page(),
    answers=GoalPage,
    headers=pages.LINK,
    errors=MISSING,
)
def one_goal(at: GamePath, goal_id: str, query: dict[str, Any]) -> Response:
    with service().engine.connect() as connection:
        row = target_rows.find_goal(connection, at.gpt, goal_id)
        if row is None:
            raise UserError(404, f"A goal with ID {goal_id} doesn't exist.")
        limit, after = query["limit"], pages.place(query, (int,)) or (0,)
        subs = target_rows.subs_to_goal(connection, goal_id, limit + 1, after[0])
        subs = pages.finish(subs, limit, lambda sub: (sub.user_id,))
        quests = target_rows.quests_with_goal(connection, goal_id)
        users = profile_rows.users_by_id(connection, {sub.user_id for sub in subs})
        document = target_answers.goal(connection, row, at.wire)
    body = GoalPage(
        document,
        [target_answers.goal_sub(sub, at.wire) for sub in subs],
        list(map(user_documents.user, users)),
        [target_answers.quest(quest, at.wire) for quest in quests],
    )
    return success(f"Retrieved information about {row.name}.", body)


@of_game(blueprint, "GET", "/targets/quests")
@endpoint("A game's quests.", query=queries.Search(), answers=QuestList)
def find_quests(at: GamePath, query: dict[str, Any]) -> Response:
    part = queries.required_search(query, "Invalid value for search.")
    with service().engine.connect() as connection:
        rows = target_rows.quests_named(connection, at.gpt, part, QUESTS)
        goals = _goals_of(connection, rows, at.wire)
    body = QuestList(
        [target_answers.quest(row, at.wire) for row in rows],
        goals,
    )
    return success(f"Returned {len(rows)} quests.", body)


@of_game(blueprint, "GET", "/targets/quests/<quest_id>")
@endpoint(
    "A quest and who follows it.",
    query=pages.Page(),
    answers=QuestPage,
    headers=pages.LINK,
    errors=MISSING,
)
def one_quest(at: GamePath, quest_id: str, query: dict[str, Any]) -> Response:
    with service().engine.connect() as connection:
        row = target_rows.find_quest(connection, at.gpt, quest_id)
        if row is None:
            raise UserError(404, f"A quest with ID {quest_id} doesn't exist.")
        limit, after = query["limit"], pages.place(query, (int,)) or (0,)
        subs = target_rows.subs_to_quest(connection, quest_id, limit + 1, after[0])
        subs = pages.finish(subs, limit, lambda sub: (sub.user_id,))
        goals = _goals_of(connection, [row], at.wire)
        lines = target_rows.questlines_of_gpt(connection, at.gpt)
        users = profile_rows.users_by_id(connection, {sub.user_id for sub in subs})
    body = QuestPage(
        target_answers.quest(row, at.wire),
        [target_answers.quest_sub(sub, at.wire) for sub in subs],
        list(map(user_documents.user, users)),
        goals,
        [target_answers.questline(line, at.wire) for line in lines if quest_id in line.quests],
    )
    return success(f"Retrieved information about {row.name}.", body)


@of_game(blueprint, "GET", "/targets/questlines")
@endpoint("A game's questlines, and its quests that are in none.", answers=Questlines)
def questlines(at: GamePath) -> Response:
    with service().engine.connect() as connection:
        lines = target_rows.questlines_of_gpt(connection, at.gpt)
        inside = {quest_id for line in lines for quest_id in line.quests}
        rows = target_rows.quests_of_gpt(connection, at.gpt)
        alone = [row for row in rows if row.quest_id not in inside]
        goals = _goals_of(connection, alone, at.wire)
    body = Questlines(
        [target_answers.questline(line, at.wire) for line in lines],
        [target_answers.quest(row, at.wire) for row in alone],
        goals,
    )
    return success(f"Returned {len(lines)} questlines.", body)


@of_game(blueprint, "GET", "/targets/questlines/<questline_id>")
@endpoint("A questline with its quests.", answers=QuestlinePage, errors=MISSING)
def one_questline(at: GamePath, questline_id: str) -> Response:
    with service().engine.connect() as connection:
        lines = target_rows.questlines_of_gpt(connection, at.gpt)
        line = next((each for each in lines if each.questline_id == questline_id), None)
        if line is None:
            raise UserError(404, f"A questline with ID {questline_id} doesn't exist.")
        rows = target_rows.quests_by_id(connection, line.quests)
        goals = _goals_of(connection, rows, at.wire)
    by_id = {row.quest_id: row for row in rows}
    ordered = [by_id[quest_id] for quest_id in line.quests if quest_id in by_id]
    body = QuestlinePage(
        [target_answers.quest(row, at.wire) for row in ordered],
        target_answers.questline(line, at.wire),
        goals,
    )
    return success(f"Retrieved questline '{line.name}'.", body)


def _goals_of(connection: Connection, quests: Collection[Row], wire: Wire) -> list[GoalDocument]:
    ids = {goal_id for quest in quests for goal_id in goal_ids_of(quest.quest_data)}
    return target_answers.goals_by_id(connection, ids, wire)
