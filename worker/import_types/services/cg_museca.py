"""api/cg-*-museca. Source: specification, import-types/api-cg.md section 6.2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import SongOrChartNotFound
from common.games.model import ScoreData
from common.validation import text_of
from common.validation.rules import (
    ANYTHING,
    POSITIVE_INTEGER,
    STRING,
    Record,
    integer_between,
)
from worker.import_types.services.cg import CGGame, difficulty_of
from worker.import_types.services.finding import charts_of, of_version

_DIFFICULTIES: Final[Mapping[float, str]] = {0: "Green", 1: "Yellow", 2: "Red"}

# The game's last. Others name no chart, but lose no score either.
_VERSIONS: Final[Mapping[float, str]] = {2: "1.5-b"}

_PERFECT: Final = 1_000_000
_CLEAR: Final = 800_000

_ENTRY: Final = Record(
    {
        "internalId": POSITIVE_INTEGER,
        "difficulty": POSITIVE_INTEGER,
        "version": POSITIVE_INTEGER,
        "score": integer_between(0, _PERFECT),
        "clearType": ANYTHING,
        "scoreGrade": ANYTHING,
        "maxChain": POSITIVE_INTEGER,
        "critical": POSITIVE_INTEGER,
        "near": POSITIVE_INTEGER,
        "error": POSITIVE_INTEGER,
        "dateTime": STRING,
    },
    others=True,
)


def _read(entry: Mapping[str, Any], catalogue: GameCatalogue) -> tuple[Chart, ScoreData]:
    difficulty = difficulty_of(entry, _DIFFICULTIES)
    version = _VERSIONS.get(entry["version"])
    charts = charts_of(catalogue, entry["internalId"], "Single", difficulty)
    chart = of_version(catalogue, charts, version)
    if chart is None:
        name = version or text_of(entry["version"])
        raise SongOrChartNotFound(
            f"Could not find chart with songID {text_of(entry['internalId'])}"
            f" ({difficulty} - Version {name})"
        )
    judgements = {"critical": entry["critical"], "near": entry["near"], "miss": entry["error"]}
    metrics = {"score": entry["score"], "lamp": _lamp(entry["score"], entry["error"])}
    return chart, ScoreData(metrics, judgements, {"maxCombo": entry["maxChain"]})


def _lamp(score: float, misses: float) -> str:
    if score == _PERFECT:
        return "PERFECT CONNECT ALL"
    if misses == 0:
        return "CONNECT ALL"
    return "CLEAR" if score >= _CLEAR else "FAILED"


MUSECA: Final = CGGame("museca", "msc", _ENTRY, _read)
