"""Goals, quests and who follows them, as documents of the wire of both versions.

Source: specification, documents-targets.md sections 1 to 4, http-api-targets.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from common.accounts.user_documents import UserDocument
from common.database.statements import Row
from common.games.registry import get_gpt
from common.games.version3 import version3_id
from common.targets import target_rows
from common.targets.target_documents import Number
from common.targets.target_rows import NOT_NAMED, Named
from common.wire import Wire


class GoalDocument(msgspec.Struct, kw_only=True):
    """A goal. charts: `single`, `multi` or `folder`, with the ids. criteria: what to reach."""

    goalID: str
    game: str
    playtype: str | UnsetType = UNSET
    name: str
    charts: dict[str, Any]
    criteria: dict[str, Any]
    subscriptions: int | UnsetType = msgspec.field(default=UNSET, name="__subscriptions")


class GoalSubDocument(msgspec.Struct, kw_only=True):
    """How far a user is with a goal. progress: None = nothing played that counts."""

    goalID: str
    userID: int
    game: str
    playtype: str | UnsetType = UNSET
    progress: Number | None
    progressHuman: str
    outOf: Number
    outOfHuman: str
    achieved: bool
    timeAchieved: int | None
    lastInteraction: int | None
    wasInstantlyAchieved: bool
    wasAssignedStandalone: bool


class QuestDocument(msgspec.Struct, kw_only=True):
    """A quest: sections of goals."""

    questID: str
    game: str
    playtype: str | UnsetType = UNSET
    name: str
    desc: str
    questData: list[dict[str, Any]]


class QuestSubDocument(msgspec.Struct, kw_only=True):
    """How far a user is with a quest, in goals."""

    questID: str
    userID: int
    game: str
    playtype: str | UnsetType = UNSET
    progress: int
    achieved: bool
    timeAchieved: int | None
    lastInteraction: int | None
    wasInstantlyAchieved: bool


class QuestlineDocument(msgspec.Struct, kw_only=True):
    """Quests in an order."""

    questlineID: str
    game: str
    playtype: str | UnsetType = UNSET
    name: str
    desc: str
    quests: list[str]


class GoalResult(msgspec.Struct):
    """How far a user is with one goal of a quest."""

    goalID: str
    achieved: bool
    progress: Number | None
    outOf: Number
    progressHuman: str
    outOfHuman: str


class Targets(msgspec.Struct, kw_only=True):
    """Goals and quests with subscriptions to them."""

    goals: list[GoalDocument]
    goalSubs: list[GoalSubDocument]
    quests: list[QuestDocument]
    questSubs: list[QuestSubDocument]
    user: UserDocument | UnsetType = UNSET


class FollowedGoal(msgspec.Struct):
    goal: GoalDocument
    goalSub: GoalSubDocument
    quests: list[QuestDocument]
    user: UserDocument


class FollowedQuests(msgspec.Struct):
    quests: list[QuestDocument]
    questSubs: list[QuestSubDocument]
    goals: list[GoalDocument]


class FollowedQuest(msgspec.Struct):
    questSub: QuestSubDocument
    quest: QuestDocument
    results: list[GoalResult]
    goals: list[GoalDocument]


class Subscriptions(msgspec.Struct):
    goalSubs: list[GoalSubDocument]
    questSubs: list[QuestSubDocument]


class NewGoal(msgspec.Struct):
    goal: GoalDocument
    goalSub: GoalSubDocument


class NewQuest(msgspec.Struct):
    questSub: QuestSubDocument
    goals: list[GoalDocument]
    goalResults: list[GoalResult]
    quest: QuestDocument


class LeftQuest(msgspec.Struct):
    quest: QuestDocument


class GoalPage(msgspec.Struct):
    """A goal with those who follow it, and the quests that hold it."""

    goal: GoalDocument
    goalSubs: list[GoalSubDocument]
    users: list[UserDocument]
    parentQuests: list[QuestDocument]


class QuestPage(msgspec.Struct):
    """A quest with those who follow it, its goals, and the questlines that it is in."""

    quest: QuestDocument
    questSubs: list[QuestSubDocument]
    users: list[UserDocument]
    goals: list[GoalDocument]
    parentQuestlines: list[QuestlineDocument]


class QuestList(msgspec.Struct):
    quests: list[QuestDocument]
    goals: list[GoalDocument]


class Questlines(msgspec.Struct):
    """standalone: quests in no questline, with their goals."""

    questlines: list[QuestlineDocument]
    standalone: list[QuestDocument]
    standaloneGoals: list[GoalDocument]


class QuestlinePage(msgspec.Struct):
    quests: list[QuestDocument]
    questline: QuestlineDocument
    goals: list[GoalDocument]


# --- rows as documents ---------------------------------------------------------------------


def goals(connection: Connection, rows: Collection[Row], wire: Wire) -> list[GoalDocument]:
    """Rows of `goals`, of one or more games, perhaps with `subscriptions`.

    In version 3 with its ids of charts and folders: two statements more, however many goals.
    """
    return named_goals(rows, wire, named(connection, rows, wire))


def named(connection: Connection, rows: Collection[Row], wire: Wire) -> Named:
    """What version 3 calls what goals are on, as far as that is shown."""
    return target_rows.named_in_version3(connection, rows) if wire.has_v3 else NOT_NAMED


def named_goals(rows: Iterable[Row], wire: Wire, names: Named) -> list[GoalDocument]:
    """Rows of `goals`, where the names are known."""
    return [_goal(row, wire, names) for row in rows]


def goals_by_id(
    connection: Connection, goal_ids: Collection[str], wire: Wire
) -> list[GoalDocument]:
    """The goals with these ids."""
    return goals(connection, target_rows.goals_by_id(connection, goal_ids), wire)


def goal(connection: Connection, row: Row, wire: Wire) -> GoalDocument:
    """A row of `goals`."""
    return goals(connection, [row], wire)[0]


def _goal(row: Row, wire: Wire, names: Named) -> GoalDocument:
    document = GoalDocument(
        goalID=row.goal_id,
        **_game(row, wire),
        name=row.name,
        charts=_goal_charts(row, wire, names),
        criteria=row.criteria,
    )
    count = getattr(row, "subscriptions", None)
    if count is not None:
        document.subscriptions = count
    return document


def _goal_charts(row: Row, wire: Wire, names: Named) -> dict[str, Any]:
    """What a goal is on. Source: specification, v3/http-api.md section 2."""
    charts: dict[str, Any] = dict(row.charts)
    kind, data = charts["type"], charts["data"]
    if wire.has_v3 and kind == "folder":
        charts["folderSlug"] = names.slugs.get(data, data)
    if not wire.has_v2:
        if kind == "multi":
            charts["data"] = [names.charts.get((row.game, each), each) for each in data]
        elif kind == "folder":
            charts["data"] = names.folders.get(data, data)
        else:
            charts["data"] = names.charts.get((row.game, data), data)
    return charts


def goal_sub(row: Row, wire: Wire) -> GoalSubDocument:
    """A row of `goal_subscriptions`."""
    return GoalSubDocument(
        goalID=row.goal_id,
        userID=row.user_id,
        **_game(row, wire),
        progress=_number(row.progress),
        progressHuman=row.progress_human,
        outOf=_number(row.out_of) or 0,
        outOfHuman=row.out_of_human,
        achieved=row.achieved,
        timeAchieved=row.time_achieved if row.achieved else None,
        lastInteraction=row.last_interaction,
        wasInstantlyAchieved=row.achieved and row.was_instantly_achieved,
        wasAssignedStandalone=row.was_assigned_standalone,
    )


def quest(row: Row, wire: Wire) -> QuestDocument:
    """A row of `quests`."""
    return QuestDocument(
        questID=row.quest_id,
        **_game(row, wire),
        name=row.name,
        desc=row.desc,
        questData=row.quest_data,
    )


def quest_sub(row: Row, wire: Wire) -> QuestSubDocument:
    """A row of `quest_subscriptions`."""
    return QuestSubDocument(
        questID=row.quest_id,
        userID=row.user_id,
        **_game(row, wire),
        progress=row.progress,
        achieved=row.achieved,
        timeAchieved=row.time_achieved if row.achieved else None,
        lastInteraction=row.last_interaction,
        wasInstantlyAchieved=row.achieved and row.was_instantly_achieved,
    )


def questline(row: Row, wire: Wire) -> QuestlineDocument:
    """A row of `questlines`."""
    return QuestlineDocument(
        questlineID=row.questline_id,
        **_game(row, wire),
        name=row.name,
        desc=row.desc,
        quests=row.quests,
    )


def result(row: Row) -> GoalResult:
    """A row of `goal_subscriptions`, as far as it says how far the user is."""
    return GoalResult(
        row.goal_id,
        row.achieved,
        _number(row.progress),
        _number(row.out_of) or 0,
        row.progress_human,
        row.out_of_human,
    )


def _game(row: Row, wire: Wire) -> dict[str, Any]:
    if wire.has_v2:
        return {"game": row.game, "playtype": row.playtype}
    return {"game": version3_id(get_gpt(row.game, row.playtype))}


def _number(value: float | None) -> Number | None:
    """Stored as floats; JSON shows a whole number without a fraction."""
    return int(value) if value is not None and value.is_integer() else value
