"""Stored personal bests, read for those who look at them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection

from common.database.parameters import text_array
from common.database.statements import Row, Statement
from common.games.kit.ratings import profile_orders
from common.games.model import GPT

_OF_GPT: Final = "user_id = :user_id AND game = :game AND playtype = :playtype"
_OF_PLAYER: Final = (
    "best.user_id = player.user_id AND best.game = :game AND best.playtype = :playtype"
)
_RATING: Final = "CAST(best.calculated_data->>:alg AS double precision)"
_NEWEST: Final = "time_achieved DESC NULLS LAST, chart_id"

_ON_CHARTS = Statement(
    f"""
    SELECT * FROM personal_bests
    WHERE user_id = :user_id AND chart_id = ANY(CAST(:chart_ids AS text[]))
    ORDER BY {_NEWEST} LIMIT :most
    """  # noqa: S608 (constants of ours)
)
_ALL = Statement(f"SELECT * FROM personal_bests WHERE {_OF_GPT}")  # noqa: S608
_BEST = Statement(
    f"""
    SELECT * FROM personal_bests WHERE {_OF_GPT} AND is_primary
    ORDER BY CAST(calculated_data->>:alg AS double precision) DESC NULLS LAST, chart_id
    LIMIT :most
    """  # noqa: S608
)
_ON_SONGS = Statement(
    f"""
    SELECT * FROM personal_bests
    WHERE {_OF_GPT} AND song_id = ANY(CAST(:song_ids AS integer[]))
    ORDER BY {_NEWEST} LIMIT :most
    """  # noqa: S608
)
_OF_USERS = Statement(
    """
    SELECT * FROM personal_bests
    WHERE user_id = ANY(CAST(:user_ids AS integer[])) AND chart_id = :chart_id
    """
)
_BEST_OF_USERS = Statement(
    """
    SELECT * FROM personal_bests
    WHERE user_id = ANY(CAST(:user_ids AS integer[])) AND game = :game AND playtype = :playtype
    ORDER BY CAST(calculated_data->>:alg AS double precision) DESC NULLS LAST, user_id, chart_id
    LIMIT :most
    """
)
# The players whose highest is among the highest of all, and those of whom it is not known: nobody
# else has any of the first ones. Where there are so many, none of the first ones is below the last
# of their highest. An index of everybody's personal bests would cost every import.
_FIRST_OF_PLAYERS: Final = """
    WITH known AS MATERIALIZED (
        SELECT user_id, highest[{number}] AS value FROM user_game_stats
        WHERE game = :game AND playtype = :playtype AND highest[{number}] IS NOT NULL
        ORDER BY highest[{number}] DESC, user_id LIMIT :most),
    players AS (
        SELECT user_id FROM known UNION ALL
        SELECT user_id FROM user_game_stats
        WHERE game = :game AND playtype = :playtype AND highest IS NULL)
    SELECT first.* FROM players AS player CROSS JOIN LATERAL (
        SELECT user_id, chart_id, {value} AS value FROM personal_bests AS best
        WHERE {of_player} AND {value} IS NOT NULL AND {value} >= (
            SELECT CASE WHEN count(*) = :most THEN min(value) ELSE '-Infinity' END FROM known)
        ORDER BY {value} DESC NULLS LAST, chart_id LIMIT :most) AS first
"""
# They are in no such index, and few.
_ON_SUPERSEDED: Final = """
    SELECT best.user_id, best.chart_id, {rating} AS value
    FROM charts JOIN personal_bests AS best USING (chart_id)
    WHERE charts.game = :game AND charts.playtype = :playtype AND NOT charts.is_primary
      AND NOT best.is_primary AND {rating} IS NOT NULL
"""
_UNRATED = Statement(
    f"""
    SELECT unrated.* FROM (
        SELECT user_id FROM user_game_stats AS player
        WHERE player.game = :game AND player.playtype = :playtype
        ORDER BY user_id) AS player
    CROSS JOIN LATERAL (
        SELECT * FROM personal_bests AS best WHERE {_OF_PLAYER} AND {_RATING} IS NULL
        ORDER BY chart_id LIMIT :most) AS unrated
    ORDER BY user_id, chart_id LIMIT :most
    """  # noqa: S608
)


_SORTED: Final = Statement(
    f"""
    SELECT best.* FROM personal_bests AS best
    WHERE best.game = :game AND best.playtype = :playtype AND {_RATING} IS NOT NULL
    ORDER BY {_RATING} DESC, user_id, chart_id LIMIT :most
    """  # noqa: S608
)


@cache
def _best_of_all(gpt: GPT, alg: str) -> Statement:
    orders = list(profile_orders(gpt))
    if alg not in {key for key, _ in orders}:
        return _SORTED  # no index has them
    of_all = (alg, True) in orders
    number = orders.index((alg, of_all)) + 1
    value = f"best.profile_values[{number}]"
    found = [_FIRST_OF_PLAYERS.format(number=number, value=value, of_player=_OF_PLAYER)]
    if not of_all:
        found.append(_ON_SUPERSEDED.format(rating=_RATING))
    together = " UNION ALL ".join(f"({each})" for each in found)
    return Statement(
        f"""
        SELECT best.* FROM (
            SELECT * FROM ({together}) AS found
            ORDER BY value DESC, user_id, chart_id LIMIT :most) AS first
        JOIN personal_bests AS best USING (user_id, chart_id)
        ORDER BY value DESC, user_id, chart_id
        """  # noqa: S608
    )


# In the order of the ranking index. Ranks follow from where the page begins.
_LEADERBOARD = Statement(
    """
    SELECT * FROM personal_bests WHERE chart_id = :chart_id
    ORDER BY ranking_values DESC, time_achieved, user_id OFFSET :skipped LIMIT :most
    """
)
_PLAYERS = Statement("SELECT count(*) FROM personal_bests WHERE chart_id = :chart_id")


def _parameters(user_id: int, gpt: GPT, **more: Any) -> dict[str, Any]:
    return {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype, **more}


def on_charts(
    connection: Connection, user_id: int, chart_ids: Collection[str], most: int | None = None
) -> Sequence[Row]:
    """The user's personal bests on these charts, newest first."""
    parameters = {"user_id": user_id, "chart_ids": text_array(chart_ids), "most": most}
    return _ON_CHARTS.rows(connection, parameters)


def find(connection: Connection, user_id: int, chart_id: str) -> Row | None:
    found = on_charts(connection, user_id, [chart_id])
    return found[0] if found else None


def all_of(connection: Connection, user_id: int, gpt: GPT) -> Sequence[Row]:
    """The user's personal bests, in no order."""
    return _ALL.rows(connection, _parameters(user_id, gpt))


def best(connection: Connection, user_id: int, gpt: GPT, alg: str, most: int) -> Sequence[Row]:
    """The user's personal bests with the highest ratings, of primary charts."""
    return _BEST.rows(connection, _parameters(user_id, gpt, alg=alg, most=most))


def on_songs(
    connection: Connection, user_id: int, gpt: GPT, song_ids: Collection[int], most: int | None
) -> Sequence[Row]:
    """The user's personal bests on charts of these songs, newest first."""
    ids = text_array(list(map(str, song_ids)))
    return _ON_SONGS.rows(connection, _parameters(user_id, gpt, song_ids=ids, most=most))


def of_users_on_chart(
    connection: Connection, user_ids: Collection[int], chart_id: str
) -> Sequence[Row]:
    parameters = {"user_ids": text_array(list(map(str, user_ids))), "chart_id": chart_id}
    return _OF_USERS.rows(connection, parameters)


def best_of_users(
    connection: Connection, user_ids: Collection[int], gpt: GPT, alg: str, most: int
) -> Sequence[Row]:
    """The personal bests of any of these users with the highest ratings."""
    ids = text_array(list(map(str, user_ids)))
    return _BEST_OF_USERS.rows(
        connection,
        {"user_ids": ids, "game": gpt.game, "playtype": gpt.playtype, "alg": alg, "most": most},
    )


def best_of_all(connection: Connection, gpt: GPT, alg: str, most: int) -> Sequence[Row]:
    """Everybody's personal bests with the highest ratings; then such as have none."""
    parameters = {"game": gpt.game, "playtype": gpt.playtype, "alg": alg, "most": most}
    rated = _best_of_all(gpt, alg).rows(connection, parameters)
    if len(rated) == most:
        return rated
    parameters["most"] = most - len(rated)
    return [*rated, *_UNRATED.rows(connection, parameters)]


def leaderboard(connection: Connection, chart_id: str, first: int, most: int) -> Sequence[Row]:
    """The personal bests on the chart from this rank on."""
    parameters = {"chart_id": chart_id, "skipped": first - 1, "most": most}
    return _LEADERBOARD.rows(connection, parameters)


def players(connection: Connection, chart_id: str) -> int:
    """How many have played the chart."""
    return int(_PLAYERS.value(connection, {"chart_id": chart_id}) or 0)


# --- on folders ----------------------------------------------------------------------------

_CHARTS_IN = Statement(
    """
    SELECT folder_id, count(*) AS charts FROM folder_charts
    WHERE folder_id = ANY(CAST(:folder_ids AS text[])) GROUP BY folder_id
    """
)
_IN_FOLDERS = Statement(
    """
    SELECT folder_id, ARRAY(SELECT score_data->>metric
                            FROM unnest(CAST(:metrics AS text[])) WITH ORDINALITY
                                 AS named (metric, place) ORDER BY place) AS enums
    FROM folder_charts JOIN personal_bests AS best
        ON best.user_id = :user_id AND best.chart_id = folder_charts.chart_id
    WHERE folder_id = ANY(CAST(:folder_ids AS text[]))
    """
)


def charts_in_folders(connection: Connection, folder_ids: Collection[str]) -> dict[str, int]:
    """How many charts each of the folders holds; those without any are left out."""
    rows = _CHARTS_IN.rows(connection, {"folder_ids": text_array(folder_ids)})
    return {row.folder_id: row.charts for row in rows}


def in_folders(
    connection: Connection, user_id: int, folder_ids: Collection[str], metrics: Collection[str]
) -> Sequence[Row]:
    """For each of the user's personal bests in each of the folders, the metrics' values."""
    parameters = {
        "user_id": user_id,
        "folder_ids": text_array(folder_ids),
        "metrics": text_array(metrics),
    }
    return _IN_FOLDERS.rows(connection, parameters)
