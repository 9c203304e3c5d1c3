"""How far a user is with goals and quests, from personal bests that are already loaded.

Source: specification, pipeline-goals-quests.md sections 3 and 6.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Container, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET

from common.games.kit.goals import out_of_text, progress_text
from common.games.model import GPT, Enum
from common.games.scoring.hydration import score_data_of
from common.targets.target_documents import GoalCharts, GoalCriteria, Number
from common.text.numbers import plain

NO_DATA: Final = "NO DATA"


class Best(msgspec.Struct, frozen=True):
    """What goals need of one personal best. scoreData: as stored."""

    scoreData: Mapping[str, Any]
    timeAchieved: float | None


class GoalStanding(msgspec.Struct, frozen=True):
    """How far a user is with a goal; progress None = never played."""

    progress: Number | None
    progressHuman: str
    outOf: Number
    outOfHuman: str
    achieved: bool


class QuestStanding(msgspec.Struct, frozen=True):
    """How far a user is with a quest, in goals."""

    progress: int
    outOf: int
    achieved: bool


def chart_ids_of(charts: GoalCharts, folders: Mapping[str, Collection[str]]) -> Collection[str]:
    """The charts that a goal is about. folders: the charts of each folder; absent = none."""
    if isinstance(charts.data, list):
        return charts.data
    return folders.get(charts.data, ()) if charts.type == "folder" else (charts.data,)


def evaluate(
    gpt: GPT, criteria: GoalCriteria, chart_ids: Collection[str], bests: Mapping[str, Best]
) -> GoalStanding:
    """How far a user is with a goal.

    chart_ids: of the goal (`chart_ids_of`). bests: the user's by chartID; others may be among
    them. Raises LookupError or ValueError if the goal does not fit the game, as one on a
    metric or an ENUM value that there no longer is.
    """
    if criteria.mode == "single":
        return _on_one_chart(gpt, criteria, chart_ids, bests)
    needed = _needed(criteria, len(chart_ids))
    count = sum(value >= criteria.value for value, _ in _values(gpt, criteria, chart_ids, bests))
    # In a folder that lost its charts nothing is left to achieve.
    achieved = count >= needed > 0
    return GoalStanding(count, plain(count), needed, plain(needed), achieved)


def _on_one_chart(
    gpt: GPT, criteria: GoalCriteria, chart_ids: Collection[str], bests: Mapping[str, Best]
) -> GoalStanding:
    """Of several charts the one with the best value counts, then the earliest played."""
    out_of = criteria.value, out_of_text(gpt, criteria.key, criteria.value)
    values = _values(gpt, criteria, chart_ids, bests)
    if not values:
        return GoalStanding(None, NO_DATA, *out_of, achieved=False)
    value, best = max(values, key=_precedence)
    text = progress_text(gpt, criteria.key, score_data_of(gpt, best.scoreData), criteria.value)
    return GoalStanding(value, text, *out_of, achieved=value >= criteria.value)


def _precedence(candidate: tuple[Number, Best]) -> tuple[float, float]:
    value, best = candidate
    return value, -math.inf if best.timeAchieved is None else -best.timeAchieved


def _values(
    gpt: GPT, criteria: GoalCriteria, chart_ids: Collection[str], bests: Mapping[str, Best]
) -> list[tuple[Number, Best]]:
    """The values of the goal's metric on the charts that were played; for ENUMs the index.

    A large folder has hundreds of charts, and a user hundreds of goals: this is the inner loop.
    """
    key = criteria.key
    played = [best for chart_id in chart_ids if (best := bests.get(chart_id)) is not None]
    if isinstance(gpt.metrics[key], Enum):
        stored = [(best.scoreData["enumIndexes"].get(key), best) for best in played]
    else:
        stored = [(best.scoreData.get(key), best) for best in played]
    return [(value, best) for value, best in stored if value is not None]


def _needed(criteria: GoalCriteria, charts: int) -> Number:
    if criteria.countNum is UNSET:
        raise ValueError(f"a goal of mode {criteria.mode} says on how many charts")
    if criteria.mode == "proportion":
        return math.floor(criteria.countNum * charts)
    return criteria.countNum


# --- quests --------------------------------------------------------------------------------


def goal_ids_of(quest_data: Sequence[Mapping[str, Any]]) -> list[str]:
    """The goals of a quest in order, each once."""
    goals = (goal["goalID"] for section in quest_data for goal in section["goals"])
    return list(dict.fromkeys(goals))


def evaluate_quest(goal_ids: Collection[str], achieved: Container[str]) -> QuestStanding:
    """How far a user is with a quest. achieved: the goals that the user has achieved."""
    progress = sum(goal_id in achieved for goal_id in goal_ids)
    return QuestStanding(progress, len(goal_ids), achieved=progress >= len(goal_ids) > 0)
