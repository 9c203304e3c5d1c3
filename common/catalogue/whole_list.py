"""A long list of what a player has, with the songs and charts it is about, as JSON in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from common.catalogue import catalogue_documents
from common.catalogue.catalogue_rows import ids_of
from common.database.spooling import Spooled
from common.games.model import GPT
from common.text.json_pieces import array
from common.wire import Wire


@dataclass(frozen=True, slots=True)
class Listed:
    """A kind of things that a player has.

    name: of their list in the JSON object.
    items, charts, songs: statements for them and for the charts and songs they are about; they
    take `user_id`, `game`, `playtype`.
    document: makes the document of a row; also given the wire, and the IDs of either version.
    """

    name: str
    items: str
    charts: str
    songs: str
    document: Callable[[Any, Wire, Any], Any]


class WholeList:
    """Read in three statements; made into documents as they are sent."""

    def __init__(self, engine: Engine, of: Listed, user_id: int, gpt: GPT, wire: Wire) -> None:
        parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype}
        with engine.connect() as connection:
            # Charts and songs after what refers to them: none can be lacking.
            self._items = Spooled(connection, of.items, parameters)
            self._charts = list(Spooled(connection, of.charts, parameters))
            self._songs = list(Spooled(connection, of.songs, parameters))
        self._of = of
        self._wire = wire
        self.count = self._items.count

    def pieces(self) -> Iterator[bytes]:
        """The JSON object of the list, its songs and charts."""
        ids = ids_of(self._charts, self._songs)
        charts, songs = catalogue_documents.charts(self._charts, self._songs, self._wire, ids)
        yield b'{"' + self._of.name.encode() + b'":'
        yield from array(self._items, lambda row: self._of.document(row, self._wire, ids))
        yield b',"songs":'
        yield from array(songs)
        yield b',"charts":'
        yield from array(charts)
        yield b"}"
