"""Which import types a file may be of, told from how it begins.

For a person who drops a file: what is guessed is shown, and can be corrected. Only what a
parser looks at first is looked at: the headers of CSV, the root of XML, the keys of JSON.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from common.errors import FatalImportError
from worker.import_types.files.eamusement_iidx_csv import PLIIIDXCSV, EamusementIIDXCSV
from worker.import_types.files.eamusement_sdvx_csv import EamusementSDVXCSV
from worker.import_types.files.mypagescraper_player_csv import MyPageScraperPlayerCSV
from worker.import_types.files.mypagescraper_records_csv import MyPageScraperRecordsCSV
from worker.import_types.files.solid_state_squad import SolidStateSquad
from worker.import_types.manual.batch_manual import BatchManual
from worker.import_types.manual.import_class import ImportClass
from worker.import_types.reading import encodings
from worker.import_types.reading.encodings import ENOUGH, HEADER_WITHIN

# What a header holds, and what the file is then; the first that holds all decides.
_HEADERS: Final[tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = (
    (("player_stage",), (MyPageScraperPlayerCSV.name,)),
    (("music_id", "music_scores"), (MyPageScraperRecordsCSV.name,)),
    (("楽曲名", "ハイスコア"), (EamusementSDVXCSV.name,)),
    (("タイトル", "クリアタイプ"), (EamusementIIDXCSV.name, PLIIIDXCSV.name)),
)
# Columns of files whose headers nobody knows.
_COLUMNS: Final = {
    27: (EamusementIIDXCSV.name, PLIIIDXCSV.name),
    41: (EamusementIIDXCSV.name, PLIIIDXCSV.name),
    11: (EamusementSDVXCSV.name,),
}
# A comment ends at the first end there is: one that may be had in two ways takes for ever.
_XML: Final = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<s3data\b", re.DOTALL
)
_JSON: Final = re.compile(r"\s*\{")
_META: Final = re.compile(r'"(?:meta|scores)"\s*:')
_CLASSES: Final = re.compile(r'"classes"\s*:')
# `SP` or `DP` by itself in a file's name.
_PLAYTYPE: Final = re.compile(r"(?<![A-Za-z])(SP|DP)(?![A-Za-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Guess:
    """import_types: those it may be of, the likeliest first. fields: what its name says."""

    import_types: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)


def guess(filename: str, beginning: bytes) -> Guess:
    """What a file may be, of which this is the beginning."""
    text = _text(beginning)
    if _XML.match(text):
        return Guess((SolidStateSquad.name,))
    if _JSON.match(text):
        if _META.search(text):
            return Guess((BatchManual.name,))
        return Guess((ImportClass.name,) if _CLASSES.search(text) else ())
    found = _of_table(text)
    playtypes = {name.upper() for name in _PLAYTYPE.findall(filename)}
    if EamusementIIDXCSV.name in found and len(playtypes) == 1:
        return Guess(found, {"playtype": playtypes.pop()})
    return Guess(found)


def _of_table(text: str) -> tuple[str, ...]:
    lines = text.lstrip().split("\n", HEADER_WITHIN)[:HEADER_WITHIN]
    for line in lines:
        for held, names in _HEADERS:
            if all(each in line for each in held):
                return names
    first = lines[0]
    counts = {len(re.split(separator, first)) for separator in (",", ";", "\t")}
    return next((_COLUMNS[count] for count in sorted(counts) if count in _COLUMNS), ())


def _text(beginning: bytes) -> str:
    """The beginning as a text, as far as it is one; its last line may be cut within a character."""
    whole = beginning if len(beginning) < ENOUGH else beginning[: beginning.rfind(b"\n") + 1]
    try:
        return encodings.as_utf8(whole or beginning, _is_header).decode(errors="ignore")
    except FatalImportError:
        return ""


def _is_header(line: str) -> bool:
    return _XML.match(line) is not None or _JSON.match(line) is not None or _holds(line)


def _holds(line: str) -> bool:
    return any(all(each in line for each in held) for held, _ in _HEADERS)
