"""USC. Source: specification, games/usc.md."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from common.catalogue.documents import Chart, Song
from common.games.kit import sdvx_like
from common.games.kit.chart_rules import unique
from common.games.kit.shared import (
    BEST_LAMP,
    FAST_SLOW_MAX_COMBO,
    GAUGE,
    Empty,
    Strict,
    TableFolder,
    chart_text_with_playtype,
    table_entries,
)
from common.games.model import GPT, Enum, Game


class ChartData(Strict):
    """hashSHA1: of the chart's file, several where it was distributed in several forms.

    isOfficial: taken from SOUND VOLTEX. effector: who made the chart.
    """

    hashSHA1: str | list[str]
    isOfficial: bool
    effector: str
    tableFolders: list[TableFolder]


class ScoreMeta(Strict):
    noteMod: Literal["MIR-RAN", "MIRROR", "NORMAL", "RANDOM"] | UnsetType = UNSET
    gaugeMod: Literal["NORMAL", "HARD", "PERMISSIVE"] | UnsetType = UNSET


def chart_text(song: Song, chart: Chart) -> str:
    """`Example (Keyboard INF 18, ★5, n2)`; only official charts have a level worth the name."""
    data: ChartData = chart.data
    levels = [table_entries(data.tableFolders)] if data.tableFolders else []
    if data.isOfficial:
        if not levels:
            return chart_text_with_playtype(song, chart)
        levels.insert(0, chart.level)
    name = f"{chart.playtype} {chart.difficulty} {', '.join(levels)}"
    return f"{song.title} ({name.rstrip()})"


def _gpt(playtype: Literal["Controller", "Keyboard"], display_name: str) -> GPT:
    return GPT(
        game="usc",
        playtype=playtype,
        v3_id=f"usc-{playtype.lower()}",
        display_name=display_name,
        provided={
            "score": sdvx_like.SCORE,
            "lamp": Enum(
                (
                    "FAILED",
                    "CLEAR",
                    "EXCESSIVE CLEAR",
                    "ULTIMATE CHAIN",
                    "PERFECT ULTIMATE CHAIN",
                ),
                minimum_relevant="CLEAR",
            ),
        },
        derived={"grade": sdvx_like.GRADE},
        optional={**FAST_SLOW_MAX_COMBO, "gauge": GAUGE},
        default_metric="score",
        preferred_enum="grade",
        judgements=sdvx_like.JUDGEMENTS,
        score_ratings=sdvx_like.SCORE_RATINGS,
        session_ratings=sdvx_like.SESSION_RATINGS,
        profile_ratings=sdvx_like.PROFILE_RATINGS,
        default_score_rating="VF7",
        default_session_rating="ProfileVF7",
        default_profile_rating="VF7",
        difficulties=("NOV", "ADV", "EXH", "INF"),
        difficulty_shorthand={},
        default_difficulty="EXH",
        versions={},
        match_types=("uscChartHash", "tachiSongID"),
        chart_text=chart_text,
        chart_data=ChartData,
        score_meta=ScoreMeta,
        preferences=sdvx_like.Preferences,
        classes={"vfClass": sdvx_like.VF_CLASS},
        score_validators=sdvx_like.SCORE_VALIDATORS,
        pb_merges=(BEST_LAMP,),
        goal_texts=sdvx_like.GOAL_TEXTS,
    )


GAME = Game(
    id="usc",
    name="USC",
    song_data=Empty,
    playtypes={
        "Controller": _gpt("Controller", "USC (Controller)"),
        "Keyboard": _gpt("Keyboard", "USC (Keyboard/Other)"),
    },
    chart_rules=(unique("hashSHA1", "playtype"),),
    never_whole=True,
)
