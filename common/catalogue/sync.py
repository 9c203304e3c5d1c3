"""One collection against its table: what differs, and the statements that bring it in line."""

# ruff: noqa: S608 (tables and columns are named by `collections.STORED`, never by a document)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from common.catalogue import other_ids
from common.catalogue.collections import STORED, StoredKind, content_hash
from common.database.engine import copy_rows
from common.seeds.reading import Collection
from common.seeds.seed_documents import CHARTS


@dataclass(slots=True)
class Difference:
    """How a collection differs from what is stored.

    new, changed: rows to write, in the order of `stored.columns`.
    gone: the keys of stored documents that the collection no longer has.
    """

    stored: StoredKind
    game: str | None
    new: list[tuple[Any, ...]] = field(default_factory=list)
    changed: list[tuple[Any, ...]] = field(default_factory=list)
    gone: list[Any] = field(default_factory=list)
    unchanged: int = 0

    @property
    def games_entered(self) -> set[str]:
        """Those that have documents they did not have; a document may have changed its game."""
        columns = self.stored.columns
        if "game" not in columns:
            return set()
        place = columns.index("game")
        rows = self.new if self.stored.per_game else [*self.new, *self.changed]
        return {row[place] for row in rows}


def compare(connection: Connection, collection: Collection) -> Difference:
    stored = STORED[collection.kind.name]
    difference = Difference(stored, collection.game)
    hashes = _stored_hashes(connection, stored, collection)
    for document in collection.documents:
        known = hashes.pop(document[collection.kind.key], None)
        if known is not None and not stored.updates:
            difference.unchanged += 1
            continue
        current = content_hash(document)
        if known == current:
            difference.unchanged += 1
        else:
            rows = difference.new if known is None else difference.changed
            rows.append(stored.row(document, current, collection.game))
    difference.gone = list(hashes)
    return difference


def _stored_hashes(
    connection: Connection, stored: StoredKind, collection: Collection
) -> dict[Any, bytes]:
    scope = _scope(stored)
    if collection.kind is CHARTS and collection.playtypes is not None:
        scope += " AND playtype = ANY(:playtypes)"
    rows = connection.execute(
        text(f"SELECT {stored.key}, content_hash FROM {stored.table} WHERE {scope}"),
        {"game": collection.game, "playtypes": list(collection.playtypes or ())},
    )
    return {key: bytes(value) for key, value in rows}


def by_gpt(
    connection: Connection, stored: StoredKind, keys: Sequence[Any]
) -> dict[tuple[str, str], list[Any]]:
    """Keys of stored documents that have game and playtype, by these."""
    rows = connection.execute(
        text(
            f"SELECT game, playtype, array_agg({stored.key}) FROM {stored.table}"
            f" WHERE {stored.key} = ANY(:keys) GROUP BY game, playtype"
        ),
        {"keys": list(keys)},
    )
    return {(game, playtype): found for game, playtype, found in rows}


def insert_new(connection: Connection, difference: Difference) -> None:
    """Adds the new rows; those that have an ID of version 3 with the one that is derived.

    It stays where no other is known of. To write it afterwards would be to write all rows twice.
    """
    if not difference.new:
        return
    stored, game = difference.stored, difference.game
    columns, rows = stored.columns, difference.new
    kind = stored.kind.name
    if other_ids.has_derived(kind):
        key = columns.index(stored.key)
        columns = (*columns, "v3_id")
        rows = [(*row, other_ids.derive(kind, game, row[key])) for row in rows]
    copy_rows(connection, stored.table, _quoted(columns), rows)


def stage_changed(connection: Connection, difference: Difference) -> None:
    """Puts the changed rows into a temporary table `changed_<table>`, shaped like their own."""
    stored = difference.stored
    staging = f"changed_{stored.table}"
    connection.execute(
        text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {staging} (LIKE {stored.table}) ON COMMIT DROP")
    )
    connection.execute(text(f"TRUNCATE {staging}"))
    copy_rows(connection, staging, _quoted(stored.columns), difference.changed)


def replace_changed(connection: Connection, stored: StoredKind) -> None:
    """Writes the staged rows over the stored ones."""
    columns = _quoted(stored.columns)
    same_game = " AND old.game = new.game" if stored.per_game else ""
    connection.execute(
        text(
            f"UPDATE {stored.table} AS old"
            f" SET ({', '.join(columns)}) = ROW ({', '.join(f'new.{name}' for name in columns)})"
            f" FROM changed_{stored.table} AS new"
            f" WHERE old.{stored.key} = new.{stored.key}{same_game}"
        )
    )


def delete(
    connection: Connection, stored: StoredKind, game: str | None, keys: Sequence[Any]
) -> None:
    if keys:
        connection.execute(
            text(
                f"DELETE FROM {stored.table} WHERE {_scope(stored)} AND {stored.key} = ANY(:keys)"
            ),
            {"game": game, "keys": list(keys)},
        )


def _scope(stored: StoredKind) -> str:
    return "game = :game" if stored.per_game else "true"


def _quoted(columns: Sequence[str]) -> list[str]:
    """Some columns are named like words of SQL (`default`, `desc`)."""
    return [f'"{column}"' for column in columns]
