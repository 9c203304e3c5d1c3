"""What the internet ranking of beatoraja asks PostgreSQL. All SQL of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

from common.catalogue import catalogue_rows
from common.catalogue.catalogue_rows import Found
from common.games.registry import GAMES
from common.scores import score_rows

_PLAYERS = text(
    """
    SELECT max(jsonb_array_length(user_ids)) FROM orphan_charts
    WHERE gpt = ANY(:gpts) AND chart_hash = :chart_hash
      AND user_ids @> to_jsonb(CAST(:user_id AS integer))
    """
)

# Of whoever has several of them (in pms both playtypes have a chart), the better one.
_BESTS = text(
    """
    SELECT DISTINCT ON (best.user_id) best.user_id, username, best.time_achieved,
           best.score_data, charts.data -> 'notecount' AS notecount
    FROM personal_bests AS best
    JOIN users ON users.id = best.user_id
    JOIN charts ON charts.game = :game AND charts.chart_id = best.chart_id
    WHERE best.chart_id = ANY(:chart_ids)
    ORDER BY best.user_id, best.ranking_values DESC
    """
)

_RIVALS = text(
    """
    SELECT id, username FROM users WHERE id IN (
        SELECT unnest(rivals) FROM game_settings WHERE user_id = :user_id AND game = ANY(:games))
    ORDER BY id
    """
)
# A list of hashes names the same chart: the first is as good as any.
_OF_PLAYER = text(
    """
    SELECT best.user_id, best.time_achieved, best.score_data,
           charts.data -> 'notecount' AS notecount,
           CASE WHEN jsonb_typeof(charts.data -> 'hashSHA256') = 'array'
                THEN charts.data #>> '{hashSHA256,0}' ELSE charts.data ->> 'hashSHA256' END
               AS chart_hash
    FROM personal_bests AS best
    JOIN charts ON charts.game = best.game AND charts.chart_id = best.chart_id
    WHERE best.user_id = :user_id AND best.game = ANY(:games)
      AND charts.data ->> 'hashSHA256' IS NOT NULL AND charts.data ->> 'notecount' IS NOT NULL
    ORDER BY best.time_achieved DESC NULLS LAST, best.chart_id
    """
)


class Stored(NamedTuple):
    """A score, as a row, and what it is on."""

    score: Row[Any]
    on: Found


def players_of_unknown(
    connection: Connection, game: str, chart_hash: str, user_id: int
) -> int | None:
    """How many have played an unknown chart, the user among them; None = not queued."""
    gpts = [gpt.id for gpt in GAMES[game].playtypes.values()]
    players: int | None = connection.scalar(
        _PLAYERS, {"gpts": gpts, "chart_hash": chart_hash, "user_id": user_id}
    )
    return players


def stored(connection: Connection, user_id: int, score_id: str) -> Stored | None:
    """None where any of it is gone again."""
    rows = score_rows.scores_by_id(connection, user_id, [score_id])
    if not rows:
        return None
    on = catalogue_rows.of_rows(connection, rows[0].game, rows)
    return Stored(rows[0], on) if on.charts and on.songs else None


def bests(connection: Connection, game: str, chart_ids: Collection[str]) -> Sequence[Row[Any]]:
    """Everybody's best on the charts."""
    return connection.execute(_BESTS, {"game": game, "chart_ids": list(chart_ids)}).all()


def rivals(connection: Connection, games: Collection[str], user_id: int) -> Sequence[Row[Any]]:
    """The user's rivals in any of the games: `id` and `username`."""
    return connection.execute(_RIVALS, {"games": list(games), "user_id": user_id}).all()


def bests_of(connection: Connection, games: Collection[str], user_id: int) -> Sequence[Row[Any]]:
    """The user's bests on the charts of the games, newest first, with `chart_hash`."""
    return connection.execute(_OF_PLAYER, {"games": list(games), "user_id": user_id}).all()
