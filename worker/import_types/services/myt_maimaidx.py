"""api/myt-maimaidx. Source: specification, import-types/api-myt.md section 7.2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import InvalidScore, SkipScore
from common.games.model import ScoreData
from worker.import_types.services.myt import (
    difficulty_of,
    find,
    myt_import,
    parts,
)

_DIFFICULTIES: Final = {1: "Basic", 2: "Advanced", 3: "Expert", 4: "Master", 5: "Re:Master"}
_UTAGE: Final = 6

# Songs from this id on are the DX charts of a song.
_FIRST_DX: Final = 10_000

_UNSPECIFIED: Final = 0
_LAMPS: Final = {
    1: "CLEAR",
    2: "FULL COMBO",
    3: "FULL COMBO+",
    4: "ALL PERFECT",
    5: "ALL PERFECT+",
}


def _read(entry: Mapping[str, Any], catalogue: GameCatalogue) -> tuple[Chart, ScoreData]:
    info, judge = parts(entry)
    difficulty = _difficulty(info)
    lamp = _lamp(info)
    chart = find(catalogue, info["musicId"], difficulty)
    judgements = {
        "pcrit": judge["judgeCriticalPerfect"],
        "perfect": judge["judgePerfect"],
        "great": judge["judgeGreat"],
        "good": judge["judgeGood"],
        "miss": judge["judgeMiss"],
    }
    optional = {
        "fast": judge["fastCount"],
        "slow": judge["lateCount"],
        "maxCombo": judge["maxCombo"],
    }
    metrics = {"percent": info["achievement"] / 10_000, "lamp": lamp}
    return chart, ScoreData(metrics, judgements, optional)


def _difficulty(info: Mapping[str, Any]) -> str:
    if info["level"] == _UTAGE:
        raise SkipScore("Utage charts are not supported")
    difficulty = difficulty_of(info, info["level"], _DIFFICULTIES)
    return f"DX {difficulty}" if info["musicId"] >= _FIRST_DX else difficulty


def _lamp(info: Mapping[str, Any]) -> str:
    combo = info["comboStatus"]
    lamp = _LAMPS.get(combo) if info["isClear"] else "FAILED"
    if combo == _UNSPECIFIED or lamp is None:
        raise InvalidScore("Can't process a score with an invalid combo status and/or clear status")
    return lamp


MYT_MAIMAIDX: Final = myt_import("maimaidx", "maimai", _read)
