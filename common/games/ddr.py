"""DDR. Source: specification, games/ddr.md."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal

from msgspec import UNSET, UnsetType

from common.catalogue.documents import Chart
from common.games.kit.classes import ladder
from common.games.kit.goals import enum_goal, grade_goal, score_goal
from common.games.kit.grades import GradeTable
from common.games.kit.ratings import best, session_average, total
from common.games.kit.shared import (
    BEST_LAMP,
    FAST_SLOW_MAX_COMBO,
    Empty,
    Natural,
    Strict,
    chart_text_with_playtype,
)
from common.games.model import (
    GPT,
    POSITIVE_INTEGER,
    BestOf,
    ClassValue,
    Derived,
    Enum,
    Game,
    Integer,
    Merge,
    Optional,
    ProfileRating,
    RatedPB,
    ScoreData,
    ScoreRating,
    between,
)
from common.games.scoring.hydration import ABSENT
from common.text.numbers import grouped, plain

# --- song and chart documents ------------------------------------------------------------


class SongData(Strict):
    """flareCategory: the era whose best songs the flare skill counts; NONE = counts nowhere."""

    inGameID: Natural
    flareCategory: Literal["CLASSIC", "WHITE", "GOLD", "NONE"]
    basename: str | UnsetType = UNSET
    ddrSongHash: str | UnsetType = UNSET


class ChartData(Strict):
    """stepCount: how many judgements a play has; absent = not known."""

    inGameID: Natural
    stepCount: Natural | UnsetType = UNSET


# --- metrics -----------------------------------------------------------------------------

# E is for failing, whatever the score.
GRADES = GradeTable.of(
    ("E", -math.inf),
    ("D", 0),
    ("D+", 550_000),
    ("C-", 590_000),
    ("C", 600_000),
    ("C+", 650_000),
    ("B-", 690_000),
    ("B", 700_000),
    ("B+", 750_000),
    ("A-", 790_000),
    ("A", 800_000),
    ("A+", 850_000),
    ("AA-", 890_000),
    ("AA", 900_000),
    ("AA+", 950_000),
    ("AAA", 990_000),
)

_FLARE = Enum(
    ("0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "EX"), minimum_relevant="0"
)


def grade(score: ScoreData, chart: Chart) -> str:
    return "E" if score.metrics["lamp"] == "FAILED" else GRADES.grade(score.metrics["score"])


# --- ratings -----------------------------------------------------------------------------

# Points of a clear without a flare rank, by level.
_BASE_POINTS = {
    float(level): points
    for level, points in enumerate(
        (
            *(145, 155, 170, 185, 205, 230, 255, 290, 335, 400),
            *(465, 510, 545, 575, 600, 620, 635, 650, 665),
        ),
        start=1,
    )
}

_COUNTED_CATEGORIES = ("CLASSIC", "WHITE", "GOLD")
_COUNTED_SONGS = 30  # of each category
_LOOKED_AT = 300  # that these are among, of most players


def flare_skill(score: ScoreData, chart: Chart) -> float | None:
    """Points of one play at its flare rank; None for levels that the game does not have."""
    if score.metrics["lamp"] == "FAILED":
        return 0
    base = _BASE_POINTS.get(chart.levelNum)
    if base is None:
        return None
    rank = _FLARE.index[score.optional.get("flare") or "0"]
    points: int = base * (100 + 6 * rank) // 100
    return points


def profile_flare_skill(pbs: Sequence[RatedPB]) -> float | None:
    """The sum of the best plays of each era."""
    rated = _of_categories(pbs)
    if not rated:
        return None
    return total(
        total(best(rated.get(category, ()), _COUNTED_SONGS)) for category in _COUNTED_CATEGORIES
    )


def _flare_skill_is_decided(pbs: Sequence[RatedPB]) -> bool:
    rated = _of_categories(pbs)
    return all(len(rated.get(each, ())) >= _COUNTED_SONGS for each in _COUNTED_CATEGORIES)


def _of_categories(pbs: Iterable[RatedPB]) -> Mapping[str, Collection[float]]:
    """The flare skill of plays on charts that were not superseded, by the category of the song."""
    rated: dict[str, list[float]] = {}
    for pb in pbs:
        value = pb.calculatedData.get("flareSkill")
        if pb.isPrimary and pb.songData is not None and value is not None:
            rated.setdefault(pb.songData.flareCategory, []).append(value)
    return rated


# --- classes -----------------------------------------------------------------------------

# Where each group of four classes starts, the planet in Japanese, the class.
_PLANETS = (
    (0, "", "NONE"),
    (2_000, "水星 / ", "MERCURY"),
    (6_000, "金星 / ", "VENUS"),
    (10_000, "地球 / ", "EARTH"),
    (16_000, "火星 / ", "MARS"),
    (24_000, "木星 / ", "JUPITER"),
    (34_000, "土星 / ", "SATURN"),
    (45_000, "天王星 / ", "URANUS"),
    (60_000, "海王星 / ", "NEPTUNE"),
    (75_000, "太陽 / ", "SUN"),
    (90_000, "世界 / ", "WORLD"),
)


def _rungs() -> Iterator[tuple[float, ClassValue]]:
    """Four evenly spaced classes a planet, told apart by plus signs; the last has one."""
    for (first, planet, name), (end, _, _) in pairwise(_PLANETS):
        for step in range(4):
            plus = "+" * step
            bound = first + (end - first) * step / 4
            yield bound, ClassValue(f"{name}{plus}", f"{planet}{name}{plus}")
    bound, planet, name = _PLANETS[-1]
    yield bound, ClassValue(name, f"{planet}{name}")


# --- score validators --------------------------------------------------------------------


def _counts(score: ScoreData, *judgements: str) -> list[int] | None:
    """The counts of the judgements; None unless all are known."""
    counts = [score.judgements.get(judgement) for judgement in judgements]
    known = [count for count in counts if count is not None]
    return known if len(known) == len(counts) else None


def _judgements_make_the_score(score: ScoreData, chart: Chart) -> str | None:
    steps = chart.data.stepCount
    # Nothing can be judged by a count of zero steps: it would refuse every score.
    if score.metrics["lamp"] == "FAILED" or steps is UNSET or steps == 0:
        return None
    counts = _counts(score, "MARVELOUS", "PERFECT", "GREAT", "GOOD", "OK", "MISS")
    if counts is None:
        return None
    marvelous, perfect, great, good, ok, _ = counts
    most = 5 * steps
    points = 5 * (marvelous + perfect + ok) + 3 * great + good
    # What is not marvelous costs ten points more; the game counts in tens.
    expected = (100_000 * points - (perfect + great + good) * most) // most * 10
    if expected == score.metrics["score"]:
        return None
    return (
        f"Expected calculated score from judgements of {plain(expected)} "
        f"to equal score of {plain(score.metrics['score'])}."
    )


# What a full combo must not have, and what one that does is told. Clients know the spelling.
_FLAWS = {
    "FULL COMBO": (("MISS",), "Cannot have a FULL COMBO with more than 0 MISS"),
    "GREAT FULL COMBO": (
        ("MISS", "GOOD"),
        "Cannot have a GREAT FULL COMBO with more than 0 MISS and GOOD",
    ),
    "PERFECT FULL COMBO": (
        ("MISS", "GOOD", "GREAT"),
        "Cannot have a PERFECT FULL COMBO with more than 0 MISS, GOOD and GREAT",
    ),
    "MARVELOUS FULL COMBO": (
        ("MISS", "GOOD", "GREAT", "PERFECT"),
        "Cannot have a MARVELOUS FULL COMBO with anyhing else than MARVELOUS judgements",
    ),
}


def _lamp_fits_judgements(score: ScoreData, chart: Chart) -> str | None:
    if score.metrics["lamp"] not in _FLAWS:
        return None
    if _counts(score, "MARVELOUS", "PERFECT", "GREAT", "GOOD", "MISS") is None:
        return None
    flaws, text = _FLAWS[score.metrics["lamp"]]
    return text if any((score.judgements[flaw] or 0) > 0 for flaw in flaws) else None


def _judgements_make_the_ex_score(score: ScoreData, chart: Chart) -> str | None:
    counts = _counts(score, "MARVELOUS", "PERFECT", "GREAT", "OK")
    ex = score.optional.get("exScore")
    if counts is None or ex is None:
        return None
    marvelous, perfect, great, ok = counts
    expected = 3 * marvelous + 3 * ok + 2 * perfect + great
    if expected == ex:
        return None
    return f"EXScore expected to be {plain(expected)} instead of {plain(ex)}"


# --- configuration -----------------------------------------------------------------------

_DIFFICULTIES = {
    "BEGINNER": "BEG",
    "BASIC": "BAS",
    "DIFFICULT": "DIF",
    "EXPERT": "EXP",
    "CHALLENGE": "CHA",
}


def _gpt(playtype: Literal["SP", "DP"]) -> GPT:
    return GPT(
        game="ddr",
        playtype=playtype,
        v3_id=f"ddr-{playtype.lower()}",
        display_name=f"DDR ({playtype})",
        provided={
            "score": Integer(between(0, 1_000_000)),
            "lamp": Enum(
                (
                    "FAILED",
                    "ASSIST",
                    "CLEAR",
                    "LIFE4",
                    "FULL COMBO",
                    "GREAT FULL COMBO",
                    "PERFECT FULL COMBO",
                    "MARVELOUS FULL COMBO",
                ),
                minimum_relevant="CLEAR",
            ),
        },
        derived={"grade": Derived(Enum(GRADES.names, minimum_relevant="D"), grade)},
        optional={
            "flare": Optional(_FLARE),
            "exScore": Optional(Integer(POSITIVE_INTEGER), in_score_id=True),
            **FAST_SLOW_MAX_COMBO,
        },
        default_metric="score",
        preferred_enum="lamp",
        judgements=("MARVELOUS", "PERFECT", "GREAT", "GOOD", "MISS", "OK"),
        score_ratings={
            "flareSkill": ScoreRating("Flare skill of a single score.", flare_skill),
        },
        session_ratings={
            "flareSkill": session_average("flareSkill", "The average of the 10 best flareSkill."),
        },
        profile_ratings={
            "flareSkill": ProfileRating(
                "The sum of the 30 best flareSkill on CLASSIC, on WHITE and on GOLD songs.",
                profile_flare_skill,
                (BestOf("flareSkill", _LOOKED_AT),),
                decided=_flare_skill_is_decided,
                needs_catalogue=True,
            ),
        },
        default_score_rating="flareSkill",
        default_session_rating="flareSkill",
        default_profile_rating="flareSkill",
        difficulties=tuple(_DIFFICULTIES),
        difficulty_shorthand=_DIFFICULTIES,
        default_difficulty="EXPERT",
        versions={
            "a": "A",
            "a20": "A20",
            "a20plus": "A20+",
            "a3": "A3",
            "konaste": "Konaste",
            "world": "World",
        },
        match_types=("inGameID", "songTitle", "tachiSongID", "ddrSongHash"),
        chart_text=chart_text_with_playtype,
        chart_data=ChartData,
        score_meta=Empty,
        preferences=Empty,
        classes={"flare": ladder("flareSkill", *_rungs(), minimum_relevant="URANUS")},
        score_validators=(
            _judgements_make_the_score,
            _lamp_fits_judgements,
            _judgements_make_the_ex_score,
        ),
        # The reference also merges score and grade of the earliest play with the top score; here
        # that play is the base already.
        pb_merges=(
            BEST_LAMP,
            Merge("largest", "optional.exScore", "Best EX Score", ("optional.exScore",)),
            # Of plays that were not failed: the flare of a failed one is worth nothing.
            Merge(
                "largest",
                "optional.enumIndexes.flare",
                "Best Flare",
                ("optional.flare",),
                absent=ABSENT,
                unless=("lamp", "FAILED"),
            ),
        ),
        goal_texts={
            "score": score_goal(),
            "lamp": enum_goal("lamp"),
            "grade": grade_goal(GRADES, "score", grouped),
        },
    )


GAME = Game(
    id="ddr",
    name="DDR",
    song_data=SongData,
    playtypes={"SP": _gpt("SP"), "DP": _gpt("DP")},
)
