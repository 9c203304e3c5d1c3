"""Leaderboards of charts, and where a new score stands on them, as clients of USC show it.

Source: specification, http-api-ir.md section 7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from common.database.statements import Row
from common.hooks import usc_rows
from common.scores.ranking_rows import chart_rankings

# How many personal bests above and below the user's own are shown.
_NEIGHBOURS: Final = 3

_LAMPS: Final = {
    "FAILED": 1,
    "CLEAR": 2,
    "EXCESSIVE CLEAR": 3,
    "ULTIMATE CHAIN": 4,
    "PERFECT ULTIMATE CHAIN": 5,
}


def standing(connection: Connection, user_id: int, score_id: str) -> dict[str, Any] | None:
    """The body of the answer to a new score; None where the score is gone again.

    The connection's transaction must see one moment throughout: it is read in several
    statements.
    """
    new = usc_rows.score(connection, user_id, score_id)
    if new is None:
        return None
    players = _players(connection, new.playtype, new.chart_id)
    place = players.index(user_id)
    # The record is shown by itself, so it is nobody's neighbour above.
    above = players[max(1, place - _NEIGHBOURS) : place]
    below = players[place + 1 : place + 1 + _NEIGHBOURS]
    record = players[0]
    shown = _server_scores(connection, new.chart_id, [record, *above, user_id, *below], players)
    return {
        "score": shown[user_id],
        "serverRecord": shown[record],
        "adjacentAbove": [shown[player] for player in above],
        "adjacentBelow": [shown[player] for player in below],
        "isPB": new.score_data["score"] == shown[user_id]["score"],
        "isServerRecord": record == user_id,
        "sendReplay": score_id,
    }


def best_scores(
    connection: Connection, playtype: str, chart_id: str, most: int
) -> list[dict[str, Any]]:
    """The best players of a chart, best first."""
    players = _players(connection, playtype, chart_id)
    shown = _server_scores(connection, chart_id, players[:most], players)
    return [shown[player] for player in players[:most]]


def _players(connection: Connection, playtype: str, chart_id: str) -> list[int]:
    """All who have played a chart, best first."""
    rankings = chart_rankings(connection, "usc", playtype, [chart_id])
    return list(rankings.get(chart_id, ()))


def _server_scores(
    connection: Connection, chart_id: str, wanted: Sequence[int], players: Sequence[int]
) -> Mapping[int, dict[str, Any]]:
    """The personal bests of some users, by user. players: all on the chart, best first."""
    rows = usc_rows.bests(connection, chart_id, wanted)
    return {row.user_id: _server_score(row, 1 + players.index(row.user_id)) for row in rows}


def _server_score(row: Row, rank: int) -> dict[str, Any]:
    judgements = row.score_data["judgements"]
    modifiers = row.score_meta or {}
    return {
        "score": row.score_data["score"],
        "timestamp": int((row.time_achieved or 0) // 1000),
        "crit": judgements.get("critical") or 0,
        "near": judgements.get("near") or 0,
        "error": judgements.get("miss") or 0,
        "ranking": rank,
        "lamp": _LAMPS[row.score_data["lamp"]],
        "username": row.username,
        "noteMod": modifiers.get("noteMod", "NORMAL"),
        "gaugeMod": modifiers.get("gaugeMod", "NORMAL"),
    }
