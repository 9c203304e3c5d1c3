"""import-types/*.jsonl: what the parser of an import type yields, and its converter."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import msgspec

from common.catalogue.documents import Song
from common.catalogue.index import GameCatalogue
from common.errors import (
    AmbiguousTitle,
    ConversionFailure,
    FatalImportError,
    InternalFailure,
    InvalidScore,
    SkipScore,
    SongOrChartNotFound,
)
from common.games.model import Game
from common.games.registry import GAMES
from common.validation import text_of
from tests.golden.compare import first_difference
from tests.golden.suites.common import chart_of
from tests.golden.suites.registry import Case, NotBuilt, exempt, suite
from worker.import_types.base import (
    Body,
    DryScore,
    ImportInput,
    ImportType,
    Parsed,
    UnknownChart,
    Upload,
)
from worker.import_types.reading.xml_tree import typed
from worker.import_types.registry import IMPORT_TYPES

# The deployment that the recorded messages quote.
ENABLED_GAMES = [
    "iidx",
    "museca",
    "sdvx",
    "bms",
    "chunithm",
    "usc",
    "wacca",
    "popn",
    "jubeat",
    "pms",
    "maimai",
    "maimaidx",
    "arcaea",
    "ongeki",
    "gitadora",
    "itg",
    "ddr",
]

# How the arguments after the first reach our parsers: as options of these names.
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "ir/direct-manual": ("inferTimestamp",),
    # Ours knows the user anyway.
    "ir/beatoraja": ("userID",),
    "ir/usc": ("chartHash", "playtype"),
}

FAILURE_TYPES: Mapping[type[ConversionFailure], str] = {
    InvalidScore: "InvalidScore",
    SongOrChartNotFound: "SongOrChartNotFound",
    UnknownChart: "SongOrChartNotFound",
    AmbiguousTitle: "AmbiguousTitle",
    SkipScore: "SkipScore",
    InternalFailure: "Internal",
}


@suite("import-types/*.jsonl")
def importing(case: Case) -> Any:
    _check_built(case)
    import_type = IMPORT_TYPES[case.given["importType"]]
    try:
        parsed = import_type.parse(_input(case.given))
    except FatalImportError as error:
        return {"parser": {"error": fatal(error)}}
    return outcome_of(case, import_type, parsed)


def _check_built(case: Case) -> None:
    import_type = IMPORT_TYPES.get(case.given["importType"])
    if import_type is None:
        raise NotBuilt(case.given["importType"])
    for game in _recorded_catalogue(case)["charts"]:
        if game not in GAMES:
            raise NotBuilt(game)


def outcome_of(case: Case, import_type: ImportType, parsed: Parsed) -> dict[str, Any]:
    """What the parser gave and the converter makes of it, in the form recorded."""
    entries, failure = _read(parsed)
    outcome: dict[str, Any] = {
        "parser": {
            "game": parsed.game,
            "context": recorded_time(case, parsed.context),
            # Before converting: a converter must not change its entries, but it might.
            "iterable": [recorded_time(case, import_type.orphan_data(e)) for e in entries],
            "hasClassProvider": parsed.class_provider is not None,
        },
        "scores": _scores(case, import_type, parsed, entries),
    }
    if failure is not None:
        outcome["parser"]["iterableError"] = failure
    elif parsed.class_provider is not None:
        outcome["classes"] = {
            gpt.id: parsed.class_provider(playtype)
            for playtype, gpt in GAMES[parsed.game].playtypes.items()
        }
    return outcome


def _read(parsed: Parsed) -> tuple[list[Any], dict[str, Any] | None]:
    """The entries, and how reading them failed."""
    entries: list[Any] = []
    try:
        entries.extend(parsed.entries)
    except FatalImportError as error:
        return entries, fatal(error)
    return entries, None


def _input(given: Mapping[str, Any]) -> ImportInput:
    first, *others = given["parserArguments"]
    now = given["now"]
    if given["importType"].startswith("file/"):
        fields = others[0] if others else {}
        return Upload(1, now, tuple(ENABLED_GAMES), *_file(first["$file"]), fields)
    options = dict(zip(OPTIONS[given["importType"]], others, strict=True))
    return Body(1, now, tuple(ENABLED_GAMES), first, options)


def _file(recorded: Mapping[str, Any]) -> tuple[str, bytes]:
    text = recorded["text"] if "text" in recorded else json.dumps(recorded["json"])
    return recorded["filename"], text.encode()


def fatal(error: FatalImportError) -> dict[str, Any]:
    return {"fatal": True, "statusCode": error.status, "message": error.message}


def _scores(
    case: Case, import_type: ImportType, parsed: Parsed, entries: list[Any]
) -> list[dict[str, Any]]:
    catalogue = _catalogue(GAMES[parsed.game], _recorded_catalogue(case))
    convert = import_type.converter(parsed.context, catalogue)
    scores = []
    for entry in entries:
        try:
            scores.append(recorded_time(case, _score(import_type, parsed, convert(entry))))
        except ConversionFailure as failure:
            kind = FAILURE_TYPES[type(failure)]
            scores.append({"error": {"failureType": kind, "message": failure.message}})
    return scores


def _recorded_catalogue(case: Case) -> Any:
    """The catalogue of a case, empty for an import type that looks nothing up."""
    return case.given.get("catalogue", {"songs": {}, "charts": {}})


def _catalogue(game: Game, recorded: Mapping[str, Any]) -> GameCatalogue:
    songs = [msgspec.convert(document, Song) for document in recorded["songs"].get(game.id, [])]
    charts = [
        chart_of(game.playtypes[document["playtype"]], document)
        for document in recorded["charts"].get(game.id, [])
    ]
    for song in songs:
        song.data = msgspec.convert(song.data, game.song_data)
    return GameCatalogue(game.id, 0, songs, charts)


def _score(import_type: ImportType, parsed: Parsed, dry: DryScore) -> dict[str, Any]:
    return {
        "chartID": dry.chart.chartID,
        "songID": dry.song.id,
        "dryScore": {
            "game": parsed.game,
            "service": dry.service,
            "comment": dry.comment,
            "importType": import_type.name,
            "timeAchieved": dry.timeAchieved,
            "scoreData": {
                **dry.scoreData.metrics,
                "judgements": dry.scoreData.judgements,
                "optional": dry.scoreData.optional,
            },
            "scoreMeta": dry.scoreMeta,
        },
    }


def recorded_time(case: Case, value: Any) -> Any:
    """The value with the clock of the case replaced by its placeholder."""
    if isinstance(value, dict):
        return {key: recorded_time(case, item) for key, item in value.items()}
    return "<NOW:0>" if value == case.given["now"] else value


@exempt(
    "import-types/*-manual.jsonl",
    "pms charts are found by hash",
    "The reference looks for a bmsChartHash among the charts of bms, also when the import is "
    "of pms, and finds nothing. Ours finds the chart of the playtype.",
)
def _pms_hash(case: Case, got: Any) -> bool:
    if got["parser"].get("game") != "pms":
        return False
    scores = [
        theirs if _found_by_hash(entry, theirs, ours) else ours
        for entry, theirs, ours in zip(
            got["parser"]["iterable"], case.expected["scores"], got["scores"], strict=True
        )
    ]
    return first_difference(case.expected, {**got, "scores": scores}) is None


def _found_by_hash(entry: Any, theirs: Any, ours: Any) -> bool:
    """Only ours found the chart of an entry that names it by its hash."""
    return (
        entry["matchType"] == "bmsChartHash"
        and theirs.get("error", {}).get("failureType") == "SongOrChartNotFound"
        and "chartID" in ours
    )


@exempt(
    "import-types/ir-direct-manual.jsonl",
    "nothing to date",
    "Asked to date the only score of an import without scores, the reference crashes. Ours "
    "says what is wrong.",
)
def _no_score_to_date(case: Case, got: Any) -> bool:
    crashed = case.expected["parser"].get("error", {}).get("plainError", False)
    return bool(crashed) and got["parser"].get("error", {}).get("statusCode") == 400


@exempt(
    "import-types/file-solid-state-squad.jsonl",
    "titles and comments are texts",
    "The reference takes a title such as 007 or 0x10 for a number and looks for another song; "
    "and it stores a comment such as 12345 as a number, where documents promise a text.",
)
def _texts_stay_texts(case: Case, got: Any) -> bool:
    if "iterable" not in got["parser"] or "iterable" not in case.expected["parser"]:
        return False
    entries, scores = [], []
    for entry, theirs, ours in zip(
        got["parser"]["iterable"], case.expected["scores"], got["scores"], strict=True
    ):
        as_theirs = {**entry, "songname": _as_number(entry["songname"])}
        if "comment" in entry:
            as_theirs["comment"] = typed(entry["comment"])
        entries.append(as_theirs)
        # Theirs looked for another song then.
        is_same_title = as_theirs["songname"] == entry["songname"]
        scores.append(_with_number_comment(ours) if is_same_title else theirs)
    parser = {**got["parser"], "iterable": entries}
    return first_difference(case.expected, {"parser": parser, "scores": scores}) is None


def _as_number(title: str) -> str:
    text = text_of(typed(title))
    # The one number that the reference knows to be a title.
    return ".59" if text == "0.59" else text


def _with_number_comment(score: dict[str, Any]) -> dict[str, Any]:
    comment = score.get("dryScore", {}).get("comment")
    if comment is None:
        return score
    return {**score, "dryScore": {**score["dryScore"], "comment": typed(comment)}}


@exempt(
    "import-types/file-mypagescraper-records-csv.jsonl",
    "JSON has no NaN",
    "Where an ID, a score or a lamp is no number, the reference's entry holds NaN. Ours holds "
    "null, since entries without a chart are stored as JSON.",
)
def _null_for_nan(case: Case, got: Any) -> bool:
    entries = [
        {key: math.nan if value is None else value for key, value in entry.items()}
        for entry in got["parser"].get("iterable", [])
    ]
    as_theirs = {**got, "parser": {**got["parser"], "iterable": entries}}
    return first_difference(case.expected, as_theirs) is None


@exempt(
    "import-types/ir-usc.jsonl",
    "gauges are percentages",
    "A USC client counts its gauge from 0 to 1, and so the reference stores it, though the "
    "metric is a percentage. Ours multiplies by 100.",
)
def _gauge_as_percentage(case: Case, got: Any) -> bool:
    scores = [_with_percentage(score) for score in case.expected.get("scores", [])]
    return first_difference({**case.expected, "scores": scores}, got) is None


def _with_percentage(score: dict[str, Any]) -> dict[str, Any]:
    if "dryScore" not in score:
        return score
    dry = score["dryScore"]
    optional = dry["scoreData"]["optional"]
    optional = {**optional, "gauge": optional["gauge"] * 100}
    return {**score, "dryScore": {**dry, "scoreData": {**dry["scoreData"], "optional": optional}}}
