"""api/cg-*-iidx. Source: specification, v3/import-types.md section 11.4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import InvalidScore, SongOrChartNotFound
from common.games.kit.iidx_like import LAMPS
from common.games.model import ScoreData
from common.validation import text_of
from common.validation.rules import (
    ANYTHING,
    POSITIVE_INTEGER,
    STRING,
    Record,
    either,
    exactly,
)
from worker.import_types.services import iidx_charts
from worker.import_types.services.cg import CGGame
from worker.import_types.services.finding import of_version, unknown_difficulty
from worker.import_types.services.iidx_charts import GAME

_PLAYTYPES: Final = {"S": "SP", "D": "DP"}
_DIFFICULTIES: Final = {
    "B": "BEGINNER",
    "N": "NORMAL",
    "H": "HYPER",
    "A": "ANOTHER",
    "L": "LEGGENDARIA",
}

# Up to 26 a version is itself, then it is known with all songs of omnimix.
_VERSIONS: Final[Mapping[float, str]] = {
    **{number: str(number) for number in range(20, 27)},
    **{number: f"{number}-omni" for number in range(27, 33)},
    33: "33",
}

_NO_MISS_COUNT: Final = -1

# Which bits of an option say what, by the oldest version that has them there.
_RANDOMS: Final = ("RANDOM", "R-RANDOM", "S-RANDOM", "MIRROR")
_GAUGES: Final = ("ASSISTED EASY", "EASY", "HARD", "EX-HARD")
_FIRST_RANDOM_BIT: Final = {27: 39, 23: 18}
_FIRST_GAUGE_BIT: Final = {27: 35, 23: 14}

_ENTRY: Final = Record(
    {
        "version": POSITIVE_INTEGER,
        "internalId": POSITIVE_INTEGER,
        "difficulty": STRING,
        "exScore": POSITIVE_INTEGER,
        "clearType": POSITIVE_INTEGER,
        "perfectCount": POSITIVE_INTEGER,
        "greatCount": POSITIVE_INTEGER,
        "missCount": either(POSITIVE_INTEGER, exactly(_NO_MISS_COUNT)),
        **dict.fromkeys(("dead", "ghost", "ghostGauge"), ANYTHING),
        "option1": POSITIVE_INTEGER,
        "option2": POSITIVE_INTEGER,
        "dateTime": STRING,
    },
    others=True,
)


def _read(entry: Mapping[str, Any], catalogue: GameCatalogue) -> tuple[Chart, ScoreData]:
    playtype, difficulty = _chart_name(entry)
    version = _VERSIONS.get(entry["version"])
    charts = iidx_charts.of_song(catalogue, entry["internalId"], playtype, difficulty)
    if not entry["clearType"] < len(LAMPS):
        raise InvalidScore(f"Unknown lamp value {text_of(entry['clearType'])}.")
    chart = of_version(catalogue, charts, version)
    if chart is None:
        song, difficulty = iidx_charts.base_song(entry["internalId"], difficulty)
        raise SongOrChartNotFound(
            f"Could not find chart with songID {text_of(song)} ({playtype} {difficulty}"
            f" - Version {version or text_of(entry['version'])})"
        )
    misses = entry["missCount"]
    return chart, ScoreData(
        {"score": entry["exScore"], "lamp": LAMPS[int(entry["clearType"])]},
        {"pgreat": entry["perfectCount"], "great": entry["greatCount"]},
        {"bp": None if misses == _NO_MISS_COUNT else misses},
    )


def _chart_name(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Playtype and difficulty: `SPA` is ANOTHER of SP."""
    code: str = entry["difficulty"]
    playtype, difficulty = _PLAYTYPES.get(code[:1]), _DIFFICULTIES.get(code[2:])
    if playtype is None or difficulty is None or code[1:2] != "P":
        raise unknown_difficulty(entry["internalId"], code)
    return playtype, difficulty


def _meta(entry: Mapping[str, Any], chart: Chart) -> dict[str, Any]:
    version, options = entry["version"], (int(entry["option1"]), int(entry["option2"]))
    left, right = (_set(option, version, _FIRST_RANDOM_BIT, _RANDOMS) for option in options)
    sides = [left or "NONRAN", right or "NONRAN"]
    gauge = _set(options[0], version, _FIRST_GAUGE_BIT, _GAUGES)
    return {
        "random": sides if chart.playtype == "DP" else sides[0],
        **({} if gauge is None else {"gauge": gauge}),
    }


def _set(
    option: int, version: float, first_bits: Mapping[int, int], names: tuple[str, ...]
) -> str | None:
    """The first of the names whose bit is set."""
    first = next((bit for since, bit in first_bits.items() if version >= since), None)
    if first is None:
        return None
    return next((name for place, name in enumerate(names, first) if option >> place & 1), None)


IIDX: Final = CGGame(GAME, "iidx", _ENTRY, _read, _meta)
