"""ir/fervidex: one score of beatmania IIDX, as the game's memory has it.

Source: specification, import-types/fervidex.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, InvalidScore, SongOrChartNotFound
from common.games.kit.iidx_like import LAMPS
from common.games.model import ScoreData
from common.text.canonical import TIME_RECEIVED
from common.validation import explain, first_violation, text_of
from common.validation.json_schema import json_schema
from common.validation.rules import (
    ANYTHING,
    BOOLEAN,
    POSITIVE_INTEGER,
    STRING,
    ListOf,
    Record,
    Rule,
    Unless,
    integer_between,
    one_of,
    optional,
)
from worker.import_types.base import Body, Converter, DryScore, JSONEntries, Parsed, Subject
from worker.import_types.hooks.fervidex_charts import (
    CHART_CODE,
    GAME,
    chart_named,
    version_of,
)

SERVICE: Final = "Fervidex"

_ASSISTS: Final = {
    "AUTO_SCRATCH": "AUTO SCRATCH",
    "LEGACY_NOTE": "LEGACY NOTE",
    "ASCR_LEGACY": "FULL ASSIST",
    "FULL_ASSIST": "FULL ASSIST",
}
_EROSIONS: Final = tuple(f"EROSION_LV{level}" for level in range(1, 6))
_GAUGES: Final = {
    "ASSISTED_EASY": "ASSISTED EASY",
    "EASY": "EASY",
    "HARD": "HARD",
    "EX_HARD": "EX-HARD",
    **dict.fromkeys(_EROSIONS, "NORMAL"),
}
_RANGES: Final = {
    "SUDDEN_PLUS": "SUDDEN+",
    "HIDDEN_PLUS": "HIDDEN+",
    "SUD_PLUS_HID_PLUS": "SUD+ HID+",
    "LIFT": "LIFT",
    "LIFT_SUD_PLUS": "LIFT SUD+",
}
_RANDOMS: Final = {
    "RANDOM": "RANDOM",
    "R_RANDOM": "R-RANDOM",
    "S_RANDOM": "S-RANDOM",
    "MIRROR": "MIRROR",
}

# By the name of the gauge, where its history of the whole song goes.
_GSM: Final = {
    "EASY": "gsmEasy",
    "NORMAL": "gsmNormal",
    "HARD": "gsmHard",
    "EX_HARD": "gsmEXHard",
}

# A gauge above this is none: the song was over for it.
_LARGEST_GAUGE: Final = 200
_FULL_GAUGE: Final = 100

_GAUGE_HISTORY: Final = ListOf(integer_between(0, 255))


def _perhaps(rule: Rule) -> Rule:
    return Unless(optional(rule), null=True)


# Keys are checked in this order, and clients may send others. A key that need not be there may
# hold null as well: it is the same to whoever wrote the client.
_SCORE: Final = Record(
    {
        "chart": CHART_CODE,
        "entry_id": POSITIVE_INTEGER,
        "chart_sha256": _perhaps(STRING),
        "custom": _perhaps(BOOLEAN),
        **dict.fromkeys(("pgreat", "great", "good", "bad", "poor"), POSITIVE_INTEGER),
        **dict.fromkeys(("slow", "fast"), POSITIVE_INTEGER),
        "max_combo": _perhaps(POSITIVE_INTEGER),
        "combo_break": POSITIVE_INTEGER,
        "ex_score": POSITIVE_INTEGER,
        "clear_type": integer_between(0, len(LAMPS) - 1),
        "gauge": _GAUGE_HISTORY,
        "ghost": ANYTHING,
        "dead": _perhaps(
            Record(
                {"measure": _perhaps(POSITIVE_INTEGER), "note": _perhaps(POSITIVE_INTEGER)},
                others=True,
            )
        ),
        "option": _perhaps(
            Record(
                {
                    "gauge": _perhaps(
                        one_of("ASSISTED_EASY", "EASY", "HARD", "EX_HARD", *_EROSIONS)
                    ),
                    "range": _perhaps(one_of(*_RANGES)),
                    "style": _perhaps(one_of("RANDOM", "R_RANDOM", "S_RANDOM", "MIRROR")),
                    "style_2p": _perhaps(one_of("RANDOM", "R_RANDOM", "S_RANDOM", "MIRROR")),
                    "assist": _perhaps(
                        one_of("AUTO_SCRATCH", "LEGACY_NOTE", "ASCR_LEGACY", "FULL_ASSIST")
                    ),
                },
                others=True,
            )
        ),
        "pacemaker": ANYTHING,
        "2dx-gsm": _perhaps(Record(dict.fromkeys(_GSM, _GAUGE_HISTORY), others=True)),
        "highlight": _perhaps(BOOLEAN),
        "duplicate": _perhaps(BOOLEAN),
    },
    others=True,
)


class Fervidex(JSONEntries):
    """The body is the score. The option `model` is the software that was played."""

    name = "ir/fervidex"
    input = Body
    body_schema = json_schema(_SCORE)

    def parse(self, body: Body) -> Parsed:
        version = version_of(body.options["model"])
        if found := first_violation(_SCORE, body.content):
            raise FatalImportError(400, explain(found, "Invalid Fervidex Request?"))
        context = {"version": version, TIME_RECEIVED: body.received, "userID": body.user_id}
        return Parsed(GAME, context, [body.content])

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: _convert(entry, context, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        return Subject(text_of(entry["entry_id"]), entry["chart"])


def _convert(
    entry: Mapping[str, Any], context: Mapping[str, Any], catalogue: GameCatalogue
) -> DryScore:
    chart = _find(entry, context["version"], catalogue)
    return DryScore(
        song=catalogue.song_of(chart),
        chart=chart,
        service=SERVICE,
        comment=None,
        timeAchieved=context[TIME_RECEIVED],
        scoreData=ScoreData(
            {"score": entry["ex_score"], "lamp": LAMPS[int(entry["clear_type"])]},
            {name: entry[name] for name in ("pgreat", "great", "good", "bad", "poor")},
            _optional(entry),
        ),
        scoreMeta=_meta(entry.get("option") or {}, chart.playtype),
        highlight=entry.get("highlight") is True,
    )


def _find(entry: Mapping[str, Any], version: str, catalogue: GameCatalogue) -> Chart:
    named, place = chart_named(catalogue, entry["entry_id"], entry["chart"], version)
    if entry.get("custom") is True:
        if not entry.get("chart_sha256"):
            raise InvalidScore("Score has no chart_sha256 but is a custom?")
        named = catalogue.chart_by_hash("hashSHA256", entry["chart_sha256"])
    if named is None:
        raise SongOrChartNotFound(f"Could not find chart with songID {place} [{version}])")
    return named


def _optional(entry: Mapping[str, Any]) -> dict[str, Any]:
    optional: dict[str, Any] = {
        "fast": entry["fast"],
        "slow": entry["slow"],
        "maxCombo": None,
        "gaugeHistory": _gauges(entry["gauge"]),
        # Of a song that was not played to its end nobody knows how many were missed.
        "bp": None if entry.get("dead") is not None else entry["bad"] + entry["poor"],
        "comboBreak": entry["combo_break"],
    }
    if optional["gaugeHistory"]:
        gauge = optional["gaugeHistory"][-1]
        if gauge is not None and gauge > _FULL_GAUGE:
            raise InvalidScore(f"Invalid value of gauge {text_of(gauge)}.")
        optional["gauge"] = gauge
    if "ghost" in entry:
        optional["scoreHistory"] = entry["ghost"]
    if entry.get("2dx-gsm") is not None:
        optional |= {name: _gauges(entry["2dx-gsm"][key]) for key, name in _GSM.items()}
    return optional


def _gauges(history: list[int]) -> list[int | None]:
    return [None if gauge > _LARGEST_GAUGE else gauge for gauge in history]


def _meta(option: Mapping[str, Any], playtype: str) -> dict[str, Any]:
    def chosen(names: Mapping[str, str], key: str, otherwise: str) -> str:
        return names.get(option.get(key) or "", otherwise)

    random: Any = chosen(_RANDOMS, "style", "NONRAN")
    if playtype == "DP":
        random = [random, chosen(_RANDOMS, "style_2p", "NONRAN")]
    return {
        "assist": chosen(_ASSISTS, "assist", "NO ASSIST"),
        "gauge": chosen(_GAUGES, "gauge", "NORMAL"),
        "range": chosen(_RANGES, "range", "NONE"),
        "random": random,
    }
