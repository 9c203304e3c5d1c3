"""ir/usc: one score from the internet ranking of unnamed SDVX clone.

Source: specification, import-types/usc.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import UNSET

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, InvalidScore, SongOrChartNotFound
from common.games.kit.sdvx_like import PERFECT_SCORE
from common.games.model import ScoreData
from common.text.canonical import TIME_RECEIVED
from common.validation import explain, first_violation
from common.validation.json_schema import json_schema, object_of
from common.validation.rules import (
    BOOLEAN,
    INTEGER,
    POSITIVE_INTEGER,
    POSITIVE_NUMBER,
    Record,
    integer_between,
    number_between,
    one_of,
    optional,
)
from worker.import_types.base import Body, Converter, DryScore, JSONEntries, Parsed, Subject

GAME: Final = "usc"
SERVICE: Final = "USC-IR"

# What a client calls a gauge, by number.
_GAUGES: Final = ("NORMAL", "HARD", "PERMISSIVE")
_NORMAL: Final = 0
_HARD: Final = 1
_CLEARING_GAUGE: Final = 0.7

# Milliseconds around a note. Whoever widens them plays another game.
_HIT_WINDOWS: Final = {"perfect": 46, "good": 150, "hold": 150, "miss": 300, "slam": 84}

# Keys are checked in this order, and clients may send others.
_SCORE: Final = Record(
    {
        "score": integer_between(0, PERFECT_SCORE),
        "gauge": number_between(0, 1),
        "timestamp": POSITIVE_INTEGER,
        "crit": POSITIVE_INTEGER,
        "near": POSITIVE_INTEGER,
        "error": POSITIVE_INTEGER,
        "early": optional(POSITIVE_INTEGER),
        "late": optional(POSITIVE_INTEGER),
        "combo": optional(POSITIVE_INTEGER),
        "options": Record(
            {
                "gaugeType": one_of(*range(len(_GAUGES))),
                "mirror": BOOLEAN,
                "random": BOOLEAN,
                "autoFlags": INTEGER,
            },
            others=True,
        ),
        "windows": Record(dict.fromkeys(_HIT_WINDOWS, POSITIVE_NUMBER), others=True),
    },
    others=True,
)


class USC(JSONEntries):
    """The body's `score`. The options `chartHash` and `playtype` say which chart it is of."""

    name = "ir/usc"
    input = Body
    body_schema = object_of(score=json_schema(_SCORE), chart={"type": "object"})

    def parse(self, body: Body) -> Parsed:
        score: Any = body.content.get("score", UNSET) if isinstance(body.content, dict) else UNSET
        if found := first_violation(_SCORE, score):
            raise FatalImportError(400, explain(found, "Invalid USC Score."))
        context = {
            "chartHash": body.options["chartHash"],
            "playtype": body.options["playtype"],
            TIME_RECEIVED: body.received,
        }
        return Parsed(GAME, context, [{"early": None, "late": None, "combo": None, **score}])

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: _convert(entry, context, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        return Subject(context["chartHash"])


def _convert(
    entry: Mapping[str, Any], context: Mapping[str, Any], catalogue: GameCatalogue
) -> DryScore:
    if any(entry["windows"][name] != width for name, width in _HIT_WINDOWS.items()):
        raise InvalidScore("HitWindows have been modified - Score is invalid.")
    options = entry["options"]
    if options["autoFlags"] != 0:
        raise InvalidScore("Autoplay was enabled - Score is invalid.")
    chart = _find(context, catalogue)
    return DryScore(
        song=catalogue.song_of(chart),
        chart=chart,
        service=SERVICE,
        comment=None,
        timeAchieved=context[TIME_RECEIVED],
        scoreData=ScoreData(
            {"score": entry["score"], "lamp": _lamp(entry)},
            {"critical": entry["crit"], "near": entry["near"], "miss": entry["error"]},
            {
                # The client counts from 0 to 1; the metric is a percentage.
                "gauge": entry["gauge"] * 100,
                "fast": entry["early"],
                "slow": entry["late"],
                "maxCombo": entry["combo"],
            },
        ),
        scoreMeta={
            "gaugeMod": _GAUGES[int(options["gaugeType"])],
            "noteMod": _note_mod(mirror=options["mirror"], random=options["random"]),
        },
    )


def _find(context: Mapping[str, Any], catalogue: GameCatalogue) -> Chart:
    chart_hash = context["chartHash"]
    chart = catalogue.chart_by_hash("hashSHA1", chart_hash, context["playtype"])
    if chart is None:
        raise SongOrChartNotFound(f"Chart {chart_hash} is not on the IR.")
    return chart


def _lamp(entry: Mapping[str, Any]) -> str:
    if entry["score"] == PERFECT_SCORE:
        return "PERFECT ULTIMATE CHAIN"
    if entry["error"] == 0:
        return "ULTIMATE CHAIN"
    gauge_type = entry["options"]["gaugeType"]
    if gauge_type == _NORMAL and entry["gauge"] >= _CLEARING_GAUGE:
        return "CLEAR"
    if gauge_type == _HARD and entry["gauge"] > 0:
        return "EXCESSIVE CLEAR"
    return "FAILED"


def _note_mod(*, mirror: bool, random: bool) -> str:
    if mirror and random:
        return "MIR-RAN"
    if mirror:
        return "MIRROR"
    return "RANDOM" if random else "NORMAL"
