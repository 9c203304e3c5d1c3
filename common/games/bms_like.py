"""What bms and pms share: documents, gauges and timings, Sieglinde.

Source: specification, games/bms.md and games/pms.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, UnsetType

from common.catalogue.documents import Chart
from common.games import iidx_like
from common.games.model import (
    PERCENTAGE,
    ClassValue,
    Graph,
    Merge,
    Optional,
    ScoreData,
    ScoreRating,
)
from common.games.ratings import profile_best, session_average
from common.games.shared import FAST_SLOW_MAX_COMBO, GAUGE, Strict, TableFolder
from common.numbers import fixed

# A song has one chart, which is never called anything else.
DIFFICULTY: Final = "CHART"


# --- song and chart documents ------------------------------------------------------------


class SongData(Strict):
    """tableString: the entries of its chart in difficulty tables; None = in none."""

    genre: str | None
    subtitle: str | None
    subartist: str | None
    tableString: str | None


class ChartData(Strict):
    """sglEC, sglHC: how hard an easy clear and a hard clear is, on the scale of Sieglinde."""

    notecount: Annotated[int, Meta(ge=0)]
    hashMD5: str
    hashSHA256: str
    tableFolders: list[TableFolder]
    sglEC: float | UnsetType | None = UNSET
    sglHC: float | UnsetType | None = UNSET


# --- metrics -----------------------------------------------------------------------------

# Unlike in iidx, percent comes after the grade, and a history has no gaps.
DERIVED: Final = {"grade": iidx_like.GRADE, "percent": iidx_like.PERCENT}

_HISTORIES = ("gaugeHistory", "gaugeHistoryEasy", "gaugeHistoryGroove", "gaugeHistoryHard")

OPTIONAL: Final = {
    **FAST_SLOW_MAX_COMBO,
    "bp": iidx_like.COUNT,
    "gauge": GAUGE,
    **dict.fromkeys(_HISTORIES, Optional(Graph(PERCENTAGE))),
    # Early and late pgreats, greats, goods, bads and poors.
    **dict.fromkeys(("epg", "egr", "egd", "ebd", "epr"), iidx_like.COUNT),
    **dict.fromkeys(("lpg", "lgr", "lgd", "lbd", "lpr"), iidx_like.COUNT),
}

PB_MERGES: Final = (
    Merge(
        "largest",
        "enumIndexes.lamp",
        "Best Lamp",
        ("lamp", "optional.gauge", *(f"optional.{history}" for history in _HISTORIES)),
    ),
    iidx_like.LOWEST_BP,
)

GOAL_TEXTS: Final = iidx_like.goal_texts(lambda distance: fixed(distance, 0))


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


SCORE_RATINGS: Final = {
    "sieglinde": ScoreRating("How hard the easy clear or hard clear of the chart is.", sieglinde),
}
SESSION_RATINGS: Final = {
    "sieglinde": session_average("sieglinde", "The average of the 10 best sieglinde."),
}
PROFILE_RATINGS: Final = {
    "sieglinde": profile_best(
        "sieglinde", "The average of the 20 best sieglinde.", count=20, average=True
    ),
}


# --- classes -----------------------------------------------------------------------------


def dans(rank: str, symbol: str, first: int = 1) -> list[ClassValue]:
    """The ranks `INSANE_1` `★1` (Insane 1st Dan) to the tenth."""
    return [
        ClassValue(f"{rank.upper()}_{n}", f"{symbol}{n}", f"{rank} {iidx_like.ordinal(n)} Dan")
        for n in range(first, 11)
    ]
