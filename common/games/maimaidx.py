"""maimai DX. Source: specification, games/maimaidx.md."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET, UnsetType

from common.catalogue.documents import Chart
from common.games.kit.chart_rules import RATED_LEVEL, each_chart, values_of
from common.games.kit.classes import ladder, provided
from common.games.kit.goals import enum_goal, grade_goal, percent_goal
from common.games.kit.grades import GradeTable
from common.games.kit.maimai_like import DAN, SHINDAN, SHINKAIDEN
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
)
from common.games.model import (
    GPT,
    ClassValue,
    Decimal,
    Enum,
    Game,
    Graph,
    Optional,
    ScoreData,
    ScoreRating,
    between,
)
from common.text.numbers import js_round
from common.text.numbers import percent as percent_text

_PERCENT = between(0, 101)
_PERCENT_DECIMALS = 4  # as the game shows them


class SongData(Strict):
    """duration: in seconds."""

    genre: str
    duration: float | UnsetType = UNSET


class ChartData(Strict):
    """displayVersion: of the chart, as the DX charts of a song may be from a later one."""

    displayVersion: str
    inGameID: Natural | None


# --- grade and rate ----------------------------------------------------------------------

GRADES = GradeTable.of(
    ("D", 0),
    ("C", 50),
    ("B", 60),
    ("BB", 70),
    ("BBB", 75),
    ("A", 80),
    ("AA", 90),
    ("AAA", 94),
    ("S", 97),
    ("S+", 98),
    ("SS", 99),
    ("SS+", 99.5),
    ("SSS", 100),
    ("SSS+", 100.5),
)


_RATED_AT_MOST = 1_005_000  # in 1/10,000 of a percent

# From which score on, in 1/10,000 of a percent, a coefficient holds. Just below some grades
# there is a step of its own for scores that missed it by the least.
_COEFFICIENTS = (
    (0, 0),
    (100_000, 16),
    (200_000, 32),
    (300_000, 48),
    (400_000, 64),
    (500_000, 80),
    (600_000, 96),
    (700_000, 112),
    (750_000, 120),
    (799_999, 128),
    (800_000, 136),
    (900_000, 152),
    (940_000, 168),
    (969_999, 176),
    (970_000, 200),
    (980_000, 203),
    (989_999, 206),
    (990_000, 208),
    (995_000, 211),
    (999_999, 214),
    (1_000_000, 216),
    (1_004_999, 222),
    (_RATED_AT_MOST, 224),
)
_ALL_PERFECTS = frozenset({"ALL PERFECT", "ALL PERFECT+"})
_COEFFICIENT_BOUNDS = tuple(bound for bound, _ in _COEFFICIENTS)


def rate(score: ScoreData, chart: Chart) -> int | None:
    """The rate of one score, a whole number; an ALL PERFECT adds one, as the game has it."""
    if chart.levelNum < 0:
        return None
    points = min(js_round(score.metrics["percent"] * 10_000), _RATED_AT_MOST)
    _, coefficient = _COEFFICIENTS[bisect_right(_COEFFICIENT_BOUNDS, points) - 1]
    by_percent = points * coefficient * js_round(chart.levelNum * 10) // 100_000_000
    return by_percent + (score.metrics["lamp"] in _ALL_PERFECTS)


_CLEAR_PERCENT = 80
_JUDGEMENTS = ("pcrit", "perfect", "great", "good", "miss")


# --- score validators --------------------------------------------------------------------


def _lamp_fits_percent(score: ScoreData, chart: Chart) -> str | None:
    percent, lamp = score.metrics["percent"], score.metrics["lamp"]
    if lamp == "ALL PERFECT+" and percent != 101:
        return "Cannot have an ALL PERFECT+ without 101%."
    if lamp != "ALL PERFECT+" and percent == 101:
        return "A score of 101% should be an ALL PERFECT+"
    if lamp == "ALL PERFECT" and percent < 100.5:
        return "Cannot have an ALL PERFECT without at least 100.5%."
    if lamp == "CLEAR" and percent < _CLEAR_PERCENT:
        return "Cannot have a CLEAR without at least 80%."
    if lamp == "FAILED" and percent >= _CLEAR_PERCENT:
        return "Cannot have a FAILED if the score is above 80%."
    return None


# What a lamp rules out among great, good and miss, and what a score that has some is told.
_FLAWS = {
    "ALL PERFECT+": (
        ("great", "good", "miss"),
        "Cannot have an ALL PERFECT+ with any non-perfect judgements.",
    ),
    "ALL PERFECT": (
        ("great", "good", "miss"),
        "Cannot have an ALL PERFECT with any non-perfect judgements.",
    ),
    "FULL COMBO+": (("good", "miss"), "Cannot have a FULL COMBO+ with any goods or misses."),
    "FULL COMBO": (("miss",), "Cannot have a FULL COMBO with any misses."),
}


def _lamp_fits_judgements(score: ScoreData, chart: Chart) -> str | None:
    judgements = score.judgements
    if None in (judgements.get("great"), judgements.get("good"), judgements.get("miss")):
        return None
    flaws, text = _FLAWS.get(score.metrics["lamp"], ((), ""))
    return text if counted(score, *flaws) > 0 else None


def _combo_is_complete(score: ScoreData, chart: Chart) -> str | None:
    lamp, longest = score.metrics["lamp"], score.optional.get("maxCombo")
    hits = [count for j in _JUDGEMENTS if (count := score.judgements.get(j)) is not None]
    if lamp not in _FLAWS or longest is None or len(hits) < len(_JUDGEMENTS):
        return None
    if sum(hits) == longest:
        return None
    article = "an" if lamp in _ALL_PERFECTS else "a"
    return f"Cannot have {article} {lamp} if maxCombo is not equal to the sum of judgements."


# --- configuration -----------------------------------------------------------------------

_DIFFICULTIES = {
    f"{kind}{name}": f"{kind}{short}"
    for kind in ("", "DX ")
    for name, short in (
        ("Basic", "BAS"),
        ("Advanced", "ADV"),
        ("Expert", "EXP"),
        ("Master", "MAS"),
        ("Re:Master", "Re:MAS"),
    )
}


def _star_rungs() -> Iterator[tuple[float, ClassValue]]:
    """From gold on, each colour has several steps of 250, told apart by stars."""
    numerals = ("I", "II", "III", "IV")
    for first, id_, display, name, steps in (
        (14_000, "GOLD", "金", "Gold", 2),
        (14_500, "PLATINUM", "白金", "Platinum", 2),
        (15_000, "RAINBOW", "虹", "Rainbow", 4),
        (16_000, "RAINBOW_EX", "虹 (極)", "Rainbow Extreme", 4),
    ):
        for step in range(steps):
            bound = first + 250 * step
            last = id_ == "RAINBOW_EX" and step == steps - 1
            reach = f">={bound}" if last else f"{bound} - {bound + 249}"
            suffix = f"_{numerals[step]}" if step or id_ == "RAINBOW_EX" else ""
            yield (
                bound,
                ClassValue(
                    f"{id_}{suffix}",
                    f"{display} {'★' * (step + 1)}",
                    f"{name} {numerals[step]}: {reach} Rating",
                ),
            )


_COLOUR = ladder(
    "naiveRate",
    (0, ClassValue("WHITE", "白", "White: 0 - 999 Rating")),
    (1000, ClassValue("BLUE", "青", "Blue: 1000 - 1999 Rating")),
    (2000, ClassValue("GREEN", "緑", "Green: 2000 - 3999 Rating")),
    (4000, ClassValue("YELLOW", "黄", "Yellow: 4000 - 6999 Rating")),
    (7000, ClassValue("RED", "赤", "Red: 7000 - 9999 Rating")),
    (10_000, ClassValue("PURPLE", "紫", "Purple: 10000 - 11999 Rating")),
    (12_000, ClassValue("BRONZE", "銅", "Bronze: 12000 - 12999 Rating")),
    (13_000, ClassValue("SILVER", "銀", "Silver: 13000 - 13999 Rating")),
    *_star_rungs(),
    minimum_relevant="BRONZE",
)

# B5 is the lowest, then B4 to B1, A5 and so on.
_MATCHING_CLASS = provided(
    *(
        ClassValue(f"{letters}{n}", f"{letters}{n}")
        for letters in ("B", "A", "S", "SS", "SSS")
        for n in range(5, 0, -1)
    ),
    ClassValue("LEGEND", "Legend"),
)

_SINGLE = GPT(
    game="maimaidx",
    playtype="Single",
    v3_id="maimaidx",
    display_name="maimai DX",
    provided={
        "percent": Decimal(_PERCENT),
        "lamp": Enum(
            ("FAILED", "CLEAR", "FULL COMBO", "FULL COMBO+", "ALL PERFECT", "ALL PERFECT+"),
            minimum_relevant="CLEAR",
        ),
    },
    derived={"grade": graded(GRADES, "percent", minimum_relevant="A")},
    optional={
        **FAST_SLOW_MAX_COMBO,
        # One sample a second: the projected percent, and the life counter.
        "percentGraph": Optional(Graph(_PERCENT, nullable=True)),
        "lifeGraph": Optional(Graph(between(0, 999), nullable=True)),
    },
    default_metric="percent",
    preferred_enum="grade",
    judgements=_JUDGEMENTS,
    score_ratings={
        "rate": ScoreRating("The rate of a single score, as in the game since CiRCLE.", rate)
    },
    session_ratings={"rate": session_average("rate", "The average of the 10 best rates.")},
    profile_ratings={
        "naiveRate": profile_best(
            "rate", "The sum of the 50 best rates, of charts of any age.", count=50
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
    versions={
        "universeplus": "UNiVERSE PLUS",
        "festival": "FESTiVAL",
        "festivalplus": "FESTiVAL PLUS",
        "buddies": "BUDDiES",
        "buddies-omni": "BUDDiES Omnimix",
        "buddiesplus": "BUDDiES PLUS",
        "buddiesplus-omni": "BUDDiES PLUS Omnimix",
        "prism": "PRiSM",
        "prism-omni": "PRiSM Omnimix",
        "prismplus": "PRiSM PLUS",
        "prismplus-omni": "PRiSM PLUS Omnimix",
        "circle": "CiRCLE",
    },
    match_types=("gcmInGameIDSpecialChart", "songTitle", "tachiSongID", "inGameID"),
    chart_text=chart_text,
    chart_data=ChartData,
    score_meta=Empty,
    preferences=Empty,
    classes={
        "colour": _COLOUR,
        "dan": provided(*DAN, *SHINDAN, SHINKAIDEN, ClassValue("URAKAIDEN", "裏皆伝", "Urakaiden")),
        "matchingClass": _MATCHING_CLASS,
    },
    score_validators=(_lamp_fits_percent, _lamp_fits_judgements, _combo_is_complete),
    pb_base_name="Best Percent",
    pb_merges=(BEST_LAMP,),
    goal_texts={
        "percent": percent_goal(decimals=_PERCENT_DECIMALS),
        "lamp": enum_goal("lamp"),
        "grade": grade_goal(GRADES, "percent", lambda x: percent_text(x, _PERCENT_DECIMALS)),
    },
)


# --- rules about charts -------------------------------------------------------------------


def _level(chart: Mapping[str, Any]) -> str | None:
    if chart["level"].endswith("+") and chart["levelNum"] < 7:
        return f"level {chart['level']}: there is no + below 7"
    return None


def _in_game_id(chart: Mapping[str, Any]) -> str | None:
    deluxe = chart["difficulty"].startswith("DX ")
    for value in values_of(chart, "inGameID"):
        if deluxe and not 10_000 <= value < 20_000:
            return f"inGameID {value}: DX charts have 10000 to 19999"
        if not deluxe and value >= 10_000:
            return f"inGameID {value}: charts that are not DX stay below 10000"
    return None


GAME = Game(
    id="maimaidx",
    name="maimai DX",
    song_data=SongData,
    playtypes={"Single": _SINGLE},
    chart_rules=(
        RATED_LEVEL,
        each_chart("level", _level),
        each_chart("inGameID", _in_game_id),
    ),
)
