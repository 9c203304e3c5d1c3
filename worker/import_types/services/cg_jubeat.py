"""api/cg-*-jubeat. Source: specification, import-types/api-cg.md section 6.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import InvalidScore, SongOrChartNotFound
from common.games.model import ScoreData
from common.validation import text_of
from common.validation.rules import (
    ANYTHING,
    BOOLEAN,
    POSITIVE_INTEGER,
    STRING,
    Record,
    integer_between,
)
from common.validation.values import is_integer
from worker.import_types.services.cg import CGGame, difficulty_of
from worker.import_types.services.finding import charts_of, of_version

_DIFFICULTIES: Final[Mapping[float, str]] = {0: "BSC", 1: "ADV", 2: "EXT"}
_VERSIONS: Final[Mapping[float, str]] = {
    1: "jubeat",
    2: "ripples",
    3: "knit",
    4: "copious",
    5: "saucer",
    6: "prop",
    7: "qubell",
    8: "clan",
    9: "festo",
    10: "festo",
    11: "ave",
    12: "beyond",
}

# Bits of `clearFlag`, the best one first: what a play reached it reached besides all below.
_LAMPS: Final = ((8, "EXCELLENT"), (4, "FULL COMBO"), (2, "CLEAR"), (1, "FAILED"))

_ENTRY: Final = Record(
    {
        "internalId": POSITIVE_INTEGER,
        "difficulty": POSITIVE_INTEGER,
        "version": POSITIVE_INTEGER,
        "clearFlag": ANYTHING,
        "score": integer_between(0, 1_000_000),
        "hardMode": BOOLEAN,
        "perfectCount": POSITIVE_INTEGER,
        "greatCount": POSITIVE_INTEGER,
        "goodCount": POSITIVE_INTEGER,
        "poorCount": POSITIVE_INTEGER,
        "missCount": POSITIVE_INTEGER,
        "musicRate": integer_between(0, 1200),
        "dateTime": STRING,
    },
    others=True,
)


def _read(entry: Mapping[str, Any], catalogue: GameCatalogue) -> tuple[Chart, ScoreData]:
    difficulty = difficulty_of(entry, _DIFFICULTIES)
    if entry["hardMode"]:
        difficulty = f"HARD {difficulty}"
    version = _VERSIONS.get(entry["version"])
    lamp = _lamp(entry.get("clearFlag"))
    chart = _find(entry, difficulty, version, catalogue)
    judgements = {
        "perfect": entry["perfectCount"],
        "great": entry["greatCount"],
        "good": entry["goodCount"],
        "poor": entry["poorCount"],
        "miss": entry["missCount"],
    }
    metrics = {"score": entry["score"], "musicRate": entry["musicRate"] / 10, "lamp": lamp}
    return chart, ScoreData(metrics, judgements)


def _find(
    entry: Mapping[str, Any], difficulty: str, version: str | None, catalogue: GameCatalogue
) -> Chart:
    """Charts of jubeat are the same in all versions: the one played in is only preferred."""
    charts = charts_of(catalogue, entry["internalId"], "Single", difficulty)
    if not charts:
        name = version or text_of(entry["version"])
        raise SongOrChartNotFound(
            f"Could not find chart with internalId {text_of(entry['internalId'])}"
            f" ({difficulty} - Version {name})"
        )
    return (of_version(catalogue, charts, version) if version else None) or charts[0]


def _lamp(flags: Any) -> str:
    if is_integer(flags) and flags >= 0:
        for bit, lamp in _LAMPS:
            if int(flags) & bit:
                return lamp
    raise InvalidScore("Failed to decode Lamp using bitfield clearFlag.")


JUBEAT: Final = CGGame("jubeat", "jb", _ENTRY, _read)
