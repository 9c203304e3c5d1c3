"""ir/lr2hook: one score of Lunatic Rave 2 (BMS).

Source: specification, import-types/lr2hook.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, SongOrChartNotFound
from common.games.model import ScoreData
from common.hooks.lr2hook_schema import SCORE
from common.text.canonical import TIME_RECEIVED
from common.validation import explain, first_violation
from common.validation.json_schema import json_schema
from worker.import_types.base import Body, Converter, DryScore, JSONEntries, Parsed, Subject

GAME: Final = "bms"
SERVICE: Final = "LR2Hook"

_LAMPS: Final = {
    "NO PLAY": "NO PLAY",
    "FAIL": "FAILED",
    "EASY": "EASY CLEAR",
    "NORMAL": "CLEAR",
    "HARD": "HARD CLEAR",
    "FULL COMBO": "FULL COMBO",
}
_GAUGES: Final = {
    "EASY": "EASY",
    "GROOVE": "NORMAL",
    **dict.fromkeys(("HARD", "HAZARD", "P-ATTACK", "G-ATTACK"), "HARD"),
}
_RANDOMS: Final = {"NORAN": "NONRAN", "MIRROR": "MIRROR", "RAN": "RANDOM", "S-RAN": "S-RANDOM"}

_JUDGEMENTS: Final = ("pgreat", "great", "good", "bad", "poor")
_EXTENDED: Final = (
    *("ebd", "lbd", "egd", "lgd", "egr", "lgr", "epg", "lpg", "epr", "lpr"),
    *("fast", "slow"),
)
_GRAPHS: Final = {
    "gaugeHistoryEasy": "easy",
    "gaugeHistoryGroove": "groove",
    "gaugeHistoryHard": "hard",
}


class LR2Hook(JSONEntries):
    """The body is the score."""

    name = "ir/lr2hook"
    input = Body
    body_schema = json_schema(SCORE)

    def parse(self, body: Body) -> Parsed:
        if found := first_violation(SCORE, body.content):
            raise FatalImportError(400, explain(found, "Error"))
        return Parsed(GAME, {TIME_RECEIVED: body.received}, [body.content])

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: _convert(entry, context, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        return Subject(entry["md5"])


def _convert(
    entry: Mapping[str, Any], context: Mapping[str, Any], catalogue: GameCatalogue
) -> DryScore:
    chart = catalogue.chart_by_bms_hash(entry["md5"])
    if chart is None:
        raise SongOrChartNotFound(f"Could not find chart with md5 {entry['md5']}.")
    score = entry["scoreData"]
    return DryScore(
        song=catalogue.song_of(chart),
        chart=chart,
        service=SERVICE,
        comment=None,
        timeAchieved=_time(entry, context),
        scoreData=ScoreData(
            {"score": score["exScore"], "lamp": _LAMPS[score["lamp"]]},
            {name: score[name] for name in _JUDGEMENTS},
            _optional(score),
        ),
        scoreMeta=_meta(entry["playerData"], chart),
    )


def _time(entry: Mapping[str, Any], context: Mapping[str, Any]) -> int | None:
    """When it was played, as the client says in seconds; 0 is when it does not know."""
    if "unixTimestamp" not in entry:
        return int(context[TIME_RECEIVED])
    return int(entry["unixTimestamp"]) * 1000 or None


def _optional(score: Mapping[str, Any]) -> dict[str, Any]:
    optional = {
        "bp": _bp(score),
        "maxCombo": score["maxCombo"],
        "gauge": score["hpGraph"][-1],
        "gaugeHistory": score["hpGraph"],
    }
    extended = score.get("extendedJudgements")
    if extended is not None:
        optional |= {name: extended[name] for name in _EXTENDED}
    graphs = score.get("extendedHpGraphs")
    if graphs is not None:
        optional |= {name: graphs[gauge] for name, gauge in _GRAPHS.items()}
    return optional


def _bp(score: Mapping[str, Any]) -> int | None:
    """Bads and poors, and the notes that were not reached; None where nobody can tell those."""
    bp: int = score["bad"] + score["poor"]
    extended = score.get("extendedJudgements")
    if extended is not None:
        return bp + int(score["notesTotal"] - extended["notesPlayed"])
    return bp if score["notesPlayed"] == score["notesTotal"] else None


def _meta(player: Mapping[str, Any], chart: Chart) -> dict[str, Any]:
    # With 14 keys each side has an arrangement of its own, and the client names one.
    random = _RANDOMS[player["random"]] if chart.playtype == "7K" else None
    return {"client": "LR2", "gauge": _GAUGES[player["gauge"]], "random": random}
