"""ir/barbatos: one score of SOUND VOLTEX (VIVID WAVE, EXCEED GEAR).

Source: specification, import-types/barbatos.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError
from common.games.kit.sdvx_like import PERFECT_SCORE
from common.games.model import ScoreData
from common.text.canonical import TIME_RECEIVED
from common.validation import explain, first_violation, text_of
from common.validation.json_schema import json_schema
from common.validation.rules import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    POSITIVE_INTEGER,
    POSITIVE_NUMBER,
    Record,
    either,
    integer_between,
    number_between,
    one_of,
)
from worker.import_types.base import Body, Converter, DryScore, JSONEntries, Parsed, Subject
from worker.import_types.hooks.sdvx_charts import DIFFICULTIES, GAME, NAMED, find
from worker.import_types.services.finding import unknown_difficulty

_LAMPS: Final = {
    1: "FAILED",
    2: "CLEAR",
    3: "EXCESSIVE CLEAR",
    4: "ULTIMATE CHAIN",
    5: "PERFECT ULTIMATE CHAIN",
}

# Any number: a difficulty that nobody knows yet is looked for in vain, and its score waits.
_DIFFICULTY: Final = POSITIVE_INTEGER.says(f"Expected any of {', '.join(map(str, NAMED))}.")
# Information, and not to be counted on: levels have decimals by now.
_LEVEL: Final = POSITIVE_NUMBER.says("Expected an integer between 1 and 20.")
_SCORE: Final = integer_between(0, PERFECT_SCORE)
_PERCENT: Final = number_between(0, 100)
_CLEAR_TYPE: Final = one_of(*_LAMPS)
_GAUGE_TYPE: Final = one_of(0, 1, 2, 3)

# Keys are checked in these orders; there are no others.
_VIVID: Final = Record(
    {
        "difficulty": _DIFFICULTY,
        "level": _LEVEL,
        "song_id": POSITIVE_INTEGER,
        **dict.fromkeys(
            ("max_chain", "critical", "near_total", "near_fast", "near_slow"), POSITIVE_INTEGER
        ),
        "score": _SCORE,
        "error": POSITIVE_INTEGER,
        "percent": _PERCENT,
        "did_fail": BOOLEAN,
        "clear_type": _CLEAR_TYPE,
        "gauge_type": _GAUGE_TYPE,
        "is_skill_analyzer": BOOLEAN,
    }
)
_EXCEED: Final = Record(
    {
        "difficulty": _DIFFICULTY,
        "level": _LEVEL,
        "score": _SCORE,
        "ex_score": INTEGER,
        "clear_type": _CLEAR_TYPE,
        "song_id": POSITIVE_INTEGER,
        "grade": ANYTHING,
        "percent": _PERCENT,
        "max_chain": POSITIVE_INTEGER,
        **dict.fromkeys(
            ("early_error", "early_near", "early_crit", "s_crit", "late_crit", "late_near"),
            INTEGER,
        ),
        **dict.fromkeys(
            ("late_error", "chip_s_crit", "chip_crit", "chip_near", "chip_error"), INTEGER
        ),
        **dict.fromkeys(("long_crit", "long_error", "vol_crit", "vol_error"), INTEGER),
        "gauge_type": _GAUGE_TYPE,
    }
)


class Barbatos(JSONEntries):
    """The body is the score, in the layout of the version that was played."""

    name = "ir/barbatos"
    input = Body
    body_schema = json_schema(either(_EXCEED, _VIVID))

    def parse(self, body: Body) -> Parsed:
        newer = isinstance(body.content, dict) and "ex_score" in body.content
        if found := first_violation(_EXCEED if newer else _VIVID, body.content):
            raise FatalImportError(400, explain(found, "Invalid Barbatos Request"))
        version = "exceed" if newer else "vivid"
        context = {TIME_RECEIVED: body.received, "version": version}
        return Parsed(GAME, context, [body.content])

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: _convert(entry, context, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        return Subject(text_of(entry["song_id"]), text_of(entry["difficulty"]))


def _convert(
    entry: Mapping[str, Any], context: Mapping[str, Any], catalogue: GameCatalogue
) -> DryScore:
    version = context["version"]
    number = int(entry["difficulty"])
    if number >= len(DIFFICULTIES):
        raise unknown_difficulty(entry["song_id"], number)
    difficulty = DIFFICULTIES[number]
    chart = find(catalogue, entry["song_id"], difficulty, version, ")")
    judgements, timing = _JUDGED[version](entry)
    return DryScore(
        song=catalogue.song_of(chart),
        chart=chart,
        service=f"Barbatos ({version})",
        comment=None,
        timeAchieved=context[TIME_RECEIVED],
        scoreData=ScoreData(
            {"score": entry["score"], "lamp": _LAMPS[int(entry["clear_type"])]},
            judgements,
            {
                **timing,
                "gauge": entry["percent"],
                "maxCombo": entry["max_chain"],
                "exScore": entry.get("ex_score"),
            },
        ),
        scoreMeta={"inSkillAnalyser": entry.get("is_skill_analyzer")},
    )


def _judged_by_vivid(entry: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        {"critical": entry["critical"], "near": entry["near_total"], "miss": entry["error"]},
        {"fast": entry["near_fast"], "slow": entry["near_slow"]},
    )


def _judged_by_exceed(entry: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        {
            "critical": entry["early_crit"] + entry["s_crit"] + entry["late_crit"],
            "near": entry["chip_near"],
            "miss": entry["early_error"] + entry["late_error"],
        },
        {"fast": entry["early_near"], "slow": entry["late_near"]},
    )


_JUDGED: Final = {"vivid": _judged_by_vivid, "exceed": _judged_by_exceed}
