"""api/cg-*-sdvx. Source: specification, import-types/api-cg.md section 6.4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import InvalidScore, SongOrChartNotFound
from common.games.kit.sdvx_like import PERFECT_SCORE
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
from worker.import_types.services.finding import charts_of, difficulty_text, of_version
from worker.import_types.services.sdvx_names import (
    DIFFICULTIES,
    LAMPS,
    LAMPS_SINCE_NABLA,
    VERSIONS,
)

_NABLA: Final = 7

_ENTRY: Final = Record(
    {
        "internalId": POSITIVE_INTEGER,
        "difficulty": POSITIVE_INTEGER,
        "version": POSITIVE_INTEGER,
        "score": integer_between(0, PERFECT_SCORE),
        "exScore": POSITIVE_INTEGER,
        "clearType": POSITIVE_INTEGER,
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
    difficulty = difficulty_of(entry, DIFFICULTIES)
    version = VERSIONS.get(entry["version"])
    charts = charts_of(catalogue, entry["internalId"], "Single", difficulty)
    chart = of_version(catalogue, charts, version)
    if chart is None:
        name = version or text_of(entry["version"])
        raise SongOrChartNotFound(
            f"Could not find chart with songID {text_of(entry['internalId'])}"
            f" ({difficulty_text(difficulty)} - Version {name})"
        )
    lamps = LAMPS if entry["version"] < _NABLA else LAMPS_SINCE_NABLA
    lamp = lamps.get(entry["clearType"])
    if lamp is None:
        raise InvalidScore(f"Invalid lamp of {text_of(entry['clearType'])} - Could not convert.")
    judgements = {"critical": entry["critical"], "near": entry["near"], "miss": entry["error"]}
    # Versions without EX scores report 0.
    optional = {"maxCombo": entry["maxChain"], "exScore": entry["exScore"] or None}
    return chart, ScoreData({"score": entry["score"], "lamp": lamp}, judgements, optional)


SDVX: Final = CGGame("sdvx", "sdvx", _ENTRY, _read)
