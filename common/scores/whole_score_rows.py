"""All scores of a player, as JSON in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Engine

from common.catalogue import catalogue_documents
from common.catalogue.catalogue_rows import ids_of
from common.database.spooling import Spooled
from common.games.model import GPT
from common.scores import score_documents
from common.scores.score_rows import SELECT
from common.text.json_pieces import array
from common.wire import Wire

_OF_GPT: Final = "user_id = %(user_id)s AND game = %(game)s AND playtype = %(playtype)s"
_SCORES: Final = f"""
    {SELECT} WHERE {_OF_GPT} AND is_primary
    ORDER BY coalesce(time_achieved, '-Infinity') DESC, time_added DESC, score_id DESC
"""
_CHARTS: Final = f"""
    SELECT * FROM charts WHERE game = %(game)s AND chart_id IN (
        SELECT chart_id FROM scores WHERE {_OF_GPT} AND is_primary)
"""  # noqa: S608 (constants of ours)
_SONGS: Final = f"""
    SELECT * FROM songs WHERE game = %(game)s AND id IN (
        SELECT song_id FROM scores WHERE {_OF_GPT} AND is_primary)
"""  # noqa: S608


class WholeScores:
    """Read in three statements; made into documents as they are sent."""

    def __init__(self, engine: Engine, user_id: int, gpt: GPT, wire: Wire) -> None:
        parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype}
        with engine.connect() as connection:
            # Charts and songs after what refers to them: none can be lacking.
            self._scores = Spooled(connection, _SCORES, parameters)
            self._charts = list(Spooled(connection, _CHARTS, parameters))
            self._songs = list(Spooled(connection, _SONGS, parameters))
        self._wire = wire
        self.count = self._scores.count

    def pieces(self) -> Iterator[bytes]:
        """The JSON object of the scores, songs and charts."""
        ids = ids_of(self._charts, self._songs)
        charts, songs = catalogue_documents.charts(self._charts, self._songs, self._wire, ids)

        def document(row: Any) -> Any:
            return score_documents.score(row, self._wire, ids)

        yield b'{"scores":'
        yield from array(self._scores, document)
        yield b',"songs":'
        yield from array(songs)
        yield b',"charts":'
        yield from array(charts)
        yield b"}"
