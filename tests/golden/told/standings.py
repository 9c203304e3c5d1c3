"""How far a user is with goals and quests. Source: specification, pipeline-goals-quests.md.

What a value is called is left to the texts of the game, which have recorded cases of their own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from common.games.kit.goals import out_of_text, progress_text
from common.games.model import GPT, Enum
from common.games.scoring.hydration import score_data_of

# By chart: scoreData and timeAchieved of the user's personal best.
Bests = Mapping[str, tuple[Mapping[str, Any], float | None]]


def goal_standing(
    gpt: GPT, criteria: Mapping[str, Any], chart_ids: Sequence[str], bests: Bests
) -> dict[str, Any]:
    key, wanted = criteria["key"], criteria["value"]
    values = []
    for chart_id in chart_ids:
        if chart_id in bests:
            data, time = bests[chart_id]
            held = data["enumIndexes"] if isinstance(gpt.metrics[key], Enum) else data
            if held.get(key) is not None:
                values.append((held[key], -math.inf if time is None else -time, data))
    if criteria["mode"] != "single":
        need = criteria["countNum"]
        if criteria["mode"] == "proportion":
            need = math.floor(need * len(chart_ids))
        count = sum(value >= wanted for value, _, _ in values)
        return {
            "progress": count,
            "progress_human": str(count),
            "out_of": need,
            "out_of_human": f"{need:g}",
            "achieved": count >= need > 0,
        }
    standing = {"out_of": wanted, "out_of_human": out_of_text(gpt, key, wanted)}
    if not values:
        return {**standing, "progress": None, "progress_human": "NO DATA", "achieved": False}
    value, _, data = max(values, key=lambda each: each[:2])
    human = progress_text(gpt, key, score_data_of(gpt, data), wanted)
    return {
        **standing,
        "progress": value,
        "progress_human": human,
        "achieved": value >= wanted,
    }


# What of a subscription is followed, beside its texts.
GOAL_STATE = (
    "progress",
    "out_of",
    "achieved",
    "time_achieved",
    "last_interaction",
    "was_instantly_achieved",
)
QUEST_STATE = ("progress", "achieved", "time_achieved", "last_interaction")

State = dict[str, Any]


def followed_goal(before: State, standing: Mapping[str, Any], now: int) -> State:
    """A goal's subscription after a look at the user's standing."""
    if all(before[name] == standing[name] for name in ("progress", "out_of", "achieved")):
        return before
    achieved = standing["achieved"]
    return {
        "progress": standing["progress"],
        "out_of": standing["out_of"],
        "achieved": achieved,
        "time_achieved": _time(before, achieved, now),
        "last_interaction": now,
        "was_instantly_achieved": before["was_instantly_achieved"] and achieved,
    }


def followed_quest(before: State, standing: Mapping[str, Any], now: int) -> State:
    moved = before["progress"] != standing["progress"]
    return {
        "progress": standing["progress"],
        "achieved": standing["achieved"],
        "time_achieved": _time(before, standing["achieved"], now),
        "last_interaction": now if moved else before["last_interaction"],
    }


def _time(before: State, achieved: bool, now: int) -> int | None:
    if not achieved:
        return None
    return now if before["time_achieved"] is None else before["time_achieved"]
