"""The personal bests on a chart, as beatoraja's ranking shows them.

Source: specification, http-api-ir.md section 6.3, v3/http-api.md section 6.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from common.database.statements import Row
from common.hooks import beatoraja_rows, chart_rows

# Clients know their own player by it.
OWN_NAME: Final = ""

# In the order in which they are looked in.
_GAMES: Final = ("bms", "pms")

# What a client calls each lamp.
_CLEARS: Final = {
    "NO PLAY": 0,
    "FAILED": 1,
    "ASSIST CLEAR": 3,
    "EASY CLEAR": 4,
    "CLEAR": 5,
    "HARD CLEAR": 6,
    "EX HARD CLEAR": 7,
    "FULL COMBO": 8,
}
_COUNTS: Final = ("egd", "lgd", "ebd", "lbd", "epr", "lpr", "ems", "lms")


def ranking(connection: Connection, chart_hash: str, requester: int) -> list[dict[str, Any]] | None:
    """One entry a player; None where there is no such chart."""
    for game in _GAMES:
        chart_ids = chart_rows.with_hash(connection, game, "hashSHA256", chart_hash)
        if chart_ids:
            rows = beatoraja_rows.bests(connection, game, chart_ids)
            names = {row.user_id: row.username for row in rows} | {requester: OWN_NAME}
            return [_entry(row, chart_hash, names[row.user_id]) for row in rows]
    return None


def rivals(connection: Connection, requester: int) -> list[dict[str, str]]:
    """Who the requester's rivals are."""
    rows = beatoraja_rows.rivals(connection, _GAMES, requester)
    return [{"id": str(row.id), "name": row.username, "rank": ""} for row in rows]


def scores_of(connection: Connection, user_id: int, name: str) -> list[dict[str, Any]]:
    """A player's best on each chart, newest first. name: what the client is to call them."""
    rows = beatoraja_rows.bests_of(connection, _GAMES, user_id)
    return [_entry(row, row.chart_hash, name) for row in rows]


def _entry(row: Row, chart_hash: str, player: str) -> dict[str, Any]:
    """Clients read every number as one: none may be missing or null."""
    optional = row.score_data["optional"]
    great, rest = divmod(int(row.score_data["score"]), 2)
    return {
        "sha256": chart_hash,
        "player": player,
        "playcount": 1,
        "clear": _CLEARS.get(row.score_data["lamp"], 0),
        "date": int(row.time_achieved or 0),
        "maxcombo": int(optional.get("maxCombo") or 0),
        "gauge": optional.get("gauge") or 0,
        "minbp": int(optional.get("bp") or 0),
        "deviceType": None,
        "random": None,
        "passnotes": 0,
        "notes": int(row.notecount or 0),
        **{name: int(optional.get(name) or 0) for name in _COUNTS},
        # Of the EX score alone: as if all but one note were early and the best there is.
        "epg": great,
        "egr": rest,
        "lpg": 0,
        "lgr": 0,
    }
