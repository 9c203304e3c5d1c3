"""An import with everything that belongs to it, as JSON in pieces: memory stays bounded.

Rows are read a few hundred at a time, each lot in a transaction of its own, so that a client
which takes its time holds no connection. Scores may be deleted meanwhile: then the pieces would
not be one state of the import, and `Changed` is raised instead of the last of them.

Source: specification, http-api-inspect.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Engine, Row, text

from common.database.parameters import text_array
from common.imports import stored_documents

ROWS: Final = 200  # read at a time

_SCORES: Final = text(
    """
    SELECT * FROM scores
    WHERE user_id = :user_id AND import_id = :import_id AND position > :after
    ORDER BY position LIMIT :rows
    """
)
_SCORE_IDS: Final = text(
    """
    SELECT position, score_id FROM scores
    WHERE user_id = :user_id AND import_id = :import_id AND position > :after
    ORDER BY position LIMIT :rows
    """
)
_CHARTS: Final = text(
    "SELECT * FROM charts WHERE game = :game AND chart_id = ANY(CAST(:ids AS text[]))"
    " ORDER BY chart_id"
)
_SONGS: Final = text(
    "SELECT * FROM songs WHERE game = :game AND id = ANY(CAST(:ids AS integer[])) ORDER BY id"
)
_SESSIONS: Final = text(
    """
    SELECT * FROM sessions
    WHERE user_id = :user_id AND session_id = ANY(CAST(:ids AS text[]))
    ORDER BY time_started
    """
)


class Changed(Exception):
    """The import is not what it was when its reading began."""


def whole_import(engine: Engine, row: Row[Any], user: Row[Any]) -> Iterator[bytes]:
    """The JSON object of an import (a row of `imports`) and its user, piece by piece."""
    charts: set[str] = set()
    songs: set[int] = set()
    count = 0
    yield b'{"scores":['
    for scores in _lots(engine, _SCORES, row):
        charts.update(score.chart_id for score in scores)
        songs.update(score.song_id for score in scores)
        yield _elements(map(stored_documents.score_document, scores), first=not count)
        count += len(scores)
    yield b'],"songs":['
    numbers = map(str, sorted(songs))
    yield from _of_the_catalogue(
        engine, _SONGS, row.game, list(numbers), stored_documents.song_document
    )
    yield b'],"charts":['
    yield from _of_the_catalogue(
        engine, _CHARTS, row.game, sorted(charts), stored_documents.chart_document
    )
    yield b'],"sessions":'
    with engine.connect() as connection:
        yield orjson.dumps(_created_sessions(connection, row))
    document = stored_documents.import_document(row, [])
    # The list of scores, of all its fields, has no bound.
    before, after = orjson.dumps(document).split(b'"scoreIDs":[]')
    yield b',"import":' + before + b'"scoreIDs":['
    listed = 0
    for ids in _lots(engine, _SCORE_IDS, row):
        yield _elements((each.score_id for each in ids), first=not listed)
        listed += len(ids)
    with engine.connect() as connection:
        still_there = stored_documents.find_import_row(connection, row.import_id)
    if listed != count or still_there is None:
        raise Changed(row.import_id)
    yield b"]" + after + b',"user":' + orjson.dumps(stored_documents.user_document(user)) + b"}"


def _lots(engine: Engine, statement: Any, row: Row[Any]) -> Iterator[Sequence[Row[Any]]]:
    """The import's scores in their order, a lot at a time."""
    given = {"user_id": row.user_id, "import_id": row.import_id, "rows": ROWS}
    after = -1
    while True:
        with engine.connect() as connection:
            lot = connection.execute(statement, {**given, "after": after}).all()
        if lot:
            yield lot
            after = lot[-1].position
        if len(lot) < ROWS:
            return


def _of_the_catalogue(
    engine: Engine,
    statement: Any,
    game: str,
    ids: Sequence[str],
    document: Callable[[Row[Any]], dict[str, Any]],
) -> Iterator[bytes]:
    first = True
    for at in range(0, len(ids), ROWS):
        with engine.connect() as connection:
            lot = connection.execute(
                statement, {"game": game, "ids": text_array(ids[at : at + ROWS])}
            ).all()
        if lot:
            yield _elements(map(document, lot), first=first)
            first = False


def _created_sessions(connection: Connection, row: Row[Any]) -> list[dict[str, Any]]:
    created = [
        session["sessionID"] for session in row.created_sessions if session["type"] == "Created"
    ]
    sessions = connection.execute(_SESSIONS, {"user_id": row.user_id, "ids": text_array(created)})
    return [stored_documents.session_document(session) for session in sessions]


def _elements(documents: Iterator[Any], *, first: bool) -> bytes:
    """More elements of a JSON array that is under way."""
    part = b",".join(map(orjson.dumps, documents))
    return part if first else b"," + part
