"""api/myt-ongeki. Source: specification, import-types/api-myt.md section 7.3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import InvalidScore
from common.games.model import ScoreData
from worker.import_types.services.myt import difficulty_of, find, myt_import, parts

_DIFFICULTIES: Final = {1: "BASIC", 2: "ADVANCED", 3: "EXPERT", 4: "MASTER", 5: "LUNATIC"}

# A fifth difficulty is one of these, and MYT does not tell which.
_LUNATIC: Final = frozenset({"LUNATIC", "Re:MASTER"})

_PERFECT: Final = 1_010_000
_UNSPECIFIED: Final = 0
_FULL_COMBO, _ALL_BREAK = 2, 3  # of the combo status
_FAILED, _CLEARED, _OVER_DAMAGE = 1, 2, 3  # of the clear status


def _read(entry: Mapping[str, Any], catalogue: GameCatalogue) -> tuple[Chart, ScoreData]:
    info, judge = parts(entry)
    difficulty = difficulty_of(info, info["level"], _DIFFICULTIES)
    note_lamp = _note_lamp(info)
    accepted = _LUNATIC if difficulty in _LUNATIC else None
    chart = find(catalogue, info["musicId"], difficulty, accepted)
    judgements = {
        "cbreak": judge["judgeCriticalBreak"],
        "break": judge["judgeBreak"],
        "hit": judge["judgeHit"],
        "miss": judge["judgeMiss"],
    }
    optional = {
        "damage": judge["damageCount"],
        "bellCount": judge["bellCount"],
        "totalBellCount": judge["totalBellCount"],
    }
    metrics = {
        "score": info["techScore"],
        "noteLamp": note_lamp,
        "bellLamp": "FULL BELL" if info["isFullBell"] else "NONE",
        "platinumScore": info["platinumScore"],
    }
    return chart, ScoreData(metrics, judgements, optional)


def _note_lamp(info: Mapping[str, Any]) -> str:
    combo, clear = info["comboStatus"], info["clearStatus"]
    if combo != _UNSPECIFIED and clear != _UNSPECIFIED:
        if info["techScore"] == _PERFECT:
            return "ALL BREAK+"
        if combo == _ALL_BREAK:
            return "ALL BREAK"
        if combo == _FULL_COMBO:
            return "FULL COMBO"
        if clear in (_CLEARED, _OVER_DAMAGE):
            return "CLEAR"
        if clear == _FAILED:
            return "LOSS"
    raise InvalidScore("Can't process a score with an invalid combo status and/or clear status")


MYT_ONGEKI: Final = myt_import("ongeki", "ongeki", _read)
