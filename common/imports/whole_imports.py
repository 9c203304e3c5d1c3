"""An import with everything that belongs to it, as JSON in pieces: memory stays bounded.

Rows are read a few hundred at a time, each lot in a transaction of its own, so that a client
which takes its time holds no connection. Scores may be deleted meanwhile: then the pieces would
not be one state of the import, and `Changed` is raised instead of the last of them.

Source: specification, http-api-inspect.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

import orjson
from sqlalchemy import Connection, Engine

from common.accounts.user_documents import user_document
from common.catalogue import catalogue_documents, catalogue_rows
from common.catalogue.catalogue_documents import ChartDocument, Ids, SongDocument
from common.database.statements import Row
from common.imports import import_rows
from common.imports.import_documents import import_document
from common.scores import score_documents
from common.scores.score_documents import ScoreDocument
from common.sessions import session_documents, session_rows
from common.sessions.session_documents import SessionDocument
from common.text.json_pieces import array
from common.wire import Wire

ROWS: Final = 200  # read at a time

_Id = TypeVar("_Id", str, int)


class Changed(Exception):
    """The import is not what it was when its reading began."""


def whole_import(engine: Engine, row: Row, user: Row, wire: Wire) -> Iterator[bytes]:
    """The JSON object of an import (a row of `imports`) and its user, piece by piece."""
    reading = _Reading(engine, row, wire)
    yield b'{"scores":'
    yield from array(reading.scores())
    yield b',"songs":'
    yield from array(reading.songs())
    yield b',"charts":'
    yield from array(reading.charts())
    yield b',"sessions":'
    yield from array(reading.sessions())
    document = import_document(row, [], wire)
    # The list of scores, of all its fields, has no bound.
    before, after = orjson.dumps(document).split(b'"scoreIDs":[]')
    yield b',"import":' + before + b'"scoreIDs":'
    yield from array(reading.score_ids())
    with engine.connect() as connection:
        still_there = import_rows.find(connection, row.import_id)
    if reading.listed != reading.count or still_there is None:
        raise Changed(row.import_id)
    yield after + b',"user":' + orjson.dumps(user_document(user)) + b"}"


class _Reading:
    """An import being read: its scores first, then what they are about.

    count: scores that were read. listed: IDs of scores that were read, later.
    """

    def __init__(self, engine: Engine, row: Row, wire: Wire) -> None:
        self._engine = engine
        self._row = row
        self._wire = wire
        self._charts: set[str] = set()
        self._songs: set[int] = set()
        self.count = self.listed = 0

    def scores(self) -> Iterator[ScoreDocument]:
        for scores in self._lots(import_rows.scores_after):
            self._charts.update(score.chart_id for score in scores)
            self._songs.update(score.song_id for score in scores)
            self.count += len(scores)
            ids = Ids() if self._wire.has_v2 else self._ids(scores)
            for score in scores:
                yield score_documents.score(score, self._wire, ids)

    def songs(self) -> Iterator[SongDocument]:
        for songs in self._by_id(catalogue_rows.songs_by_id, self._songs):
            ids = catalogue_rows.ids_of((), songs)
            for song in songs:
                yield catalogue_documents.song(song, self._wire, ids)

    def charts(self) -> Iterator[ChartDocument]:
        for charts in self._by_id(catalogue_rows.charts_by_id, self._charts):
            with self._engine.connect() as connection:
                found = catalogue_rows.of_charts(connection, self._row.game, charts)
            yield from catalogue_documents.charts(charts, found.songs, self._wire, found.ids)[0]

    def sessions(self) -> Iterator[SessionDocument]:
        """Those that the import made; for version 3 those that it added to as well."""
        kinds = {"Created"} if self._wire.has_v2 else {"Created", "Appended"}
        wanted = [each["sessionID"] for each in self._row.created_sessions if each["type"] in kinds]
        with self._engine.connect() as connection:
            sessions = session_rows.by_id(connection, self._row.user_id, wanted)
        for session in sessions:
            yield session_documents.session(session, self._wire)

    def score_ids(self) -> Iterator[str]:
        for lot in self._lots(import_rows.score_ids_after):
            self.listed += len(lot)
            yield from (each.score_id for each in lot)

    def _ids(self, scores: Sequence[Row]) -> Ids:
        with self._engine.connect() as connection:
            return catalogue_rows.of_rows(connection, self._row.game, scores).ids

    def _lots(
        self, read: Callable[[Connection, Row, int, int], Sequence[Row]]
    ) -> Iterator[Sequence[Row]]:
        """The import's scores in their order, a lot at a time."""
        after = -1
        while True:
            with self._engine.connect() as connection:
                lot = read(connection, self._row, after, ROWS)
            if lot:
                yield lot
                after = lot[-1].position
            if len(lot) < ROWS:
                return

    def _by_id(
        self, read: Callable[[Connection, str, Sequence[_Id]], Sequence[Row]], ids: set[_Id]
    ) -> Iterator[Sequence[Row]]:
        """What of the game's catalogue has these ids, a lot at a time."""
        in_order = sorted(ids)
        for at in range(0, len(in_order), ROWS):
            with self._engine.connect() as connection:
                lot = read(connection, self._row.game, in_order[at : at + ROWS])
            yield lot
