"""BMS. Source: specification, games/bms.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from common.catalogue.documents import Chart, Song
from common.games.kit import bms_like, iidx_like
from common.games.kit.bms_like import SongData, dans
from common.games.kit.chart_rules import unique
from common.games.kit.classes import ordinal, provided
from common.games.kit.shared import Strict, table_entries
from common.games.model import GPT, ClassSet, ClassValue, Game

# --- chart and score documents -----------------------------------------------------------


class ChartData(bms_like.ChartData):
    """aiLevel: the level that a program judged the chart to be."""

    aiLevel: str | UnsetType | None = UNSET


_Random = Literal["MIRROR", "NONRAN", "R-RANDOM", "RANDOM", "S-RANDOM"]


class _ScoreMeta(Strict):
    inputDevice: Literal["BM_CONTROLLER", "KEYBOARD", "MIDI"] | UnsetType | None = UNSET
    client: Literal["lr2oraja", "LR2"] | UnsetType | None = UNSET
    gauge: Literal["EASY", "NORMAL", "HARD", "EX-HARD"] | UnsetType | None = UNSET


class ScoreMeta7K(_ScoreMeta):
    random: _Random | UnsetType | None = UNSET


class ScoreMeta14K(_ScoreMeta):
    """random: of the left and of the right side."""

    random: tuple[_Random, _Random] | UnsetType | None = UNSET


class Preferences(Strict):
    """displayTables: the difficulty tables to show."""

    displayTables: list[str] | UnsetType | None = UNSET


def chart_text(song: Song, chart: Chart) -> str:
    """`Example - Sub [Core] (★5, sl3)`: levels say nothing here, tables do."""
    about: SongData = song.data
    data: ChartData = chart.data
    text = song.title
    if about.subtitle:
        text += f" - {about.subtitle}"
    if about.genre:
        text += f" [{about.genre}]"
    if data.tableFolders:
        text += f" ({table_entries(data.tableFolders)})"
    return text


# --- classes -----------------------------------------------------------------------------

_GENOCIDE = provided(
    *dans("Normal", "☆"),
    *dans("Insane", "★"),
    ClassValue("INSANE_KAIDEN", "★★", "Insane Kaiden"),
    ClassValue("OVERJOY", "(^^)", "Overjoy"),
)

_SATELLITE = [ClassValue(f"SL{n}", f"sl{n}", f"Satellite {n}") for n in range(13)]
_STELLA = [ClassValue(f"ST{n}", f"st{n}", f"Stella {n}") for n in range(13)]

_NEW_GENERATION = provided(
    *dans("Normal", "▽"),
    *dans("Insane", "▼", first=0),
    ClassValue("INSANE_KAIDEN", "▼皆伝", "Insane Kaiden"),
)

_LN = provided(
    *(ClassValue(f"DAN_{n}", f"◆{n}", f"LN {ordinal(n)} Dan") for n in range(1, 11)),
    ClassValue("KAIDEN", "◆◆", "LN Kaiden"),
    ClassValue("OVERJOY", "◆(^^)", "LN Overjoy"),
    ClassValue("UDON", "◆うどん", "LN Udon"),
)

_SCRATCH = provided(
    *iidx_like.kyu_and_dan("Scratch "),
    ClassValue("KAIDEN", "皆伝", "Scratch Kaiden"),
)


# --- configuration -----------------------------------------------------------------------


def _gpt(
    playtype: Literal["7K", "14K"],
    score_meta: type[Struct],
    classes: Mapping[str, ClassSet],
) -> GPT:
    return bms_like.gpt(
        game="bms",
        playtype=playtype,
        display_name=f"BMS ({playtype})",
        judgements=("pgreat", "great", "good", "bad", "poor"),
        chart_text=chart_text,
        chart_data=ChartData,
        score_meta=score_meta,
        preferences=Preferences,
        classes=classes,
        score_validators=(iidx_like.judgements_add_up,),
    )


GAME = Game(
    id="bms",
    name="BMS",
    song_data=SongData,
    playtypes={
        "7K": _gpt(
            "7K",
            ScoreMeta7K,
            {
                "genocideDan": _GENOCIDE,
                "stslDan": provided(*_SATELLITE, *_STELLA),
                "newGenerationDan": _NEW_GENERATION,
                "lnDan": _LN,
                "scratchDan": _SCRATCH,
            },
        ),
        "14K": _gpt(
            "14K",
            ScoreMeta14K,
            {"genocideDan": _GENOCIDE, "stslDan": provided(*_SATELLITE)},
        ),
    },
    chart_rules=(
        unique("hashMD5"),
        unique("hashSHA256"),
    ),
    never_whole=True,
    players_charts_by="hashSHA256",
    served_with=("pms",),
    has_courses=True,
    bests_by_checksum=True,
    one_playtype_a_chart=True,
)
