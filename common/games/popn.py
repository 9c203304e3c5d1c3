"""pop'n music. Source: specification, games/popn.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from msgspec import UNSET, UnsetType

from common.catalogue.documents import Chart
from common.games.kit.chart_rules import unique
from common.games.kit.classes import ladder
from common.games.kit.goals import enum_goal, grade_goal, score_goal
from common.games.kit.grades import GradeTable
from common.games.kit.ratings import profile_best, session_average
from common.games.kit.shared import (
    FAST_SLOW_MAX_COMBO,
    GAUGE,
    Empty,
    Natural,
    Strict,
    chart_text,
    judgements_fit,
)
from common.games.model import (
    GPT,
    ClassValue,
    Derived,
    Enum,
    Game,
    Integer,
    Merge,
    ScoreData,
    ScoreRating,
    between,
)

# --- song, chart and score documents -----------------------------------------------------


class SongData(Strict):
    """genre: what the game shows as the name of the song; genreEN: romanised."""

    displayVersion: str | None
    genre: str
    genreEN: str | None


class ChartData(Strict):
    hashSHA256: str | list[str] | None
    inGameID: Natural


class ScoreMeta(Strict):
    hiSpeed: float | UnsetType | None = UNSET
    hidden: float | UnsetType | None = UNSET
    sudden: float | UnsetType | None = UNSET
    random: Literal["MIRROR", "NONRAN", "RANDOM", "S-RANDOM"] | UnsetType | None = UNSET
    gauge: Literal["EASY", "NORMAL", "HARD", "DANGER"] | UnsetType | None = UNSET


# --- metrics -----------------------------------------------------------------------------

_MAX_SCORE = 100_000

# Medals, worst first, and the lamp that each stands for.
_LAMPS = {
    "failedCircle": "FAILED",
    "failedDiamond": "FAILED",
    "failedStar": "FAILED",
    "easyClear": "EASY CLEAR",
    "clearCircle": "CLEAR",
    "clearDiamond": "CLEAR",
    "clearStar": "CLEAR",
    "fullComboCircle": "FULL COMBO",
    "fullComboDiamond": "FULL COMBO",
    "fullComboStar": "FULL COMBO",
    "perfect": "PERFECT",
}

GRADES = GradeTable.of(
    ("E", 0),
    ("D", 50_000),
    ("C", 62_000),
    ("B", 72_000),
    ("A", 82_000),
    ("AA", 90_000),
    ("AAA", 95_000),
    ("S", 98_000),
)
_BEST_FAILED_GRADE = "A"
_CAPPED_FROM = GRADES.bound("AA")


def lamp(score: ScoreData, chart: Chart) -> str:
    return _LAMPS[score.metrics["clearMedal"]]


def grade(score: ScoreData, chart: Chart) -> str:
    points = score.metrics["score"]
    if lamp(score, chart) == "FAILED" and points >= _CAPPED_FROM:
        return _BEST_FAILED_GRADE
    return GRADES.grade(points)


# --- ratings -----------------------------------------------------------------------------

_UNRATED_UP_TO = 50_000

_LAMP_BONUS = {
    "FAILED": 0,
    "EASY CLEAR": 3_000,
    "CLEAR": 3_000,
    "FULL COMBO": 5_000,
    "PERFECT": 5_000,
}


def class_points(score: ScoreData, chart: Chart) -> float | None:
    """Class points as the game gives them for one play; None for charts below level 0."""
    points: int = score.metrics["score"]
    if chart.levelNum < 0:
        return None
    if points <= _UNRATED_UP_TO:
        return 0
    bonus = _LAMP_BONUS[lamp(score, chart)]
    return (10_000 * chart.levelNum + points - 50_000 + bonus) / 5_440


_CLASS = ladder(
    "naiveClassPoints",
    (0, ClassValue("KITTY", "にゃんこ", "Kitty")),
    (21, ClassValue("STUDENT", "小学生", "Grade School Student")),
    (34, ClassValue("DELINQUENT", "番長", "Delinquent")),
    (46, ClassValue("DETECTIVE", "刑事", "Detective")),
    (59, ClassValue("IDOL", "アイドル", "Idol")),
    (68, ClassValue("GENERAL", "将軍", "General")),
    (79, ClassValue("HERMIT", "仙人", "Hermit")),
    (91, ClassValue("GOD", "神", "God")),
    minimum_relevant="GOD",
)


# --- score validators --------------------------------------------------------------------


_lamp_fits_judgements = judgements_fit(
    {
        "PERFECT": (("bad", "good"), "Cannot have a PERFECT lamp with any bads or goods."),
        "FULL COMBO": (("bad",), "Cannot have a FULL COMBO lamp with any bads."),
    }
)


@dataclass(frozen=True, slots=True)
class _Medal:
    """How many of one judgement a medal is given for; `text` is what other counts are told."""

    judgement: str
    low: int
    high: int | None
    text: str


_MEDALS = {
    "fullComboStar": _Medal("good", 1, 5, "Must have between 1-5 goods for a full combo star."),
    "fullComboDiamond": _Medal(
        "good", 6, 20, "Must have between 6-20 goods for a full combo diamond."
    ),
    "fullComboCircle": _Medal("good", 21, None, "Must have >21 goods for a full combo circle."),
    "clearStar": _Medal("bad", 1, 5, "Must have between 1-5 bads for a clear star."),
    "clearDiamond": _Medal("bad", 6, 20, "Must have between 6-20 bads for a clear diamond."),
    "clearCircle": _Medal("bad", 21, None, "Must have between >21 bads for a clear circle."),
}


def _medal_fits_judgements(score: ScoreData, chart: Chart) -> str | None:
    judgements = score.judgements
    if judgements.get("good") is None or judgements.get("bad") is None:
        return None
    medal = _MEDALS.get(score.metrics["clearMedal"])
    if medal is None:
        return None
    count = judgements[medal.judgement]
    assert count is not None
    fits = medal.low <= count and (medal.high is None or count <= medal.high)
    return None if fits else medal.text


# --- configuration -----------------------------------------------------------------------

_DIFFICULTIES = {"Easy": "E", "Normal": "N", "Hyper": "H", "EX": "EX"}

_9B = GPT(
    game="popn",
    playtype="9B",
    v3_id="popn",
    display_name="pop'n music",
    provided={
        "score": Integer(between(0, _MAX_SCORE)),
        "clearMedal": Enum(tuple(_LAMPS), minimum_relevant="clearCircle"),
    },
    derived={
        "lamp": Derived(Enum(tuple(_LAMP_BONUS), minimum_relevant="CLEAR"), lamp),
        "grade": Derived(Enum(GRADES.names, minimum_relevant="A"), grade),
    },
    optional={**FAST_SLOW_MAX_COMBO, "gauge": GAUGE},
    default_metric="score",
    preferred_enum="lamp",
    judgements=("cool", "great", "good", "bad"),
    score_ratings={
        "classPoints": ScoreRating("Class points of a single score, as in the game.", class_points),
    },
    session_ratings={
        "classPoints": session_average("classPoints", "The average of the 10 best classPoints."),
    },
    profile_ratings={
        "naiveClassPoints": profile_best(
            "classPoints",
            "The average of the 20 best classPoints, however long ago they were played.",
            count=20,
            average=True,
        ),
    },
    default_score_rating="classPoints",
    default_session_rating="classPoints",
    default_profile_rating="naiveClassPoints",
    difficulties=tuple(_DIFFICULTIES),
    difficulty_shorthand=_DIFFICULTIES,
    default_difficulty="EX",
    versions={
        "peace": "peace",
        "kaimei": "Kaimei Riddles",
        "unilab": "Unilab",
        "jamfizz": "Jam & Fizz",
    },
    match_types=("inGameID", "tachiSongID", "popnChartHash"),
    chart_text=chart_text,
    chart_data=ChartData,
    score_meta=ScoreMeta,
    preferences=Empty,
    classes={"class": _CLASS},
    score_validators=(
        _lamp_fits_judgements,
        _medal_fits_judgements,
    ),
    # The grade stays that of the best score, also where it is one of a failed play.
    pb_merges=(Merge("largest", "enumIndexes.clearMedal", "Best Clear", ("clearMedal", "lamp")),),
    leaderboard_keys=("enumIndexes.clearMedal",),
    goal_texts={
        "score": score_goal(),
        "clearMedal": enum_goal("clearMedal"),
        "lamp": enum_goal("lamp"),
        "grade": grade_goal(GRADES, "score"),
    },
)


GAME = Game(
    id="popn",
    name="pop'n music",
    song_data=SongData,
    playtypes={"9B": _9B},
    chart_rules=(unique("hashSHA256"),),
)
