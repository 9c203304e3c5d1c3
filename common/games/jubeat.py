"""jubeat. Source: specification, games/jubeat.md."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from common.catalogue.documents import Chart
from common.games.kit.chart_rules import unique
from common.games.kit.classes import ladder
from common.games.kit.goals import enum_goal, grade_goal, score_goal
from common.games.kit.grades import GradeTable
from common.games.kit.metric_checks import range_failure
from common.games.kit.ratings import best, profile_best, session_average, total
from common.games.kit.shared import (
    BEST_LAMP,
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
    PERCENTAGE,
    BestOf,
    ClassValue,
    Decimal,
    Enum,
    Game,
    GoalText,
    Graph,
    Integer,
    Merge,
    Optional,
    ProfileRating,
    RatedPB,
    ScoreData,
    ScoreRating,
    between,
    bounded_integer,
)
from common.text.numbers import fixed, js_round

PERFECT_SCORE = 1_000_000
CLEAR_SCORE = 700_000

# On score; the music rate plays no part.
GRADES = GradeTable.of(
    ("E", 0),
    ("D", 500_000),
    ("C", 700_000),
    ("B", 800_000),
    ("A", 850_000),
    ("S", 900_000),
    ("SS", 950_000),
    ("SSS", 980_000),
    ("EXC", PERFECT_SCORE),
)

# Hard mode is a chart of its own, and gives up to 120 percent music rate.
_HARD = "HARD "
_HARD_PERCENTAGE = between(0, 120)


# --- song, chart and score documents -----------------------------------------------------

_Count = Annotated[float, Meta(ge=0)]


class SongData(Strict):
    displayVersion: str


class ChartData(Strict):
    """musicBar: how many notes are in each segment of the song."""

    inGameID: Natural | list[Natural]
    noteCount: _Count
    musicBar: list[_Count]


class Preferences(Strict):
    jubilityTarget: float | UnsetType | None = UNSET


# --- metrics and ratings -----------------------------------------------------------------


def _music_rate_failure(value: Any, chart: Chart) -> str | None:
    hard = chart.difficulty.startswith(_HARD)
    return range_failure(_HARD_PERCENTAGE if hard else PERCENTAGE, value)


def jubility(score: ScoreData, chart: Chart) -> float:
    """What the music rate is worth on the chart; nothing for failed plays."""
    if score.metrics["score"] < CLEAR_SCORE:
        return 0
    level = js_round(chart.levelNum * 10)
    rate: int = math.floor(score.metrics["musicRate"] * 10)
    return math.floor((level * 125 * rate / 99) / 100) / 10


_HOT_VERSION = "beyond"  # songs that are new in the current version are "pick up" songs
_BEST_OF_EACH = 30
_LOOKED_AT = 200  # that these are among, of most players


def profile_jubility(pbs: Sequence[RatedPB]) -> float:
    """The best on the pick up songs plus the best on all other songs, as in the game.

    A song and difficulty counts once, with hard mode or without. Superseded charts count;
    personal bests whose chart or song is gone do not.
    """
    hot, cold = _hot_and_cold(pbs)
    return total(best(hot, _BEST_OF_EACH)) + total(best(cold, _BEST_OF_EACH))


def _jubility_is_decided(pbs: Sequence[RatedPB]) -> bool:
    return all(len(values) >= _BEST_OF_EACH for values in _hot_and_cold(pbs))


def _hot_and_cold(pbs: Iterable[RatedPB]) -> tuple[Collection[float], Collection[float]]:
    """The highest jubility of each song and difficulty, of pick up songs and of the others."""
    hot: dict[tuple[int, str], float] = {}
    cold: dict[tuple[int, str], float] = {}
    for pb in pbs:
        if pb.songData is None or pb.difficulty is None:
            continue
        highest = hot if pb.songData.displayVersion == _HOT_VERSION else cold
        key = pb.songID, pb.difficulty.removeprefix(_HARD)
        highest[key] = max(highest.get(key, 0), pb.calculatedData.get("jubility") or 0)
    return hot.values(), cold.values()


# --- score validators --------------------------------------------------------------------


def _excellent_means_perfect_score(score: ScoreData, chart: Chart) -> str | None:
    excellent = score.metrics["lamp"] == "EXCELLENT"
    perfect = score.metrics["score"] == PERFECT_SCORE
    if excellent and not perfect:
        return "An EXCELLENT lamp must be accompanied with a score of 1 million."
    if perfect and not excellent:
        return "A score of 1 million must be accompanied with an EXCELLENT lamp."
    return None


_lamp_fits_judgements = judgements_fit(
    {
        "EXCELLENT": (
            ("great", "good", "poor", "miss"),
            "An EXCELLENT lamp can't have any non-perfect judgements.",
        ),
        "FULL COMBO": (("miss",), "A FULL COMBO cannot have any misses."),
    }
)


def _score_decides_clears(score: ScoreData, chart: Chart) -> str | None:
    failed = score.metrics["lamp"] == "FAILED"
    if score.metrics["score"] < CLEAR_SCORE:
        return None if failed else "A score of <700k must be a fail."
    return "A score >=700k must be a clear." if failed else None


# --- goals -------------------------------------------------------------------------------


def _show_rate(value: float) -> str:
    return f"{fixed(value, 1)}%"


_MUSIC_RATE_GOAL = GoalText(
    progress=lambda pb, goal: _show_rate(pb.metrics["musicRate"]),
    criteria=lambda value: f"Get a music rate of {_show_rate(value)} on",
    out_of=_show_rate,
)


# --- configuration -----------------------------------------------------------------------

_DIFFICULTIES = {
    "BSC": "BSC",
    "ADV": "ADV",
    "EXT": "EXT",
    f"{_HARD}BSC": "H. BSC",
    f"{_HARD}ADV": "H. ADV",
    f"{_HARD}EXT": "H. EXT",
}

_SINGLE = GPT(
    game="jubeat",
    playtype="Single",
    v3_id="jubeat",
    display_name="jubeat",
    provided={
        "score": Integer(between(0, PERFECT_SCORE)),
        "musicRate": Decimal(chart_check=_music_rate_failure),
        "lamp": Enum(("FAILED", "CLEAR", "FULL COMBO", "EXCELLENT"), minimum_relevant="CLEAR"),
    },
    derived={"grade": graded(GRADES, "score", minimum_relevant="A")},
    optional={
        **FAST_SLOW_MAX_COMBO,
        # The result of each segment of the song.
        "musicBar": Optional(Graph(bounded_integer(0, 3))),
    },
    default_metric="musicRate",
    preferred_enum="grade",
    judgements=("perfect", "great", "good", "poor", "miss"),
    score_ratings={"jubility": ScoreRating("The jubility of a single score.", jubility)},
    session_ratings={
        "jubility": session_average("jubility", "The average of the 10 best jubility."),
    },
    profile_ratings={
        "jubility": ProfileRating(
            "The 30 best jubility on pick up songs plus the 30 best on all others.",
            profile_jubility,
            (BestOf("jubility", _LOOKED_AT, superseded=True),),
            decided=_jubility_is_decided,
            needs_catalogue=True,
        ),
        "naiveJubility": profile_best("jubility", "The sum of the 60 best jubility.", count=60),
    },
    default_score_rating="jubility",
    default_session_rating="jubility",
    default_profile_rating="jubility",
    difficulties=tuple(_DIFFICULTIES),
    difficulty_shorthand=_DIFFICULTIES,
    default_difficulty="EXT",
    versions={
        "jubeat": "jubeat",
        "ripples": "ripples",
        "knit": "knit",
        "copious": "copious",
        "saucer": "saucer",
        "prop": "prop",
        "qubell": "Qubell",
        "clan": "clan",
        "festo": "festo",
        "festo-omni": "festo Omnimix",
        "ave": "Ave.",
        "beyond": "beyond the Ave.",
    },
    match_types=("inGameID", "tachiSongID"),
    chart_text=chart_text,
    chart_data=ChartData,
    score_meta=Empty,
    preferences=Preferences,
    classes={
        "colour": ladder(
            "jubility",
            (0, ClassValue("BLACK", "Black")),
            (250, ClassValue("YELLOW_GREEN", "Yellow-Green")),
            (750, ClassValue("GREEN", "Green")),
            (1500, ClassValue("LIGHT_BLUE", "Light Blue")),
            (2500, ClassValue("BLUE", "Blue")),
            (4000, ClassValue("VIOLET", "Violet")),
            (5500, ClassValue("PURPLE", "Purple")),
            (7000, ClassValue("PINK", "Pink")),
            (8500, ClassValue("ORANGE", "Orange")),
            (9500, ClassValue("GOLD", "Gold")),
            minimum_scores=60,
        ),
    },
    score_validators=(
        _excellent_means_perfect_score,
        _lamp_fits_judgements,
        _score_decides_clears,
    ),
    pb_base_name="Best Music Rate",
    leaderboard_keys=("score", "enumIndexes.lamp"),
    pb_merges=(BEST_LAMP, Merge("largest", "score", "Best Score", ("score", "grade"))),
    goal_texts={
        "score": score_goal(),
        "musicRate": _MUSIC_RATE_GOAL,
        "lamp": enum_goal("lamp"),
        "grade": grade_goal(GRADES, "score"),
    },
)


GAME = Game(
    id="jubeat",
    name="jubeat",
    song_data=SongData,
    playtypes={"Single": _SINGLE},
    chart_rules=(unique("inGameID", "difficulty"),),
)
