"""api/cg-*-popn. Source: specification, import-types/api-cg.md section 6.3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import InvalidScore, SkipScore, SongOrChartNotFound
from common.games.model import ScoreData
from common.validation import text_of
from common.validation.rules import POSITIVE_INTEGER, STRING, Record
from worker.import_types.services.cg import CGGame, difficulty_of
from worker.import_types.services.finding import charts_of, of_version

_DIFFICULTIES: Final[Mapping[float, str]] = {0: "Easy", 1: "Normal", 2: "Hyper", 3: "EX"}
_BATTLE_MODE: Final = (4, 5)
_VERSIONS: Final[Mapping[float, str]] = {25: "peace", 26: "kaimei", 27: "unilab", 28: "jamfizz"}
_MOST: Final = 100_000

_MEDALS: Final[Mapping[float, str]] = {
    1: "failedCircle",
    2: "failedDiamond",
    3: "failedStar",
    4: "easyClear",
    5: "clearCircle",
    6: "clearDiamond",
    7: "clearStar",
    8: "fullComboCircle",
    9: "fullComboDiamond",
    10: "fullComboStar",
    11: "perfect",
}

_ENTRY: Final = Record(
    {
        "internalId": POSITIVE_INTEGER,
        "difficulty": POSITIVE_INTEGER,
        "version": POSITIVE_INTEGER,
        "clearFlag": POSITIVE_INTEGER,
        "score": POSITIVE_INTEGER,
        "coolCount": POSITIVE_INTEGER,
        "greatCount": POSITIVE_INTEGER,
        "goodCount": POSITIVE_INTEGER,
        "badCount": POSITIVE_INTEGER,
        "dateTime": STRING,
    },
    others=True,
)


def _read(entry: Mapping[str, Any], catalogue: GameCatalogue) -> tuple[Chart, ScoreData]:
    if entry["difficulty"] in _BATTLE_MODE:
        raise SkipScore("Battle Mode scores are not supported!")
    difficulty = difficulty_of(entry, _DIFFICULTIES)
    version = _VERSIONS.get(entry["version"])
    if entry["score"] > _MOST:
        raise InvalidScore(f"Score is > 100_000 (got {text_of(entry['score'])})")
    charts = charts_of(catalogue, entry["internalId"], "9B", difficulty)
    chart = of_version(catalogue, charts, version)
    if chart is None:
        name = version or text_of(entry["version"])
        raise SongOrChartNotFound(
            f"Could not find chart with songID {text_of(entry['internalId'])}"
            f" ({difficulty} - Version {name})"
        )
    medal = _MEDALS.get(entry["clearFlag"])
    if medal is None:
        number = text_of(entry["clearFlag"])
        raise InvalidScore(f"Invalid/unexpected clearMedal of {number}.")
    judgements = {
        "cool": entry["coolCount"],
        "great": entry["greatCount"],
        "good": entry["goodCount"],
        "bad": entry["badCount"],
    }
    return chart, ScoreData({"score": entry["score"], "clearMedal": medal}, judgements)


POPN: Final = CGGame("popn", "popn", _ENTRY, _read)
