"""What players did lately, as a document.

Source: specification, http-api-inspect.md section 3.9.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Final

import msgspec
from sqlalchemy import Connection

from common.accounts import user_documents
from common.accounts.user_documents import UserDocument
from common.catalogue import catalogue_documents, catalogue_rows
from common.catalogue.catalogue_documents import ChartDocument, SongDocument
from common.games.model import GPT
from common.profiles import profile_documents, profile_rows
from common.profiles.activity_rows import Activity
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

# Of each kind of thing, beside sessions.
MOST: Final = 500


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


def activity(
    connection: Connection,
    gpt: GPT,
    users: Collection[int] | None,
    sessions: int,
    before: float | None,
    wire: Wire,
) -> ActivityDocument:
    """What users did on the GPT. users: None = all.

    before: nothing from then on; None = up to now. A fixed number of statements.
    """
    read = Activity(connection, gpt, users)
    end = math.inf if before is None else before
    found = read.sessions(sessions, end)
    # Without a session nothing is shown: it would have to come from the future.
    since = found[-1].time_started if found else math.inf
    scores = read.highlights(since, end, MOST)
    classes = read.classes(since, end, MOST)
    goal_subs = read.achieved("goal_subscriptions", since, end, MOST)
    quest_subs = read.achieved("quest_subscriptions", since, end, MOST)
    goals = target_rows.goals_by_id(connection, {row.goal_id for row in goal_subs})
    quests = target_rows.quests_by_id(connection, {row.quest_id for row in quest_subs})
    on = catalogue_rows.of_rows(connection, gpt.game, scores)
    charts, songs = catalogue_documents.charts(on.charts, on.songs, wire, on.ids)
    of = {row.user_id for rows in (found, scores, classes, goal_subs, quest_subs) for row in rows}
    return ActivityDocument(
        recentSessions=[session_documents.session(row, wire) for row in found],
        recentlyHighlightedScores=[score_documents.score(row, wire, on.ids) for row in scores],
        songs=songs,
        charts=charts,
        achievedClasses=[profile_documents.class_achievement(row, wire) for row in classes],
        users=list(map(user_documents.user, profile_rows.users_by_id(connection, of))),
        goals=[target_answers.goal(row, wire) for row in goals],
        goalSubs=[target_answers.goal_sub(row, wire) for row in goal_subs],
        quests=[target_answers.quest(row, wire) for row in quests],
        questSubs=[target_answers.quest_sub(row, wire) for row in quest_subs],
    )
