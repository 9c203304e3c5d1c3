"""Import types as strict as the reference: what it makes of files that ours is lenient with.

Real files win over strictness here; so whether ours agrees with the reference in all the rest
is seen by putting the strictness back. Each function says, of one entry and what ours made of
it, what the reference made of it. `fired` names the decisions that made a difference.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import msgspec

from common.catalogue.documents import Song
from common.catalogue.index import GameCatalogue
from common.errors import (
    AmbiguousTitle,
    ConversionFailure,
    FatalImportError,
    InvalidScore,
    SkipScore,
    SongOrChartNotFound,
)
from common.games.model import ScoreData
from common.games.registry import get_gpt
from tests.golden.told import strict_arrivals, strict_matching
from worker.import_types import registry
from worker.import_types.base import (
    DryScore,
    ImportInput,
    ImportType,
    Parsed,
    RefusedEntry,
    Upload,
)

Outcome = DryScore | ConversionFailure


class AsRecorded:
    """An import type of ours with the reference's strictness."""

    def __init__(self, ours: ImportType, fired: Counter[str]) -> None:
        self._ours = ours
        self._fired = fired
        self.name = ours.name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ours, name)

    def parse(self, given: ImportInput) -> Parsed:
        try:
            parsed = self._ours.parse(given)
        except FatalImportError as failure:
            if not failure.message.startswith("Failed to parse CSV: Row "):
                raise
            self._fired["whole file"] += 1
            raise FatalImportError(400, _record_length(given)) from None
        if self.name in _HEADED and given.content.split(b"\n", 1)[0].strip() == b"":
            self._fired["whole file"] += 1
            raise FatalImportError(400, _NO_HEADER)
        entries = list(parsed.entries)
        refusal = strict_arrivals.refused_body(self.name, entries)
        refusal = refusal or _PARSING.get(self.name, _broken_row)(parsed, entries)
        if refusal is not None:
            self._fired["whole file"] += 1
            raise FatalImportError(400, refusal)
        return replace(parsed, entries=entries)

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Any:
        ours = self._ours.converter(context, catalogue)
        rule = _CONVERTING.get(self.name, _as_ours)
        arrivals = strict_arrivals.CONVERTING.get(self.name, _as_ours)

        def convert(entry: Any) -> DryScore:
            made: Outcome
            try:
                made = ours(entry)
            except ConversionFailure as failure:
                made = failure
            theirs = rule(entry, context, catalogue, made)
            theirs = arrivals(entry, context, catalogue, theirs)
            if theirs is not made:
                self._fired["entry"] += 1
            if isinstance(theirs, ConversionFailure):
                raise theirs
            return theirs

        return convert


@contextmanager
def strictness() -> Iterator[Counter[str]]:
    """All import types are as strict as the reference meanwhile; counts what that changed."""
    fired: Counter[str] = Counter()
    strict = {name: AsRecorded(it, fired) for name, it in registry.IMPORT_TYPES.items()}
    with mock.patch.dict(registry.IMPORT_TYPES, strict):
        yield fired


# Their first line is the header, come what may.
_HEADED = ("file/eamusement-iidx-csv", "file/pli-iidx-csv", "file/eamusement-sdvx-csv")
_NO_HEADER = "Expected headers, but received nothing in the first row."


# --- whole files -------------------------------------------------------------------------------


def _broken_row(parsed: Parsed, entries: list[Any]) -> str | None:
    """The first row or element that ours refuses for itself refuses the file."""
    return next((it.message for it in entries if isinstance(it, RefusedEntry)), None)


def _record_length(given: ImportInput) -> str:
    """Of a file of proper CSV in which a row has too few cells, or too many."""
    assert isinstance(given, Upload)
    header, *records = csv.reader(io.StringIO(given.content.decode()))
    line, record = next((n, it) for n, it in enumerate(records, 2) if len(it) != len(header))
    return (
        f"Failed to parse CSV: Invalid Record Length: columns length is {len(header)},"
        f" got {len(record)} on line {line}"
    )


def _player_file(parsed: Parsed, entries: list[Any]) -> str | None:
    """A stage must be a known one."""
    for warning in parsed.warnings:
        if found := re.search(r"unknown stage up id (\d+);", warning):
            return f"Unknown stage up id {found[1]}."
    return None


def _iidx_file(parsed: Parsed, entries: list[Any]) -> str | None:
    """A version must be one of the site's names, and supported."""
    broken = _broken_row(parsed, entries)
    version = parsed.context["importVersion"]
    if broken is not None:
        return broken
    if version is not None and not version.isdigit():
        return f"Invalid/Unsupported Eamusement Version Name {version}."
    if version not in get_gpt("iidx", parsed.context["playtype"]).versions:
        return f"Unsupported version '{version or 0}'. Is your CSV properly filled out?"
    return None


def _s3_file(parsed: Parsed, entries: list[Any]) -> str | None:
    for number, entry in enumerate(entries):
        place = f"Invalid S3 XML.: s3data.scoredata.song[{number}]"
        if isinstance(entry, RefusedEntry):
            return entry.message
        if entry["diff"] not in ("L7", 7, "A", "B", 5, "L14", 14, "A14", "B14"):
            return (
                f"{place}.diff | Expected any of L7, 7, A, B, 5, L14, 14, A14, B14."
                f" | Received {entry['diff']} [type: string]."
            )
        if entry["mods"] == {}:
            return (
                f"{place}.mods | Object does not match structure of schema, expected this location"
                " to have an object. | Received  [type: string]."
            )
    return None


# --- entries -----------------------------------------------------------------------------------


def _as_ours(entry: Any, context: Any, catalogue: GameCatalogue, made: Outcome) -> Outcome:
    return made


def _iidx(
    entry: Any, context: Mapping[str, Any], catalogue: GameCatalogue, made: Outcome
) -> Outcome:
    block, playtype, version = entry.score, context["playtype"], context["importVersion"]
    if block.exscore == "0" or block.level in ("", "0"):
        return made if isinstance(made, SkipScore) else SkipScore("The chart does not exist.")
    title, difficulty = entry.title, block.difficulty
    unmarked = re.sub("†(LEGGENDARIA)?$", "", title)
    if not context["hasBeginnerAndLegg"] and unmarked != title:
        title, difficulty = unmarked.rstrip(), "LEGGENDARIA"
    try:
        song = strict_matching.song_of_title(catalogue, title, letters=True)
    except AmbiguousTitle as failure:
        return failure
    if song is None:
        return _unless(made, SongOrChartNotFound(f"Could not find song for {title}."))
    chart = strict_matching.chart_of_song(catalogue, song, playtype, difficulty, version)
    if chart is None:
        name = f"{song.title} ({playtype} {block.difficulty} [v{version}])"
        return _unless(made, SongOrChartNotFound(f"Could not find chart for {name}"))
    if isinstance(made, DryScore) and block.bp == "":
        data = made.scoreData
        assert "bp" not in data.optional
        return _changed(made, scoreData=ScoreData(data.metrics, data.judgements, {"bp": 0}))
    return made


def _sdvx(entry: Any, context: Any, catalogue: GameCatalogue, made: Outcome) -> Outcome:
    names = {
        "NOVICE": "NOV",
        "ADVANCED": "ADV",
        "EXHAUST": "EXH",
        "MAXIMUM": "MXM",
        "INFINITE": "INF",
        "GRAVITY": "GRV",
        "HEAVENLY": "HVN",
        "VIVID": "VVD",
        "EXCEED": "XCD",
        "ULTIMATE": "ULT",
    }
    return _by_title(
        catalogue,
        made,
        entry.title,
        names.get(entry.difficulty),
        f"{entry.title} - Invalid difficulty of {entry.difficulty}.",
        entry.level,
    )


def _wacca(entry: Any, context: Any, catalogue: GameCatalogue, made: Outcome) -> Outcome:
    difficulty = ("NORMAL", "HARD", "EXPERT", "INFERNO")[entry.diffIndex]
    return _by_title(catalogue, made, entry.songTitle, difficulty, "", entry.level)


def _by_title(
    catalogue: GameCatalogue,
    made: Outcome,
    title: str,
    difficulty: str | None,
    unknown: str,
    level: str,
) -> Outcome:
    """A title to the letter, a difficulty that there is, and the very level of the chart."""
    try:
        song: Song | None = strict_matching.song_of_title(catalogue, title, letters=True)
    except AmbiguousTitle as failure:
        return failure
    if song is None:
        return _unless(made, SongOrChartNotFound(f"Could not find song for {title}."))
    if difficulty is None:
        return InvalidScore(unknown)
    chart = strict_matching.chart_of_song(catalogue, song, "Single", difficulty, None)
    if chart is None:
        name = f"{song.title} [{difficulty}]"
        return _unless(made, SongOrChartNotFound(f"Could not find chart for {name}."))
    if level != chart.level:
        name = f"{song.title} [{chart.difficulty}]"
        return InvalidScore(f"{name} - Should be level {chart.level}, but found level {level}.")
    return made


def _s3(entry: Any, context: Any, catalogue: GameCatalogue, made: Outcome) -> Outcome:
    title = entry["songname"]
    try:
        song = strict_matching.song_of_title(catalogue, title, letters=False)
    except AmbiguousTitle as failure:
        return failure
    if song is None:
        return _unless(made, SongOrChartNotFound(f"Could not find song with title {title}"))
    style = entry["styles"].rpartition(",")[2]
    known = {"3rd", "4th", "5th", "6th", "7th", "8th", "9th", "10th", "red", "hs", "dd", "gold"}
    if entry["diff"] != 5 and style and style not in known | {"djt", "emp", "pb", "us"}:
        return InvalidScore(f"Song has invalid style {style}.")
    return made


def _manual(
    entry: Any, context: Mapping[str, Any], catalogue: GameCatalogue, made: Outcome
) -> Outcome:
    gpt = get_gpt(context["game"], context["playtype"])
    refusal = strict_matching.refuse_manual(entry, gpt, context["version"] or None, catalogue)
    if refusal is not None:
        return _unless(made, refusal)
    if not isinstance(made, DryScore):
        return made
    # `optional` or, only where there is none, its former name.
    optional = entry.optional or entry.hitMeta
    given = msgspec.json.decode(msgspec.json.encode(optional)) if optional else {}
    if given == made.scoreData.optional and made.remark is None:
        return made
    data = made.scoreData
    changed = ScoreData(data.metrics, data.judgements, given)
    return _changed(made, scoreData=changed, remark=None)


def _unless(made: Outcome, theirs: ConversionFailure) -> Outcome:
    """Ours where it says the same anyway."""
    same = type(made) is type(theirs) and made.message == theirs.message  # type: ignore[union-attr]
    return made if same else theirs


def _changed(dry: DryScore, **members: Any) -> DryScore:
    return msgspec.structs.replace(dry, **members)


def _fervidex(entry: Any, context: Any, catalogue: GameCatalogue, made: Outcome) -> Outcome:
    """A gauge above 200 is none in the gauge's history, but a gauge in the four others."""
    graphs = entry.get("2dx-gsm")
    if not isinstance(made, DryScore) or not graphs:
        return made
    if all(gauge <= 200 for graph in graphs.values() for gauge in graph):
        return made
    data = made.scoreData
    names = {"EASY": "gsmEasy", "NORMAL": "gsmNormal", "HARD": "gsmHard", "EX_HARD": "gsmEXHard"}
    as_sent = {name: graphs[key] for key, name in names.items()}
    optional = {**data.optional, **as_sent}
    return _changed(made, scoreData=ScoreData(data.metrics, data.judgements, optional))


def _kshook_export(entry: Any, context: Any, catalogue: GameCatalogue, made: Outcome) -> Outcome:
    """Without a time it was played in 1970."""
    if isinstance(made, DryScore) and entry["timestamp"] == 0:
        return _changed(made, timeAchieved=0)
    return made


_PARSING: Mapping[str, Callable[[Parsed, list[Any]], str | None]] = {
    "file/eamusement-iidx-csv": _iidx_file,
    "file/pli-iidx-csv": _iidx_file,
    "file/solid-state-squad": _s3_file,
    "file/mypagescraper-player-csv": _player_file,
    # A broken list is one broken entry to the reference, too.
    "file/mypagescraper-records-csv": lambda parsed, entries: None,
}
_CONVERTING: Mapping[str, Callable[[Any, Any, GameCatalogue, Outcome], Outcome]] = {
    "file/eamusement-iidx-csv": _iidx,
    "file/pli-iidx-csv": _iidx,
    "file/eamusement-sdvx-csv": _sdvx,
    "file/mypagescraper-records-csv": _wacca,
    "file/solid-state-squad": _s3,
    "file/batch-manual": _manual,
    "ir/direct-manual": _manual,
    "ir/fervidex": _fervidex,
    "ir/kshook-sv6c-static": _kshook_export,
}
