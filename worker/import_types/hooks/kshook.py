"""ir/kshook-sv6c and -static: scores of SOUND VOLTEX on PCs ("Konaste").

Source: specification, import-types/kshook-sv6c.md and import-types/kshook-sv6c-static.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError
from common.games.kit.sdvx_like import PERFECT_SCORE
from common.games.model import ScoreData
from common.text.canonical import TIME_RECEIVED
from common.validation import explain, first_violation, text_of
from common.validation.json_schema import json_schema
from common.validation.rules import (
    ANYTHING,
    POSITIVE_INTEGER,
    TEXT,
    ListOf,
    Record,
    integer_between,
    number_between,
    one_of,
)
from worker.import_types.base import Body, Converter, DryScore, JSONEntries, Parsed, Subject
from worker.import_types.hooks.sdvx_charts import DIFFICULTIES, GAME, NAMED, find
from worker.import_types.services.finding import unknown_difficulty

VERSION: Final = "konaste"

_LAMPS: Final = {
    "CLEAR_PLAYED": "FAILED",
    "CLEAR_EFFECTIVE": "CLEAR",
    "CLEAR_EXCESSIVE": "EXCESSIVE CLEAR",
    "CLEAR_ULTIMATE_CHAIN": "ULTIMATE CHAIN",
    "CLEAR_MAXXIVE": "MAXXIVE CLEAR",
    "CLEAR_PERFECT": "PERFECT ULTIMATE CHAIN",
}
_DIFFICULTIES: Final = dict(
    zip(
        (
            "DIFFICULTY_NOVICE",
            "DIFFICULTY_ADVANCED",
            "DIFFICULTY_EXHAUST",
            "DIFFICULTY_INFINITE",
            "DIFFICULTY_MAXIMUM",
            "DIFFICULTY_ULTIMATE",
        ),
        DIFFICULTIES,
        strict=True,
    )
)
_GRADES: Final = tuple(
    f"GRADE_{grade}"
    for grade in ("D", "C", "B", "A", "A_PLUS", "AA", "AA_PLUS", "AAA", "AAA_PLUS", "S")
)
_RATES: Final = tuple(
    f"RATE_{rate}" for rate in ["EFFECTIVE", "PERMISSIVE", "EXCESSIVE", "BLASTIVE", "MAXXIVE"]
)

# The game counts its gauge in hundredths of a percent.
_FULL_GAUGE: Final = 10_000

_CLEAR: Final = one_of(*_LAMPS)
# Any text: a difficulty that nobody knows yet is looked for in vain, and its score waits.
_DIFFICULTY: Final = TEXT.says(
    f"Expected any of {', '.join(name for name, _ in zip(_DIFFICULTIES, NAMED, strict=False))}."
)
_GRADE: Final = one_of(*_GRADES)
_POINTS: Final = integer_between(0, PERFECT_SCORE)

# Keys are checked in these orders, and clients may send others.
_SCORE: Final = Record(
    {
        "clear": _CLEAR,
        "difficulty": _DIFFICULTY,
        "gauge": number_between(0, _FULL_GAUGE),
        "grade": _GRADE,
        "max_chain": POSITIVE_INTEGER,
        "music_id": POSITIVE_INTEGER,
        "score": _POINTS,
        "ex_score": POSITIVE_INTEGER,
        "critical": POSITIVE_INTEGER,
        "near": POSITIVE_INTEGER,
        "error": POSITIVE_INTEGER,
        "rate": one_of(*_RATES),
        "track_no": POSITIVE_INTEGER,
        "retry_count": ANYTHING,
    },
    others=True,
)
_EXPORT: Final = Record(
    {
        "scores": ListOf(
            Record(
                {
                    "score": _POINTS,
                    "ex_score": POSITIVE_INTEGER,
                    "clear": _CLEAR,
                    "difficulty": _DIFFICULTY,
                    "grade": _GRADE,
                    "max_chain": POSITIVE_INTEGER,
                    "music_id": POSITIVE_INTEGER,
                    "timestamp": POSITIVE_INTEGER,
                },
                others=True,
            )
        )
    },
    others=True,
)


class _KsHook(JSONEntries):
    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        return Subject(text_of(entry["music_id"]), entry["difficulty"])


class KsHook(_KsHook):
    """The body is the score."""

    name = "ir/kshook-sv6c"
    input = Body
    body_schema = json_schema(_SCORE)

    def parse(self, body: Body) -> Parsed:
        _check(_SCORE, body.content)
        return Parsed(GAME, {TIME_RECEIVED: body.received}, [body.content])

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: _played(entry, context[TIME_RECEIVED], catalogue)


class KsHookStatic(_KsHook):
    """The body's `scores` are the best of each chart."""

    name = "ir/kshook-sv6c-static"
    input = Body
    body_schema = json_schema(_EXPORT)

    def parse(self, body: Body) -> Parsed:
        _check(_EXPORT, body.content)
        return Parsed(GAME, {}, list(body.content["scores"]))

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: _exported(entry, catalogue)


def _check(schema: Record, body: Any) -> None:
    if found := first_violation(schema, body):
        raise FatalImportError(400, explain(found, "Error"))


def _find(entry: Mapping[str, Any], catalogue: GameCatalogue) -> Chart:
    difficulty = _DIFFICULTIES.get(entry["difficulty"])
    if difficulty is None:
        raise unknown_difficulty(entry["music_id"], entry["difficulty"])
    return find(catalogue, entry["music_id"], difficulty, VERSION, " for Konaste).")


def _played(entry: Mapping[str, Any], received: int, catalogue: GameCatalogue) -> DryScore:
    chart = _find(entry, catalogue)
    return DryScore(
        song=catalogue.song_of(chart),
        chart=chart,
        service="kshook SV6C",
        comment=None,
        timeAchieved=received,
        scoreData=ScoreData(
            {"score": entry["score"], "lamp": _LAMPS[entry["clear"]]},
            {"critical": entry["critical"], "near": entry["near"], "miss": entry["error"]},
            {
                "gauge": entry["gauge"] / 100,
                "maxCombo": entry["max_chain"],
                "exScore": entry["ex_score"],
            },
        ),
        scoreMeta={},
    )


def _exported(entry: Mapping[str, Any], catalogue: GameCatalogue) -> DryScore:
    chart = _find(entry, catalogue)
    return DryScore(
        song=catalogue.song_of(chart),
        chart=chart,
        service="kshook SV6C Static",
        comment=None,
        # The game counts seconds; 0 is when it knows no time.
        timeAchieved=entry["timestamp"] * 1000 or None,
        scoreData=ScoreData(
            {"score": entry["score"], "lamp": _LAMPS[entry["clear"]]},
            {},
            {"maxCombo": entry["max_chain"], "exScore": entry["ex_score"]},
        ),
        scoreMeta={},
    )
