"""ir/beatoraja: one score from LR2oraja (BMS) or beatoraja (PMS), with a description of its chart.

Source: specification, import-types/beatoraja.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import UNSET

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, InvalidScore
from common.games.model import GPT, ScoreData
from common.games.registry import GAMES, get_gpt
from common.text.canonical import TIME_RECEIVED
from common.validation import explain, first_violation, text_of
from common.validation.json_schema import json_schema, object_of
from common.validation.rules import Record
from worker.import_types.base import Body, Converter, DryScore, JSONEntries, Parsed, Subject
from worker.import_types.hooks.beatoraja_charts import unknown_chart
from worker.import_types.hooks.beatoraja_schema import CHART, SCORE

SERVICE: Final = "Beatoraja IR"

_GAMES: Final = {"BEAT_7K": "bms", "BEAT_14K": "bms", "POPN_9K": "pms"}
_BMS_PLAYTYPES: Final = {"BEAT_7K": "7K", "BEAT_14K": "14K"}
_PMS_PLAYTYPES: Final = {"BM_CONTROLLER": "Controller", "KEYBOARD": "Keyboard"}

# What the client of a game calls itself, at the beginning.
_CLIENTS: Final = {"bms": "LR2oraja", "pms": "beatoraja"}
_BEST_JUDGEMENTS: Final = {"bms": "pgreat", "pms": "cool"}

# A chart's `lntype` of LN mode, where letting go of a long note is not judged.
_LN_MODE: Final = 0

_LAMPS: Final = {
    "NoPlay": "NO PLAY",
    "Failed": "FAILED",
    "AssistEasy": "ASSIST CLEAR",
    "LightAssistEasy": "ASSIST CLEAR",
    "Easy": "EASY CLEAR",
    "Normal": "CLEAR",
    "Hard": "HARD CLEAR",
    "ExHard": "EX HARD CLEAR",
    "FullCombo": "FULL COMBO",
    "Perfect": "FULL COMBO",
    "Max": "FULL COMBO",
}
_RANDOMS: Final = ("NONRAN", "MIRROR", "RANDOM", "R-RANDOM", "S-RANDOM")

# Early and late counts, by the judgement they add up to. An empty poor is a poor.
_JUDGEMENTS: Final = {
    "great": ("egr", "lgr"),
    "good": ("egd", "lgd"),
    "bad": ("ebd", "lbd"),
    "poor": ("epr", "lpr", "ems", "lms"),
}

# The gauges that are kept, and the client's names of them.
_GAUGE_HISTORIES: Final = {
    "gaugeHistoryEasy": "easy",
    "gaugeHistoryGroove": "groove",
    "gaugeHistoryHard": "hard",
}


class Beatoraja(JSONEntries):
    """An entry is the body's `score`; the context holds its chart."""

    name = "ir/beatoraja"
    input = Body
    body_schema = object_of(
        client={"type": "string"}, score=json_schema(SCORE), chart=json_schema(CHART)
    )

    def parse(self, body: Body) -> Parsed:
        document = body.content if isinstance(body.content, dict) else {}
        score = _checked(document, "score", SCORE, "Invalid Beatoraja Import - Score")
        chart = _checked(document, "chart", CHART, "Invalid Beatoraja Import - Chart")
        game = _GAMES[chart["mode"]]
        client, expected = text_of(document.get("client", UNSET)), _CLIENTS[game]
        if not client.startswith(expected):
            raise FatalImportError(
                400, f"Unsupported client {client} -- Expected a variant of {expected}."
            )
        if score["sha256"] != chart["sha256"]:
            raise FatalImportError(400, "The score and the chart do not have the same sha256.")
        context = {
            "client": expected.lower(),
            "chart": chart,
            "userID": body.user_id,
            TIME_RECEIVED: body.received,
        }
        return Parsed(game, context, [score])

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: _convert(entry, context, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        return Subject(entry["sha256"])


def _checked(body: Mapping[str, Any], key: str, schema: Record, foreword: str) -> dict[str, Any]:
    value = _with_lower_case_hashes(body.get(key, UNSET))
    if violation := first_violation(schema, value):
        raise FatalImportError(400, explain(violation, foreword))
    checked: dict[str, Any] = value
    return checked


def _with_lower_case_hashes(value: Any) -> Any:
    """Hexadecimal digits are the same in either case; the catalogue has lower case."""
    if not isinstance(value, dict):
        return value
    hashes = {name: value[name] for name in ("md5", "sha256") if isinstance(value.get(name), str)}
    return {**value, **{name: text.lower() for name, text in hashes.items()}}


# --- converting ------------------------------------------------------------------------


def _convert(
    entry: Mapping[str, Any], context: Mapping[str, Any], catalogue: GameCatalogue
) -> DryScore:
    chart = _find(entry, context["chart"], catalogue)
    return DryScore(
        song=catalogue.song_of(chart),
        chart=chart,
        service=SERVICE,
        comment=None,
        timeAchieved=context[TIME_RECEIVED],
        scoreData=ScoreData(
            {"score": int(entry["exscore"]), "lamp": _LAMPS[entry["clear"]]},
            {
                _BEST_JUDGEMENTS[catalogue.game]: _sum(entry, "epg", "lpg"),
                **{name: _sum(entry, *counts) for name, counts in _JUDGEMENTS.items()},
            },
            _optional(entry),
        ),
        scoreMeta={
            "client": context["client"],
            "inputDevice": entry["deviceType"],
            "random": _random(entry["option"], chart),
        },
    )


def _find(
    entry: Mapping[str, Any], described: Mapping[str, Any], catalogue: GameCatalogue
) -> Chart:
    # Clients say that every score's own `lntype` is 0, so the chart's counts.
    if described["lntype"] != _LN_MODE:
        raise InvalidScore("CN or HCN mode is not supported by this IR.")
    if described["hasRandom"]:
        raise InvalidScore("Charts with #RANDOM declarations are not supported by this IR.")
    gpt = _gpt(described["mode"], entry["deviceType"])
    # Else all playtypes have the same charts.
    playtype = None if GAMES[gpt.game].one_playtype_a_chart else gpt.playtype
    chart = catalogue.chart_by_hash("hashSHA256", entry["sha256"], playtype)
    if chart is None:
        raise unknown_chart(gpt, described)
    return chart


def _gpt(mode: str, device: str) -> GPT:
    if mode in _BMS_PLAYTYPES:
        return get_gpt("bms", _BMS_PLAYTYPES[mode])
    if device not in _PMS_PLAYTYPES:
        raise InvalidScore("MIDI is not allowed for PMS scores.")
    return get_gpt("pms", _PMS_PLAYTYPES[device])


def _optional(entry: Mapping[str, Any]) -> dict[str, Any]:
    counts = ("ebd", "lbd", "egd", "lgd", "egr", "lgr", "epg", "lpg")
    return {
        "bp": None if entry["minbp"] == -1 else int(entry["minbp"]),
        "gauge": None if entry["gauge"] == -1 else entry["gauge"],
        **_gauge_histories(entry.get("gaugeHistory")),
        **{name: int(entry[name]) for name in counts},
        "epr": _sum(entry, "epr", "ems"),
        "lpr": _sum(entry, "lpr", "lms"),
        # Goods are not counted.
        "fast": _sum(entry, "ebd", "egr", "epr", "ems"),
        "slow": _sum(entry, "lbd", "lgr", "lpr", "lms"),
    }


def _gauge_histories(histories: Any) -> dict[str, Any]:
    """How the gauge stood, by its kind; clients of old do not tell."""
    if not isinstance(histories, dict):
        return {}
    return {
        name: histories[key]
        for name, key in _GAUGE_HISTORIES.items()
        if histories.get(key) is not None
    }


def _sum(entry: Mapping[str, Any], *names: str) -> int:
    return sum(int(entry[name]) for name in names)


def _random(option: float, chart: Chart) -> str | None:
    """The arrangement of the notes. With 14 keys each side has one, and `option` is of neither."""
    if chart.playtype == "14K" or not 0 <= option < len(_RANDOMS):
        return None
    return _RANDOMS[int(option)]
