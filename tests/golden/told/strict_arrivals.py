"""Hooks and services as strict as the reference: versions, difficulties and levels that are new.

As in `strict_files.py`: of one entry and what ours made of it, what the reference made of it.
Plain searches through all charts; recorded catalogues are small.
Source: specification, import-types/api-kai.md, import-types/api-cg.md, import-types/api-myt.md,
import-types/fervidex.md, import-types/barbatos.md, import-types/kshook-sv6c.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import ConversionFailure, InvalidScore, SkipScore, SongOrChartNotFound
from common.validation import is_integer
from worker.import_types.base import DryScore

Outcome = DryScore | ConversionFailure
Convert = Callable[[Any, Any, GameCatalogue, Outcome], Outcome]

_FOURTH = ("INF", "GRV", "HVN", "VVD", "XCD")
_SDVX = ("NOV", "ADV", "EXH", _FOURTH, "MXM", "ULT")
_SDVX_VERSIONS = ("booth", "inf", "gw", "heaven", "vivid", "exceed", "nabla")


def _of_version(
    catalogue: GameCatalogue,
    number: Any,
    difficulties: str | Collection[str],
    version: str,
    playtype: str,
) -> Chart | None:
    """The chart of this very version."""
    wanted = (difficulties,) if isinstance(difficulties, str) else difficulties
    for chart in catalogue.charts:
        ids = chart.data.inGameID
        if (
            number in (ids if isinstance(ids, list) else [ids])
            and chart.difficulty in wanted
            and chart.playtype == playtype
            and version in chart.versions
            and getattr(chart.data, "xtraSet", None) is None
        ):
            return chart
    return None


def _begins(made: Outcome, *beginnings: str) -> bool:
    return isinstance(made, ConversionFailure) and made.message.startswith(beginnings)


def _name(difficulty: Any) -> str:
    return "ANY_INF" if difficulty == _FOURTH else str(difficulty)


# --- CG ------------------------------------------------------------------------------------------


def _cg(
    difficulties: Collection[Any],
    versions: Mapping[int, str],
    first_newer: int | None,
    refusal: str,
    *,
    playtype: str = "Single",
    any_version: bool = False,
    before_chart: tuple[str, ...] = (),
) -> Convert:
    """first_newer: from which number on ours is judged by another decision.

    before_chart: beginnings of what is wrong with an entry before its chart is looked for.
    """
    names = list(difficulties)

    def convert(entry: Any, context: Any, catalogue: GameCatalogue, made: Outcome) -> Outcome:
        if _begins(made, "Invalid CG ") or isinstance(made, SkipScore):
            return made
        difficulty, version = entry["difficulty"], entry["version"]
        if not difficulty < len(names):
            return InvalidScore(f"Invalid difficulty of {difficulty} - Could not convert.")
        if version not in versions:
            if first_newer is not None and version >= first_newer:
                return made
            return InvalidScore(f"{refusal} {version}.")
        if any_version or _begins(made, *before_chart):
            return made
        name, wanted = versions[version], names[int(difficulty)]
        if _of_version(catalogue, entry["internalId"], wanted, name, playtype) is not None:
            return made
        return SongOrChartNotFound(
            f"Could not find chart with songID {entry['internalId']}"
            f" ({_name(wanted)} - Version {name})"
        )

    return convert


_JUBEAT = _cg(
    ("BSC", "ADV", "EXT"),
    dict.fromkeys(range(1, 12), ""),
    12,
    "Unknown Game Version",
    any_version=True,
)
_MUSECA = _cg(("Green", "Yellow", "Red"), {2: "1.5-b"}, None, "Unknown/Unsupported Game Version")
_POPN = _cg(
    ("Easy", "Normal", "Hyper", "EX"),
    {25: "peace", 26: "kaimei", 27: "unilab"},
    None,
    "Unknown/Unsupported Game Version",
    playtype="9B",
    before_chart=("Score is > 100_000",),
)
# nabla is another decision: to the letter, its charts are not there yet.
_CG_SDVX = _cg(_SDVX, dict(enumerate(_SDVX_VERSIONS, start=1)), 8, "Unknown Game Version")


# --- Kai -----------------------------------------------------------------------------------------


def _kai_iidx(entry: Any, context: Any, catalogue: GameCatalogue, made: Outcome) -> Outcome:
    known = ("BEGINNER", "NORMAL", "HYPER", "ANOTHER", "LEGGENDARIA")
    if _begins(made, "Error: "):
        return made
    if entry["difficulty"] not in known:
        return InvalidScore(
            f"Error: difficulty | Expected any of {', '.join(known)}."
            f" | Received {entry['difficulty']} [type: string]."
        )
    number = entry["version_played"]
    if number < 20:
        return InvalidScore(f"Unsupported version {number}.")
    if number > 32 or isinstance(made, SkipScore) or not isinstance(made, DryScore):
        return made
    if str(number) in made.chart.versions:
        return made
    chart = made.chart
    songs = chart.data.inGameID
    song = entry["music_id"] if not isinstance(songs, list) else songs[0]
    return SongOrChartNotFound(
        f"Could not find chart with songID {song} ({chart.playtype} {chart.difficulty}"
        f" - Version {number})"
    )


def _kai_sdvx(entry: Any, context: Any, catalogue: GameCatalogue, made: Outcome) -> Outcome:
    if _begins(made, "Error: "):
        return made
    number, version = entry["music_difficulty"], entry["played_version"]
    if not 0 <= number <= 5:
        return InvalidScore(
            "Error: music_difficulty | Expected an integer between 0 and 5."
            f" | Received {number} [type: number]."
        )
    if version < 1:
        return InvalidScore(
            "Error: played_version | Expected an integer of at least 1."
            f" | Received {version} [type: number]."
        )
    if version > len(_SDVX_VERSIONS):
        return made
    wanted, name = _SDVX[int(number)], _SDVX_VERSIONS[int(version) - 1]
    if _of_version(catalogue, entry["music_id"], wanted, name, "Single") is not None:
        return made
    return SongOrChartNotFound(
        f"Could not find chart with songID {entry['music_id']} ({_name(wanted)} - Version {name})"
    )


# --- MYT -----------------------------------------------------------------------------------------


def _myt(entry: Any, context: Any, catalogue: GameCatalogue, made: Outcome) -> Outcome:
    if not _begins(made, "Could not find chart with songID ") or "so far" not in str(made):
        return made
    song = entry.get("info", entry)["musicId"]
    return InvalidScore(f"Can't process a score with unspecified difficulty (musicId {song})")


# --- hooks ---------------------------------------------------------------------------------------


def _fervidex(text: Callable[[str, str], str]) -> Convert:
    """text: what follows the song's number, of the chart and the version."""

    def convert(entry: Any, context: Any, catalogue: GameCatalogue, made: Outcome) -> Outcome:
        code, number = entry["chart"], entry.get("entry_id", entry.get("song_id"))
        if isinstance(made, SkipScore | SongOrChartNotFound) or entry.get("custom") is True:
            return made
        playtype = code[:2].upper()
        difficulty = {"n": "NORMAL", "h": "HYPER", "a": "ANOTHER", "l": "LEGGENDARIA"}[code[2]]
        if (number, difficulty) == (21201, "ANOTHER"):
            number, difficulty = 12250, "LEGGENDARIA"
        version = context["version"]
        if _of_version(catalogue, number, difficulty, version, playtype) is not None:
            return made
        return SongOrChartNotFound(
            f"Could not find chart with songID {number} {text(f'{playtype} {difficulty}', version)}"
        )

    return convert


def _barbatos(entry: Any, context: Any, catalogue: GameCatalogue, made: Outcome) -> Outcome:
    wanted = _SDVX[int(entry["difficulty"])]
    number = entry["song_id"]
    if _of_version(catalogue, number, wanted, context["version"], "Single") is not None:
        return made
    return SongOrChartNotFound(f"Could not find chart with songID {number} ({_name(wanted)})")


def _kshook(entry: Any, context: Any, catalogue: GameCatalogue, made: Outcome) -> Outcome:
    names = ("NOVICE", "ADVANCED", "EXHAUST", "INFINITE", "MAXIMUM")
    wanted = _SDVX[names.index(entry["difficulty"].removeprefix("DIFFICULTY_"))]
    number = entry["music_id"]
    if _of_version(catalogue, number, wanted, "konaste", "Single") is not None:
        return made
    return SongOrChartNotFound(
        f"Could not find chart with songID {number} ({_name(wanted)} for Konaste)."
    )


CONVERTING: Mapping[str, Convert] = {
    **{
        f"api/cg-{service}-{game}": rule
        for service in ("dev", "nag", "gan")
        for game, rule in (
            ("jubeat", _JUBEAT),
            ("museca", _MUSECA),
            ("popn", _POPN),
            ("sdvx", _CG_SDVX),
        )
    },
    **dict.fromkeys(("api/eag-iidx", "api/flo-iidx"), _kai_iidx),
    **dict.fromkeys(("api/eag-sdvx", "api/flo-sdvx", "api/min-sdvx"), _kai_sdvx),
    **{f"api/myt-{game}": _myt for game in ("chunithm", "maimaidx", "ongeki", "wacca")},
    "ir/fervidex": _fervidex(lambda chart, version: f"({chart} [{version}])"),
    "ir/fervidex-static": _fervidex(lambda chart, version: f"({chart} Version {version})"),
    "ir/barbatos": _barbatos,
    "ir/kshook-sv6c": _kshook,
    "ir/kshook-sv6c-static": _kshook,
}


# --- whole bodies --------------------------------------------------------------------------------


def refused_body(import_type: str, entries: list[Any]) -> str | None:
    """What is new refuses all of a body."""
    rule = _BODIES.get(import_type)
    found = (rule(number, entry) for number, entry in enumerate(entries)) if rule else ()
    return next((text for text in found if text is not None), None)


def _barbatos_body(_: int, entry: Any) -> str | None:
    if entry["difficulty"] > 4:
        return (
            "Invalid Barbatos Request: difficulty | Expected any of 0, 1, 2, 3, 4."
            f" | Received {entry['difficulty']} [type: number]."
        )
    level = entry["level"]
    if not (is_integer(level) and 1 <= level <= 20):
        return (
            "Invalid Barbatos Request: level | Expected an integer between 1 and 20."
            f" | Received {level} [type: number]."
        )
    return None


def _kshook_body(place: str) -> Callable[[int, Any], str | None]:
    known = [f"DIFFICULTY_{it}" for it in ("NOVICE", "ADVANCED", "EXHAUST", "INFINITE", "MAXIMUM")]

    def refused(number: int, entry: Any) -> str | None:
        if entry["difficulty"] in known:
            return None
        where = f"Error: {place.format(number)}difficulty"
        return _none_of(where, known, entry["difficulty"])

    return refused


_CODES = ("spb", "spn", "dpn", "sph", "dph", "spa", "dpa", "spl", "dpl")


def _fervidex_body(_: int, entry: Any) -> str | None:
    if entry["chart"] in _CODES:
        return None
    return _none_of("Invalid Fervidex Request?: chart", _CODES, entry["chart"])


def _none_of(where: str, known: Iterable[str], value: str) -> str:
    return f"{where} | Expected any of {', '.join(known)}. | Received {value} [type: string]."


def _fervidex_profile(_: int, entry: Any) -> str | None:
    return None if entry["chart"] in _CODES else f"Invalid chart {entry['chart']}."


_BODIES: Mapping[str, Callable[[int, Any], str | None]] = {
    "ir/barbatos": _barbatos_body,
    "ir/kshook-sv6c": _kshook_body(""),
    "ir/kshook-sv6c-static": _kshook_body("scores[{}]."),
    "ir/fervidex": _fervidex_body,
    "ir/fervidex-static": _fervidex_profile,
}
