"""api/myt-wacca. Source: specification, import-types/api-myt.md sections 7.4 and 8."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import InvalidScore
from common.games.model import ScoreData
from common.games.registry import get_gpt
from worker.import_types.services.myt import difficulty_of, find, missing, myt_import

_DIFFICULTIES: Final = {1: "NORMAL", 2: "HARD", 3: "EXPERT", 4: "INFERNO"}

# Of `clearStatus`, the best one first.
_LAMPS: Final = (
    ("isAllMarvelous", "ALL MARVELOUS"),
    ("isFullCombo", "FULL COMBO"),
    ("isMissless", "MISSLESS"),
    ("isClear", "CLEAR"),
)

# The versions of the game that still have players: PLUS and REVERSE.
_VERSIONS: Final = ("400", "300")


def _read(entry: Mapping[str, Any], catalogue: GameCatalogue) -> tuple[Chart, ScoreData]:
    if not entry:
        raise missing()
    difficulty = difficulty_of(entry, entry["musicDifficulty"], _DIFFICULTIES)
    chart = find(catalogue, entry["musicId"], difficulty)
    status = entry.get("clearStatus")
    if status is None:
        raise InvalidScore("Can't process a score without clearStatus")
    lamp = next((lamp for flag, lamp in _LAMPS if status[flag]), "FAILED")
    judge = entry.get("judge") or {}
    judgements = {name: judge[name] for name in ("marvelous", "great", "good", "miss") if judge}
    optional = {"fast": entry["fast"], "slow": entry["late"], "maxCombo": entry["combo"]}
    return chart, ScoreData({"score": entry["score"], "lamp": lamp}, judgements, optional)


def _stage_up(profile: Any, playtype: str, warnings: list[str]) -> Mapping[str, str]:
    """The higher of both versions' ranks; ranks that there are not give no class."""
    stages = get_gpt("wacca", playtype).classes["stageUp"].ids
    by_version = profile.get("versionData", {}) if isinstance(profile, dict) else {}
    ranks = [by_version[name]["rank"] for name in _VERSIONS if name in by_version]
    warnings += [
        f"stageUp: unknown rank {rank}; no class was taken of it."
        for rank in ranks
        if rank > len(stages)
    ]
    known = [rank for rank in ranks if 1 <= rank <= len(stages)]
    return {"stageUp": stages[max(known) - 1]} if known else {}


MYT_WACCA: Final = myt_import(
    "wacca", "wacca", _read, info="", subject=("musicId", "musicDifficulty"), classes=_stage_up
)
