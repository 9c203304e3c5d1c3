"""Where a new score stands on its chart, as clients of USC show it.

Source: specification, http-api-ir.md section 7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.scores.rankings import chart_rankings

# How many personal bests above and below the user's own are shown.
_NEIGHBOURS: Final = 3

_LAMPS: Final = {
    "FAILED": 1,
    "CLEAR": 2,
    "EXCESSIVE CLEAR": 3,
    "ULTIMATE CHAIN": 4,
    "PERFECT ULTIMATE CHAIN": 5,
}

_SCORE = text(
    "SELECT chart_id, playtype, score_data FROM scores"
    " WHERE user_id = :user_id AND score_id = :score_id"
)
_PERSONAL_BESTS = text(
    """
    SELECT best.user_id, username, best.time_achieved, best.score_data, score_meta
    FROM personal_bests AS best
    JOIN users ON users.id = best.user_id
    LEFT JOIN scores ON scores.user_id = best.user_id
                    AND scores.score_id = best.composed_from -> 0 ->> 'scoreID'
    WHERE best.chart_id = :chart_id AND best.user_id = ANY(:user_ids)
    """
)


def standing(connection: Connection, user_id: int, score_id: str) -> dict[str, Any] | None:
    """The body of the answer to a new score; None where the score is gone again.

    The connection's transaction must see one moment throughout: it is read in several
    statements.
    """
    new = connection.execute(_SCORE, {"user_id": user_id, "score_id": score_id}).one_or_none()
    if new is None:
        return None
    rankings = chart_rankings(connection, "usc", new.playtype, [new.chart_id])
    players = list(rankings[new.chart_id])
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


def _server_scores(
    connection: Connection, chart_id: str, wanted: Sequence[int], players: Sequence[int]
) -> Mapping[int, dict[str, Any]]:
    """The personal bests of some users, by user. players: all on the chart, best first."""
    rows = connection.execute(_PERSONAL_BESTS, {"chart_id": chart_id, "user_ids": list(wanted)})
    return {row.user_id: _server_score(row, 1 + players.index(row.user_id)) for row in rows}


def _server_score(row: Row[Any], rank: int) -> dict[str, Any]:
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
