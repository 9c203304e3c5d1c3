"""CHUNITHM. Source: specification, games/chunithm.md."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, UnsetType

from common.catalogue.documents import Chart
from common.games.kit.chart_rules import (
    RATED_LEVEL,
    each_chart,
    only_where,
    plus_from,
    unique,
    values_of,
)
from common.games.kit.classes import ladder, provided
from common.games.kit.goals import enum_goal, grade_goal, score_goal
from common.games.kit.grades import GradeTable
from common.games.kit.ratings import profile_best, session_average
from common.games.kit.shared import (
    FAST_SLOW_MAX_COMBO,
    Empty,
    Natural,
    Strict,
    chart_text,
    graded,
    judgements_fit,
)
from common.games.model import (
    GPT,
    ClassValue,
    Enum,
    Game,
    Graph,
    Integer,
    Merge,
    Optional,
    ScoreData,
    ScoreRating,
    between,
)
from common.text.numbers import plain

PERFECT_SCORE = 1_010_000

_SCORE = between(0, PERFECT_SCORE)


class SongData(Strict):
    """duration: in seconds. displayVersion: in catalogues that say it of songs."""

    genre: str
    displayVersion: str | UnsetType = UNSET
    duration: float | UnsetType = UNSET


class ChartData(Strict):
    """inGameID: of the song, all its difficulties share it; WORLD'S END charts have their own."""

    inGameID: Natural | list[Natural]
    displayVersion: str | UnsetType = UNSET


# --- grade and rating --------------------------------------------------------------------

GRADES = GradeTable.of(
    ("D", 0),
    ("C", 500_000),
    ("B", 600_000),
    ("BB", 700_000),
    ("BBB", 800_000),
    ("A", 900_000),
    ("AA", 925_000),
    ("AAA", 950_000),
    ("S", 975_000),
    ("S+", 990_000),
    ("SS", 1_000_000),
    ("SS+", 1_005_000),
    ("SSS", 1_007_500),
    ("SSS+", 1_009_000),
)


def rating(score: ScoreData, chart: Chart) -> float:
    """The rating of one score, cut to hundredths; lamps play no part. WORLD'S END gives none."""
    if chart.levelNum <= 0:
        return 0
    # Not rounded: at a few levels that makes it 0.01 less than in exact arithmetic.
    level = chart.levelNum * 100
    return max(math.floor(_hundredths(score.metrics["score"], level)) / 100, 0)


def _hundredths(points: int, level: float) -> float:
    """Straight lines between the grades, evaluated left to right in doubles."""
    if points >= 1_009_000:
        return level + 215
    if points >= 1_007_500:
        return level + 200 + (points - 1_007_500) / 100
    if points >= 1_005_000:
        return level + 150 + ((points - 1_005_000) * 10) / 500
    if points >= 1_000_000:
        return level + 100 + ((points - 1_000_000) * 5) / 500
    if points >= 975_000:
        return level + ((points - 975_000) * 2) / 500
    if points >= 900_000:
        return level - 500 + ((points - 900_000) * 2) / 300
    half = (level - 500) / 2
    if points >= 800_000:
        return half + ((points - 800_000) * half) / 100_000
    if points >= 500_000:
        return (half * (points - 500_000)) / 300_000
    return 0


# --- score validators --------------------------------------------------------------------


def _lamp_fits_score(score: ScoreData, chart: Chart) -> str | None:
    points, lamp = score.metrics["score"], score.metrics["noteLamp"]
    if lamp == "ALL JUSTICE CRITICAL" and points != PERFECT_SCORE:
        return "An ALL JUSTICE CRITICAL must have a score of 1.01 million."
    if lamp != "ALL JUSTICE CRITICAL" and points == PERFECT_SCORE:
        return "A score of 1.01 million must have a lamp of ALL JUSTICE CRITICAL."
    if lamp == "ALL JUSTICE" and points < 1_000_000:
        return f"A score of {plain(points)} cannot be an ALL JUSTICE."
    if lamp == "FULL COMBO" and points < 500_000:
        return f"A score of {plain(points)} cannot be a FULL COMBO."
    return None


_lamp_fits_judgements = judgements_fit(
    {
        "ALL JUSTICE CRITICAL": (
            ("justice", "attack", "miss"),
            "Cannot have an ALL JUSTICE CRITICAL with any non-jcrit judgements.",
        ),
        "ALL JUSTICE": (
            ("attack", "miss"),
            "Cannot have an ALL JUSTICE if not all hits were justice or better.",
        ),
        "FULL COMBO": (("miss",), "Cannot have a FULL COMBO if the score has misses."),
    },
    lamp="noteLamp",
)


def _combo_is_complete(score: ScoreData, chart: Chart) -> str | None:
    lamp, longest = score.metrics["noteLamp"], score.optional.get("maxCombo")
    hits = [count for j in _JUDGEMENTS if (count := score.judgements.get(j)) is not None]
    if lamp == "NONE" or longest is None or len(hits) < len(_JUDGEMENTS) or sum(hits) == longest:
        return None
    article = "a" if lamp == "FULL COMBO" else "an"
    return f"Cannot have {article} {lamp} if maxCombo is not equal to the sum of judgements."


# Clears that break at a number of hits below the best judgement.
_BREAKING_CLEARS = {"CATASTROPHY": 10, "ABSOLUTE": 50, "BRAVE": 150}


def _clear_fits_judgements(score: ScoreData, chart: Chart) -> str | None:
    justice, attack, miss = (score.judgements.get(j) for j in ("justice", "attack", "miss"))
    if justice is None or attack is None or miss is None:
        return None
    clear, bad = score.metrics["clearLamp"], justice + attack + miss
    limit = _BREAKING_CLEARS.get(clear)
    if limit is not None and bad >= limit:
        article = "an" if clear == "ABSOLUTE" else "a"
        return f"Cannot have {article} {clear} clear with {limit} or more non-jcrit judgements."
    # Several skills make a HARD clear and which was used is not known: this is the laxest.
    if clear == "HARD" and bad >= 300 and miss >= 20:
        return "Cannot have a HARD clear with 300 or more non-jcrit judgements, and over 20 misses."
    return None


# --- classes -----------------------------------------------------------------------------

_COLOUR = ladder(
    "naiveRating",
    (0, ClassValue("BLUE", "青", "Blue: 0 - 1.99 Rating")),
    (2, ClassValue("GREEN", "緑", "Green: 2 - 3.99 Rating")),
    (4, ClassValue("ORANGE", "橙", "Orange: 4 - 6.99 Rating")),
    (7, ClassValue("RED", "赤", "Red: 7 - 9.99 Rating")),
    (10, ClassValue("PURPLE", "紫", "Purple: 10 - 11.99 Rating")),
    (12, ClassValue("COPPER", "銅", "Copper: 12 - 13.24 Rating")),
    (13.25, ClassValue("SILVER", "銀", "Silver: 13.25 - 14.49 Rating")),
    (14.5, ClassValue("GOLD", "金", "Gold: 14.50 - 15.24 Rating")),
    (15.25, ClassValue("PLATINUM", "鉑★", "Platinum I: 15.25 - 15.49 Rating")),
    (15.5, ClassValue("PLATINUM_II", "鉑★★", "Platinum II: 15.50 - 15.74 Rating")),
    (15.75, ClassValue("PLATINUM_III", "鉑★★★", "Platinum III: 15.75 - 15.99 Rating")),
    (16, ClassValue("RAINBOW", "虹★", "Rainbow I: >=16 Rating")),
    (16.25, ClassValue("RAINBOW_II", "虹★★", "Rainbow II: >=16.25 Rating")),
    (16.5, ClassValue("RAINBOW_III", "虹★★★", "Rainbow III: >=16.5 Rating")),
    (16.75, ClassValue("RAINBOW_IV", "虹★★★★", "Rainbow IV: >=16.75 Rating")),
    (17, ClassValue("RAINBOW_EX_I", "虹(極)★", "Rainbow Extreme I: >=17 Rating")),
    (17.25, ClassValue("RAINBOW_EX_II", "虹(極)★★", "Rainbow Extreme II: >=17.25 Rating")),
    (17.5, ClassValue("RAINBOW_EX_III", "虹(極)★★★", "Rainbow Extreme III: >=17.5 Rating")),
    minimum_relevant="RAINBOW",
    minimum_scores=50,
)

_COURSES = (
    ClassValue("DAN_I", "I", "Class I"),
    ClassValue("DAN_II", "II", "Class II"),
    ClassValue("DAN_III", "III", "Class III"),
    ClassValue("DAN_IV", "IV", "Class IV"),
    ClassValue("DAN_V", "V", "Class V"),
    ClassValue("DAN_INFINITE", "∞", "Infinite Class"),
)


# --- configuration -----------------------------------------------------------------------

_JUDGEMENTS = ("jcrit", "justice", "attack", "miss")

_DIFFICULTIES = {"BASIC": "B", "ADVANCED": "A", "EXPERT": "E", "MASTER": "M", "ULTIMA": "U"}

_SINGLE = GPT(
    game="chunithm",
    playtype="Single",
    v3_id="chunithm",
    display_name="CHUNITHM",
    provided={
        "score": Integer(_SCORE),
        "noteLamp": Enum(
            ("NONE", "FULL COMBO", "ALL JUSTICE", "ALL JUSTICE CRITICAL"),
            minimum_relevant="FULL COMBO",
        ),
        "clearLamp": Enum(
            ("FAILED", "CLEAR", "HARD", "BRAVE", "ABSOLUTE", "CATASTROPHY"),
            minimum_relevant="CLEAR",
        ),
    },
    derived={"grade": graded(GRADES, "score", minimum_relevant="A")},
    optional={
        **FAST_SLOW_MAX_COMBO,
        # One sample a second: the projected score, and the challenge gauge.
        "scoreGraph": Optional(Graph(_SCORE)),
        "lifeGraph": Optional(Graph(between(0, 999))),
    },
    default_metric="score",
    preferred_enum="grade",
    judgements=_JUDGEMENTS,
    score_ratings={"rating": ScoreRating("The rating of a single score, as in the game.", rating)},
    session_ratings={
        "naiveRating": session_average("rating", "The average of the 10 best ratings.")
    },
    profile_ratings={
        "naiveRating": profile_best(
            "rating",
            "The average of the 50 best ratings, of charts of any age and without recent scores.",
            count=50,
            average=True,
            multiplier=100,
        )
    },
    default_score_rating="rating",
    default_session_rating="naiveRating",
    default_profile_rating="naiveRating",
    difficulties=tuple(_DIFFICULTIES),
    refused_difficulties={"WORLD'S END": "WORLD'S END is not supported. Sorry."},
    special_difficulties=True,
    difficulty_shorthand=_DIFFICULTIES,
    default_difficulty="MASTER",
    versions={
        "paradiselost": "PARADISE LOST",
        "new": "NEW",
        "newplus": "NEW PLUS",
        **{
            f"{key}{region}": f"{name}{where}"
            for key, name in (
                ("sun", "SUN"),
                ("sunplus", "SUN PLUS"),
                ("luminous", "LUMINOUS"),
                ("luminousplus", "LUMINOUS PLUS"),
                ("verse", "VERSE"),
                ("xverse", "X-VERSE"),
                ("xversex", "X-VERSE-X"),
            )
            for region, where in (("", ""), ("-intl", " International"), ("-omni", " Omnimix"))
        },
    },
    match_types=("gcmInGameIDSpecialChart", "inGameID", "songTitle", "tachiSongID"),
    chart_text=chart_text,
    chart_data=ChartData,
    score_meta=Empty,
    preferences=Empty,
    classes={"colour": _COLOUR, "dan": provided(*_COURSES), "emblem": provided(*_COURSES)},
    score_validators=(
        _lamp_fits_score,
        _lamp_fits_judgements,
        _combo_is_complete,
        _clear_fits_judgements,
    ),
    pb_merges=(
        Merge("largest", "enumIndexes.noteLamp", "Best Note Lamp", ("noteLamp",)),
        Merge("largest", "enumIndexes.clearLamp", "Best Clear Lamp", ("clearLamp",)),
    ),
    leaderboard_keys=("enumIndexes.noteLamp", "enumIndexes.clearLamp"),
    goal_texts={
        "score": score_goal(),
        "noteLamp": enum_goal("noteLamp"),
        "clearLamp": enum_goal("clearLamp"),
        "grade": grade_goal(GRADES, "score"),
    },
)


# --- rules about charts -------------------------------------------------------------------


def _has_a_listed_difficulty(chart: Mapping[str, Any]) -> bool:
    """Whether it is no chart of WORLD'S END, whose difficulties are texts of their own."""
    return chart["difficulty"] in _DIFFICULTIES


def _in_game_id(chart: Mapping[str, Any]) -> str | None:
    """A chart has an id from 8000 on exactly where it is one of WORLD'S END."""
    for value in values_of(chart, "inGameID"):
        if (value < 8000) != _has_a_listed_difficulty(chart):
            return f"inGameID {value}: 8000 and above are WORLD'S END"
    return None


GAME = Game(
    id="chunithm",
    name="CHUNITHM",
    song_data=SongData,
    playtypes={"Single": _SINGLE},
    chart_rules=(
        unique("inGameID", "difficulty"),
        only_where(_has_a_listed_difficulty, RATED_LEVEL),
        only_where(_has_a_listed_difficulty, plus_from(5)),
        each_chart("inGameID", _in_game_id),
    ),
)
