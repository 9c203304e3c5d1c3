"""import-types/*.jsonl: what the parser of an import type yields, and its converter."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Mapping, Sequence
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
    NotTracked,
    SkipScore,
    SongOrChartNotFound,
)
from common.games.model import Game
from common.games.registry import GAMES
from tests.golden.suites.common import chart_of
from tests.golden.suites.registry import Case, NotBuilt, departs, suite
from worker.import_types.base import (
    Body,
    DryScore,
    ImportInput,
    ImportType,
    Parsed,
    RefusedEntry,
    UnknownChart,
    Upload,
)
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
    "ir/barbatos": (),
    "ir/kshook-sv6c": (),
    "ir/kshook-sv6c-static": (),
    "ir/lr2hook": (),
    # An object of options as it is, and the user.
    "ir/fervidex": ("*", "userID"),
    "ir/fervidex-static": ("*",),
}


def options_of(import_type: str, others: Sequence[Any]) -> dict[str, Any]:
    """The arguments after the first, as options of our parser."""
    options = dict(zip(OPTIONS[import_type], others, strict=True))
    return {**options.pop("*", {}), **options}


FAILURE_TYPES: Mapping[type[ConversionFailure], str] = {
    InvalidScore: "InvalidScore",
    SongOrChartNotFound: "SongOrChartNotFound",
    UnknownChart: "SongOrChartNotFound",
    AmbiguousTitle: "AmbiguousTitle",
    SkipScore: "SkipScore",
    NotTracked: "SkipScore",
    InternalFailure: "Internal",
}


@suite("import-types/*.jsonl")
def importing(case: Case) -> Any:
    _check_built(case)
    import_type = IMPORT_TYPES[case.given["importType"]]
    try:
        parsed = import_type.parse(input_of(case.given))
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
            "iterable": [recorded_time(case, _data(import_type, e)) for e in entries],
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


def _data(import_type: ImportType, entry: Any) -> Any:
    """The entry as JSON; the reference has nothing like one that only refuses itself."""
    if isinstance(entry, RefusedEntry):
        return {"refused": entry.message}
    return import_type.orphan_data(entry)


def input_of(given: Mapping[str, Any]) -> ImportInput:
    first, *others = given["parserArguments"]
    now = given["now"]
    if IMPORT_TYPES[given["importType"]].input is Upload:
        fields = others[0] if others else {}
        return Upload(1, now, tuple(ENABLED_GAMES), *_file(first["$file"]), fields)
    options = options_of(given["importType"], others)
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
        if isinstance(entry, RefusedEntry):
            scores.append({"error": {"failureType": "InvalidScore", "message": entry.message}})
            continue
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


@departs(
    "import-types/*-manual.jsonl",
    "pms charts are found by hash",
    "The reference looks for a bmsChartHash among the charts of bms, also when the import is "
    "of pms, and finds nothing. Ours finds the chart of the playtype.",
)
def _pms_hash(case: Case, expected: Any, got: Any) -> Any:
    if expected["parser"].get("game") != "pms":
        return expected
    scores = [
        _found_by_hash(case, expected["parser"]["context"], entry, score)
        for entry, score in zip(expected["parser"]["iterable"], expected["scores"], strict=True)
    ]
    return {**expected, "scores": scores}


_MANUAL = {"file/batch-manual": "BATCH-MANUAL", "ir/direct-manual": "DIRECT-MANUAL"}


def _found_by_hash(case: Case, context: Any, entry: Any, score: Any) -> Any:
    """The score of an entry that names its chart by a hash that the catalogue has."""
    if entry.get("matchType") != "bmsChartHash" or "error" not in score:
        return score
    for chart in case.given["catalogue"]["charts"]["pms"]:
        hashes = (chart["data"]["hashMD5"], chart["data"]["hashSHA256"])
        if chart["playtype"] == context["playtype"] and entry["identifier"] in hashes:
            break
    else:
        return score
    time = entry.get("timeAchieved") or None
    return {
        "chartID": chart["chartID"],
        "songID": chart["songID"],
        "dryScore": {
            "game": "pms",
            "service": f"{context['service']} ({_MANUAL[case.given['importType']]})",
            "comment": entry.get("comment"),
            "importType": case.given["importType"],
            "timeAchieved": time,
            "scoreData": {
                "score": entry["score"],
                "lamp": entry["lamp"],
                "judgements": entry.get("judgements") or {},
                "optional": entry.get("optional") or entry.get("hitMeta") or {},
            },
            "scoreMeta": entry.get("scoreMeta") or {},
        },
    }


@departs(
    "import-types/ir-direct-manual.jsonl",
    "nothing to date",
    "Asked to date the only score of an import without scores, the reference crashes. Ours "
    "says what is wrong.",
)
def _no_score_to_date(case: Case, expected: Any, got: Any) -> Any:
    body, infer = case.given["parserArguments"]
    crashed = expected["parser"].get("error", {}).get("plainError", False)
    if not crashed or not infer or body.get("scores") != []:
        return expected
    message = "Cannot use X-Infer-Score-TimeAchieved without a score in your import."
    return {"parser": {"error": {"fatal": True, "statusCode": 400, "message": message}}}


@departs(
    "import-types/file-solid-state-squad.jsonl",
    "titles and comments are texts",
    "The reference takes a title such as 007 or 0x10 for a number and looks for another song; "
    "and it stores a comment such as 12345 as a number, where documents promise a text.",
)
def _texts_stay_texts(case: Case, expected: Any, got: Any) -> Any:
    if "iterable" not in expected["parser"]:
        return expected
    file = case.given["parserArguments"][0]["$file"]["text"]
    songs = re.findall(r"<song>(.*?)</song>", file, re.S)
    if len(songs) != len(expected["parser"]["iterable"]):
        return expected
    entries, scores = [], []
    for place, (song, entry, score) in enumerate(
        zip(songs, expected["parser"]["iterable"], expected["scores"], strict=True)
    ):
        texts = {
            name: found
            for name in ("songname", "comment")
            if name in entry and (found := _written(song, name)) is not None
        }
        if texts.get("songname", entry["songname"]) != entry["songname"]:
            score = _of_the_written_title(case, texts["songname"], score, got["scores"][place])
        entries.append({**entry, **texts})
        if isinstance(score.get("dryScore", {}).get("comment"), int | float):
            score = {**score, "dryScore": {**score["dryScore"], "comment": texts["comment"]}}
        scores.append(score)
    return {**expected, "parser": {**expected["parser"], "iterable": entries}, "scores": scores}


_LOOKS_LIKE_A_NUMBER = re.compile(r"[+-]?(0x[0-9a-fA-F]+|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)")


def _written(song: str, name: str) -> str | None:
    """What stands in the file, if it could be taken for a number."""
    found = re.search(rf"<{name}>(.*?)</{name}>", song, re.S)
    text = found[1] if found else ""
    quoted = re.fullmatch(r"<!\[CDATA\[(.*?)\]\]>", text, re.S)
    text = quoted[1] if quoted else html.unescape(text)
    return text if _LOOKS_LIKE_A_NUMBER.fullmatch(text) else None


def _of_the_written_title(case: Case, title: str, theirs: Any, ours: Any) -> Any:
    """The outcome of an entry for whose title the reference took another one."""
    songs = _recorded_catalogue(case)["songs"].get("iidx", [])
    named = [
        song["id"]
        for song in songs
        if title.lower() in (each.lower() for each in (song["title"], *song["altTitles"]))
    ]
    if not named:
        message = f"Could not find song with title {title}"
        return {"error": {"failureType": "SongOrChartNotFound", "message": message}}
    assert len(named) > 1 or ours.get("songID", named[0]) == named[0]
    return ours


@departs(
    "import-types/file-mypagescraper-records-csv.jsonl",
    "JSON has no NaN",
    "Where an ID, a score or a lamp is no number, the reference's entry holds NaN. Ours holds "
    "null, since entries without a chart are stored as JSON.",
)
def _null_for_nan(case: Case, expected: Any, got: Any) -> Any:
    entries = [
        {key: None if value == {"$float": "NaN"} else value for key, value in entry.items()}
        for entry in expected["parser"].get("iterable", [])
    ]
    if entries == expected["parser"].get("iterable", []):
        return expected
    return {**expected, "parser": {**expected["parser"], "iterable": entries}}


_NO_CLASSES = {
    "parser": {"game": "wacca", "context": {}, "iterable": [], "hasClassProvider": True},
    "scores": [],
}


@departs(
    "import-types/file-mypagescraper-player-csv.jsonl",
    "stages are checked when they are read",
    "The reference refuses a stage that it does not know once it computes classes, also stage 0, "
    "which is that of a player without one. Ours refuses it in the parser, and takes 0 for none.",
)
def _stages(case: Case, expected: Any, got: Any) -> Any:
    if "Unknown stage up id" not in json.dumps(expected):
        return expected
    file = case.given["parserArguments"][0]["$file"]["text"]
    found = re.search(r"\[([0-9]+),[^][]+?,[0-9]+\]", file)
    assert found is not None
    number = int(found[1])
    assert not 1 <= number <= 14
    if number == 0:
        return {**_NO_CLASSES, "classes": {"wacca:Single": {}}}
    message = f"Unknown stage up id {number}."
    return {"parser": {"error": {"fatal": True, "statusCode": 400, "message": message}}}


@departs(
    "import-types/file-mypagescraper-*.jsonl",
    "blank lines and byte order marks are no content",
    "The reference takes a blank line for a record of one cell, and a byte order mark for a part "
    "of the first column's name, and refuses the file. Ours reads what there is.",
)
def _no_content(case: Case, expected: Any, got: Any) -> Any:
    """The outcome is that of the same file without them."""
    error = expected["parser"].get("error")
    file = case.given["parserArguments"][0]["$file"]
    text = file.get("text", "")
    cleaned = re.sub(r"(?m)^\r?\n", "", text.removeprefix("\ufeff"))
    if not error or cleaned == text:
        return expected
    assert re.search(r"Invalid Record Length.* got 1 on|Malformed CSV", error["message"])
    given = {**case.given, "parserArguments": [{"$file": {**file, "text": cleaned}}, {}]}
    outcome = importing(Case(case.path, case.id, given, expected))
    if "iterable" in outcome["parser"]:
        records = len(list(csv.reader(io.StringIO(cleaned)))) - 1
        titles = {entry["songTitle"] for entry in outcome["parser"]["iterable"]}
        assert len(titles) <= records
    return outcome


@departs(
    "import-types/ir-usc.jsonl",
    "gauges are percentages",
    "A USC client counts its gauge from 0 to 1, and so the reference stores it, though the "
    "metric is a percentage. Ours multiplies by 100.",
)
def _gauge_as_percentage(case: Case, expected: Any, got: Any) -> Any:
    if "scores" not in expected:
        return expected
    return {**expected, "scores": [_with_percentage(score) for score in expected["scores"]]}


def _with_percentage(score: dict[str, Any]) -> dict[str, Any]:
    if "dryScore" not in score:
        return score
    dry = score["dryScore"]
    optional = dry["scoreData"]["optional"]
    optional = {**optional, "gauge": optional["gauge"] * 100}
    return {**score, "dryScore": {**dry, "scoreData": {**dry["scoreData"], "optional": optional}}}
