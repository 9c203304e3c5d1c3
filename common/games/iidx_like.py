"""What iidx, bms and pms share: EX scores.

Two points for the best judgement, one for the second: the most a chart gives is twice its
notes.

Source: specification, games/README.md section 8.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from common.catalogue.documents import Chart
from common.games.goals import grade_distance, percent_goal, score_goal
from common.games.grades import IIDX_LIKE
from common.games.model import (
    PERCENTAGE,
    POSITIVE,
    ClassValue,
    Decimal,
    Derived,
    Enum,
    GoalText,
    Integer,
    Merge,
    Metric,
    Optional,
    ScoreData,
    ScoreValidator,
)
from common.numbers import plain


def ex_score_failure(ex: Any, chart: Chart) -> str | None:
    notes = chart.data.notecount
    if notes == 0:
        return "This chart has no notes."
    if ex < 0:
        return "EX Score cannot be negative."
    if ex > notes * 2:
        return f"EX Score cannot be greater than {notes * 2} for this chart."
    return None


def percent(score: ScoreData, chart: Chart) -> float:
    # In this order of operations; another gives other last digits.
    return float((100 * score.metrics["score"]) / (chart.data.notecount * 2))


def grade(score: ScoreData, chart: Chart) -> str:
    return IIDX_LIKE.grade(percent(score, chart))


PROVIDED: Final[dict[str, Metric]] = {
    "score": Integer(chart_check=ex_score_failure),
    "lamp": Enum(
        (
            "NO PLAY",
            "FAILED",
            "ASSIST CLEAR",
            "EASY CLEAR",
            "CLEAR",
            "HARD CLEAR",
            "EX HARD CLEAR",
            "FULL COMBO",
        ),
        minimum_relevant="EASY CLEAR",
    ),
}

PERCENT: Final = Derived(Decimal(PERCENTAGE), percent)
GRADE: Final = Derived(Enum(IIDX_LIKE.names, minimum_relevant="A"), grade)

# A count that may be anything from zero up.
COUNT: Final = Optional(Integer(POSITIVE))

LOWEST_BP: Final = Merge("smallest", "optional.bp", "Lowest BP", ("optional.bp",))


def kyu_and_dan(hover: str = "") -> list[ClassValue]:
    """The ranks from 7th kyu to 10th dan; `hover` goes before their English names."""
    kyu = [
        ClassValue(f"KYU_{n}", f"{_NUMERALS[n]}級", f"{hover}{ordinal(n)} Kyu")
        for n in range(7, 0, -1)
    ]
    dan = [
        ClassValue(
            f"DAN_{n}", "初段" if n == 1 else f"{_NUMERALS[n]}段", f"{hover}{ordinal(n)} Dan"
        )
        for n in range(1, 11)
    ]
    return kyu + dan


_NUMERALS = "〇一二三四五六七八九十"


def ordinal(n: int) -> str:
    return f"{n}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(n, 'th') }"


def judgements_add_up(best: str = "pgreat", label: str = "PGreat") -> ScoreValidator:
    """Refuses judgements that make another EX score; `label` is `best` as texts call it."""

    def validate(score: ScoreData, chart: Chart) -> str | None:
        twos, ones = score.judgements.get(best), score.judgements.get("great")
        if twos is None or ones is None:
            return None
        ex = score.metrics["score"]
        if twos * 2 + ones == ex:
            return None
        return (
            f"Expected {label}*2 + Great to equal EX score. Got {plain(twos)}*2 + {plain(ones)} "
            f"but that wasn't equal to the EX score of {plain(ex)}."
        )

    return validate


# --- goals -------------------------------------------------------------------------------


def goal_texts(show_ex: Callable[[float], str]) -> dict[str, GoalText]:
    """The texts of goals; `show_ex` prints a distance in EX score."""
    return {
        "percent": percent_goal(),
        "score": score_goal(show=plain),
        "lamp": GoalText(_lamp_progress),
        "grade": GoalText(_grade_progress(show_ex)),
    }


def _lamp_progress(pb: ScoreData, goal: Any) -> str:
    lamp: str = pb.metrics["lamp"]
    bp = pb.optional.get("bp")
    return lamp if bp is None else f"{lamp} (BP: {plain(bp)})"


def _grade_progress(show_ex: Callable[[float], str]) -> Callable[[ScoreData, Any], str]:
    def progress(pb: ScoreData, goal: Any) -> str:
        ex, share = pb.metrics["score"], pb.metrics["percent"]
        # The chart is not at hand, so its maximum is worked out backwards from the score.
        # Rounding may lose a point of it, and a score of zero tells nothing.
        most = math.floor(ex / (share / 100)) if share else math.nan
        return grade_distance(
            IIDX_LIKE,
            pb.metrics["grade"],
            share,
            IIDX_LIKE.names[goal],
            lambda distance: show_ex(distance / 100 * most),
        )

    return progress
