"""The IDs of version 3 for what the catalogue holds, beside the keys that everything goes by.

A document of a version 3 folder brings its own; what only a version 2 folder or a player
brought has one that is derived from its key. A derived ID is replaced once the real one is
known, and stays a name of it: whatever was ever shown is still found.

Source: specification, v3/seeds-format.md sections 2, 13 and 14.
"""

# ruff: noqa: S608 (tables and columns are named by constants, never by a document)

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, TextClause, text

from common.database.parameters import text_array
from common.text.storable import storable_text


class _Derived(NamedTuple):
    """How the ID of a kind is derived: a letter, and a hash of a text about the key.

    about: that text as SQL. format: the same for Python.
    """

    table: str
    key: str
    letter: str
    about: str
    format: str


_DERIVED: Final[Mapping[str, _Derived]] = {
    "songs": _Derived(
        "songs", "id", "S", "'v2-song/' || game || '/' || id", "v2-song/{game}/{key}"
    ),
    "charts": _Derived("charts", "chart_id", "C", "'v2-chart/' || chart_id", "v2-chart/{key}"),
    "folders": _Derived(
        "folders", "folder_id", "F", "'v2-folder/' || folder_id", "v2-folder/{key}"
    ),
    "tables": _Derived("tables", "table_id", "T", "'v2-table/' || table_id", "v2-table/{key}"),
}
_LENGTH: Final = 19  # characters of the hash, in hexadecimal


def has_derived(kind: str) -> bool:
    """Whether documents of the kind have an ID of version 3 each, if need be a derived one."""
    return kind in _DERIVED


def derive(kind: str, game: str | None, key: Any) -> str:
    """The ID that is derived from a key. game: needed for songs."""
    derived = _DERIVED[kind]
    about = derived.format.format(game=game, key=key)
    return derived.letter + sha256(about.encode()).hexdigest()[:_LENGTH]


_STORE: Final = text(
    """
    WITH given AS (
        SELECT other_id, key FROM json_each_text(CAST(:others AS json)) AS one (key, other_id)),
    former AS (
        UPDATE other_ids AS old SET current = false FROM given
        WHERE old.kind = :kind AND old.game = :game AND old.key = given.key AND old.current
          AND old.other_id <> given.other_id)
    INSERT INTO other_ids AS known (kind, game, other_id, key, current)
    SELECT :kind, :game, other_id, key, true FROM given
    ON CONFLICT (kind, game, other_id) DO UPDATE SET key = excluded.key, current = true
        WHERE (known.key, known.current) <> (excluded.key, true)
    """
)


def store(connection: Connection, kind: str, game: str, others: Mapping[str, str]) -> bool:
    """Remembers the IDs of a version 3 folder: key to ID. Returns whether any is news."""
    parameters = {"kind": kind, "game": game, "others": orjson.dumps(dict(others)).decode()}
    return connection.execute(_STORE, parameters).rowcount > 0


_DERIVE: Final = """
    INSERT INTO other_ids (kind, game, other_id, key, current)
    SELECT :kind, game,
        :letter || substr(encode(sha256(convert_to({about}, 'UTF8')), 'hex'), 1, {length}),
        {key}::text, true
    FROM {table} AS one
    WHERE {which} AND NOT EXISTS (
        SELECT FROM other_ids AS known
        WHERE known.kind = :kind AND known.game = one.game AND known.key = one.{key}::text)
    ON CONFLICT DO NOTHING
"""
_SHOW: Final = """
    UPDATE {table} AS one SET v3_id = known.other_id FROM other_ids AS known
    WHERE {which} AND known.kind = :kind AND known.game = one.game AND known.current
        AND known.key = one.{key}::text AND one.v3_id IS DISTINCT FROM known.other_id
"""
_THESE: Final = "one.game = :game AND one.{key}::text = ANY(CAST(:keys AS text[]))"
_OF_GAMES: Final = "one.game = ANY(CAST(:games AS text[]))"


def _of_kind(statement: str, derived: _Derived, which: str) -> TextClause:
    fields = derived._asdict()
    return text(statement.format(**fields, which=which.format(**fields), length=_LENGTH))


def name_all(connection: Connection, games: Mapping[str, Collection[str]]) -> None:
    """Derives IDs for everything of these games that has none, and has the rows name those in use.

    games: by kind. So for those whose rows name no ID: they are older than the IDs.
    """
    unnamed = _games_with_unnamed(connection)
    wanted = {kind: unnamed[kind].union(games.get(kind, ())) for kind in _DERIVED}
    if not any(wanted.values()):
        return
    named_before = _games_with_ids(connection)
    # The planner should know how many there are.
    connection.execute(text("ANALYZE other_ids"))
    added = 0
    for kind, of_kind in wanted.items():
        derived = _DERIVED[kind]
        parameters = {"kind": kind, "letter": derived.letter, "games": sorted(of_kind)}
        added += connection.execute(_of_kind(_DERIVE, derived, _OF_GAMES), parameters).rowcount
    if added:
        connection.execute(text("ANALYZE other_ids"))
    for kind, of_kind in wanted.items():
        # New rows name the derived ID already: it is theirs where the game had no other.
        to_show = of_kind & (named_before[kind] | unnamed[kind])
        if to_show:
            shown = _of_kind(_SHOW, _DERIVED[kind], _OF_GAMES)
            connection.execute(shown, {"kind": kind, "games": sorted(to_show)})


_SHOW_SLUGS: Final = text(
    """
    UPDATE folders SET slug = known.other_id FROM other_ids AS known
    WHERE known.kind = 'slugs' AND known.current AND known.key = folders.folder_id
      AND folders.slug IS DISTINCT FROM known.other_id
    """
)


def show_slugs(connection: Connection) -> None:
    """Has folders name the slugs that seeds of version 3 brought; their games are v3 ids."""
    connection.execute(_SHOW_SLUGS)


def _games_with_unnamed(connection: Connection) -> dict[str, set[str]]:
    """The games by kind that have rows that name no ID."""
    return {
        kind: set(
            connection.scalars(text(f"SELECT DISTINCT game FROM {each.table} WHERE v3_id IS NULL"))
        )
        for kind, each in _DERIVED.items()
    }


def _games_with_ids(connection: Connection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {kind: set() for kind in _DERIVED}
    for kind, game in connection.execute(text("SELECT DISTINCT kind, game FROM other_ids")):
        found.setdefault(kind, set()).add(game)
    return found


def name_new(connection: Connection, kind: str, game: str, keys: Collection[str]) -> None:
    """Derives IDs for rows that were added to a game, and has the rows name them."""
    derived = _DERIVED[kind]
    parameters = {"kind": kind, "letter": derived.letter, "game": game, "keys": text_array(keys)}
    connection.execute(_of_kind(_DERIVE, derived, _THESE), parameters)
    connection.execute(_of_kind(_SHOW, derived, _THESE), parameters)


def other_ids(
    connection: Connection, kind: str, game: str, keys: Collection[str]
) -> dict[str, str]:
    """Version 3's IDs by key. kind: songs, charts, folders, tables or goals."""
    rows = connection.execute(
        text(
            "SELECT key, other_id FROM other_ids"
            " WHERE kind = :kind AND game = :game AND current AND key = ANY(:keys)"
        ),
        {"kind": kind, "game": game, "keys": list(map(str, keys))},
    )
    return {row.key: row.other_id for row in rows}


def keys_of(
    connection: Connection, kind: str, ids: Collection[str], game: str | None = None
) -> dict[str, str]:
    """The key that each ID of either version stands for; IDs that nothing has are left out.

    game: where IDs are only looked for in one; needed for songs, whose numbers are per game.
    """
    derived = _DERIVED[kind]
    of_game = "" if game is None else " AND game = :game"
    rows = connection.execute(
        text(
            f"SELECT given, key FROM other_ids JOIN unnest(CAST(:ids AS text[])) AS given"
            f" ON given = other_id WHERE kind = :kind{of_game}"
            f" UNION ALL SELECT given, given FROM {derived.table}"
            f" JOIN unnest(CAST(:ids AS text[])) AS given ON given = {derived.key}::text"
            f" WHERE true{of_game}"
        ),
        {"kind": kind, "ids": list(map(str, ids)), "game": game},
    )
    return {row.given: row.key for row in rows}


def songs_of(connection: Connection, game: str) -> dict[str, int]:
    """All IDs of version 3 of a game's songs, former ones too, to the songs' numbers."""
    rows = connection.execute(
        text("SELECT other_id, key FROM other_ids WHERE kind = 'songs' AND game = :game"),
        {"game": game},
    )
    return {other: int(key) for other, key in rows}


def songs_called(connection: Connection, game: str, name: str) -> dict[str, int]:
    """The song of the game with this ID of version 3: its number by that ID, if there is one."""
    key = connection.scalar(
        text(
            "SELECT key FROM other_ids WHERE kind = 'songs' AND game = :game AND other_id = :name"
        ),
        {"game": game, "name": storable_text(name)},
    )
    return {} if key is None else {name: int(key)}
