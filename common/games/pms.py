"""PMS. Source: specification, games/pms.md."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from common.games.kit import bms_like
from common.games.kit.bms_like import ChartData, SongData, dans
from common.games.kit.chart_rules import unique
from common.games.kit.classes import provided
from common.games.kit.shared import Empty, Strict, chart_text_with_playtype
from common.games.model import GPT, ClassValue, Game


class ScoreMeta(Strict):
    random: Literal["MIRROR", "NONRAN", "R-RANDOM", "RANDOM", "S-RANDOM"] | UnsetType = UNSET
    client: Literal["beatoraja"] | UnsetType = UNSET
    gauge: Literal["EASY", "NORMAL", "HARD", "EX-HARD"] | UnsetType = UNSET


_DAN = provided(
    *dans("Insane", "●"),
    ClassValue("INSANE_KAIDEN", "●●", "Insane Kaiden"),
    ClassValue("OVERJOY", "●OJ", "Overjoy"),
    ClassValue("UNDEFINED", "●UNDF", "Undefined (Post-Overjoy)"),
)


def _gpt(playtype: Literal["Controller", "Keyboard"]) -> GPT:
    return bms_like.gpt(
        game="pms",
        playtype=playtype,
        display_name=f"PMS ({playtype})",
        judgements=("cool", "great", "good", "bad", "poor"),
        chart_text=chart_text_with_playtype,
        chart_data=ChartData,
        score_meta=ScoreMeta,
        preferences=Empty,
        classes={"dan": _DAN},
        # Unlike in bms, judgements need not make the EX score: the reference takes such
        # scores, and refusing them would lose plays that it has.
        score_validators=(),
    )


GAME = Game(
    id="pms",
    name="PMS",
    song_data=SongData,
    playtypes={"Controller": _gpt("Controller"), "Keyboard": _gpt("Keyboard")},
    chart_rules=(
        unique("hashMD5", "playtype"),
        unique("hashSHA256", "playtype"),
    ),
    never_whole=True,
    players_charts_by="hashSHA256",
    served_with=("bms",),
)
