"""What the raises of a session are counted from, as stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection

from common.database.parameters import text_array
from common.database.statements import Row, Statement
from common.games.model import GPT

_FOLDERS: Final = Statement(
    """
    SELECT * FROM folders
    WHERE game = :game AND playtype = :playtype AND NOT inactive AND folder_id IN (
        SELECT folder_id FROM folder_charts WHERE chart_id = ANY(CAST(:charts AS text[])))
    ORDER BY title, folder_id
    """
)
_CONTENTS: Final = Statement(
    "SELECT folder_id, chart_id FROM folder_charts WHERE folder_id = ANY(CAST(:folders AS text[]))"
)
_EARLIER: Final = Statement(
    """
    SELECT chart_id, metric, max(CAST(score_data->'enumIndexes'->>metric AS integer)) AS best
    FROM scores CROSS JOIN unnest(CAST(:metrics AS text[])) AS metric
    WHERE user_id = :user_id AND chart_id = ANY(CAST(:charts AS text[])) AND time_added < :before
    GROUP BY chart_id, metric
    """
)


def active_folders(connection: Connection, gpt: GPT, chart_ids: Collection[str]) -> Sequence[Row]:
    """The GPT's folders that hold any of the charts."""
    parameters = {"game": gpt.game, "playtype": gpt.playtype, "charts": text_array(chart_ids)}
    return _FOLDERS.rows(connection, parameters)


def contents(connection: Connection, folder_ids: Collection[str]) -> dict[str, set[str]]:
    """The charts of each of the folders."""
    found: dict[str, set[str]] = {folder_id: set() for folder_id in folder_ids}
    for row in _CONTENTS.rows(connection, {"folders": text_array(folder_ids)}):
        found[row.folder_id].add(row.chart_id)
    return found


def reached_before(
    connection: Connection,
    user_id: int,
    chart_ids: Collection[str],
    metrics: Collection[str],
    before: float,
) -> dict[tuple[str, str], int]:
    """By chart and metric, the highest place that scores stored before a time reached."""
    parameters = {
        "user_id": user_id,
        "charts": text_array(chart_ids),
        "metrics": text_array(metrics),
        "before": before,
    }
    rows = _EARLIER.rows(connection, parameters)
    return {(row.chart_id, row.metric): row.best for row in rows if row.best is not None}
