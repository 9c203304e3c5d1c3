"""An import with everything that belongs to it, as JSON in pieces: memory stays bounded.

Rows are read a few hundred at a time, each lot in a transaction of its own, so that a client
which takes its time holds no connection. Scores may be deleted meanwhile: then the pieces would
not be one state of the import, and `Changed` is raised instead of the last of them.

Source: specification, http-api-inspect.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

import orjson
from sqlalchemy import Connection, Engine, Row

from common.accounts.user_documents import user_document
from common.catalogue import catalogue_rows
from common.catalogue.catalogue_documents import chart_document, song_document
from common.imports import import_rows
from common.imports.import_documents import import_document
from common.scores.score_documents import score_document
from common.sessions import session_rows
from common.sessions.session_documents import session_document

ROWS: Final = 200  # read at a time


_Id = TypeVar("_Id", str, int)


class Changed(Exception):
    """The import is not what it was when its reading began."""


def whole_import(engine: Engine, row: Row[Any], user: Row[Any]) -> Iterator[bytes]:
    """The JSON object of an import (a row of `imports`) and its user, piece by piece."""
    charts: set[str] = set()
    songs: set[int] = set()
    count = 0
    yield b'{"scores":['
    for scores in _lots(engine, import_rows.scores_after, row):
        charts.update(score.chart_id for score in scores)
        songs.update(score.song_id for score in scores)
        yield _elements(map(score_document, scores), first=not count)
        count += len(scores)
    yield b'],"songs":['
    yield from _of_the_catalogue(
        engine, catalogue_rows.songs_by_id, row.game, sorted(songs), song_document
    )
    yield b'],"charts":['
    yield from _of_the_catalogue(
        engine, catalogue_rows.charts_by_id, row.game, sorted(charts), chart_document
    )
    yield b'],"sessions":'
    with engine.connect() as connection:
        yield orjson.dumps(_created_sessions(connection, row))
    document = import_document(row, [])
    # The list of scores, of all its fields, has no bound.
    before, after = orjson.dumps(document).split(b'"scoreIDs":[]')
    yield b',"import":' + before + b'"scoreIDs":['
    listed = 0
    for ids in _lots(engine, import_rows.score_ids_after, row):
        yield _elements((each.score_id for each in ids), first=not listed)
        listed += len(ids)
    with engine.connect() as connection:
        still_there = import_rows.find(connection, row.import_id)
    if listed != count or still_there is None:
        raise Changed(row.import_id)
    yield b"]" + after + b',"user":' + orjson.dumps(user_document(user)) + b"}"


def _lots(
    engine: Engine,
    read: Callable[[Connection, Row[Any], int, int], Sequence[Row[Any]]],
    row: Row[Any],
) -> Iterator[Sequence[Row[Any]]]:
    """The import's scores in their order, a lot at a time."""
    after = -1
    while True:
        with engine.connect() as connection:
            lot = read(connection, row, after, ROWS)
        if lot:
            yield lot
            after = lot[-1].position
        if len(lot) < ROWS:
            return


def _of_the_catalogue(
    engine: Engine,
    read: Callable[[Connection, str, Sequence[_Id]], Sequence[Row[Any]]],
    game: str,
    ids: Sequence[_Id],
    document: Callable[[Row[Any]], dict[str, Any]],
) -> Iterator[bytes]:
    first = True
    for at in range(0, len(ids), ROWS):
        with engine.connect() as connection:
            lot = read(connection, game, ids[at : at + ROWS])
        if lot:
            yield _elements(map(document, lot), first=first)
            first = False


def _created_sessions(connection: Connection, row: Row[Any]) -> list[dict[str, Any]]:
    created = [
        session["sessionID"] for session in row.created_sessions if session["type"] == "Created"
    ]
    sessions = session_rows.by_id(connection, row.user_id, created)
    return [session_document(session) for session in sessions]


def _elements(documents: Iterator[Any], *, first: bool) -> bytes:
    """More elements of a JSON array that is under way."""
    part = b",".join(map(orjson.dumps, documents))
    return part if first else b"," + part
