"""GITADORA. Source: specification, games/gitadora.md."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from common.catalogue.documents import Chart
from common.games.kit.chart_rules import unique
from common.games.kit.classes import ladder
from common.games.kit.goals import enum_goal, grade_goal, percent_goal
from common.games.kit.grades import GradeTable
from common.games.kit.ratings import profile_best, session_average
from common.games.kit.shared import (
    BEST_LAMP,
    FAST_SLOW_MAX_COMBO,
    Empty,
    Natural,
    Strict,
    chart_text_with_playtype,
    graded,
)
from common.games.model import (
    GPT,
    PERCENTAGE,
    ClassValue,
    Decimal,
    Enum,
    Game,
    ScoreData,
    ScoreRating,
)
from common.text.numbers import percent

# On percent.
GRADES = GradeTable.of(
    ("C", 0),
    ("B", 63),
    ("A", 73),
    ("S", 80),
    ("SS", 95),
    ("MAX", 100),
)


class ChartData(Strict):
    inGameID: Natural


def skill(score: ScoreData, chart: Chart) -> float:
    # Left to right in doubles: about one score in 800 comes out 0.01 low, as in the reference.
    achieved: float = score.metrics["percent"]
    return math.floor(achieved * chart.levelNum * 20) / 100


# --- configuration -----------------------------------------------------------------------

_COLOUR = ladder(
    "naiveSkill",
    (0, ClassValue("WHITE", "白", "White")),
    (1000, ClassValue("ORANGE", "橙", "Orange")),
    (1500, ClassValue("ORANGE_GRD", "橙グラ", "Orange Gradient")),
    (2000, ClassValue("YELLOW", "黄", "Yellow")),
    (2500, ClassValue("YELLOW_GRD", "黄グラ", "Yellow Gradient")),
    (3000, ClassValue("GREEN", "緑", "Green")),
    (3500, ClassValue("GREEN_GRD", "緑グラ", "Green Gradient")),
    (4000, ClassValue("BLUE", "青", "Blue")),
    (4500, ClassValue("BLUE_GRD", "青グラ", "Blue Gradient")),
    (5000, ClassValue("PURPLE", "紫", "Purple")),
    (5500, ClassValue("PURPLE_GRD", "紫グラ", "Purple Gradient")),
    (6000, ClassValue("RED", "赤", "Red")),
    (6500, ClassValue("RED_GRD", "赤グラ", "Red Gradient")),
    (7000, ClassValue("BRONZE", "銅", "Bronze")),
    (7500, ClassValue("SILVER", "銀", "Silver")),
    (8000, ClassValue("GOLD", "金", "Gold")),
    (8500, ClassValue("RAINBOW", "虹", "Rainbow")),
    minimum_scores=50,
)

_GUITAR = {
    "BASIC": "G-BSC",
    "ADVANCED": "G-ADV",
    "EXTREME": "G-EXT",
    "MASTER": "G-MAS",
    "BASS BASIC": "B-BSC",
    "BASS ADVANCED": "B-ADV",
    "BASS EXTREME": "B-EXT",
    "BASS MASTER": "B-MAS",
}
_DRUMS = {"BASIC": "D-BSC", "ADVANCED": "D-ADV", "EXTREME": "D-EXT", "MASTER": "D-MAS"}


def _gpt(playtype: Literal["Gita", "Dora"], difficulties: Mapping[str, str]) -> GPT:
    """difficulties: each with its shorthand."""
    return GPT(
        game="gitadora",
        playtype=playtype,
        v3_id=f"gitadora-{playtype.lower()}",
        display_name=f"GITADORA ({playtype})",
        provided={
            "percent": Decimal(PERCENTAGE),
            "lamp": Enum(("FAILED", "CLEAR", "FULL COMBO", "EXCELLENT"), minimum_relevant="CLEAR"),
        },
        derived={"grade": graded(GRADES, "percent", minimum_relevant="A")},
        optional=FAST_SLOW_MAX_COMBO,
        default_metric="percent",
        preferred_enum="grade",
        judgements=("perfect", "great", "good", "ok", "miss"),
        score_ratings={"skill": ScoreRating("The skill of a single score.", skill)},
        session_ratings={"skill": session_average("skill", "The average of the 10 best skill.")},
        profile_ratings={
            "naiveSkill": profile_best(
                "skill", "The sum of the 50 best skill, HOT and other songs alike.", count=50
            ),
        },
        default_score_rating="skill",
        default_session_rating="skill",
        default_profile_rating="naiveSkill",
        difficulties=tuple(difficulties),
        difficulty_shorthand=difficulties,
        default_difficulty="EXTREME",
        versions={
            "konaste": "Konaste",
            "fuzzUp": "FUZZ-UP",
            "highVoltage": "HIGH-VOLTAGE",
            "nextage": "NEX+AGE",
            "exchain": "EXCHAIN",
            "matixx": "Matixx",
        },
        match_types=("inGameID", "songTitle", "tachiSongID"),
        chart_text=chart_text_with_playtype,
        chart_data=ChartData,
        score_meta=Empty,
        preferences=Empty,
        classes={"colour": _COLOUR},
        score_validators=(),
        pb_base_name="Best Percent",
        pb_merges=(BEST_LAMP,),
        goal_texts={
            "percent": percent_goal(),
            "lamp": enum_goal("lamp"),
            "grade": grade_goal(GRADES, "percent", percent),
        },
    )


GAME = Game(
    id="gitadora",
    name="GITADORA",
    song_data=Empty,
    playtypes={"Gita": _gpt("Gita", _GUITAR), "Dora": _gpt("Dora", _DRUMS)},
    chart_rules=(unique("inGameID", "difficulty", "playtype"),),
)
