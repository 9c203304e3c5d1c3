"""beatmania IIDX. Source: specification, games/iidx.md."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from common.catalogue.documents import Chart
from common.games.kit import iidx_like
from common.games.kit.chart_rules import each_chart
from common.games.kit.classes import provided
from common.games.kit.ratings import profile_best, session_average
from common.games.kit.shared import (
    FAST_SLOW_MAX_COMBO,
    GAUGE,
    Natural,
    Strict,
    Tier,
    chart_text_with_playtype,
)
from common.games.model import (
    GPT,
    PERCENTAGE,
    POSITIVE,
    ClassValue,
    Game,
    Graph,
    Integer,
    Merge,
    Optional,
    ProfileRating,
    ScoreData,
    ScoreRating,
)
from common.text.numbers import fixed, js_round, plain

# --- song, chart and score documents -----------------------------------------------------

_Positive = Annotated[int, Meta(gt=0)]


class SongData(Strict):
    """eamusementCsv...: how the game's own score files spell it, where they do otherwise."""

    genre: str
    displayVersion: str | None
    eamusementCsvTitle: str | UnsetType = UNSET
    eamusementCsvArtist: str | UnsetType = UNSET
    eamusementCsvGenre: str | UnsetType = UNSET


class _ChartData(Strict):
    """kaidenAverage: average EX score of top-dan players. worldRecord: best known EX score.

    xtraSet: the custom-chart set it is from; None = an official chart.
    """

    notecount: Natural
    inGameID: int | list[int]
    hashSHA256: str | None
    xtraSet: str | None = field(name="2dxtraSet")
    kaidenAverage: _Positive | None
    worldRecord: _Positive | None
    bpiCoefficient: Annotated[float, Meta(gt=0)] | None


class SPChartData(_ChartData):
    """The tiers say how hard a normal, hard and ex-hard clear is."""

    ncTier: Tier | UnsetType | None = UNSET
    hcTier: Tier | UnsetType | None = UNSET
    exhcTier: Tier | UnsetType | None = UNSET


class DPChartData(_ChartData):
    dpTier: Tier | UnsetType | None = UNSET


_Random = Literal["NONRAN", "MIRROR", "R-RANDOM", "RANDOM", "S-RANDOM"]


class _ScoreMeta(Strict):
    assist: Literal["AUTO SCRATCH", "LEGACY NOTE", "NO ASSIST", "FULL ASSIST"] | UnsetType = UNSET
    range: Literal["NONE", "HIDDEN+", "SUDDEN+", "LIFT", "LIFT SUD+", "SUD+ HID+"] | UnsetType = (
        UNSET
    )
    gauge: Literal["ASSISTED EASY", "EASY", "NORMAL", "HARD", "EX-HARD"] | UnsetType = UNSET


class SPScoreMeta(_ScoreMeta):
    random: _Random | UnsetType = UNSET


class DPScoreMeta(_ScoreMeta):
    """random: of the left and of the right side."""

    random: Annotated[list[_Random], Meta(min_length=2, max_length=2)] | UnsetType = UNSET


class Preferences(Strict):
    display2DXTra: bool | UnsetType | None = UNSET
    bpiTarget: Annotated[float, Meta(ge=-15, le=100)] | UnsetType | None = UNSET


# --- score ratings -----------------------------------------------------------------------


def _tier(tier: Tier | UnsetType | None, otherwise: float) -> float:
    return tier.value if isinstance(tier, Tier) else otherwise


_EX_HARD = frozenset({"EX HARD CLEAR", "FULL COMBO"})
_HARD = _EX_HARD | {"HARD CLEAR"}
_DP_CLEARS = _HARD | {"EASY CLEAR", "CLEAR"}


def _worths(chart: Chart) -> tuple[float, float, float]:
    """Of a normal, a hard and an ex-hard clear; a harder one is worth no less than an easier."""
    data: SPChartData = chart.data
    normal = _tier(data.ncTier, chart.levelNum)
    hard = max(_tier(data.hcTier, 0), normal)
    return normal, hard, max(_tier(data.exhcTier, 0), hard)


def lamp_rating_sp(score: ScoreData, chart: Chart) -> float:
    """The worth of the clear lamp."""
    normal, hard, ex_hard = _worths(chart)
    lamp = score.metrics["lamp"]
    if lamp in _EX_HARD:
        return ex_hard
    return {"CLEAR": normal, "HARD CLEAR": hard}.get(lamp, 0)


def hard_rating_sp(score: ScoreData, chart: Chart) -> float:
    """The worth of a hard clear, of whoever has that or better."""
    return _worths(chart)[1] if score.metrics["lamp"] in _HARD else 0


def ex_hard_rating_sp(score: ScoreData, chart: Chart) -> float:
    """The worth of an ex-hard clear, of whoever has that or better."""
    return _worths(chart)[2] if score.metrics["lamp"] in _EX_HARD else 0


def _rating_dp(lamps: frozenset[str]) -> Callable[[ScoreData, Chart], float]:
    """The worth of clearing the chart, of whoever has one of the lamps."""

    def rate(score: ScoreData, chart: Chart) -> float:
        data: DPChartData = chart.data
        return _tier(data.dpTier, chart.levelNum) if score.metrics["lamp"] in lamps else 0

    return rate


lamp_rating_dp = _rating_dp(_DP_CLEARS)
hard_rating_dp = _rating_dp(_HARD)
ex_hard_rating_dp = _rating_dp(_EX_HARD)


_BPI_COEFFICIENT = 1.175  # of charts that have none of their own
_BPI_FLOOR = -15


def beat_power_indicator(score: ScoreData, chart: Chart) -> float | None:
    """EX score on a scale from the top-dan average (0) to the world record (100).

    None for charts that lack either or whose figures contradict each other.
    """
    data: SPChartData | DPChartData = chart.data
    average, record, most = data.kaidenAverage, data.worldRecord, data.notecount * 2
    if average is None or record is None or not 0 < average < record <= most:
        return None
    coefficient = data.bpiCoefficient
    if coefficient is None:
        coefficient = _BPI_COEFFICIENT
    ex = score.metrics["score"]
    at_average = _pikagreat(average, most)
    distance = math.log(_pikagreat(ex, most) / at_average) / math.log(
        _pikagreat(record, most) / at_average
    )
    if ex < average:
        return max(_BPI_FLOOR, -100 * math.pow(-distance, coefficient))
    return 100 * math.pow(distance, coefficient)


def _pikagreat(ex: int, most: int) -> float:
    """How many notes a player hits for each one that costs a point."""
    return most * 0.8 if ex == most else 0.5 / (1 - ex / most)


# --- configuration -----------------------------------------------------------------------


def _history() -> Optional:
    """A value in percent over the course of the play; None from the moment of failing."""
    return Optional(Graph(PERCENTAGE, nullable=True))


_OPTIONAL = {
    **FAST_SLOW_MAX_COMBO,
    "bp": iidx_like.COUNT,
    "gauge": GAUGE,
    "comboBreak": Optional(Integer(POSITIVE)),
    "gaugeHistory": _history(),
    "scoreHistory": _history(),
    "gsmEasy": _history(),
    "gsmNormal": _history(),
    "gsmHard": _history(),
    "gsmEXHard": _history(),
}

_DIFFICULTIES = {
    f"{kind}{name}": f"{letter}{short}"
    for kind, short in (
        ("", ""),
        ("All Scratch ", " (Scr.)"),
        ("Kichiku ", " (Kc.)"),
        ("Kiraku ", " (Kr.)"),
    )
    for name, letter in (("NORMAL", "N"), ("HYPER", "H"), ("ANOTHER", "A"), ("LEGGENDARIA", "L"))
}

_VERSIONS = {
    "20": "tricoro",
    "21": "SPADA",
    "22": "PENDUAL",
    "23": "copula",
    "24": "SINOBUZ",
    "25": "CANNON BALLERS",
    "26": "ROOTAGE",
    "27": "HEROIC VERSE",
    "28": "BISTROVER",
    "29": "CastHour",
    "30": "Resident",
    "31": "Epolis",
    "32": "Pinky Crush",
    "33": "Sparkle Shower",
    "34": "ZINRAI",
    "3-cs": "3rd Style CS",
    "4-cs": "4th Style CS",
    "5-cs": "5th Style CS",
    "6-cs": "6th Style CS",
    "7-cs": "7th Style CS",
    "8-cs": "8th Style CS",
    "9-cs": "9th Style CS",
    "10-cs": "10th Style CS",
    "11-cs": "IIDX RED CS",
    "12-cs": "HAPPY SKY CS",
    "13-cs": "DISTORTED CS",
    "14-cs": "GOLD CS",
    "15-cs": "DJ TROOPERS CS",
    "16-cs": "EMPRESS CS",
    "26-omni": "ROOTAGE Omnimix",
    "27-omni": "HEROIC VERSE Omnimix",
    "28-omni": "BISTROVER Omnimix",
    "29-omni": "CastHour Omnimix",
    "30-omni": "Resident Omnimix",
    "31-omni": "Epolis Omnimix",
    "32-omni": "Pinky Crush Omnimix",
    "33-omni": "Sparkle Shower Omnimix",
    "27-2dxtra": "HEROIC VERSE 2dxtra",
    "28-2dxtra": "BISTROVER 2dxtra",
    "30-2dxtra": "RESIDENT 2dxtra",
    "31-2dxtra": "Epolis 2dxtra",
    "bmus": "BEATMANIA US",
    "inf": "INFINITAS",
}

_DAN = provided(
    *iidx_like.kyu_and_dan(),
    ClassValue("CHUUDEN", "中伝", "Chuuden"),
    ClassValue("KAIDEN", "皆伝", "Kaiden"),
)

_BEST_LAMP = Merge(
    "largest",
    "enumIndexes.lamp",
    "Best Lamp",
    (
        "lamp",
        "optional.gsmEasy",
        "optional.gsmNormal",
        "optional.gsmHard",
        "optional.gsmEXHard",
        "optional.gauge",
        "optional.gaugeHistory",
        "optional.comboBreak",
    ),
)


def _show_ex(points: float) -> str:
    return fixed(js_round(points) if math.isfinite(points) else points, 0)


_Rate = Callable[[ScoreData, Chart], float]


def _lamp_profile(key: str) -> ProfileRating:
    return profile_best(key, f"The average of the 20 best {key}.", count=20, average=True)


def _gpt(
    playtype: Literal["SP", "DP"],
    chart_data: type[Struct],
    score_meta: type[Struct],
    lamp_ratings: tuple[_Rate, _Rate, _Rate],
) -> GPT:
    """lamp_ratings: of any clear, of hard and of ex-hard clears."""
    clear, hard, ex_hard = lamp_ratings
    return GPT(
        game="iidx",
        playtype=playtype,
        v3_id=f"iidx-{playtype.lower()}",
        display_name=f"beatmania IIDX ({playtype})",
        provided=iidx_like.PROVIDED,
        derived={"percent": iidx_like.PERCENT, "grade": iidx_like.GRADE},
        optional=_OPTIONAL,
        default_metric="percent",
        preferred_enum="lamp",
        judgements=("pgreat", "great", "good", "bad", "poor"),
        score_ratings={
            "ktLampRating": ScoreRating("The worth of the clear lamp.", clear),
            "ktLampRatingHC": ScoreRating("The worth of the chart's hard clear.", hard),
            "ktLampRatingEXHC": ScoreRating("The worth of the chart's ex-hard clear.", ex_hard),
            "BPI": ScoreRating(
                "EX score between the top-dan average (0) and the world record (100).",
                beat_power_indicator,
            ),
        },
        session_ratings={
            **{
                key: session_average(key, f"The average of the 10 best {key}.")
                for key in ("ktLampRating", "ktLampRatingHC", "ktLampRatingEXHC")
            },
            "BPI": session_average("BPI", "The average of the 10 best BPI."),
        },
        profile_ratings={
            **{
                key: _lamp_profile(key)
                for key in ("ktLampRating", "ktLampRatingHC", "ktLampRatingEXHC")
            },
            "BPI": profile_best(
                "BPI", "The average of the 20 best BPI.", count=20, average=True, needs_all=True
            ),
        },
        default_score_rating="ktLampRating",
        default_session_rating="ktLampRating",
        default_profile_rating="ktLampRating",
        difficulties=tuple(_DIFFICULTIES),
        untracked_difficulties=("BEGINNER",),
        difficulty_shorthand=_DIFFICULTIES,
        default_difficulty="ANOTHER",
        versions=_VERSIONS,
        match_types=("inGameID", "tachiSongID", "songTitle"),
        chart_text=chart_text_with_playtype,
        chart_data=chart_data,
        score_meta=score_meta,
        preferences=Preferences,
        classes={"dan": _DAN},
        score_validators=(iidx_like.judgements_add_up,),
        pb_merges=(_BEST_LAMP, iidx_like.LOWEST_BP),
        leaderboard_keys=iidx_like.LEADERBOARD_KEYS,
        goal_texts=iidx_like.goal_texts(_show_ex),
    )


# --- rules about charts -------------------------------------------------------------------


def _level(chart: Mapping[str, Any]) -> str | None:
    level, number = chart["level"], chart["levelNum"]
    if level == "?":
        return None if number == 0 else f"level ? goes with levelNum 0, not {plain(number)}"
    if number <= 0 or level != plain(number):
        return f"level {level} is not the text of levelNum {plain(number)}, a number above 0"
    return None


def _records(chart: Mapping[str, Any]) -> str | None:
    data = chart["data"]
    notes, record, average = (
        data.get(name) for name in ("notecount", "worldRecord", "kaidenAverage")
    )
    if notes is None:
        return None
    for name, score in (("worldRecord", record), ("kaidenAverage", average)):
        if score is not None and score > 2 * notes:
            return f"{name} {score} is above the highest EX score, {2 * notes}"
    if record is not None and average is not None and average >= record:
        return f"kaidenAverage {average} is not below worldRecord {record}"
    return None


GAME = Game(
    id="iidx",
    name="beatmania IIDX",
    song_data=SongData,
    playtypes={
        "SP": _gpt(
            "SP", SPChartData, SPScoreMeta, (lamp_rating_sp, hard_rating_sp, ex_hard_rating_sp)
        ),
        "DP": _gpt(
            "DP", DPChartData, DPScoreMeta, (lamp_rating_dp, hard_rating_dp, ex_hard_rating_dp)
        ),
    },
    chart_rules=(
        each_chart("level", _level),
        each_chart("records", _records),
    ),
    default_preferences={"display2DXTra": False, "bpiTarget": 0},
    eamusement_csv=True,
)
