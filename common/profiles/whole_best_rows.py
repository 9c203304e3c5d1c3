"""All personal bests of a player, as JSON in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Engine

from common.catalogue import catalogue_documents
from common.catalogue.catalogue_rows import ids_of
from common.database.spooling import Spooled
from common.games.model import GPT
from common.profiles import profile_documents
from common.scores import ranking_rows
from common.scores.ranking_rows import Ranking
from common.text.json_pieces import array
from common.wire import Wire

_BESTS: Final = (
    ranking_rows.WHOLE.replace(":user_id", "%(user_id)s")
    .replace(":game", "%(game)s")
    .replace(":playtype", "%(playtype)s")
    + " ORDER BY mine.time_achieved DESC NULLS LAST, mine.chart_id"
)
_CHARTS: Final = """
    SELECT charts.* FROM personal_bests AS best JOIN charts
        ON charts.game = best.game AND charts.chart_id = best.chart_id
    WHERE best.user_id = %(user_id)s AND best.game = %(game)s AND best.playtype = %(playtype)s
      AND best.is_primary
"""
_SONGS: Final = """
    SELECT * FROM songs WHERE game = %(game)s AND id IN (
        SELECT song_id FROM personal_bests
        WHERE user_id = %(user_id)s AND game = %(game)s AND playtype = %(playtype)s
          AND is_primary)
"""


class WholeBests:
    """Read in three statements; made into documents as they are sent."""

    def __init__(self, engine: Engine, user_id: int, gpt: GPT, wire: Wire) -> None:
        parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype}
        with engine.connect() as connection:
            # Charts and songs after what refers to them: none can be lacking.
            self._bests = Spooled(connection, _BESTS, parameters)
            self._charts = list(Spooled(connection, _CHARTS, parameters))
            self._songs = list(Spooled(connection, _SONGS, parameters))
        self._wire = wire
        self.count = self._bests.count

    def pieces(self) -> Iterator[bytes]:
        """The JSON object of the personal bests, songs and charts."""
        ids = ids_of(self._charts, self._songs)
        charts, songs = catalogue_documents.charts(self._charts, self._songs, self._wire, ids)

        def document(row: Any) -> Any:
            ranking = Ranking(row.rank, row.out_of, row.rival_rank)
            return profile_documents.personal_best(row, self._wire, ids, ranking)

        yield b'{"pbs":'
        yield from array(self._bests, document)
        yield b',"songs":'
        yield from array(songs)
        yield b',"charts":'
        yield from array(charts)
        yield b"}"
