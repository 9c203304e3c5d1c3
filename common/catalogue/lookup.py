"""The folder look-up: rows (folder, chart), kept equal to what the folders' queries find.

Source: specification, seeds-format.md section 8.
"""

# ruff: noqa: S608 (tables and columns are named by constants, never by a document)

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from common.catalogue.collections import STORED
from common.catalogue.folders import resolve
from common.database.engine import copy_lines, copy_text
from common.games.registry import GAMES
from common.seeds.schema import Document
from common.seeds.seed_documents import CHARTS, FOLDERS, SONGS, Kind


@dataclass(slots=True)
class LookupChange:
    """Rows after the change, and those that came and went. folders: whose charts changed."""

    rows: int = 0
    added: int = 0
    removed: int = 0
    folders: list[str] = field(default_factory=list)


def refresh_lookup(
    connection: Connection, game: str, known: dict[Kind, list[Document]] | None = None
) -> LookupChange:
    """Resolves all folders of a game and applies the difference.

    known: stored documents the caller has at hand; the rest is read from the database.
    The caller holds the catalogue (`locking.hold_catalogue`).
    """
    folders, songs, charts = (
        _documents(connection, kind, game, (known or {}).get(kind, []))
        for kind in (FOLDERS, SONGS, CHARTS)
    )
    seen = GAMES[game].chart_in_queries if game in GAMES else None
    wanted = resolve(folders, songs, charts if seen is None else map(seen, charts))
    present = _present(connection, list(wanted))
    change = LookupChange(rows=sum(map(len, wanted.values())))
    added: list[str] = []
    removed: list[tuple[str, str]] = []
    # A chart is in many folders; its ID, an opaque text, is escaped once.
    escaped = {chart["chartID"]: copy_text(chart["chartID"]) for chart in charts}
    for folder_id in sorted(wanted):
        before, after = present.get(folder_id, set()), wanted[folder_id]
        if before != after:
            change.folders.append(folder_id)
            added += [f"{folder_id}\t{escaped[chart]}" for chart in sorted(after - before)]
            removed += [(folder_id, chart) for chart in before - after]
    _remove(connection, removed)
    if added:
        copy_lines(connection, "folder_charts", ("folder_id", "chart_id"), added)
    change.added, change.removed = len(added), len(removed)
    return change


def drop_folders(connection: Connection, folder_ids: Iterable[str]) -> None:
    """Removes the rows of folders that are gone."""
    connection.execute(
        text("DELETE FROM folder_charts WHERE folder_id = ANY(:folder_ids)"),
        {"folder_ids": list(folder_ids)},
    )


def _documents(
    connection: Connection, kind: Kind, game: str, known: list[Document]
) -> list[Document]:
    """The stored documents of a game; those in `known` are not read again."""
    stored = STORED[kind.name]
    keys = connection.scalars(
        text(f"SELECT {stored.key} FROM {stored.table} WHERE game = :game"), {"game": game}
    )
    missing = set(keys).difference(document[kind.key] for document in known)
    if not missing:
        return known
    rows = connection.execute(
        text(
            f"SELECT {', '.join(stored.fields)} FROM {stored.table}"
            f" WHERE game = :game AND {stored.key} = ANY(:missing)"
        ),
        {"game": game, "missing": list(missing)},
    )
    names = tuple(stored.fields.values())
    return known + [dict(zip(names, row, strict=True)) for row in rows]


def _present(connection: Connection, folder_ids: list[str]) -> dict[str, set[str]]:
    rows = connection.execute(
        text(
            "SELECT folder_id, array_agg(chart_id) FROM folder_charts"
            " WHERE folder_id = ANY(:folder_ids) GROUP BY folder_id"
        ),
        {"folder_ids": folder_ids},
    )
    return {folder_id: set(chart_ids) for folder_id, chart_ids in rows}


def _remove(connection: Connection, rows: list[tuple[str, str]]) -> None:
    if not rows:
        return
    connection.execute(
        text(
            "DELETE FROM folder_charts USING unnest(CAST(:folders AS text[]),"
            " CAST(:charts AS text[])) AS gone (folder_id, chart_id)"
            " WHERE folder_charts.folder_id = gone.folder_id"
            "   AND folder_charts.chart_id = gone.chart_id"
        ),
        {"folders": [row[0] for row in rows], "charts": [row[1] for row in rows]},
    )
