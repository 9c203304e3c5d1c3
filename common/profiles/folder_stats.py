"""How far a player is with folders: personal bests on them, counted by value of their metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from sqlalchemy import Connection

from common.catalogue.folder_answers import FolderStats
from common.games.model import GPT, Enum
from common.profiles import best_rows


def stats_of_folders(
    connection: Connection, user_id: int, gpt: GPT, folder_ids: Collection[str]
) -> dict[str, FolderStats]:
    """By folder. Two statements, whatever the number of folders."""
    counts = best_rows.charts_in_folders(connection, folder_ids)
    found = {each: FolderStats(each, counts.get(each, 0), {}) for each in folder_ids}
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
    return found
