"""Where a user stands in every game they play. One statement, however many those are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.database.parameters import text_array
from common.games.model import GPT

_STATS: Final = text(
    "SELECT * FROM user_game_stats WHERE user_id = :user_id ORDER BY game, playtype"
)
# A rating that is null, or not there, counts as the smallest.
_STANDINGS: Final = text(
    """
    WITH rated AS (
        SELECT mine.game, mine.playtype, alg,
               coalesce(CAST(mine.ratings->>alg AS double precision), '-Infinity') AS own
        FROM unnest(CAST(:games AS text[]), CAST(:playtypes AS text[]), CAST(:algs AS text[]))
            AS wanted (game, playtype, alg)
        JOIN user_game_stats AS mine
          ON mine.user_id = :user_id AND (mine.game, mine.playtype) = (wanted.game, wanted.playtype)
    )
    SELECT game, playtype, alg, count(*) AS out_of,
           1 + count(*) FILTER (
               WHERE coalesce(CAST(other.ratings->>alg AS double precision), '-Infinity') > own
           ) AS ranking
    FROM rated JOIN user_game_stats AS other USING (game, playtype)
    GROUP BY game, playtype, alg
    """
)
_TOTALS: Final = text(
    """
    SELECT (SELECT count(*) FROM scores WHERE user_id = :user_id) AS scores,
           (SELECT count(*) FROM sessions WHERE user_id = :user_id) AS sessions
    """
)


def of_user(connection: Connection, user_id: int) -> Sequence[Row[Any]]:
    """The rows of `user_game_stats` of a user."""
    return connection.execute(_STATS, {"user_id": user_id}).all()


def standings(
    connection: Connection, user_id: int, gpts: Iterable[GPT]
) -> dict[tuple[str, str], dict[str, tuple[int, int]]]:
    """By game and playtype and profile rating: the user's ranking, and the number of players."""
    wanted = [(gpt.game, gpt.playtype, alg) for gpt in gpts for alg in gpt.profile_ratings]
    parameters = {
        name: text_array([each[place] for each in wanted])
        for place, name in enumerate(("games", "playtypes", "algs"))
    }
    found: defaultdict[tuple[str, str], dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in connection.execute(_STANDINGS, {"user_id": user_id, **parameters}):
        found[row.game, row.playtype][row.alg] = (row.ranking, row.out_of)
    return found


def totals(connection: Connection, user_id: int) -> tuple[int, int]:
    """How many scores and sessions a user has."""
    row = connection.execute(_TOTALS, {"user_id": user_id}).one()
    return row.scores, row.sessions
