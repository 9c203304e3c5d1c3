"""Scores as documents of the wire.

Source: specification, documents.md section 4, v3/http-api.md section 2.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from common.catalogue.catalogue_documents import Ids
from common.database.statements import Row
from common.games.model import GPT, Enum
from common.games.registry import get_gpt
from common.games.version3 import version3_id
from common.wire import Wire, time_on_the_wire

_NO_IDS: Final = Ids()


class ScoreDocument(msgspec.Struct, kw_only=True):
    """A score.

    scoreData: provided, derived and optional metrics, judgements. calculatedData: its ratings.
    timeAchieved: None = unknown. playtype: of version 2; sessionID: of version 3.
    """

    scoreID: str
    userID: int
    game: str
    gameID: str | UnsetType = UNSET
    playtype: str | UnsetType = UNSET
    songID: int | str
    chartID: str
    isPrimary: bool
    service: str
    importType: str | None
    timeAchieved: float | None
    timeAdded: int
    comment: str | None
    highlight: bool
    scoreData: dict[str, Any]
    scoreMeta: dict[str, Any]
    calculatedData: dict[str, float | None]
    sessionID: str | UnsetType | None = UNSET


@cache
def _numbered(gpt: GPT) -> tuple[str, ...]:
    """Metrics that version 2 has as numbers."""
    return tuple(
        name
        for name, metric in gpt.metrics.items()
        if isinstance(metric, Enum) and metric.was_a_number
    )


def score_data(gpt: GPT, stored: dict[str, Any], wire: Wire) -> dict[str, Any]:
    """The scoreData of a document. stored: as in `scores` and `personal_bests`.

    Source: specification, v3/http-api.md section 10 (`platinumStars`).
    """
    if wire is Wire.V3 or not (numbered := _numbered(gpt)):
        return stored
    places = stored["enumIndexes"]
    told = {**stored, **{name: places[name] for name in numbered if name in places}}
    if wire is Wire.V2:
        told["enumIndexes"] = {
            name: place for name, place in places.items() if name not in numbered
        }
    return told


def score(row: Row, wire: Wire, ids: Ids = _NO_IDS) -> ScoreDocument:
    """A row of `scores`; for version 3 with `session_id` (`common.scores.score_rows`) and ids."""
    gpt = get_gpt(row.game, row.playtype)
    version3 = version3_id(gpt)
    document = ScoreDocument(
        scoreID=row.score_id,
        userID=row.user_id,
        game=row.game if wire.has_v2 else version3,
        songID=row.song_id if wire.has_v2 else ids.song(row.song_id),
        chartID=row.chart_id if wire.has_v2 else ids.chart(row.chart_id),
        isPrimary=row.is_primary,
        service=row.service,
        importType=row.import_type,
        timeAchieved=time_on_the_wire(row.time_achieved),
        timeAdded=row.time_added,
        comment=row.comment,
        highlight=row.highlight,
        scoreData=score_data(gpt, row.score_data, wire),
        scoreMeta=row.score_meta,
        calculatedData=row.calculated_data,
    )
    if wire.has_v2:
        document.playtype = row.playtype
    if wire.has_v3:
        document.sessionID = row.session_id
    if wire is Wire.BOTH:
        document.gameID = version3
    return document
