"""ir/fervidex-static: a player's best scores and dans, as the game has them at log-in.

Source: specification, import-types/fervidex-static.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import UNSET

from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, InvalidScore, SongOrChartNotFound
from common.games.kit.iidx_like import LAMPS
from common.games.model import ScoreData
from common.validation import explain, first_violation
from common.validation.json_schema import json_schema
from common.validation.rules import (
    POSITIVE_INTEGER,
    Record,
    either,
    exactly,
    integer_between,
    nullable,
    optional,
)
from worker.import_types.base import Body, Converter, DryScore, JSONEntries, Parsed, Subject
from worker.import_types.hooks.fervidex_charts import (
    GAME,
    chart_named,
    dans,
    version_of,
)
from worker.import_types.reading.assertions import positive_integer

SERVICE: Final = "Fervidex Static"

# What stands for an unknown number of misses.
_NO_MISS_COUNT: Final = -1

_RECORD: Final = Record(
    {
        "ex_score": POSITIVE_INTEGER,
        "miss_count": optional(nullable(either(POSITIVE_INTEGER, exactly(_NO_MISS_COUNT)))),
        "clear_type": integer_between(0, len(LAMPS) - 1),
    }
)


_BODY: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        # Of songs by their number, and of charts by their code.
        "scores": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": json_schema(_RECORD),
            },
        }
    },
}


class FervidexStatic(JSONEntries):
    """Options: `model`, the software, and `shouldImportScores`: else only the dans count."""

    name = "ir/fervidex-static"
    input = Body
    body_schema = _BODY

    def parse(self, body: Body) -> Parsed:
        version = version_of(body.options["model"])
        document = body.content if isinstance(body.content, dict) else {}
        entries: list[Any] = []
        if body.options["shouldImportScores"]:
            entries = list(_records(document.get("scores", UNSET)))
        warnings: list[str] = []
        provider = dans(document, warnings)
        return Parsed(GAME, {"version": version}, entries, provider, warnings=warnings)

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: _convert(entry, context, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        return Subject(str(entry["song_id"]), entry["chart"])


def _records(scores: Any) -> Iterator[dict[str, Any]]:
    """Songs by their number, the charts of each in the order of the document."""
    songs = _members(scores)
    if songs is None:
        raise FatalImportError(400, "Invalid body.scores.")
    for text, charts in sorted(songs.items(), key=lambda song: _order(song[0])):
        try:
            song_id = positive_integer(text, f"Invalid songID {text}.")
        except InvalidScore as failure:
            raise FatalImportError(400, failure.message) from failure
        codes = _members(charts)
        if codes is None:
            raise FatalImportError(400, f"Invalid score with songID {text}.")
        for code, record in codes.items():
            yield _record(text, song_id, code, record)


def _order(text: str) -> tuple[bool, int]:
    """Numbers come first, by their size; what is none stays in the document's order."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(2**53))
    return (not is_number, int(text) if is_number else 0)


def _record(text: str, song_id: int, code: str, record: Any) -> dict[str, Any]:
    place = f"score with songID {text} at chart {code}"
    members = _members(record)
    if members is None:
        raise FatalImportError(400, f"Invalid {place}.")
    if found := first_violation(_RECORD, record):
        raise FatalImportError(400, explain(found, f"Invalid S{place[1:]}"))
    return {
        "song_id": song_id,
        "chart": code,
        "clear_type": members["clear_type"],
        "ex_score": members["ex_score"],
        "miss_count": members.get("miss_count"),
    }


def _members(value: Any) -> Mapping[str, Any] | None:
    """The members of an object; a list is one whose keys are its places."""
    if isinstance(value, list):
        return {str(place): element for place, element in enumerate(value)}
    return value if isinstance(value, dict) else None


def _convert(
    entry: Mapping[str, Any], context: Mapping[str, Any], catalogue: GameCatalogue
) -> DryScore:
    version = context["version"]
    chart, place = chart_named(catalogue, entry["song_id"], entry["chart"], version)
    if chart is None:
        raise SongOrChartNotFound(f"Could not find chart with songID {place} Version {version})")
    miss_count = entry["miss_count"]
    return DryScore(
        song=catalogue.song_of(chart),
        chart=chart,
        service=SERVICE,
        comment=None,
        timeAchieved=None,
        scoreData=ScoreData(
            {"score": entry["ex_score"], "lamp": LAMPS[int(entry["clear_type"])]},
            {},
            {"bp": None if miss_count == _NO_MISS_COUNT else miss_count},
        ),
        scoreMeta={},
    )
