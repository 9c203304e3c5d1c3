"""What bms and pms share: nearly everything. Their modules say what differs.

Source: specification, games/bms.md and games/pms.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from common.catalogue.documents import Chart
from common.games.kit import iidx_like
from common.games.kit.classes import ordinal
from common.games.kit.ratings import profile_best, session_average
from common.games.kit.shared import FAST_SLOW_MAX_COMBO, GAUGE, Natural, Strict, TableFolder
from common.games.model import (
    GPT,
    PERCENTAGE,
    ChartText,
    ClassSet,
    ClassValue,
    Graph,
    Merge,
    Optional,
    ScoreData,
    ScoreRating,
    ScoreValidator,
)
from common.text.numbers import fixed

# A song has one chart, which is never called anything else.
_DIFFICULTY = "CHART"


# --- song and chart documents ------------------------------------------------------------


class SongData(Strict):
    """tableString: the entries of its chart in difficulty tables; None = in none."""

    genre: str | None
    subtitle: str | None
    subartist: str | None
    tableString: str | None


class ChartData(Strict):
    """sglEC, sglHC: how hard an easy clear and a hard clear is, on the scale of Sieglinde."""

    notecount: Natural
    hashMD5: str
    hashSHA256: str
    tableFolders: list[TableFolder]
    sglEC: float | UnsetType | None = UNSET
    sglHC: float | UnsetType | None = UNSET


# --- metrics -----------------------------------------------------------------------------

# Unlike in iidx, percent comes after the grade, and a history has no gaps.
_DERIVED = {"grade": iidx_like.GRADE, "percent": iidx_like.PERCENT}

_HISTORIES = ("gaugeHistory", "gaugeHistoryEasy", "gaugeHistoryGroove", "gaugeHistoryHard")

_OPTIONAL = {
    **FAST_SLOW_MAX_COMBO,
    "bp": iidx_like.COUNT,
    "gauge": GAUGE,
    **dict.fromkeys(_HISTORIES, Optional(Graph(PERCENTAGE))),
    # Early and late pgreats, greats, goods, bads and poors.
    **dict.fromkeys(("epg", "egr", "egd", "ebd", "epr"), iidx_like.COUNT),
    **dict.fromkeys(("lpg", "lgr", "lgd", "lbd", "lpr"), iidx_like.COUNT),
}

_PB_MERGES = (
    Merge(
        "largest",
        "enumIndexes.lamp",
        "Best Lamp",
        ("lamp", "optional.gauge", *(f"optional.{history}" for history in _HISTORIES)),
    ),
    iidx_like.LOWEST_BP,
)

_GOAL_TEXTS = iidx_like.goal_texts(lambda distance: fixed(distance, 0))


# --- ratings -----------------------------------------------------------------------------


def sieglinde(score: ScoreData, chart: Chart) -> float:
    """How hard the clear was; charts that nobody judged give 0."""
    data: ChartData = chart.data
    lamp = score.metrics["lamp"]
    if lamp in ("EASY CLEAR", "CLEAR"):
        return _value(data.sglEC)
    if lamp in ("HARD CLEAR", "EX HARD CLEAR", "FULL COMBO"):
        return max(_value(data.sglHC), _value(data.sglEC))
    return 0


def _value(judged: Any) -> float:
    return judged if isinstance(judged, float) else 0


# --- classes -----------------------------------------------------------------------------


def dans(rank: str, symbol: str, first: int = 1) -> list[ClassValue]:
    """The ranks `INSANE_1` `★1` (Insane 1st Dan) to the tenth."""
    return [
        ClassValue(f"{rank.upper()}_{n}", f"{symbol}{n}", f"{rank} {ordinal(n)} Dan")
        for n in range(first, 11)
    ]


# --- configuration -----------------------------------------------------------------------


def gpt(
    *,
    game: str,
    playtype: str,
    display_name: str,
    judgements: tuple[str, ...],
    chart_text: ChartText,
    chart_data: type[Struct],
    score_meta: type[Struct],
    preferences: type[Struct],
    classes: Mapping[str, ClassSet],
    score_validators: tuple[ScoreValidator, ...],
) -> GPT:
    """The configuration of a playtype; the parameters are fields of it."""
    return GPT(
        game=game,
        playtype=playtype,
        v3_id=f"{game}-{playtype.lower()}",
        display_name=display_name,
        provided=iidx_like.PROVIDED,
        derived=_DERIVED,
        optional=_OPTIONAL,
        default_metric="percent",
        preferred_enum="lamp",
        judgements=judgements,
        score_ratings={
            "sieglinde": ScoreRating(
                "How hard the easy clear or hard clear of the chart is.", sieglinde
            ),
        },
        session_ratings={
            "sieglinde": session_average("sieglinde", "The average of the 10 best sieglinde."),
        },
        profile_ratings={
            "sieglinde": profile_best(
                "sieglinde", "The average of the 20 best sieglinde.", count=20, average=True
            ),
        },
        default_score_rating="sieglinde",
        default_session_rating="sieglinde",
        default_profile_rating="sieglinde",
        difficulties=(_DIFFICULTY,),
        difficulty_shorthand={},
        default_difficulty=_DIFFICULTY,
        versions={},
        match_types=("bmsChartHash", "tachiSongID"),
        chart_text=chart_text,
        chart_data=chart_data,
        score_meta=score_meta,
        preferences=preferences,
        classes=classes,
        score_validators=score_validators,
        pb_merges=_PB_MERGES,
        leaderboard_keys=iidx_like.LEADERBOARD_KEYS,
        goal_texts=_GOAL_TEXTS,
    )
