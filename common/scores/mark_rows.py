"""Marks on the leaderboards of charts, counted now and then. All SQL that writes
`leaderboard_marks`.

A chart that many play has a mark at every hundredth place: a value of the first of the ranking
values, and how many have at least that. `ranking_rows` counts from the next mark on, so that the
first hundred are always as they are now, and those below as of the last count but for who came
between them and the mark. Below all values every chart has a mark with the number of its players.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from common.games.model import GPT

# Places between two marks.
STEP: Final = 100
# Players of a chart up to whom nothing is taken from marks.
CROWD: Final = 200
# Players of a GPT up to whom there are none: to count them takes no time.
FEW: Final = 10

_PLAYERS: Final = text(
    """
    SELECT count(*) FROM (
        SELECT FROM user_game_stats
        WHERE game = :game AND playtype = :playtype LIMIT :most) AS found
    """
)
_FORGET: Final = text("DELETE FROM leaderboard_marks WHERE game = :game AND playtype = :playtype")
_COUNT: Final = text(
    """
    WITH placed AS MATERIALIZED (
        SELECT charts.chart_id, best.value, best.place, best.ahead, best.players
        FROM charts CROSS JOIN LATERAL (
            SELECT ranking_values[1] AS value,
                   row_number() OVER highest AS place, count(*) OVER highest AS ahead,
                   count(*) OVER () AS players
            FROM personal_bests WHERE personal_bests.chart_id = charts.chart_id
            WINDOW highest AS (ORDER BY ranking_values[1] DESC NULLS LAST)) AS best
        WHERE charts.game = :game AND charts.playtype = :playtype
          AND (best.place = 1 OR (best.place % :step = 0 AND best.players > :crowd))),
    counted AS MATERIALIZED (
        SELECT DISTINCT chart_id, value, ahead FROM placed
        WHERE place % :step = 0 AND value IS NOT NULL
        UNION ALL SELECT chart_id, '-Infinity', players FROM placed WHERE place = 1),
    stored AS (
        INSERT INTO leaderboard_marks AS mark (chart_id, value, ahead, game, playtype)
        SELECT chart_id, value, ahead, :game, :playtype FROM counted
        ON CONFLICT (chart_id, value) DO UPDATE SET ahead = excluded.ahead
            WHERE mark.ahead <> excluded.ahead)
    DELETE FROM leaderboard_marks AS mark
    WHERE game = :game AND playtype = :playtype
      AND (chart_id, value) NOT IN (SELECT chart_id, value FROM counted)
    """
)


def count_anew(connection: Connection, gpt: GPT) -> None:
    """Counts the marks of all charts of the GPT: a walk through its leaderboards."""
    game = {"game": gpt.game, "playtype": gpt.playtype}
    players = connection.scalar(_PLAYERS, {**game, "most": FEW}) or 0
    if players < FEW:
        connection.execute(_FORGET, game)
    else:
        connection.execute(_COUNT, {**game, "step": STEP, "crowd": CROWD})
