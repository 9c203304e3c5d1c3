"""What both fervidex types share: versions, charts by the game's own ids, lamps and dans.

Source: specification, import-types/fervidex.md sections 2, 4 and 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, SkipScore
from common.games.registry import get_gpt
from common.hooks import software_ids
from common.validation import is_integer, text_of
from worker.import_types.base import ClassProvider
from worker.import_types.services.finding import charts_of, of_version

GAME: Final = "iidx"

# Charts by their code: playtype and difficulty. BEGINNER charts are played, but not tracked.
_DIFFICULTIES: Final = {"n": "NORMAL", "h": "HYPER", "a": "ANOTHER", "l": "LEGGENDARIA"}
_PLAYTYPES: Final = {"sp": "SP", "dp": "DP"}
CHART_CODES: Final = ("spb", "spn", "dpn", "sph", "dph", "spa", "dpa", "spl", "dpl")

# A chart that moved to another song between releases of omnimix.
_MOVED: Final = {(21201, "ANOTHER"): (12250, "LEGGENDARIA")}

# Which field of a profile is about which playtype.
_DAN_FIELDS: Final = {"SP": "sp_dan", "DP": "dp_dan"}


def version_of(model: str) -> str:
    """The version of a software model. Raises FatalImportError where there is none."""
    software = software_ids.parse(model)
    version = None if software is None else software_ids.iidx_version(software)
    if version is None:
        raise FatalImportError(400, f"Unsupported Software Model {model}.")
    return version


def chart_named(
    catalogue: GameCatalogue, song_id: float, code: str, version: str
) -> tuple[Chart | None, str]:
    """The chart that the game calls so, and how messages do: `1000 (SP HYPER`.

    Raises SkipScore for charts that are not tracked.
    """
    playtype, letter = _PLAYTYPES[code[:2]], code[2]
    if letter not in _DIFFICULTIES:
        raise SkipScore("BEGINNER charts are not supported.")
    wanted = (int(song_id), _DIFFICULTIES[letter])
    number, difficulty = _MOVED.get(wanted, wanted)
    charts = [
        chart
        for chart in charts_of(catalogue, number, playtype, difficulty)
        if chart.data.xtraSet is None
    ]
    return of_version(charts, version), f"{text_of(number)} ({playtype} {difficulty}"


def dans(profile: Mapping[str, Any]) -> ClassProvider:
    """The dans of a profile; what is no number of a dan says nothing."""

    def dan(playtype: str) -> Mapping[str, str] | None:
        number = profile.get(_DAN_FIELDS[playtype])
        known = get_gpt(GAME, playtype).classes["dan"].ids
        if not is_integer(number) or not 0 <= number < len(known):
            return None
        return {"dan": known[int(number)]}

    return dan
