"""All personal bests of a player, as JSON in pieces."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Engine

from common.catalogue.whole_list import Listed, WholeList
from common.games.model import GPT
from common.profiles import profile_documents
from common.scores import ranking_rows
from common.scores.ranking_rows import Ranking
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


def whole_bests(engine: Engine, user_id: int, gpt: GPT, wire: Wire) -> WholeList:
    """The player's personal bests, with their songs and charts."""
    listed = Listed("pbs", _BESTS, _CHARTS, _SONGS, _document)
    return WholeList(engine, listed, user_id, gpt, wire)


def _document(row: Any, wire: Wire, ids: Any) -> Any:
    ranking = Ranking(row.rank, row.out_of, row.rival_rank)
    return profile_documents.personal_best(row, wire, ids, ranking)
