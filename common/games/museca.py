"""MÚSECA. Source: specification, games/museca.md."""

from __future__ import annotations

import math

from common.catalogue.documents import Chart
from common.games.kit.chart_rules import unique
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
    Enum,
    Game,
    Integer,
    ScoreData,
    ScoreRating,
    between,
)

PERFECT_SCORE = 1_000_000
CLEAR_SCORE = 800_000  # the story mode clears charts below it; that does not count

GRADES = GradeTable.of(
    ("没", 0),
    ("拙", 600_000),
    ("凡", 700_000),
    ("佳", 800_000),
    ("良", 850_000),
    ("優", 900_000),
    ("秀", 950_000),
    ("傑", 975_000),
    ("傑G", PERFECT_SCORE),
)


class SongData(Strict):
    """titleJP, artistJP: their readings, in kana."""

    titleJP: str
    artistJP: str
    displayVersion: str


class ChartData(Strict):
    inGameID: Natural


def curator_skill(score: ScoreData, chart: Chart) -> float:
    # Divided first: at eight scores on level 15 that comes out 1 low, as in the reference.
    points: int = score.metrics["score"]
    return math.floor(chart.levelNum * (points / 10_000))


# --- score validators --------------------------------------------------------------------


def _perfect_lamp_means_perfect_score(score: ScoreData, chart: Chart) -> str | None:
    perfect_lamp = score.metrics["lamp"] == "PERFECT CONNECT ALL"
    perfect_score = score.metrics["score"] == PERFECT_SCORE
    if perfect_lamp and not perfect_score:
        return "A PERFECT CONNECT ALL must have a score of 1 million."
    if perfect_score and not perfect_lamp:
        return "A perfect score of 1 million must have a lamp of PERFECT CONNECT ALL."
    return None


_lamp_fits_judgements = judgements_fit(
    {
        "PERFECT CONNECT ALL": (
            ("near", "miss"),
            "Cannot have a PERFECT CONNECT ALL with any nears or misses.",
        ),
        "CONNECT ALL": (("miss",), "Cannot have a CONNECT ALL with any misses."),
    }
)


def _score_decides_clears(score: ScoreData, chart: Chart) -> str | None:
    failed = score.metrics["lamp"] == "FAILED"
    if score.metrics["score"] < CLEAR_SCORE:
        return None if failed else "A score of <800k must be a fail."
    return "A score of >=800k must be a clear." if failed else None


# --- configuration -----------------------------------------------------------------------

_DIFFICULTIES = {"Green": "G", "Yellow": "Y", "Red": "R"}

_SINGLE = GPT(
    game="museca",
    playtype="Single",
    v3_id="museca",
    display_name="MÚSECA",
    provided={
        "score": Integer(between(0, PERFECT_SCORE)),
        "lamp": Enum(
            ("FAILED", "CLEAR", "CONNECT ALL", "PERFECT CONNECT ALL"),
            minimum_relevant="CLEAR",
        ),
    },
    derived={"grade": graded(GRADES, "score", minimum_relevant="優")},
    optional=FAST_SLOW_MAX_COMBO,
    default_metric="score",
    preferred_enum="grade",
    judgements=("critical", "near", "miss"),
    score_ratings={
        "curatorSkill": ScoreRating("The skill a score is worth in the game.", curator_skill),
    },
    session_ratings={
        "curatorSkill": session_average("curatorSkill", "The average of the 10 best curatorSkill."),
    },
    profile_ratings={
        "curatorSkill": profile_best(
            "curatorSkill", "The sum of the 20 best curatorSkill, as in the game.", count=20
        ),
    },
    default_score_rating="curatorSkill",
    default_session_rating="curatorSkill",
    default_profile_rating="curatorSkill",
    difficulties=tuple(_DIFFICULTIES),
    difficulty_shorthand=_DIFFICULTIES,
    default_difficulty="Red",
    versions={"1.5": "1 + 1/2", "1.5-b": "1 + 1/2 Rev. B"},
    match_types=("songTitle", "tachiSongID", "inGameID"),
    chart_text=chart_text,
    chart_data=ChartData,
    score_meta=Empty,
    preferences=Empty,
    classes={},
    score_validators=(
        _perfect_lamp_means_perfect_score,
        _lamp_fits_judgements,
        _score_decides_clears,
    ),
    pb_merges=(BEST_LAMP,),
    goal_texts={
        "score": score_goal(),
        "lamp": enum_goal("lamp"),
        "grade": grade_goal(GRADES, "score"),
    },
)


GAME = Game(
    id="museca",
    name="MÚSECA",
    song_data=SongData,
    playtypes={"Single": _SINGLE},
    chart_rules=(unique("inGameID", "difficulty"),),
)
