"""SOUND VOLTEX. Source: specification, games/sdvx.md."""

from __future__ import annotations

from typing import Any, Final

from msgspec import UNSET, UnsetType

from common.catalogue.documents import Chart
from common.games.kit import sdvx_like
from common.games.kit.classes import ordinal, provided
from common.games.kit.shared import (
    BEST_LAMP,
    FAST_SLOW_MAX_COMBO,
    GAUGE,
    Natural,
    Strict,
    Tier,
    chart_text,
)
from common.games.model import (
    GPT,
    ClassValue,
    Enum,
    Game,
    Integer,
    Merge,
    Optional,
)
from common.text.numbers import plain


class SongData(Strict):
    displayVersion: str


class ChartData(Strict):
    inGameID: Natural
    clearTier: Tier | UnsetType | None = UNSET
    pucTier: Tier | UnsetType | None = UNSET
    sTier: Tier | UnsetType | None = UNSET


class ScoreMeta(Strict):
    """inSkillAnalyser: whether it was played as part of a skill analyzer course."""

    inSkillAnalyser: bool | UnsetType | None = UNSET


def _ex_score_failure(value: Any, chart: Chart) -> str | None:
    # Note counts are not known, so there is no upper bound.
    return f"EX Score must be non-negative. Got {plain(value)}" if value < 0 else None


# The fourth difficulty has a new name in every release, and most sources of scores only know that
# it is the fourth.
ANY_INF: Final = frozenset({"INF", "GRV", "HVN", "VVD", "XCD", "NBL"})

_SINGLE = GPT(
    game="sdvx",
    playtype="Single",
    v3_id="sdvx",
    display_name="SOUND VOLTEX",
    provided={
        "score": sdvx_like.SCORE,
        "lamp": Enum(
            (
                "FAILED",
                "CLEAR",
                "EXCESSIVE CLEAR",
                "MAXXIVE CLEAR",
                "ULTIMATE CHAIN",
                "PERFECT ULTIMATE CHAIN",
            ),
            minimum_relevant="CLEAR",
        ),
    },
    derived={"grade": sdvx_like.GRADE},
    optional={
        **FAST_SLOW_MAX_COMBO,
        "exScore": Optional(Integer(chart_check=_ex_score_failure), in_score_id=True),
        "gauge": GAUGE,
    },
    default_metric="score",
    preferred_enum="grade",
    judgements=sdvx_like.JUDGEMENTS,
    score_ratings=sdvx_like.SCORE_RATINGS,
    session_ratings=sdvx_like.SESSION_RATINGS,
    profile_ratings=sdvx_like.PROFILE_RATINGS,
    default_score_rating="VF7",
    default_session_rating="ProfileVF7",
    default_profile_rating="VF7",
    difficulties=("NOV", "ADV", "EXH", "INF", "GRV", "HVN", "VVD", "XCD", "NBL", "MXM", "ULT"),
    difficulty_shorthand={},
    default_difficulty="EXH",
    versions={
        "booth": "BOOTH",
        "inf": "infinite infection",
        "gw": "GRAVITY WARS",
        "heaven": "HEAVENLY HAVEN",
        "vivid": "VIVID WAVE",
        "exceed": "EXCEED GEAR",
        "nabla": "NABLA",
        "konaste": "Konaste",
    },
    difficulty_groups={"ANY_INF": ANY_INF},
    match_types=("sdvxInGameID", "songTitle", "tachiSongID"),
    chart_text=chart_text,
    chart_data=ChartData,
    score_meta=ScoreMeta,
    preferences=sdvx_like.Preferences,
    classes={
        "dan": provided(
            *(ClassValue(f"DAN_{n}", f"LV.{n:02}", f"{ordinal(n)} Dan") for n in range(1, 12)),
            ClassValue("INF", "LV.INF", "Inf. Dan"),
        ),
        "vfClass": sdvx_like.VF_CLASS,
    },
    score_validators=sdvx_like.SCORE_VALIDATORS,
    pb_merges=(
        BEST_LAMP,
        Merge("largest", "optional.exScore", "Best EX Score", ("optional.exScore",)),
    ),
    leaderboard_keys=("enumIndexes.lamp", "optional.exScore"),
    goal_texts=sdvx_like.GOAL_TEXTS,
)

GAME = Game(
    id="sdvx",
    name="SOUND VOLTEX",
    song_data=SongData,
    playtypes={"Single": _SINGLE},
)
