"""api/flo-sdvx, api/eag-sdvx and api/min-sdvx: SOUND VOLTEX from the Kai services.

Source: specification, import-types/api-kai.md section 10.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import InvalidScore, SongOrChartNotFound
from common.games.kit.sdvx_like import PERFECT_SCORE
from common.games.model import ScoreData
from common.validation import explain, first_violation, text_of
from common.validation.rules import (
    INTEGER,
    POSITIVE_INTEGER,
    STRING,
    Record,
    integer_between,
    nullable,
    number_between,
)
from worker.import_types.base import DryScore, Origin
from worker.import_types.services.finding import (
    charts_of,
    difficulty_text,
    of_version,
    unknown_difficulty,
)
from worker.import_types.services.kai_dans import sdvx_dan
from worker.import_types.services.sdvx_names import DIFFICULTIES, LAMPS, VERSIONS
from worker.import_types.services.upstream import EntryFields, UpstreamImport, played_at

GAME: Final = "sdvx"
PLAYTYPE: Final = "Single"

_ENTRY: Final = Record(
    {
        "music_id": POSITIVE_INTEGER,
        # Any number: what is newer than we are must not lose a score.
        "music_difficulty": INTEGER.says(
            f"Expected an integer between 0 and {len(DIFFICULTIES) - 1}."
        ),
        "played_version": INTEGER.says("Expected an integer of at least 1."),
        "clear_type": integer_between(1, len(LAMPS)),
        "max_chain": POSITIVE_INTEGER,
        "score": integer_between(0, PERFECT_SCORE),
        "critical": POSITIVE_INTEGER,
        "near": POSITIVE_INTEGER,
        "error": nullable(POSITIVE_INTEGER),
        "early": nullable(POSITIVE_INTEGER),
        "late": nullable(POSITIVE_INTEGER),
        "gauge_rate": number_between(0, 100),
        "timestamp": STRING,
    },
    others=True,
)


def kai_sdvx(name: str, service: str) -> UpstreamImport:
    return UpstreamImport(
        name=name,
        game=GAME,
        origin=Origin("kai", service, GAME),
        context={"service": service},
        convert=_convert,
        fields=EntryFields("music_id", "music_difficulty", "timestamp"),
        newest_first=True,
        classes=sdvx_dan,
    )


def _convert(entry: Any, context: Mapping[str, Any], catalogue: GameCatalogue) -> DryScore:
    if found := first_violation(_ENTRY, entry):
        raise InvalidScore(explain(found, "Error"))
    chart = _find(entry, catalogue)
    return DryScore(
        song=catalogue.song_of(chart),
        chart=chart,
        service=context["service"],
        comment=None,
        timeAchieved=played_at(entry["timestamp"]),
        scoreData=ScoreData(
            {"score": entry["score"], "lamp": LAMPS[entry["clear_type"]]},
            {"critical": entry["critical"], "near": entry["near"], "miss": entry["error"]},
            {
                "fast": entry["early"],
                "slow": entry["late"],
                "gauge": entry["gauge_rate"],
                "maxCombo": entry["max_chain"],
            },
        ),
        scoreMeta={},
    )


def _find(entry: Mapping[str, Any], catalogue: GameCatalogue) -> Chart:
    difficulty = DIFFICULTIES.get(entry["music_difficulty"])
    if difficulty is None:
        raise unknown_difficulty(entry["music_id"], entry["music_difficulty"])
    number = entry["played_version"]
    version = VERSIONS.get(number)
    charts = charts_of(catalogue, entry["music_id"], PLAYTYPE, difficulty)
    chart = of_version(catalogue, charts, version)
    if chart is None:
        raise SongOrChartNotFound(
            f"Could not find chart with songID {text_of(entry['music_id'])}"
            f" ({difficulty_text(difficulty)} - Version {version or text_of(number)})"
        )
    return chart
