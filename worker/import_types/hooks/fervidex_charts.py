"""What both fervidex types share: versions, charts by the game's own ids, lamps and dans.

Source: specification, import-types/fervidex.md sections 2, 4 and 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, NotTracked
from common.games.registry import get_gpt
from common.hooks import software_ids
from common.validation import is_integer, text_of
from common.validation.rules import TEXT
from worker.import_types.base import ClassProvider
from worker.import_types.services.finding import charts_of, of_version, unknown_difficulty

GAME: Final = "iidx"

# Charts by their code: playtype and difficulty. BEGINNER charts are played, but not tracked.
_DIFFICULTIES: Final = {"n": "NORMAL", "h": "HYPER", "a": "ANOTHER", "l": "LEGGENDARIA"}
_BEGINNER: Final = "b"
_PLAYTYPES: Final = {"sp": "SP", "dp": "DP"}
_CHART_CODES: Final = ("spb", "spn", "dpn", "sph", "dph", "spa", "dpa", "spl", "dpl")

# Any text: a code that nobody knows yet is looked for in vain, and its score waits.
CHART_CODE: Final = TEXT.says(f"Expected any of {', '.join(_CHART_CODES)}.")

# A chart that moved to another song between releases of omnimix.
_MOVED: Final = {(21201, "ANOTHER"): (12250, "LEGGENDARIA")}

# Which field of a profile is about which playtype.
_DAN_FIELDS: Final = {"SP": "sp_dan", "DP": "dp_dan"}


def version_of(model: str) -> str:
    """The version of a software model; of a build newer than those known, the build.

    Raises FatalImportError where it is other software.
    """
    software = software_ids.parse(model)
    version = None if software is None else software_ids.iidx_version(software)
    if version is None:
        raise FatalImportError(400, f"Unsupported Software Model {model}.")
    return version


def chart_named(
    catalogue: GameCatalogue, song_id: float, code: str, version: str
) -> tuple[Chart | None, str]:
    """The chart that the game calls so, and how messages do: `1000 (SP HYPER`.

    Raises NotTracked for charts that are not tracked, and SongOrChartNotFound for a code that
    is not known yet.
    """
    playtype, letter = _PLAYTYPES.get(code[:2]), code[2:]
    if letter == _BEGINNER and playtype is not None:
        raise NotTracked("BEGINNER charts are not supported.")
    if playtype is None or letter not in _DIFFICULTIES:
        raise unknown_difficulty(song_id, code)
    wanted = (int(song_id), _DIFFICULTIES[letter])
    number, difficulty = _MOVED.get(wanted, wanted)
    charts = [
        chart
        for chart in charts_of(catalogue, number, playtype, difficulty)
        if chart.data.xtraSet is None
    ]
    return of_version(catalogue, charts, version), f"{text_of(number)} ({playtype} {difficulty}"


def dans(profile: Mapping[str, Any], warnings: list[str]) -> ClassProvider:
    """The dans of a profile; what is no number of a dan says nothing.

    warnings: to which a number is added that no dan has yet.
    """

    def dan(playtype: str) -> Mapping[str, str] | None:
        field = _DAN_FIELDS[playtype]
        number = profile.get(field)
        known = get_gpt(GAME, playtype).classes["dan"].ids
        if not is_integer(number) or number < 0:
            return None
        if number >= len(known):
            warnings.append(f"{field}: unknown dan {text_of(number)}; no class was taken of it.")
            return None
        return {"dan": known[int(number)]}

    return dan
