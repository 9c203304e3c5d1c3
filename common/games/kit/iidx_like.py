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
from common.games.kit.classes import dan, kyu, ordinal
from common.games.kit.goals import grade_distance, percent_goal, score_goal
from common.games.kit.grades import IIDX_LIKE
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
)
from common.text.numbers import plain


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


# In the order of the numbers that the arcade game and its services give them.
LAMPS: Final = (
    "NO PLAY",
    "FAILED",
    "ASSIST CLEAR",
    "EASY CLEAR",
    "CLEAR",
    "HARD CLEAR",
    "EX HARD CLEAR",
    "FULL COMBO",
)

PROVIDED: Final[dict[str, Metric]] = {
    "score": Integer(chart_check=ex_score_failure),
    "lamp": Enum(LAMPS, minimum_relevant="EASY CLEAR"),
}

PERCENT: Final = Derived(Decimal(PERCENTAGE), percent)
GRADE: Final = Derived(Enum(IIDX_LIKE.names, minimum_relevant="A"), grade)

# A count that may be anything from zero up.
COUNT: Final = Optional(Integer(POSITIVE))

LOWEST_BP: Final = Merge("smallest", "optional.bp", "Lowest BP", ("optional.bp",))


# Among equal scores and lamps whoever missed less is ahead.
LEADERBOARD_KEYS: Final = ("enumIndexes.lamp", "-optional.bp")


def kyu_and_dan(hover: str = "") -> list[ClassValue]:
    """The ranks from 7th kyu to 10th dan; `hover` goes before their English names."""
    return [
        *(ClassValue(f"KYU_{n}", kyu(n), f"{hover}{ordinal(n)} Kyu") for n in range(7, 0, -1)),
        *(ClassValue(f"DAN_{n}", dan(n), f"{hover}{ordinal(n)} Dan") for n in range(1, 11)),
    ]


def judgements_add_up(score: ScoreData, chart: Chart) -> str | None:
    """Refuses judgements that make another EX score."""
    twos, ones = score.judgements.get("pgreat"), score.judgements.get("great")
    if twos is None or ones is None:
        return None
    ex = score.metrics["score"]
    if twos * 2 + ones == ex:
        return None
    return (
        f"Expected PGreat*2 + Great to equal EX score. Got {plain(twos)}*2 + {plain(ones)} "
        f"but that wasn't equal to the EX score of {plain(ex)}."
    )


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
