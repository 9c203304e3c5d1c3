"""Step 6: compose the personal bests of the charts that got new scores or highlights."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from sqlalchemy import Connection

from common.games.scoring.personal_bests import PlayedScore
from worker.imports.flow import Collected, ImportHead, NewScore
from worker.records.personal_bests import compose


def update_personal_bests(
    connection: Connection,
    head: ImportHead,
    collected: Collected,
    new: list[NewScore],
    others: Iterable[str] = (),
) -> None:
    """Writes one personal best for each chart among the new scores, which are stored by now.

    others: charts on which something else changed.
    """
    touched = set(others)
    if not new and not touched:
        return
    on_chart: dict[str, list[NewScore]] = {}
    for score in new:
        on_chart.setdefault(score.chart.chartID, []).append(score)

    def played(score: NewScore) -> PlayedScore:
        return PlayedScore(
            score.score_id,
            orjson.loads(score.score_data),
            score.time_achieved,
            head.added,
            highlight=score.highlight,
            calculatedData=score.calculated_data,
            encoded=score.score_data,
        )

    compose(connection, head.user_id, collected.catalogue, on_chart, played, touched)
