"""What a folder with only some of the collections may refer to: the stored ones."""

# ruff: noqa: S608 (tables and columns are named by constants, never by a document)

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

from common.seeds.context import References
from common.seeds.seed_documents import CHARTS, FOLDERS, GOALS, QUESTS, SONGS, Kind, kind_of


def stored_references(connection: Connection, present: Iterable[str]) -> References:
    """The keys in the database of every collection but those `present` in the folder."""
    present = set(present)
    known = References()
    rows = connection.execute(
        text("SELECT game, array_agg(id) FROM songs WHERE game <> ALL(:games) GROUP BY game"),
        {"games": _games(SONGS, present)},
    )
    known.songs = {game: set(ids) for game, ids in rows}
    rows = connection.execute(
        text(
            "SELECT game, playtype, array_agg(chart_id) FROM charts"
            " WHERE game <> ALL(:games) GROUP BY game, playtype"
        ),
        {"games": _games(CHARTS, present)},
    )
    for game, playtype, chart_ids in rows:
        known.playtypes.setdefault(game, set()).add(playtype)
        known.charts.update(dict.fromkeys(chart_ids, f"{game}:{playtype}"))
    for kind, column, keys in (
        (FOLDERS, "folder_id", known.folders),
        (GOALS, "goal_id", known.goals),
        (QUESTS, "quest_id", known.quests),
    ):
        if kind.name not in present:
            rows = connection.execute(
                text(f"SELECT {column}, game || ':' || playtype FROM {kind.name}")
            )
            keys.update((key, gpt) for key, gpt in rows)
    return known


def _games(kind: Kind, present: set[str]) -> list[str]:
    """The games whose collection of this kind is in the folder."""
    kinds = filter(None, map(kind_of, present))
    return [game for each, game in kinds if each is kind and game is not None]
