"""What players did lately, as a document.

Source: specification, http-api-inspect.md section 3.9.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

import msgspec
from sqlalchemy import Connection

from common.accounts import user_documents
from common.accounts.user_documents import UserDocument
from common.catalogue import catalogue_documents
from common.catalogue.catalogue_documents import ChartDocument, SongDocument
from common.catalogue.catalogue_rows import NOTHING
from common.database.statements import Row
from common.games.model import GPT
from common.games.registry import get_gpt
from common.profiles import profile_documents, profile_rows, search_rows
from common.profiles.activity_rows import Activity, Rows
from common.profiles.profile_documents import ClassAchievementDocument
from common.scores import score_documents
from common.scores.score_documents import ScoreDocument
from common.sessions import session_documents
from common.sessions.session_documents import SessionDocument
from common.targets import target_answers, target_rows
from common.targets.target_answers import (
    GoalDocument,
    GoalSubDocument,
    QuestDocument,
    QuestSubDocument,
)
from common.wire import Wire

# Of each kind of thing on each GPT, beside sessions.
MOST: Final = 100


class ActivityDocument(msgspec.Struct, kw_only=True):
    """Sessions, newest first, and what else happened from the oldest of them on."""

    recentSessions: list[SessionDocument]
    recentlyHighlightedScores: list[ScoreDocument]
    songs: list[SongDocument]
    charts: list[ChartDocument]
    achievedClasses: list[ClassAchievementDocument]
    users: list[UserDocument]
    goals: list[GoalDocument]
    goalSubs: list[GoalSubDocument]
    quests: list[QuestDocument]
    questSubs: list[QuestSubDocument]


def activities(
    connection: Connection,
    gpts: Collection[GPT],
    users: Collection[int] | None,
    sessions: int,
    before: float | None,
    wire: Wire,
) -> dict[GPT, ActivityDocument]:
    """What users did on each of the GPTs. users: None = all.

    before: nothing from then on; None = up to now. A fixed number of statements.
    """
    read = Activity(connection, users, math.inf if before is None else before, MOST)
    of_sessions = read.sessions(gpts, sessions)
    # Without a session nothing is shown: it would have to come from the future.
    since = {gpt: rows[-1].time_started for gpt, rows in of_sessions.items()}
    scores = read.highlights(since)
    classes = read.classes(since)
    goal_subs = read.achieved("goal_subscriptions", since)
    quest_subs = read.achieved("quest_subscriptions", since)
    goals = _by_gpt(target_rows.goals_by_id(connection, {row.goal_id for row in _all(goal_subs)}))
    named = target_answers.named(connection, _all(goals), wire)
    quests = _by_gpt(
        target_rows.quests_by_id(connection, {row.quest_id for row in _all(quest_subs)})
    )
    on = search_rows.found_on(connection, _all(scores))
    kinds = (of_sessions, scores, classes, goal_subs, quest_subs)
    ids = {row.user_id for rows in kinds for row in _all(rows)}
    known = {row.id: row for row in profile_rows.users_by_id(connection, ids)}

    def document(gpt: GPT) -> ActivityDocument:
        of_gpt = scores.get(gpt, ())
        found = on.get(gpt.game, NOTHING)
        chart_ids, song_ids = {row.chart_id for row in of_gpt}, {row.song_id for row in of_gpt}
        charts, songs = catalogue_documents.charts(
            [row for row in found.charts if row.chart_id in chart_ids],
            [row for row in found.songs if row.id in song_ids],
            wire,
            found.ids,
        )
        of = sorted({row.user_id for rows in kinds for row in rows.get(gpt, ())} & known.keys())
        return ActivityDocument(
            recentSessions=[
                session_documents.session(row, wire) for row in of_sessions.get(gpt, ())
            ],
            recentlyHighlightedScores=[
                score_documents.score(row, wire, found.ids) for row in of_gpt
            ],
            songs=songs,
            charts=charts,
            achievedClasses=[
                profile_documents.class_achievement(row, wire) for row in classes.get(gpt, ())
            ],
            users=[user_documents.user(known[user_id]) for user_id in of],
            goals=target_answers.named_goals(goals.get(gpt, ()), wire, named),
            goalSubs=[target_answers.goal_sub(row, wire) for row in goal_subs.get(gpt, ())],
            quests=[target_answers.quest(row, wire) for row in quests.get(gpt, ())],
            questSubs=[target_answers.quest_sub(row, wire) for row in quest_subs.get(gpt, ())],
        )

    return {gpt: document(gpt) for gpt in gpts}


def _all(rows: Rows) -> list[Row]:
    return [row for of_gpt in rows.values() for row in of_gpt]


def _by_gpt(rows: Iterable[Row]) -> dict[GPT, list[Row]]:
    found: dict[GPT, list[Row]] = defaultdict(list)
    for row in rows:
        found[get_gpt(row.game, row.playtype)].append(row)
    return found
