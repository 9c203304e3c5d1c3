"""How far a player is with folders: personal bests on them, counted by value of their metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from sqlalchemy import Connection

from common.catalogue import catalogue_documents
from common.catalogue.folder_answers import FolderStats
from common.database.statements import Row
from common.games.model import GPT, Enum
from common.profiles import best_rows
from common.wire import Wire


def stats_of_folders(
    connection: Connection, user_id: int, gpt: GPT, folders: Collection[Row], wire: Wire
) -> list[FolderStats]:
    """In the order of the folders, rows of `folders`, and with the ids that these are shown with.

    Two statements, whatever their number.
    """
    folder_ids = [row.folder_id for row in folders]
    counts = best_rows.charts_in_folders(connection, folder_ids)
    found = {
        row.folder_id: FolderStats(
            catalogue_documents.folder_id(row, wire), counts.get(row.folder_id, 0), {}
        )
        for row in folders
    }
    metrics = [name for name, metric in gpt.metrics.items() if isinstance(metric, Enum)]
    counted: dict[tuple[str, str], Counter[str]] = {
        (folder_id, metric): Counter() for folder_id in folder_ids for metric in metrics
    }
    for row in best_rows.in_folders(connection, user_id, folder_ids, metrics):
        for metric, value in zip(metrics, row.enums, strict=True):
            if value is not None:
                counted[row.folder_id, metric][value] += 1
    for (folder_id, metric), values in counted.items():
        found[folder_id].stats[metric] = dict(values)
    return [found[folder_id] for folder_id in folder_ids]
