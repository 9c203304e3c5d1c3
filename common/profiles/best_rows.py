"""Stored personal bests, read for those who look at them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.database.parameters import text_array
from common.games.model import GPT

_OF_GPT: Final = "user_id = :user_id AND game = :game AND playtype = :playtype"
_NEWEST: Final = "time_achieved DESC NULLS LAST, chart_id"

_ON_CHARTS = text(
    f"""
    SELECT * FROM personal_bests
    WHERE user_id = :user_id AND chart_id = ANY(CAST(:chart_ids AS text[]))
    ORDER BY {_NEWEST} LIMIT :most
    """  # noqa: S608 (constants of ours)
)
_ALL = text(f"SELECT * FROM personal_bests WHERE {_OF_GPT}")  # noqa: S608
_BEST = text(
    f"""
    SELECT * FROM personal_bests WHERE {_OF_GPT} AND is_primary
    ORDER BY CAST(calculated_data->>:alg AS double precision) DESC NULLS LAST, chart_id
    LIMIT :most
    """  # noqa: S608
)
_ON_SONGS = text(
    f"""
    SELECT * FROM personal_bests
    WHERE {_OF_GPT} AND song_id = ANY(CAST(:song_ids AS integer[]))
    ORDER BY {_NEWEST} LIMIT :most
    """  # noqa: S608
)
_OF_USERS = text(
    """
    SELECT * FROM personal_bests
    WHERE user_id = ANY(CAST(:user_ids AS integer[])) AND chart_id = :chart_id
    """
)
_BEST_OF_USERS = text(
    """
    SELECT * FROM personal_bests
    WHERE user_id = ANY(CAST(:user_ids AS integer[])) AND game = :game AND playtype = :playtype
    ORDER BY CAST(calculated_data->>:alg AS double precision) DESC NULLS LAST, user_id, chart_id
    LIMIT :most
    """
)
_BEST_OF_ALL = text(
    """
    SELECT * FROM personal_bests WHERE game = :game AND playtype = :playtype
    ORDER BY CAST(calculated_data->>:alg AS double precision) DESC NULLS LAST, user_id, chart_id
    LIMIT :most
    """
)

# In the order of the ranking index. Ranks follow from where the page begins.
_LEADERBOARD = text(
    """
    SELECT * FROM personal_bests WHERE chart_id = :chart_id
    ORDER BY ranking_values DESC, time_achieved, user_id OFFSET :skipped LIMIT :most
    """
)
_PLAYERS = text("SELECT count(*) FROM personal_bests WHERE chart_id = :chart_id")


def _parameters(user_id: int, gpt: GPT, **more: Any) -> dict[str, Any]:
    return {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype, **more}


def on_charts(
    connection: Connection, user_id: int, chart_ids: Collection[str], most: int | None = None
) -> Sequence[Row[Any]]:
    """The user's personal bests on these charts, newest first."""
    parameters = {"user_id": user_id, "chart_ids": text_array(chart_ids), "most": most}
    return connection.execute(_ON_CHARTS, parameters).all()


def find(connection: Connection, user_id: int, chart_id: str) -> Row[Any] | None:
    found = on_charts(connection, user_id, [chart_id])
    return found[0] if found else None


def all_of(connection: Connection, user_id: int, gpt: GPT) -> Sequence[Row[Any]]:
    """The user's personal bests, in no order."""
    return connection.execute(_ALL, _parameters(user_id, gpt)).all()


def best(connection: Connection, user_id: int, gpt: GPT, alg: str, most: int) -> Sequence[Row[Any]]:
    """The user's personal bests with the highest ratings, of primary charts."""
    return connection.execute(_BEST, _parameters(user_id, gpt, alg=alg, most=most)).all()


def on_songs(
    connection: Connection, user_id: int, gpt: GPT, song_ids: Collection[int], most: int | None
) -> Sequence[Row[Any]]:
    """The user's personal bests on charts of these songs, newest first."""
    ids = text_array(list(map(str, song_ids)))
    return connection.execute(_ON_SONGS, _parameters(user_id, gpt, song_ids=ids, most=most)).all()


def of_users_on_chart(
    connection: Connection, user_ids: Collection[int], chart_id: str
) -> Sequence[Row[Any]]:
    parameters = {"user_ids": text_array(list(map(str, user_ids))), "chart_id": chart_id}
    return connection.execute(_OF_USERS, parameters).all()


def best_of_users(
    connection: Connection, user_ids: Collection[int], gpt: GPT, alg: str, most: int
) -> Sequence[Row[Any]]:
    """The personal bests of any of these users with the highest ratings."""
    ids = text_array(list(map(str, user_ids)))
    return connection.execute(
        _BEST_OF_USERS,
        {"user_ids": ids, "game": gpt.game, "playtype": gpt.playtype, "alg": alg, "most": most},
    ).all()


def best_of_all(connection: Connection, gpt: GPT, alg: str, most: int) -> Sequence[Row[Any]]:
    """Everybody's personal bests with the highest ratings."""
    parameters = {"game": gpt.game, "playtype": gpt.playtype, "alg": alg, "most": most}
    return connection.execute(_BEST_OF_ALL, parameters).all()


def leaderboard(connection: Connection, chart_id: str, first: int, most: int) -> Sequence[Row[Any]]:
    """The personal bests on the chart from this rank on."""
    parameters = {"chart_id": chart_id, "skipped": first - 1, "most": most}
    return connection.execute(_LEADERBOARD, parameters).all()


def players(connection: Connection, chart_id: str) -> int:
    """How many have played the chart."""
    return int(connection.scalar(_PLAYERS, {"chart_id": chart_id}) or 0)


# --- on folders ----------------------------------------------------------------------------

_CHARTS_IN = text(
    """
    SELECT folder_id, count(*) AS charts FROM folder_charts
    WHERE folder_id = ANY(CAST(:folder_ids AS text[])) GROUP BY folder_id
    """
)
_IN_FOLDERS = text(
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
    rows = connection.execute(_CHARTS_IN, {"folder_ids": text_array(folder_ids)})
    return {row.folder_id: row.charts for row in rows}


def in_folders(
    connection: Connection, user_id: int, folder_ids: Collection[str], metrics: Collection[str]
) -> Sequence[Row[Any]]:
    """For each of the user's personal bests in each of the folders, the metrics' values."""
    parameters = {
        "user_id": user_id,
        "folder_ids": text_array(folder_ids),
        "metrics": text_array(metrics),
    }
    return connection.execute(_IN_FOLDERS, parameters).all()
