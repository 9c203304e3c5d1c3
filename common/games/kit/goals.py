"""The texts of goals: what to reach, how far it is, and how far a grade is away.

Source: specification, games/README.md section 7.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from common.games.kit.grades import GradeTable
from common.games.model import GPT, Enum, GoalText, ScoreData
from common.text.numbers import compact, fixed, grouped, plain


def criteria_text(gpt: GPT, key: str, value: Any) -> str:
    """The start of a goal's name. Raises ValueError where there is no such goal."""
    return _shown_by(gpt.goal_texts[key].criteria, gpt, key, value, "criteria")


def out_of_text(gpt: GPT, key: str, value: Any) -> str:
    """The goal value as text. Raises ValueError where there is no such goal."""
    return _shown_by(gpt.goal_texts[key].out_of, gpt, key, value, "outOf")


def progress_text(gpt: GPT, key: str, pb: ScoreData, goal: Any) -> str:
    """How near a personal best is to the goal value, as text."""
    return gpt.goal_texts[key].progress(pb, goal)


def _enum_value(gpt: GPT, key: str, metric: Enum, index: Any, what: str) -> str:
    if type(index) is not int or not 0 <= index < len(metric.values):
        raise ValueError(
            f"Attempted to format {what} for metric '{key}' but no such enum exists at index "
            f"{plain(index)}. ({gpt.id})"
        )
    return metric.values[index]


def _shown_by(
    formatter: Callable[[Any], str] | None, gpt: GPT, key: str, value: Any, what: str
) -> str:
    metric = gpt.metrics[key]
    if isinstance(metric, Enum):
        name = _enum_value(gpt, key, metric, value, what)
        return name if formatter is None else formatter(value)
    if formatter is None:
        raise ValueError(f"{gpt.id} has no goals on {key}")
    return formatter(value)


# --- texts that games share ----------------------------------------------------------------


def percent_goal(key: str = "percent", decimals: int = 2) -> GoalText:
    return GoalText(
        progress=lambda pb, goal: f"{fixed(pb.metrics[key], decimals)}%",
        criteria=lambda value: f"Get {fixed(value, decimals)}% on",
        out_of=lambda value: f"{fixed(value, decimals)}%",
    )


def score_goal(key: str = "score", show: Callable[[float], str] = grouped) -> GoalText:
    """`show` prints the score."""
    return GoalText(
        progress=lambda pb, goal: show(pb.metrics[key]),
        criteria=lambda value: f"Get a score of {show(value)} on",
        out_of=show,
    )


def enum_goal(key: str) -> GoalText:
    """A goal whose progress is the value the personal best has."""

    def progress(pb: ScoreData, goal: Any) -> str:
        value: str = pb.metrics[key]
        return value

    return GoalText(progress)


def grade_goal(
    table: GradeTable, key: str, show: Callable[[float], str] = compact, *, grade: str = "grade"
) -> GoalText:
    """A goal on the grade that `table` gives for the metric `key`; `show` prints distances."""

    def progress(pb: ScoreData, goal: Any) -> str:
        return grade_distance(table, pb.metrics[grade], pb.metrics[key], table.at(goal), show)

    return GoalText(progress)


def grade_distance(
    table: GradeTable,
    grade: str,
    value: float,
    goal: str,
    show: Callable[[float], str] = compact,
) -> str:
    """How far a value is above its grade or below the next one: `AAA+30K`, `(AA+)-50K`.

    grade: what the value was graded, which may be less than the table says (failed plays).
    goal: the grade to reach; the text is about it where the value is one grade short.
    """
    position = table.position(grade)
    above = value - table.bounds[position]
    lower = f"{_bracketed(grade)}+{show(above)}"
    if position + 1 == len(table.names):
        return lower
    next_grade = table.names[position + 1]
    below = value - table.bounds[position + 1]
    upper = f"{_bracketed(next_grade)}{show(below)}"
    if _about(goal).match(upper):
        return upper
    # "A little above MAX-" is never what a player wants to read.
    nearer_lower = below + above < 0 and not lower.startswith("(MAX-)+")
    return lower if nearer_lower else upper


def _bracketed(grade: str) -> str:
    return f"({grade})" if grade.endswith(("+", "-")) else grade


@cache
def _about(goal: str) -> re.Pattern[str]:
    """Whether a text of distance is about the goal's grade.

    The grade is deliberately not escaped: clients see the reference's texts, in which the
    plus of a grade repeats its last letter.
    """
    return re.compile(rf"\(?{goal}\)?-")
