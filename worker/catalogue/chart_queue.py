"""The orphan-chart queue: charts that players report and the catalogue lacks.

A chart becomes real once enough different players have played it. Until then their scores are
orphans.

Source: specification, pipeline-orphans.md section 3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

from common.catalogue import chart_queue_rows
from common.text.canonical import new_chart_id
from worker.catalogue.chart_promotion import QueuedChart, promote
from worker.import_types.base import ChartProposal


def offer(
    connection: Connection, user_id: int, proposals: Iterable[ChartProposal], threshold: int
) -> list[str]:
    """Adds the user to the players of each chart; those with `threshold` players become real.

    Returns the chartIDs of the latter. If there are any, the catalogue that the proposing
    scores were matched against is outdated: once this is committed, match them again.

    The caller commits at once, for until then others who report the same charts wait. It must
    not keep the catalogue (`locking.keep_catalogue`) in the same transaction: whoever changes
    the catalogue may wait for those who keep it.
    """
    offered = {(proposal.gpt.id, proposal.chart_hash): proposal for proposal in proposals}
    if not offered:
        return []
    complete: dict[str, list[QueuedChart]] = defaultdict(list)
    for queued in _add_player(connection, user_id, offered.values()):
        if len(queued.user_ids) >= threshold:
            game = offered[queued.gpt, queued.chart_hash].gpt.game
            complete[game].append(queued)
    return [
        chart_id
        for game, charts in sorted(complete.items())
        for chart_id in promote(connection, game, charts, promoter=user_id)
    ]


def _add_player(
    connection: Connection, user_id: int, proposals: Iterable[ChartProposal]
) -> list[QueuedChart]:
    """The charts as they are queued now, with the user among their players."""
    offered = [
        {
            "gpt": proposal.gpt.id,
            "chart_hash": proposal.chart_hash,
            "song": msgspec.to_builtins(proposal.song),
            # Counts only where the chart was not queued yet.
            "chart": msgspec.to_builtins(proposal.chart) | {"chartID": new_chart_id()},
        }
        for proposal in proposals
    ]
    rows = chart_queue_rows.add_player(connection, user_id, offered)
    return [QueuedChart(**row._asdict()) for row in rows]
