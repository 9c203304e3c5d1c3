"""WACCA. Source: specification, games/wacca.md."""

from __future__ import annotations

from bisect import bisect_right

from msgspec import UNSET, UnsetType

from common.catalogue.documents import Chart
from common.games.kit.chart_rules import plus_from, unique
from common.games.kit.classes import ladder, provided
from common.games.kit.goals import enum_goal, grade_goal, score_goal
from common.games.kit.grades import GradeTable
from common.games.kit.ratings import profile_best, session_average
from common.games.kit.shared import (
    BEST_LAMP,
    FAST_SLOW_MAX_COMBO,
    Empty,
    Natural,
    Strict,
    chart_text,
    counted,
    graded,
    judgements_fit,
)
from common.games.model import (
    GPT,
    ClassValue,
    Enum,
    Game,
    Integer,
    ScoreData,
    ScoreRating,
    between,
)
from common.text.numbers import js_round, plain

PERFECT_SCORE = 1_000_000
MISSES_OF_MISSLESS = 5  # the most that the lamp tolerates, in spite of its name

GRADES = GradeTable.of(
    ("D", 0),
    ("C", 1),
    ("B", 300_100),
    ("A", 700_000),
    ("AA", 800_000),
    ("AAA", 850_000),
    ("S", 900_000),
    ("S+", 930_000),
    ("SS", 950_000),
    ("SS+", 970_000),
    ("SSS", 980_000),
    ("SSS+", 990_000),
    ("MASTER", PERFECT_SCORE),
)


class SongData(Strict):
    genre: str
    displayVersion: str | None


class ChartData(Strict):
    inGameID: Natural


class ScoreMeta(Strict):
    mirror: bool | UnsetType = UNSET


# Lower bounds of scores, and the coefficient from each to the next (the first: below all).
_COEFFICIENT_BOUNDS = (
    850_000,
    900_000,
    920_000,
    940_000,
    950_000,
    960_000,
    970_000,
    980_000,
    990_000,
)
_COEFFICIENTS = (1, 1.5, 2, 2.5, 2.75, 3, 3.25, 3.5, 3.75, 4)


def rate(score: ScoreData, chart: Chart) -> float:
    coefficient = _COEFFICIENTS[bisect_right(_COEFFICIENT_BOUNDS, score.metrics["score"])]
    return js_round(coefficient * chart.levelNum * 1000) / 1000


# --- score validators --------------------------------------------------------------------


def _perfect_lamp_means_perfect_score(score: ScoreData, chart: Chart) -> str | None:
    points, lamp = score.metrics["score"], score.metrics["lamp"]
    if lamp == "ALL MARVELOUS" and points != PERFECT_SCORE:
        return f"ALL MARVELOUS scores must have a perfect score. Got {plain(points)} instead."
    if points == PERFECT_SCORE and lamp != "ALL MARVELOUS":
        return (
            "Perfect scores of 1 million must have ALL MARVELOUS as their lamp. "
            f"Got {lamp} instead."
        )
    return None


def _missless_has_few_misses(score: ScoreData, chart: Chart) -> str | None:
    if score.metrics["lamp"] == "MISSLESS" and counted(score, "miss") > MISSES_OF_MISSLESS:
        return "Cannot have a MISSLESS lamp with >5 misses."
    return None


_lamp_fits_judgements = judgements_fit(
    {
        "FULL COMBO": (("miss",), "Cannot have a FULL COMBO with misses."),
        "ALL MARVELOUS": (
            ("great", "good", "miss"),
            "Cannot have an ALL MARVELOUS if all judgements were not marvelous.",
        ),
    }
)


# --- configuration -----------------------------------------------------------------------

_DIFFICULTIES = {"NORMAL": "NRM", "HARD": "HRD", "EXPERT": "EXP", "INFERNO": "INF"}

_STAGES = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV")

_SINGLE = GPT(
    game="wacca",
    playtype="Single",
    v3_id="wacca",
    display_name="WACCA",
    provided={
        "score": Integer(between(0, PERFECT_SCORE)),
        "lamp": Enum(
            ("FAILED", "CLEAR", "MISSLESS", "FULL COMBO", "ALL MARVELOUS"),
            minimum_relevant="CLEAR",
        ),
    },
    derived={"grade": graded(GRADES, "score", minimum_relevant="S")},
    optional=FAST_SLOW_MAX_COMBO,
    default_metric="score",
    preferred_enum="grade",
    judgements=("marvelous", "great", "good", "miss"),
    score_ratings={"rate": ScoreRating("The rate of a single score, as in the game.", rate)},
    session_ratings={"rate": session_average("rate", "The average of the 10 best rate.")},
    profile_ratings={
        "naiveRate": profile_best(
            "rate", "The sum of the 50 best rate, of new and old songs alike.", count=50
        ),
    },
    default_score_rating="rate",
    default_session_rating="rate",
    default_profile_rating="naiveRate",
    difficulties=tuple(_DIFFICULTIES),
    difficulty_shorthand=_DIFFICULTIES,
    default_difficulty="EXPERT",
    versions={"reverse": "REVERSE", "plus": "PLUS"},
    match_types=("songTitle", "tachiSongID", "inGameID"),
    chart_text=chart_text,
    chart_data=ChartData,
    score_meta=ScoreMeta,
    preferences=Empty,
    classes={
        "stageUp": provided(*(ClassValue(stage, stage) for stage in _STAGES)),
        "colour": ladder(
            "naiveRate",
            (0, ClassValue("ASH", "Ash")),
            (300, ClassValue("NAVY", "Navy")),
            (600, ClassValue("YELLOW", "Yellow")),
            (1000, ClassValue("RED", "Red")),
            (1300, ClassValue("PURPLE", "Purple")),
            (1600, ClassValue("BLUE", "Blue")),
            (1900, ClassValue("SILVER", "Silver")),
            (2200, ClassValue("GOLD", "Gold")),
            (2500, ClassValue("RAINBOW", "Rainbow")),
            minimum_relevant="RAINBOW",
        ),
    },
    score_validators=(
        _perfect_lamp_means_perfect_score,
        _missless_has_few_misses,
        _lamp_fits_judgements,
    ),
    pb_merges=(BEST_LAMP,),
    goal_texts={
        "score": score_goal(),
        "lamp": enum_goal("lamp"),
        "grade": grade_goal(GRADES, "score"),
    },
)


GAME = Game(
    id="wacca",
    name="WACCA",
    song_data=SongData,
    playtypes={"Single": _SINGLE},
    chart_rules=(
        unique("inGameID", "difficulty"),
        plus_from(7),
    ),
)
