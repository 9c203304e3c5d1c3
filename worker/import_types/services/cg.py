"""api/cg-*: what the import types of the CG services share.

Source: specification, import-types/api-cg.md sections 5 and 6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import InvalidScore
from common.games.model import ScoreData
from common.validation import explain
from common.validation.rules import Record
from worker.import_types.base import DryScore, Origin
from worker.import_types.services.finding import unknown_difficulty
from worker.import_types.services.upstream import EntryFields, UpstreamImport, played_at

SERVICES: Final[Mapping[str, str]] = {"dev": "CG Dev", "nag": "CG", "gan": "CG"}

# Finds the chart of an entry and reads what was played on it.
Read = Callable[[Mapping[str, Any], GameCatalogue], tuple[Chart, ScoreData]]


@dataclass(frozen=True, slots=True)
class CGGame:
    """A game as CG has it.

    code: what CG calls it. schema: of an entry; keys are checked in their order.
    meta: reads the score's metadata of an entry on a chart.
    """

    game: str
    code: str
    schema: Record
    read: Read
    meta: Callable[[Mapping[str, Any], Chart], dict[str, Any]] = lambda entry, chart: {}


class CGImport(UpstreamImport):
    """One game from one of the services."""

    def _context_of(self, user_id: int) -> dict[str, Any]:
        return {**self.context, "userID": user_id}


def cg_import(service: str, of: CGGame) -> CGImport:
    def convert(entry: Any, context: Mapping[str, Any], catalogue: GameCatalogue) -> DryScore:
        if found := of.schema.violation(entry):
            foreword = f"Invalid CG {of.code} Score."
            raise InvalidScore(explain(found, foreword, type_label=""))
        chart, score_data = of.read(entry, catalogue)
        return DryScore(
            song=catalogue.song_of(chart),
            chart=chart,
            service=SERVICES[context["service"]],
            comment=None,
            timeAchieved=played_at(entry["dateTime"]),
            scoreData=score_data,
            scoreMeta=of.meta(entry, chart),
        )

    return CGImport(
        name=f"api/cg-{service}-{of.game}",
        game=of.game,
        origin=Origin("cg", service, of.code),
        context={"service": service},
        convert=convert,
        fields=EntryFields("internalId", "difficulty", "dateTime"),
    )


def difficulty_of(entry: Mapping[str, Any], difficulties: Mapping[float, Any]) -> Any:
    """What CG's number of a difficulty stands for.

    Raises SongOrChartNotFound for any other: it may be newer than we are.
    """
    difficulty = difficulties.get(entry["difficulty"])
    if difficulty is None:
        raise unknown_difficulty(entry["internalId"], entry["difficulty"])
    return difficulty
