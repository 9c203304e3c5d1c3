"""The catalogue's version of each game: it rises with every change of its songs or charts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, text

from common.database.statements import Statement

# Nothing as long as nothing was loaded.
VERSION_OF: Final = "SELECT version FROM catalogue_versions WHERE game = :game"
_VERSION_OF: Final = Statement(VERSION_OF, prepared=True)


def raise_versions(connection: Connection, games: Collection[str]) -> None:
    """Tells everybody that these games' songs or charts changed, once this is committed.

    The caller holds the catalogue.
    """
    if games:
        connection.execute(
            text(
                "INSERT INTO catalogue_versions (game, version)"
                " SELECT unnest(CAST(:games AS text[])), 1"
                " ON CONFLICT (game) DO UPDATE SET version = catalogue_versions.version + 1"
            ),
            {"games": sorted(games)},
        )


def all_versions(connection: Connection) -> dict[str, int]:
    """By game; those of which nothing was loaded are missing."""
    rows = connection.execute(text("SELECT game, version FROM catalogue_versions ORDER BY game"))
    return {row.game: row.version for row in rows}


def version_of(connection: Connection, game: str) -> int:
    """0 as long as nothing was loaded."""
    return _VERSION_OF.value(connection, {"game": game}) or 0
