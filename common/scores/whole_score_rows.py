"""All scores of a player, as JSON in pieces."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Engine

from common.catalogue.whole_list import Listed, WholeList
from common.games.model import GPT
from common.scores import score_documents
from common.scores.score_rows import SELECT
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


def whole_scores(engine: Engine, user_id: int, gpt: GPT, wire: Wire) -> WholeList:
    """The player's scores, with their songs and charts."""
    listed = Listed("scores", _SCORES, _CHARTS, _SONGS, _document)
    return WholeList(engine, listed, user_id, gpt, wire)


def _document(row: Any, wire: Wire, ids: Any) -> Any:
    return score_documents.score(row, wire, ids)
