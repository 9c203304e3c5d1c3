"""The orphan-chart queue: charts that players report and the catalogue lacks.

A chart becomes real once enough different players have played it. Until then their scores are
orphans.

Source: specification, pipeline-orphans.md section 3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec
import orjson
from sqlalchemy import Connection, text

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


# Rows are locked in the order of their keys, so that two who offer the same charts cannot wait
# for each other. The second sees the first among the players.
_ADD_PLAYER = text(
    """
    INSERT INTO orphan_charts AS queued (gpt, chart_hash, song, chart, user_ids)
    SELECT gpt, chart_hash, song, chart, jsonb_build_array(CAST(:user_id AS integer))
    FROM json_to_recordset(CAST(:offered AS json)) AS offered (
        gpt text, chart_hash text, song jsonb, chart jsonb)
    ORDER BY gpt, chart_hash
    ON CONFLICT (gpt, chart_hash) DO UPDATE
    SET user_ids = CASE
        WHEN queued.user_ids @> EXCLUDED.user_ids THEN queued.user_ids
        ELSE queued.user_ids || EXCLUDED.user_ids END
    RETURNING gpt, chart_hash, song, chart, user_ids
    """
)


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
    rows = connection.execute(
        _ADD_PLAYER, {"user_id": user_id, "offered": orjson.dumps(offered).decode()}
    )
    return [QueuedChart(**row._asdict()) for row in rows]
