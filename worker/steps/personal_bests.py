"""Step 6: rebuild the personal bests of the charts that got new scores."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection

from common.games.personal_bests import PlayedScore
from worker.importing import Collected, ImportHead, NewScore
from worker.personal_bests import rebuild


def update_personal_bests(
    connection: Connection, head: ImportHead, collected: Collected, new: list[NewScore]
) -> None:
    """Writes one personal best for each chart among the new scores, which are stored by now."""
    if not new:
        return
    fresh: dict[str, list[PlayedScore]] = defaultdict(list)
    for score in new:
        fresh[score.dry.chart.chartID].append(
            PlayedScore(score.score_id, score.score_data, score.dry.timeAchieved, head.added)
        )
    rebuild(
        connection,
        head.user_id,
        collected.game.id,
        collected.catalogue,
        fresh.keys(),
        fresh=fresh,
        fresh_import=head.import_id,
    )
