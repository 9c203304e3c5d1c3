"""The rows of seed_collections: which file of each collection was loaded last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text


def loaded(connection: Connection) -> dict[str, bytes]:
    """What tells a file from others, by the name of its collection."""
    rows = connection.execute(text("SELECT name, content_hash FROM seed_collections"))
    return {name: bytes(content_hash) for name, content_hash in rows}


def remember(connection: Connection, fingerprints: Mapping[str, bytes]) -> None:
    if fingerprints:
        connection.execute(
            text(
                "INSERT INTO seed_collections (name, content_hash) VALUES (:name, :content_hash)"
                " ON CONFLICT (name) DO UPDATE SET content_hash = EXCLUDED.content_hash"
            ),
            [{"name": name, "content_hash": value} for name, value in fingerprints.items()],
        )


def folder_ids(connection: Connection) -> Sequence[str]:
    """The folders that there are."""
    return connection.scalars(text("SELECT folder_id FROM folders")).all()


def analyze(connection: Connection) -> None:
    """Has the planner look at the catalogue anew, now that much of it is other."""
    connection.execute(text("ANALYZE songs, charts, folders, folder_charts"))
