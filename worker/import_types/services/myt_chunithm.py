"""api/myt-chunithm. Source: specification, import-types/api-myt.md section 7.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import InvalidScore
from common.games.model import ScoreData
from worker.import_types.services.myt import (
    difficulty_of,
    find,
    find_special,
    myt_import,
    parts,
)

_DIFFICULTIES: Final = {1: "BASIC", 2: "ADVANCED", 3: "EXPERT", 4: "MASTER", 5: "ULTIMA"}
_WORLDS_END: Final = 6

# MYT's names of them are a step off: what it calls ABSOLUTE is BRAVE.
_CLEAR_LAMPS: Final = {
    1: "FAILED",
    2: "CLEAR",
    3: "HARD",
    4: "BRAVE",
    5: "ABSOLUTE",
    6: "CATASTROPHY",
}
_NOTE_LAMPS: Final = {1: "NONE", 2: "FULL COMBO", 3: "ALL JUSTICE", 4: "ALL JUSTICE CRITICAL"}


def _read(entry: Mapping[str, Any], catalogue: GameCatalogue) -> tuple[Chart, ScoreData]:
    info, judge = parts(entry)
    is_special = info["level"] == _WORLDS_END
    difficulty = "WORLD'S END" if is_special else difficulty_of(info, info["level"], _DIFFICULTIES)
    clear_lamp = _CLEAR_LAMPS.get(info["clearStatus"])
    if clear_lamp is None:
        raise InvalidScore("Can't process a score with an invalid clear status")
    note_lamp = _NOTE_LAMPS.get(info["comboStatus"])
    if note_lamp is None:
        raise InvalidScore("Can't process a score with an invalid combo status")
    chart = (find_special if is_special else find)(catalogue, info["musicId"], difficulty)
    judgements = {
        "jcrit": judge["judgeCritical"] + judge["judgeHeaven"],
        "justice": judge["judgeJustice"],
        "attack": judge["judgeAttack"],
        "miss": judge["judgeMiss"],
    }
    metrics = {"score": info["score"], "clearLamp": clear_lamp, "noteLamp": note_lamp}
    return chart, ScoreData(metrics, judgements, {"maxCombo": judge["maxCombo"]})


MYT_CHUNITHM: Final = myt_import("chunithm", "chunithm", _read)
