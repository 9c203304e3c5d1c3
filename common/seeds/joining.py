"""Charts that players brought, met by a seeds folder that has them now: they become the same.

Players' charts have ids that no seeds know. Where a folder has a chart of the same hash, what it
says of the chart (its song, its level) is taken over, and the chart keeps the id it has here:
scores stay attached to it, keep their own ids, and are recognised when they are sent again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from common.catalogue.changed_charts import charts_by_hash
from common.catalogue.collections import FIRST_SONG_OF_PLAYERS
from common.games.registry import GAMES, is_growing
from common.seeds.reading import Collection, Seeds
from common.seeds.seed_documents import CHARTS, FOLDERS, GOALS, SONGS
from common.seeds.violations import Violation


def reserved(seeds: Seeds) -> Iterator[Violation]:
    """Songs whose ids are kept for those that players bring."""
    for collection in seeds.collections.values():
        if collection.kind is SONGS and is_growing(collection.game):
            for song in collection.documents:
                if song["id"] >= FIRST_SONG_OF_PLAYERS:
                    detail = f"ids from {FIRST_SONG_OF_PLAYERS} on are those of players' songs"
                    yield collection.violation(song["id"], "reserved", detail)


def join_players_charts(connection: Connection, seeds: Seeds) -> None:
    """Gives charts of the seeds the ids that the same charts have in the database.

    The documents themselves are changed, and those of folders and goals that name the charts.
    The caller holds the catalogue.
    """
    names: dict[str, str] = {}
    for collection in seeds.collections.values():
        if collection.kind is CHARTS and is_growing(collection.game):
            names |= _same_charts(connection, collection)
    if not names:
        return
    for collection in seeds.collections.values():
        if collection.kind is CHARTS and is_growing(collection.game):
            for chart in collection.documents:
                chart["chartID"] = names.get(chart["chartID"], chart["chartID"])
        elif collection.kind is FOLDERS:
            _rename(collection, "data", names)
        elif collection.kind is GOALS:
            _rename(collection, "charts", names)


def _same_charts(connection: Connection, collection: Collection) -> dict[str, str]:
    """The ids here of charts that have another id in the file, by that."""
    field = GAMES[collection.game or ""].players_charts_by or ""
    in_file = {chart["chartID"] for chart in collection.documents}
    here = {
        place: chart_id
        for place, chart_id in charts_by_hash(connection, collection.game or "", field)
        if chart_id not in in_file
    }
    return {
        chart["chartID"]: known
        for chart in collection.documents
        if (known := here.get((chart["playtype"], chart["data"][field]))) is not None
    }


def _rename(collection: Collection, field: str, names: Mapping[str, str]) -> None:
    for document in collection.documents:
        document[field] = _renamed(document[field], names)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _renamed(item, names) for key, item in value.items()}
    return value
