"""Arcaea. Source: specification, games/arcaea.md."""

from __future__ import annotations

import math
from typing import Any

from common.catalogue.documents import Chart
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
)
from common.text.numbers import js_round, plain

# What PUREs alone give; each that is shiny adds a point.
PURE_MEMORY_SCORE = 10_000_000

GRADES = GradeTable.of(
    ("D", 0),
    ("C", 8_600_000),
    ("B", 8_900_000),
    ("A", 9_200_000),
    ("AA", 9_500_000),
    ("EX", 9_800_000),
    ("EX+", 9_900_000),
)


class SongData(Strict):
    """displayVersion: the release of the app; not one of the versions of charts."""

    displayVersion: str
    songPack: str


class ChartData(Strict):
    inGameStrID: str
    notecount: Natural


# --- metrics and ratings -----------------------------------------------------------------


def _score_failure(value: Any, chart: Chart) -> str | None:
    if value < 0:
        return f"Score must be non-negative. Got {plain(value)}"
    most = PURE_MEMORY_SCORE + chart.data.notecount
    return f"Score cannot exceed {most} for this chart." if value > most else None


def potential(score: ScoreData, chart: Chart) -> float:
    """The play rating of the game; in hundredths until the last step."""
    points, constant = score.metrics["score"], js_round(chart.levelNum * 100)
    if points >= PURE_MEMORY_SCORE:
        rating = constant + 200
    elif points >= 9_800_000:
        rating = constant + 100 + math.floor((points - 9_800_000) / 2_000)
    else:
        rating = constant + math.floor((points - 9_500_000) / 3_000)
    return max(rating / 100, 0)


# --- score validators --------------------------------------------------------------------


def _pure_memory_has_its_score(score: ScoreData, chart: Chart) -> str | None:
    # Not the other way round: where notes are many, their shine makes up for half a note.
    points = score.metrics["score"]
    if score.metrics["lamp"] == "PURE MEMORY" and points < PURE_MEMORY_SCORE:
        return (
            "PURE MEMORY scores must have a score larger than 10 million. "
            f"Got {plain(points)} instead."
        )
    return None


def _full_recall_has_half_the_score(score: ScoreData, chart: Chart) -> str | None:
    points = score.metrics["score"]
    if score.metrics["lamp"] == "FULL RECALL" and points < PURE_MEMORY_SCORE / 2:
        return (
            "FULL RECALL scores must have a score larger than 5 million. "
            f"Got {plain(points)} instead."
        )
    return None


_lamp_fits_judgements = judgements_fit(
    {
        "PURE MEMORY": (("far", "lost"), "Cannot have a PURE MEMORY with any fars or losts."),
        "FULL RECALL": (("lost",), "Cannot have a FULL RECALL with non-zero lost count."),
    }
)


# --- configuration -----------------------------------------------------------------------

_DIFFICULTIES = {"Past": "PST", "Present": "PRS", "Future": "FTR", "Beyond": "BYD"}

_COURSES = (
    "First Step in a New World",
    "Swept up in a Heartbeat",
    "Unceasing Spirit",
    "The Eternal Realm of Light",
    "The Brutality of Glass",
    "In Grief and Great Delight",
    "On Fate's Approach",
    "The Disfigured Flow of Time",
    "Ego's Demise",
    "A Torrent of Light and Conflict",
    "Radiant Genesis",
)

_TOUCH = GPT(
    game="arcaea",
    playtype="Touch",
    display_name="Arcaea",
    provided={
        "score": Integer(chart_check=_score_failure),
        "lamp": Enum(
            ("LOST", "EASY CLEAR", "CLEAR", "HARD CLEAR", "FULL RECALL", "PURE MEMORY"),
            minimum_relevant="EASY CLEAR",
        ),
    },
    derived={"grade": graded(GRADES, "score", minimum_relevant="AA")},
    optional=FAST_SLOW_MAX_COMBO,
    default_metric="score",
    preferred_enum="grade",
    judgements=("pure", "far", "lost"),
    score_ratings={
        "potential": ScoreRating("The play rating of a single score, as in the game.", potential),
    },
    session_ratings={
        "naivePotential": session_average("potential", "The average of the 10 best potential."),
    },
    profile_ratings={
        "naivePotential": profile_best(
            "potential",
            "The average of the 30 best potential; unlike in the game, none of them recent.",
            count=30,
            average=True,
        ),
    },
    default_score_rating="potential",
    default_session_rating="naivePotential",
    default_profile_rating="naivePotential",
    difficulties=tuple(_DIFFICULTIES),
    difficulty_shorthand=_DIFFICULTIES,
    default_difficulty="Future",
    versions={"mobile": "Mobile", "switch": "Nintendo Switch"},
    match_types=("inGameStrID", "songTitle", "tachiSongID"),
    chart_text=chart_text,
    chart_data=ChartData,
    score_meta=Empty,
    preferences=Empty,
    classes={
        "badge": ladder(
            "naivePotential",
            (0, ClassValue("BLUE", "Blue", "0.00 - 3.49 Potential")),
            (3.5, ClassValue("GREEN", "Green", "3.50 - 6.99 Potential")),
            (7, ClassValue("ASH_PURPLE", "Ash Purple", "7.00 - 9.99 Potential")),
            (10, ClassValue("PURPLE", "Purple", "10.00 - 10.99 Potential")),
            (11, ClassValue("RED", "Red", "11.00 - 11.99 Potential")),
            (12, ClassValue("ONE_STAR", "☆", "12.00 - 12.49 Potential")),
            (12.5, ClassValue("TWO_STARS", "☆☆", "12.50 - 12.99 Potential")),
            (13, ClassValue("THREE_STARS", "☆☆☆", ">=13.00 Potential")),
        ),
        "courseBanner": provided(
            *(
                ClassValue(f"PHASE_{phase}", f"Phase {phase}", name)
                for phase, name in enumerate(_COURSES, start=1)
            )
        ),
    },
    score_validators=(
        _pure_memory_has_its_score,
        _full_recall_has_half_the_score,
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
    id="arcaea",
    name="Arcaea",
    song_data=SongData,
    playtypes={"Touch": _TOUCH},
)
