"""O.N.G.E.K.I. Source: specification, games/ongeki.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import UNSET, UnsetType

from common.catalogue.documents import Chart
from common.games.kit.goals import enum_goal, grade_goal, score_goal
from common.games.kit.grades import GradeTable
from common.games.kit.ongeki_ratings import (
    COLOUR,
    PERFECT_SCORE,
    PROFILE_RATINGS,
    SCORE_RATINGS,
    SESSION_RATINGS,
    STARS,
    is_unranked,
    platinum_stars,
)
from common.games.kit.shared import FAST_SLOW_MAX_COMBO, Empty, Strict, chart_text, counted, graded
from common.games.model import (
    GPT,
    ChartCheck,
    Derived,
    Enum,
    Game,
    GoalText,
    Graph,
    Integer,
    Merge,
    Optional,
    ScoreData,
    between,
)
from common.text.numbers import grouped, plain, stars_of_five

_SCORE = between(0, PERFECT_SCORE)


class SongData(Strict):
    """duration: in seconds; None = not known. flavorGenre: the genre as the game jokes about it."""

    genre: Literal[
        "POPS＆ANIME",
        "niconico",
        "東方Project",
        "VARIETY",
        "チュウマイ",
        "オンゲキ",
        "LUNATIC",
        "ボーナストラック",
    ]
    duration: float | None
    flavorGenre: str | UnsetType = UNSET


class ChartData(Strict):
    """maxPlatScore: the most platinum score the chart gives.

    inGameID: None = the catalogue does not know it. isBonusTrack: plays on it are not rated.
    chartViewURL: where to look at it.
    """

    displayVersion: Literal[
        "オンゲキ",
        "オンゲキ PLUS",
        "オンゲキ SUMMER",
        "オンゲキ SUMMER PLUS",
        "オンゲキ R.E.D.",
        "オンゲキ R.E.D. PLUS",
        "オンゲキ bright",
        "オンゲキ bright MEMORY Act.1",
        "オンゲキ bright MEMORY Act.2",
        "オンゲキ bright MEMORY Act.3",
        "オンゲキ Re:Fresh",
    ]
    maxPlatScore: int
    inGameID: int | None
    isBonusTrack: bool | UnsetType = UNSET
    chartViewURL: str | UnsetType = UNSET


# --- metrics -----------------------------------------------------------------------------

GRADES = GradeTable.of(
    ("D", 0),
    ("C", 500_000),
    ("B", 700_000),
    ("BB", 750_000),
    ("BBB", 800_000),
    ("A", 850_000),
    ("AA", 900_000),
    ("AAA", 940_000),
    ("S", 970_000),
    ("SS", 990_000),
    ("SSS", 1_000_000),
    ("SSS+", 1_007_500),
)


def _platinum_score_failure(value: Any, chart: Chart) -> str | None:
    if value < 0:
        return f"Platinum Score must be non-negative. Got {plain(value)}"
    most = chart.data.maxPlatScore
    if value > most:
        return (
            "Platinum Score must not exceed the chart's maximum Platinum Score. "
            f"Got {plain(value)}/{plain(most)}"
        )
    return None


def _not_negative(name: str) -> ChartCheck:
    """How many there are on a chart is not known, so there is no upper bound."""

    def check(value: Any, chart: Chart) -> str | None:
        return f"{name} must be non-negative. Got {plain(value)}" if value < 0 else None

    return check


# --- score validators --------------------------------------------------------------------


def _lamps_fit(score: ScoreData, chart: Chart) -> str | None:
    """Only the first contradiction is told."""
    points, platinum = score.metrics["score"], score.metrics["platinumScore"]
    lamp, full_bell = score.metrics["noteLamp"], score.metrics["bellLamp"] == "FULL BELL"
    if lamp == "ALL BREAK+" and counted(score, "break", "hit", "miss") > 0:
        return "Cannot have an ALL BREAK+ if not all hits were critical break or better."
    if lamp == "ALL BREAK+" and points < PERFECT_SCORE:
        return "Cannot have an ALL BREAK+ if the score is not 1,010,000"
    if points == PERFECT_SCORE and not (lamp == "ALL BREAK+" and full_bell):
        return "Cannot have a perfect score without FBAB+"
    if lamp == "ALL BREAK" and counted(score, "hit", "miss") > 0:
        return "Cannot have an ALL BREAK if not all hits were break or better."
    if lamp == "FULL COMBO" and counted(score, "miss") > 0:
        return "Cannot have a FULL COMBO if the score has misses."
    if full_bell and lamp == "LOSS" and not is_unranked(chart):
        return "Cannot have a LOSS with a FULL BELL."
    most = chart.data.maxPlatScore
    if platinum > most:
        return f"Cannot have {plain(platinum)}/{plain(most)} Platinum Score."
    return None


# --- configuration -----------------------------------------------------------------------

_DIFFICULTIES = {
    "BASIC": "BAS",
    "ADVANCED": "ADV",
    "EXPERT": "EXP",
    "MASTER": "MAS",
    "Re:MASTER": "Re:MAS",
    "LUNATIC": "LUN",
}

_SINGLE = GPT(
    game="ongeki",
    playtype="Single",
    v3_id="ongeki",
    display_name="O.N.G.E.K.I.",
    provided={
        "score": Integer(_SCORE),
        "noteLamp": Enum(
            ("LOSS", "CLEAR", "FULL COMBO", "ALL BREAK", "ALL BREAK+"), minimum_relevant="CLEAR"
        ),
        "bellLamp": Enum(("NONE", "FULL BELL"), minimum_relevant="FULL BELL"),
        "platinumScore": Integer(chart_check=_platinum_score_failure, when_absent=0),
    },
    derived={
        "grade": graded(GRADES, "score", minimum_relevant="A"),
        "platinumStars": Derived(
            Enum(STARS, minimum_relevant="1-star", was_a_number=True), platinum_stars
        ),
    },
    optional={
        **FAST_SLOW_MAX_COMBO,
        "damage": Optional(Integer(chart_check=_not_negative("Damage")), in_score_id=True),
        "bellCount": Optional(Integer(chart_check=_not_negative("Bell Count")), in_score_id=True),
        "totalBellCount": Optional(Integer(chart_check=_not_negative("Total bell Count"))),
        # One sample a second: the projected score, platinum score and bells lost so far, and
        # the life gauge.
        "scoreGraph": Optional(Graph(_SCORE, nullable=True)),
        "platinumGraph": Optional(Graph(between(-100_000, 0), nullable=True)),
        "bellGraph": Optional(Graph(between(-10_000, 0), nullable=True)),
        "lifeGraph": Optional(Graph(between(0, 100), nullable=True)),
    },
    default_metric="score",
    preferred_enum="grade",
    judgements=("cbreak", "break", "hit", "miss"),
    score_ratings=SCORE_RATINGS,
    session_ratings=SESSION_RATINGS,
    profile_ratings=PROFILE_RATINGS,
    default_score_rating="scoreRating",
    default_session_rating="naiveScoreRating",
    default_profile_rating="naiveRatingRefresh",
    difficulties=tuple(_DIFFICULTIES),
    # Clients know Re:Masters as LUNATIC.
    difficulty_stands_for={"LUNATIC": frozenset({"LUNATIC", "Re:MASTER"})},
    difficulty_shorthand=_DIFFICULTIES,
    default_difficulty="MASTER",
    versions={
        "brightMemory2Omni": "bright MEMORY Act.II Omnimix",
        "brightMemory3": "bright MEMORY Act.III",
        "brightMemory3Omni": "bright MEMORY Act.III Omnimix",
        "refresh": "Re:Fresh",
        "refreshOmni": "Re:Fresh Omnimix",
    },
    match_types=("songTitle", "tachiSongID", "inGameID"),
    chart_text=chart_text,
    chart_data=ChartData,
    score_meta=Empty,
    preferences=Empty,
    classes={"colour": COLOUR},
    score_validators=(_lamps_fit,),
    pb_merges=(
        Merge(
            "largest", "platinumScore", "Best Platinum Score", ("platinumScore", "platinumStars")
        ),
        Merge("largest", "enumIndexes.noteLamp", "Best Note Lamp", ("noteLamp",)),
        Merge("largest", "enumIndexes.bellLamp", "Best Bell Lamp", ("bellLamp",)),
    ),
    leaderboard_keys=("platinumScore", "enumIndexes.noteLamp", "enumIndexes.bellLamp"),
    goal_texts={
        "score": score_goal(),
        "platinumScore": GoalText(
            progress=lambda pb, goal: grouped(pb.metrics["platinumScore"]),
            criteria=lambda value: f"Get {grouped(value)} Platinum Score on",
            out_of=grouped,
        ),
        "platinumStars": GoalText(
            progress=lambda pb, goal: stars_of_five(STARS.index(pb.metrics["platinumStars"])),
            criteria=lambda value: f"Get {stars_of_five(value)} on",
            out_of=stars_of_five,
        ),
        "noteLamp": enum_goal("noteLamp"),
        "bellLamp": enum_goal("bellLamp"),
        "grade": grade_goal(GRADES, "score"),
    },
)


def _renew_chart(document: dict[str, Any]) -> dict[str, Any]:
    """Re:Masters had no difficulty of their own but a mark in their data."""
    data = document.get("data")
    if not isinstance(data, dict) or "isReMaster" not in data:
        return document
    data = dict(data)
    marked = data.pop("isReMaster")
    if marked is True and document.get("difficulty") == "LUNATIC":
        document = {**document, "difficulty": "Re:MASTER"}
    return {**document, "data": data}


def _chart_in_queries(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Folders speak of the mark: they are known by the hash of how they speak."""
    if document["difficulty"] not in ("LUNATIC", "Re:MASTER"):
        return document
    marked = document["difficulty"] == "Re:MASTER"
    data = {**document["data"], "isReMaster": marked}
    return {**document, "difficulty": "LUNATIC", "data": data}


def _difficulty_in_queries(difficulty: Any) -> dict[str, Any]:
    if difficulty in ("LUNATIC", "Re:MASTER"):
        return {"difficulty": "LUNATIC", "data¬isReMaster": difficulty == "Re:MASTER"}
    if difficulty == {"~in": ["LUNATIC", "Re:MASTER"]}:
        return {"difficulty": "LUNATIC"}
    return {"difficulty": difficulty}


GAME = Game(
    id="ongeki",
    name="O.N.G.E.K.I.",
    song_data=SongData,
    renew_chart=_renew_chart,
    chart_in_queries=_chart_in_queries,
    difficulty_in_queries=_difficulty_in_queries,
    playtypes={"Single": _SINGLE},
)
