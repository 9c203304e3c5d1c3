"""In The Groove, for stamina players. Source: specification, games/itg.md."""

from __future__ import annotations

import math
from itertools import islice
from typing import Annotated, Any, Literal

from msgspec import Meta

from common.catalogue.documents import Chart, Song
from common.games.kit.chart_rules import unique
from common.games.kit.goals import grade_goal, percent_goal
from common.games.kit.grades import GradeTable
from common.games.kit.ratings import profile_best, session_average
from common.games.kit.shared import BEST_LAMP, Empty, Strict, judgements_fit
from common.games.model import (
    GPT,
    PERCENTAGE,
    Decimal,
    Derived,
    Enum,
    Game,
    GoalText,
    Graph,
    Optional,
    ScoreData,
    ScoreRating,
    between,
)
from common.text.numbers import percent, plain

# On scorePercent. F is for failed plays, whatever their percent.
GRADES = GradeTable.of(
    ("F", -math.inf),
    ("D", 0),
    ("C", 55),
    ("B", 68),
    ("A", 80),
    ("S", 89),
    ("★", 96),
    ("★★", 98),
    ("★★★", 99),
    ("★★★★", 100),
)


# --- song and chart documents ------------------------------------------------------------

_PerMeasure = list[Annotated[float, Meta(ge=0)]]


class SongData(Strict):
    subtitle: str | None


class Breakdown(Strict):
    """The streams of a chart in the notation of the players, in four degrees of detail."""

    detailed: str
    partiallySimplified: str
    simplified: str
    total: str
    density: float


class ChartData(Strict):
    """rankedLevel: None = unranked, worth no rating. chartLevel: what the chart claims.

    hashGSv3 identifies the chart. length: seconds. streamBPM: None = would mean nothing.
    npsPerMeasure: notes per second of each measure.
    """

    rankedLevel: float | None
    chartLevel: float
    hashGSv3: str
    difficultyTag: Literal["Beginner", "Easy", "Medium", "Hard", "Expert", "Edit"]
    length: Annotated[float, Meta(gt=0)]
    charter: str
    streamBPM: float | None
    breakdown: Breakdown | None
    npsPerMeasure: _PerMeasure
    notesPerMeasure: _PerMeasure
    bannerLocationOverride: str | None
    originalPack: str
    packs: list[str]


def chart_text(song: Song, chart: Chart) -> str:
    """`Example (Sub) Expert 15`, `Example Expert 14?` if unranked."""
    data: ChartData = chart.data
    subtitle = f" {song.data.subtitle}" if song.data.subtitle else ""
    ranked = data.rankedLevel
    level = f"{plain(data.chartLevel)}?" if ranked is None else plain(ranked)
    return f"{song.title}{subtitle} {data.difficultyTag} {level}"


# --- derived metrics ---------------------------------------------------------------------


def _failed(score: ScoreData) -> bool:
    """The lamp decides: a death at the very end may round to 100 percent survived."""
    return bool(score.metrics["lamp"] == "FAILED")


def grade(score: ScoreData, chart: Chart) -> str:
    return "F" if _failed(score) else GRADES.grade(score.metrics["scorePercent"])


def final_percent(score: ScoreData, chart: Chart) -> float:
    """Puts every clear above every fail: how far one got, or 100 plus the score."""
    if _failed(score):
        survived: float = score.metrics["survivedPercent"]
        return survived
    result: float = 100 + score.metrics["scorePercent"]
    return result


# --- score ratings -----------------------------------------------------------------------


def block_rating(score: ScoreData, chart: Chart) -> float | None:
    data: ChartData = chart.data
    return None if _failed(score) else data.rankedLevel


STREAM_NOTES = 32 * 16  # 32 measures of 16ths
SLOWEST_STREAM = 100  # BPM


def fastest_stream(score: ScoreData, chart: Chart) -> float | None:
    """The highest speed kept up for 32 measures of 16ths, as BPM; None if there is none.

    Only what was survived counts, the measure of death included.
    """
    data: ChartData = chart.data
    measures = len(data.notesPerMeasure)
    if measures != len(data.npsPerMeasure):
        raise ValueError("The chart has measures without notes or without speed.")
    reached: float = measures
    if _failed(score):
        reached = score.metrics["survivedPercent"] / 100 * measures
    if not 0 <= reached <= measures:
        raise ValueError("The play did not end inside the chart.")
    nps = _fastest_window(data.notesPerMeasure, data.npsPerMeasure, math.ceil(reached))
    bpm = nps * 60 / 4
    return None if bpm < SLOWEST_STREAM else bpm


def _fastest_window(notes: list[float], speeds: list[float], end: int) -> float:
    """The best of the slowest measures of all windows within the first `end` measures.

    A window is the shortest run of measures, of two at least, that holds enough notes from
    its first measure on. Only that one may be without notes. Zero if there is no window.
    """
    fastest = 0.0
    first, held = 0, 0.0
    for last, count in enumerate(islice(notes, end)):
        if count == 0:
            first, held = last, 0.0
            continue
        held += count
        # Windows that start later hold less, so they fill up in the order of their starts.
        while held >= STREAM_NOTES and first < last:
            if speeds[last] > fastest:  # else its slowest cannot be faster
                fastest = max(fastest, min(speeds[first : last + 1]))
            held -= notes[first]
            first += 1
    return fastest


# --- score validators --------------------------------------------------------------------


def _clears_survive(score: ScoreData, chart: Chart) -> str | None:
    if not _failed(score) and score.metrics["survivedPercent"] < 100:
        return "Cannot clear a chart that you didn't survive 100% of."
    return None


_BREAKS = ("decent", "wayoff", "miss")

_lamp_fits_judgements = judgements_fit(
    {
        "QUINT": (
            ("fantastic", "excellent", "great", *_BREAKS),
            "Cannot have a QUINT with any fantastic (or worse) judgements.",
        ),
        "QUAD": (
            ("excellent", "great", *_BREAKS),
            "Cannot have a QUAD with any excellent (or worse) judgements.",
        ),
        "FULL EXCELLENT COMBO": (
            ("great", *_BREAKS),
            "Cannot have a FULL EXCELLENT COMBO with any great (or worse) judgements.",
        ),
        "FULL COMBO": (_BREAKS, "Cannot have a FULL COMBO with any combo breaks."),
    }
)


# --- goals -------------------------------------------------------------------------------


def _died(pb: ScoreData) -> str:
    return f"Died {percent(pb.metrics['survivedPercent'])} in"


def _final_progress(pb: ScoreData, goal: Any) -> str:
    if pb.metrics["finalPercent"] < 100:
        return _died(pb)
    return f"{pb.metrics['lamp']} with {percent(pb.metrics['scorePercent'])}"


def _final_criteria(value: float) -> str:
    if value < 100:
        return _survive(value)
    return "CLEAR" if value == 100 else f"CLEAR, and get {percent(value - 100)} on"


def _final_out_of(value: float) -> str:
    return percent(value) if value < 100 else f"CLEAR with {percent(value - 100)}"


def _survive(value: float) -> str:
    return f"Survive {percent(value)} through"


def _lamp_progress(pb: ScoreData, goal: Any) -> str:
    return _died(pb) if _failed(pb) else pb.metrics["lamp"]


# --- configuration -----------------------------------------------------------------------

_STAMINA = GPT(
    game="itg",
    playtype="Stamina",
    v3_id="itg-stamina",
    display_name="ITG",
    provided={
        "scorePercent": Decimal(PERCENTAGE),
        "survivedPercent": Decimal(PERCENTAGE),
        "lamp": Enum(
            ("FAILED", "CLEAR", "FULL COMBO", "FULL EXCELLENT COMBO", "QUAD", "QUINT"),
            minimum_relevant="FAILED",
        ),
    },
    derived={
        "grade": Derived(Enum(GRADES.names, minimum_relevant="A"), grade),
        "finalPercent": Derived(Decimal(between(0, 200)), final_percent),
    },
    # Life over the course of the play.
    optional={"lifebarHistory": Optional(Graph(PERCENTAGE))},
    default_metric="finalPercent",
    preferred_enum="lamp",
    judgements=("fantastic+", "fantastic", "excellent", "great", "decent", "wayoff", "miss"),
    score_ratings={
        "blockRating": ScoreRating("The ranked level of a cleared chart.", block_rating),
        "fastest32": ScoreRating(
            "The highest speed, in BPM of 16ths, kept up for 32 measures without a break.",
            fastest_stream,
        ),
    },
    session_ratings={
        "blockRating": session_average(
            "blockRating", "The average of the 5 best blockRating.", count=5
        ),
    },
    profile_ratings={
        "highestBlock": profile_best(
            "blockRating", "The best blockRating.", count=1, needs_all=True
        ),
        "fastest32": profile_best("fastest32", "The best fastest32.", count=1, needs_all=True),
    },
    default_score_rating="blockRating",
    default_session_rating="blockRating",
    default_profile_rating="highestBlock",
    difficulties=None,
    difficulty_shorthand={},
    default_difficulty=None,
    versions={},
    match_types=("itgChartHash",),
    chart_text=chart_text,
    chart_data=ChartData,
    score_meta=Empty,
    preferences=Empty,
    classes={},
    score_validators=(_clears_survive, _lamp_fits_judgements),
    pb_base_name="Best Result",
    pb_merges=(BEST_LAMP,),
    goal_texts={
        "scorePercent": percent_goal("scorePercent"),
        "survivedPercent": GoalText(
            progress=lambda pb, goal: percent(pb.metrics["survivedPercent"]),
            criteria=_survive,
            out_of=percent,
        ),
        "lamp": GoalText(_lamp_progress),
        "grade": grade_goal(GRADES, "scorePercent", percent),
        "finalPercent": GoalText(_final_progress, _final_criteria, _final_out_of),
    },
)


GAME = Game(
    id="itg",
    name="ITG",
    song_data=SongData,
    playtypes={"Stamina": _STAMINA},
    chart_rules=(unique("hashGSv3"),),
    never_whole=True,
)
