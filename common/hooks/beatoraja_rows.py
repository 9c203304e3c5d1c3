"""What the internet ranking of beatoraja asks PostgreSQL. All SQL of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

from common.games.registry import GAMES

_PLAYERS = text(
    """
    SELECT max(jsonb_array_length(user_ids)) FROM orphan_charts
    WHERE gpt = ANY(:gpts) AND chart_hash = :chart_hash
      AND user_ids @> to_jsonb(CAST(:user_id AS integer))
    """
)
_SCORE = text("SELECT * FROM scores WHERE user_id = :user_id AND score_id = :score_id")
_SONG = text("SELECT * FROM songs WHERE game = :game AND id = :song_id")
_CHART = text("SELECT * FROM charts WHERE game = :game AND chart_id = :chart_id")

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


class Stored(NamedTuple):
    """A score with its song and chart, as rows."""

    score: Row[Any]
    song: Row[Any]
    chart: Row[Any]


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
    score = connection.execute(_SCORE, {"user_id": user_id, "score_id": score_id}).one_or_none()
    if score is None:
        return None
    place = {"game": score.game, "song_id": score.song_id, "chart_id": score.chart_id}
    song = connection.execute(_SONG, place).one_or_none()
    chart = connection.execute(_CHART, place).one_or_none()
    return None if song is None or chart is None else Stored(score, song, chart)


def bests(connection: Connection, game: str, chart_ids: Collection[str]) -> Sequence[Row[Any]]:
    """Everybody's best on the charts."""
    return connection.execute(_BESTS, {"game": game, "chart_ids": list(chart_ids)}).all()
