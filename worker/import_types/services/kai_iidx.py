"""api/flo-iidx and api/eag-iidx: beatmania IIDX from the Kai services.

Source: specification, import-types/api-kai.md section 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import InvalidScore, SongOrChartNotFound
from common.games.kit.iidx_like import LAMPS
from common.games.model import ScoreData
from common.validation import explain, first_violation, text_of
from common.validation.rules import (
    INTEGER,
    POSITIVE_INTEGER,
    STRING,
    TEXT,
    Check,
    Record,
    either,
    exactly,
    integer_between,
    nullable,
    one_of,
)
from worker.import_types.base import DryScore, Origin
from worker.import_types.services import iidx_charts
from worker.import_types.services.finding import of_version, unknown_difficulty
from worker.import_types.services.iidx_charts import GAME
from worker.import_types.services.kai_dans import iidx_dan
from worker.import_types.services.upstream import EntryFields, UpstreamImport, played_at

_PLAYTYPES: Final = {"SINGLE": "SP", "DOUBLE": "DP"}
_DIFFICULTIES: Final = ("BEGINNER", "NORMAL", "HYPER", "ANOTHER", "LEGGENDARIA")
# What stands for an unknown number of misses.
_NO_MISS_COUNT: Final = -1

_ENTRY: Final = Record(
    {
        "music_id": POSITIVE_INTEGER,
        "play_style": one_of(*_PLAYTYPES),
        # Any text: a difficulty that nobody knows yet is looked for in vain, and waits.
        "difficulty": TEXT.says(f"Expected any of {', '.join(_DIFFICULTIES)}."),
        "version_played": INTEGER,
        "lamp": integer_between(0, len(LAMPS) - 1),
        "ex_score": POSITIVE_INTEGER,
        "miss_count": either(
            POSITIVE_INTEGER, exactly(_NO_MISS_COUNT), Check(lambda value: value is None, "")
        ),
        "fast_count": nullable(POSITIVE_INTEGER),
        "slow_count": nullable(POSITIVE_INTEGER),
        "timestamp": STRING,
    },
    others=True,
)


def kai_iidx(name: str, service: str) -> UpstreamImport:
    return UpstreamImport(
        name=name,
        game=GAME,
        origin=Origin("kai", service, GAME),
        context={"service": service},
        convert=_convert,
        fields=EntryFields("music_id", "difficulty", "timestamp"),
        newest_first=True,
        classes=iidx_dan,
    )


def _convert(entry: Any, context: Mapping[str, Any], catalogue: GameCatalogue) -> DryScore:
    if found := first_violation(_ENTRY, entry):
        raise InvalidScore(explain(found, "Error"))
    chart = _find(entry, catalogue)
    miss_count = entry["miss_count"]
    return DryScore(
        song=catalogue.song_of(chart),
        chart=chart,
        service=context["service"],
        comment=None,
        timeAchieved=played_at(entry["timestamp"]),
        scoreData=ScoreData(
            {"score": entry["ex_score"], "lamp": LAMPS[int(entry["lamp"])]},
            {},
            {
                "fast": entry["fast_count"],
                "slow": entry["slow_count"],
                "bp": None if miss_count == _NO_MISS_COUNT else miss_count,
            },
        ),
        scoreMeta={},
    )


def _find(entry: Mapping[str, Any], catalogue: GameCatalogue) -> Chart:
    playtype = _PLAYTYPES[entry["play_style"]]
    if entry["difficulty"] not in _DIFFICULTIES:
        raise unknown_difficulty(entry["music_id"], entry["difficulty"])
    version = text_of(entry["version_played"])
    charts = iidx_charts.of_song(catalogue, entry["music_id"], playtype, entry["difficulty"])
    chart = of_version(catalogue, charts, version)
    if chart is None:
        music_id, difficulty = iidx_charts.base_song(entry["music_id"], entry["difficulty"])
        raise SongOrChartNotFound(
            f"Could not find chart with songID {text_of(music_id)} ({playtype} {difficulty}"
            f" - Version {version})"
        )
    return chart
