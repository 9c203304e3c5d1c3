"""Arcaea. Source: specification, games/arcaea.md."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

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
    counted,
    graded,
    judgements_fit,
)
from common.games.model import (
    GPT,
    POSITIVE_INTEGER,
    ClassValue,
    Enum,
    Game,
    Integer,
    ScoreData,
    ScoreRating,
)
from common.text.numbers import plain

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
    """displayVersion: that of its first chart, in catalogues that say it of songs."""

    songPack: str
    displayVersion: str | UnsetType = UNSET


class ChartData(Strict):
    """displayVersion: the release of the app; not one of the versions of charts.

    notecount: absent = not known, as of joke charts.
    """

    inGameStrID: str
    notecount: Natural | UnsetType = UNSET
    displayVersion: str | UnsetType = UNSET


# --- metrics and ratings -----------------------------------------------------------------


def _score_failure(value: Any, chart: Chart) -> str | None:
    if value < 0:
        return f"Score must be non-negative. Got {plain(value)}"
    notes = chart.data.notecount
    if notes is UNSET:
        return None
    most = PURE_MEMORY_SCORE + notes
    return f"Score cannot exceed {most} for this chart." if value > most else None


def potential(score: ScoreData, chart: Chart) -> float:
    """The play rating of the game, not rounded; joke charts give none."""
    points: int = score.metrics["score"]
    level = chart.levelNum
    if level <= 0:
        return 0
    if points >= PURE_MEMORY_SCORE:
        return level + 2
    if points >= 9_800_000:
        return level + 1 + (points - 9_800_000) / 200_000
    return max(level + (points - 9_500_000) / 300_000, 0)


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


def _pure_memory_is_of_pures(score: ScoreData, chart: Chart) -> str | None:
    """No more points can be for shine than there are pures."""
    points, pures = score.metrics["score"], score.judgements.get("pure")
    if score.metrics["lamp"] != "PURE MEMORY" or pures is None or counted(score, "far", "lost"):
        return None
    if points - PURE_MEMORY_SCORE > pures:
        return f"Impossible PURE MEMORY. Got {plain(points)} with {plain(pures)} pures."
    return None


def _judgements_fit_the_chart(score: ScoreData, chart: Chart) -> str | None:
    judged, notes = counted(score, "pure", "far", "lost"), chart.data.notecount
    if notes is UNSET or judged <= notes:
        return None
    return (
        f"Too many judgements: received {plain(judged)} in total but the chart's note count is "
        f"{plain(notes)}."
    )


# --- configuration -----------------------------------------------------------------------

_DIFFICULTIES = {
    "Past": "PST",
    "Present": "PRS",
    "Future": "FTR",
    "Eternal": "ETR",
    "Beyond": "BYD",
}

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
    "Irruption of New Color",
)

_TOUCH = GPT(
    game="arcaea",
    playtype="Touch",
    v3_id="arcaea",
    display_name="Arcaea",
    provided={
        "score": Integer(POSITIVE_INTEGER, _score_failure, many_charts_below=PURE_MEMORY_SCORE),
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
            minimum_relevant="RED",
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
        _pure_memory_is_of_pures,
        _judgements_fit_the_chart,
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
