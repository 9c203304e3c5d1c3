"""PMS. Source: specification, games/pms.md."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from common.games import bms_like, iidx_like
from common.games.bms_like import DIFFICULTY, ChartData, SongData, dans
from common.games.classes import provided
from common.games.model import GPT, ClassValue, Game
from common.games.shared import Empty, Strict, chart_text_with_playtype


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
    return GPT(
        game="pms",
        playtype=playtype,
        display_name=f"PMS ({playtype})",
        provided=iidx_like.PROVIDED,
        derived=bms_like.DERIVED,
        optional=bms_like.OPTIONAL,
        default_metric="percent",
        preferred_enum="lamp",
        judgements=("cool", "great", "good", "bad", "poor"),
        score_ratings=bms_like.SCORE_RATINGS,
        session_ratings=bms_like.SESSION_RATINGS,
        profile_ratings=bms_like.PROFILE_RATINGS,
        default_score_rating="sieglinde",
        default_session_rating="sieglinde",
        default_profile_rating="sieglinde",
        difficulties=(DIFFICULTY,),
        difficulty_shorthand={},
        default_difficulty=DIFFICULTY,
        versions={},
        match_types=("bmsChartHash", "tachiSongID"),
        chart_text=chart_text_with_playtype,
        chart_data=ChartData,
        score_meta=ScoreMeta,
        preferences=Empty,
        classes={"dan": _DAN},
        # Unlike in bms, judgements need not make the EX score: the reference takes such
        # scores, and refusing them would lose plays that it has.
        score_validators=(),
        pb_merges=bms_like.PB_MERGES,
        goal_texts=bms_like.GOAL_TEXTS,
    )


GAME = Game(
    id="pms",
    name="PMS",
    song_data=SongData,
    playtypes={"Controller": _gpt("Controller"), "Keyboard": _gpt("Keyboard")},
)
