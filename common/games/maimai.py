"""maimai, the generation before DX. Source: specification, games/maimai.md."""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import cache
from typing import Any

from common.catalogue.documents import Chart
from common.games.kit.chart_rules import unique
from common.games.kit.classes import ladder, provided
from common.games.kit.goals import enum_goal, grade_distance, percent_goal
from common.games.kit.grades import GradeTable
from common.games.kit.maimai_like import DAN, SHINDAN, SHINKAIDEN
from common.games.kit.ratings import profile_best, session_average
from common.games.kit.shared import (
    BEST_LAMP,
    FAST_SLOW_MAX_COMBO,
    Empty,
    Strict,
    chart_text,
    judgements_fit,
)
from common.games.model import (
    GPT,
    POSITIVE,
    ClassValue,
    Decimal,
    Derived,
    Enum,
    Game,
    GoalText,
    ScoreData,
    ScoreRating,
)
from common.text.numbers import fixed, js_round, plain
from common.text.numbers import percent as percent_text

_MOST = 104  # percent; no chart gives more


class SongData(Strict):
    """titleJP, artistJP: as printed in Japanese."""

    titleJP: str
    artistJP: str
    displayVersion: str


class ChartData(Strict):
    """maxPercent: the most this chart gives; it depends on how many notes are BREAKs."""

    inGameID: int | float
    inGameStrID: str
    maxPercent: float


# --- metrics -----------------------------------------------------------------------------

GRADES = GradeTable.of(
    ("F", 0),
    ("E", 10),
    ("D", 20),
    ("C", 40),
    ("B", 60),
    ("A", 80),
    ("AA", 90),
    ("AAA", 94),
    ("S", 97),
    ("S+", 98),
    ("SS", 99),
    ("SS+", 99.5),
    ("SSS", 100),
    # A stand-in: it is given for whatever a chart gives at most.
    ("SSS+", _MOST),
)


def _percent_failure(value: Any, chart: Chart) -> str | None:
    if value < 0:
        return "Percent cannot be negative."
    most = chart.data.maxPercent
    if value > most:
        return f"Percent cannot be greater than {plain(most)} for this chart."
    return None


def grade(score: ScoreData, chart: Chart) -> str:
    percent = score.metrics["percent"]
    return "SSS+" if percent == chart.data.maxPercent else GRADES.grade(percent)


# --- rating ------------------------------------------------------------------------------

# In hundredths of a percent, the scores between which the rating is a straight line. Some
# grades begin with a jump, from just below. Between the last two, scores are stretched so that
# the most a chart gives comes out at the end.
_BOUNDS = (
    0, 1000, 2000, 4000, 6000, 8000, 9000, 9400, 9699, 9700, 9899, 9900, 9999, 10000, 20000,
)  # fmt: skip
_SSS = _BOUNDS.index(10000)

# The rating in hundredths at each of these scores, on charts of level 0, 1, ... 15.
_CURVES = (
    (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    (0, 0, 10, 20, 40, 100, 150, 250, 400, 400, 500, 550, 650, 700, 800),
    (0, 0, 20, 40, 80, 200, 250, 300, 450, 450, 550, 600, 700, 750, 850),
    (0, 0, 30, 60, 120, 300, 350, 400, 500, 500, 600, 650, 750, 800, 900),
    (0, 0, 40, 80, 160, 350, 400, 450, 550, 550, 650, 700, 800, 850, 950),
    (0, 0, 50, 100, 200, 400, 500, 550, 600, 600, 700, 750, 850, 900, 1000),
    (0, 0, 60, 120, 240, 450, 550, 600, 650, 650, 750, 800, 900, 950, 1050),
    (0, 0, 70, 140, 280, 500, 600, 700, 725, 750, 875, 900, 975, 1000, 1100),
    (0, 0, 80, 160, 320, 550, 650, 725, 750, 800, 925, 950, 1025, 1050, 1150),
    (0, 0, 90, 180, 360, 600, 700, 750, 800, 900, 1025, 1050, 1125, 1150, 1250),
    (0, 0, 100, 200, 400, 700, 800, 850, 900, 1000, 1125, 1150, 1225, 1250, 1350),
    (0, 0, 110, 220, 440, 800, 900, 950, 1000, 1100, 1175, 1200, 1275, 1300, 1400),
    (0, 0, 120, 240, 480, 900, 1000, 1050, 1100, 1200, 1275, 1300, 1375, 1400, 1500),
    (0, 0, 130, 260, 520, 1000, 1100, 1150, 1250, 1350, 1475, 1500, 1575, 1600, 1700),
    (0, 0, 140, 280, 560, 1100, 1200, 1250, 1400, 1500, 1675, 1700, 1775, 1800, 1900),
    (0, 0, 150, 300, 600, 1200, 1300, 1350, 1550, 1650, 1875, 1900, 1975, 2000, 2100),
)


def rate(score: ScoreData, chart: Chart) -> float | None:
    """The rate of one score; the lamp plays no part.

    Cut to hundredths, except where the score lies on a bound: there it may have more decimals,
    as those of the curves between two whole levels do.
    """
    if chart.levelNum < 0 or chart.data.maxPercent > _MOST:
        return None
    points: float = js_round(score.metrics["percent"] * 100)
    most = js_round(chart.data.maxPercent * 100)
    if points <= 1000:
        return 0
    curve = _curve(js_round(chart.levelNum * 10))
    if points == most:
        return curve[-1] / 100
    column = bisect_right(_BOUNDS, points) - 1
    if column == _SSS:
        points = math.floor(((points - 10000) / (most - 10000)) * 10000 + 10000)
    low, high = _BOUNDS[column], _BOUNDS[column + 1]
    if points == low:
        return curve[column] / 100
    rise = (curve[column + 1] - curve[column]) * ((points - low) / (high - low))
    return math.floor(curve[column] + rise) / 100


@cache
def _curve(tenths: int) -> tuple[float, ...]:
    """The curve of a level given in tenths; beyond level 15 as from 14 to 15."""
    level, between = divmod(tenths, 10)
    if between == 0 and level < len(_CURVES):
        return _CURVES[level]
    level = min(level, len(_CURVES) - 2)
    return tuple(
        low + ((high - low) * (tenths - level * 10)) / 10
        for low, high in zip(_CURVES[level], _CURVES[level + 1], strict=True)
    )


# --- score validators --------------------------------------------------------------------


def _percent_is_possible(score: ScoreData, chart: Chart) -> str | None:
    return "Score cannot be greater than 104%." if score.metrics["percent"] > _MOST else None


def _lamp_fits_grade(score: ScoreData, chart: Chart) -> str | None:
    perfect = score.metrics["lamp"] == "ALL PERFECT+"
    if perfect and score.metrics["grade"] != "SSS+":
        return "Cannot have an ALL PERFECT+ without grade SSS+."
    if not perfect and score.metrics["grade"] == "SSS+":
        return "Cannot have grade SSS+ without an ALL PERFECT+"
    return None


_lamp_fits_judgements = judgements_fit(
    {
        "ALL PERFECT": (
            ("great", "good", "miss"),
            "Cannot have an ALL PERFECT with any non-perfect judgements.",
        ),
        "FULL COMBO": (("miss",), "Cannot have a FULL COMBO if the score has misses."),
    }
)


# --- goals -------------------------------------------------------------------------------


def _grade_progress(pb: ScoreData, goal: Any) -> str:
    reached, percent = pb.metrics["grade"], pb.metrics["percent"]
    if reached == "SSS+":
        return "SSS+"
    wanted = GRADES.at(goal)
    if reached == "SSS" and wanted == "SSS+":
        # The chart is not at hand, so how much is missing is not known.
        return f"SSS+{fixed(percent - 100, 2)}%"
    return grade_distance(GRADES, reached, percent, wanted, percent_text)


# --- configuration -----------------------------------------------------------------------

_DIFFICULTIES = {
    "Easy": "ESY",
    "Basic": "BAS",
    "Advanced": "ADV",
    "Expert": "EXP",
    "Master": "MAS",
    "Re:Master": "Re:MAS",
}

_COLOUR = ladder(
    "naiveRate",
    (0, ClassValue("WHITE", "White", "0 - 1.99 Rating")),
    (2, ClassValue("BLUE", "Blue", "2 - 3.99 Rating")),
    (4, ClassValue("GREEN", "Green", "4 - 6.99 Rating")),
    (7, ClassValue("YELLOW", "Yellow", "7 - 9.99 Rating")),
    (10, ClassValue("RED", "Red", "10 - 11.99 Rating")),
    (12, ClassValue("PURPLE", "Purple", "12 - 12.99 Rating")),
    (13, ClassValue("BRONZE", "Bronze", "13 - 13.99 Rating")),
    (14, ClassValue("SILVER", "Silver", "14 - 14.49 Rating")),
    (14.5, ClassValue("GOLD", "Gold", "14.5 - 14.99 Rating")),
    (15, ClassValue("RAINBOW", "Rainbow", ">=15 Rating")),
    minimum_scores=30,
)

_SINGLE = GPT(
    game="maimai",
    playtype="Single",
    v3_id="maimai",
    display_name="maimai",
    provided={
        "percent": Decimal(POSITIVE, _percent_failure, many_charts_below=100),
        "lamp": Enum(
            ("FAILED", "CLEAR", "FULL COMBO", "ALL PERFECT", "ALL PERFECT+"),
            minimum_relevant="CLEAR",
        ),
    },
    derived={"grade": Derived(Enum(GRADES.names, minimum_relevant="A"), grade)},
    optional=FAST_SLOW_MAX_COMBO,
    default_metric="percent",
    preferred_enum="grade",
    judgements=("perfect", "great", "good", "miss"),
    score_ratings={"rate": ScoreRating("The rate of a single score, as in the game.", rate)},
    session_ratings={"rate": session_average("rate", "The average of the 10 best rates.")},
    profile_ratings={
        "naiveRate": profile_best(
            "rate",
            "The average of the 30 best rates, one a chart and without recent scores.",
            count=30,
            average=True,
        )
    },
    default_score_rating="rate",
    default_session_rating="rate",
    default_profile_rating="naiveRate",
    difficulties=tuple(_DIFFICULTIES),
    refused_difficulties={"UTAGE": "UTAGE is not supported. Sorry."},
    special_difficulties=True,
    difficulty_shorthand=_DIFFICULTIES,
    default_difficulty="Master",
    versions={"finale": "FiNALE"},
    match_types=(
        "gcmInGameIDSpecialChart",
        "songTitle",
        "tachiSongID",
        "inGameID",
        "inGameStrID",
    ),
    chart_text=chart_text,
    chart_data=ChartData,
    score_meta=Empty,
    preferences=Empty,
    classes={
        "colour": _COLOUR,
        "dan": provided(*DAN, ClassValue("KAIDEN", "皆伝", "Kaiden"), *SHINDAN, SHINKAIDEN),
    },
    score_validators=(
        _percent_is_possible,
        _lamp_fits_grade,
        _lamp_fits_judgements,
    ),
    pb_base_name="Best Percent",
    pb_merges=(BEST_LAMP,),
    goal_texts={
        "percent": percent_goal(),
        "lamp": enum_goal("lamp"),
        "grade": GoalText(_grade_progress),
    },
)


GAME = Game(
    id="maimai",
    name="maimai",
    song_data=SongData,
    playtypes={"Single": _SINGLE},
    chart_rules=(
        unique("inGameID", "difficulty"),
        unique("inGameStrID", "difficulty"),
    ),
)
