"""What sdvx and usc share: grades, VOLFORCE, lamps that must fit the score, preferences.

Source: specification, games/README.md section 8 and games/sdvx.md.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, Final

from msgspec import UNSET, UnsetType

from common.catalogue.documents import Chart
from common.games.kit.classes import ladder
from common.games.kit.goals import enum_goal, grade_goal, score_goal
from common.games.kit.grades import SDVX_LIKE
from common.games.kit.ratings import profile_best, session_average
from common.games.kit.shared import Strict, graded, judgements_fit
from common.games.model import ClassValue, Integer, ScoreData, ScoreRating, between

PERFECT_SCORE: Final = 10_000_000

SCORE: Final = Integer(between(0, PERFECT_SCORE))

JUDGEMENTS: Final = ("critical", "near", "miss")


class Preferences(Strict):
    vf6Target: float | UnsetType | None = UNSET


# --- metrics -----------------------------------------------------------------------------


GRADE: Final = graded(SDVX_LIKE, "score", minimum_relevant="A+")

GOAL_TEXTS: Final = {
    "score": score_goal(),
    "lamp": enum_goal("lamp"),
    "grade": grade_goal(SDVX_LIKE, "score"),
}


# --- ratings -----------------------------------------------------------------------------

# Lower bounds of scores, and the factor from each to the next (the first: below all).
_FACTOR_BOUNDS: Final = (
    7_000_000,
    8_000_000,
    8_700_000,
    9_000_000,
    9_300_000,
    9_500_000,
    9_700_000,
    9_800_000,
    9_900_000,
)
_SCORE_FACTORS: Final = (80, 82, 85, 88, 91, 94, 97, 100, 102, 105)

_LAMP_FACTORS: Final = {
    "FAILED": 50,
    "CLEAR": 100,
    "EXCESSIVE CLEAR": 102,
    "MAXXIVE CLEAR": 104,
    "ULTIMATE CHAIN": 105,
    "PERFECT ULTIMATE CHAIN": 110,
}


_LAMP_FACTORS_7: Final = {**_LAMP_FACTORS, "ULTIMATE CHAIN": 106}


def volforce_6(score: ScoreData, chart: Chart) -> float:
    """VOLFORCE of one score, as the sixth game defines it: levels had no decimals."""
    return _volforce(score, math.floor(chart.levelNum), _LAMP_FACTORS)


def volforce_7(score: ScoreData, chart: Chart) -> float:
    """VOLFORCE of one score, as the seventh game defines it."""
    return _volforce(score, chart.levelNum, _LAMP_FACTORS_7)


def _volforce(score: ScoreData, level: float, lamp_factors: Mapping[str, int]) -> float:
    points: int = score.metrics["score"]
    by_score = _SCORE_FACTORS[bisect_right(_FACTOR_BOUNDS, points)]
    by_lamp = lamp_factors[score.metrics["lamp"]]
    # Left to right in doubles: at a few scores that comes out 0.001 low, as in the reference.
    product: float = level * 2 * (points / PERFECT_SCORE) * by_score * by_lamp
    return math.floor(product / 1000) / 1000


SCORE_RATINGS: Final = {
    "VF6": ScoreRating("VOLFORCE of a single score, as of the sixth game.", volforce_6),
    "VF7": ScoreRating("VOLFORCE of a single score, as of the seventh game.", volforce_7),
}
SESSION_RATINGS: Final = {
    f"Profile{key}": session_average(
        key, f"The average of the 10 best {key}, on the scale of profiles.", times=50
    )
    for key in SCORE_RATINGS
}
PROFILE_RATINGS: Final = {
    key: profile_best(key, f"The sum of the 50 best {key}.", count=50) for key in SCORE_RATINGS
}


# --- classes -----------------------------------------------------------------------------


def _rung(bound: float, name: str, step: str, hover: str) -> tuple[float, ClassValue]:
    return bound, ClassValue(f"{name.upper()}_{step}", f"{name} {step}", f"{hover}VF")


VF_CLASS: Final = ladder(
    "VF7",
    _rung(0, "Sienna", "I", "0 - 2.499"),
    _rung(2.5, "Sienna", "II", "2.5 - 4.999"),
    _rung(5, "Sienna", "III", "5.0 - 7.499"),
    _rung(7.5, "Sienna", "IV", "7.5 - 9.999"),
    _rung(10, "Cobalt", "I", "10 - 10.499"),
    _rung(10.5, "Cobalt", "II", "10.5 - 10.999"),
    _rung(11, "Cobalt", "III", "11 - 11.499"),
    _rung(11.5, "Cobalt", "IV", "11.5 - 11.999"),
    _rung(12, "Dandelion", "I", "12 - 12.499"),
    _rung(12.5, "Dandelion", "II", "12.5 - 12.999"),
    _rung(13, "Dandelion", "III", "13 - 13.499"),
    _rung(13.5, "Dandelion", "IV", "13.5 - 13.999"),
    *(
        _rung(
            first + quarter / 4,
            name,
            ("I", "II", "III", "IV")[quarter],
            f"{first + quarter / 4:g} - {first + quarter / 4 + 0.249:.3f}",
        )
        for first, name in enumerate(
            ("Cyan", "Scarlet", "Coral", "Argento", "Eldora", "Crimson"), start=14
        )
        for quarter in range(4)
    ),
    _rung(20, "Imperial", "I", "20 - 20.999"),
    _rung(21, "Imperial", "II", "21 - 21.999"),
    _rung(22, "Imperial", "III", "22 - 22.999"),
    _rung(23, "Imperial", "IV", ">23"),
    minimum_relevant="IMPERIAL_I",
)


# --- score validators --------------------------------------------------------------------


def _perfect_lamp_has_perfect_score(score: ScoreData, chart: Chart) -> str | None:
    if (
        score.metrics["lamp"] == "PERFECT ULTIMATE CHAIN"
        and score.metrics["score"] != PERFECT_SCORE
    ):
        return "Cannot have a PERFECT ULTIMATE CHAIN without a perfect score."
    return None


_lamp_fits_judgements = judgements_fit(
    {
        "PERFECT ULTIMATE CHAIN": (
            ("near", "miss"),
            "Cannot have a PERFECT ULTIMATE CHAIN with any nears or misses.",
        ),
        "ULTIMATE CHAIN": (("miss",), "Cannot have an ULTIMATE CHAIN with non-zero miss count."),
    }
)


def _chain_has_half_the_score(score: ScoreData, chart: Chart) -> str | None:
    if score.metrics["lamp"] != "ULTIMATE CHAIN":
        return None
    points: Any = score.metrics["score"]
    # What is no number at all is not half of the perfect score either.
    if isinstance(points, int | float) and points >= PERFECT_SCORE / 2:
        return None
    return "Cannot have an ULTIMATE CHAIN with a score less than 5m."


SCORE_VALIDATORS: Final = (
    _perfect_lamp_has_perfect_score,
    _lamp_fits_judgements,
    _chain_has_half_the_score,
)
