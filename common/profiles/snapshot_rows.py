"""What profiles were on the days before: one row a profile and day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.clock import NOW_MS
from common.database.parameters import text_array
from common.games.model import GPT

HOUR: Final = 3_600_000  # milliseconds
DAY: Final = 24 * HOUR
# Two runs of a daily schedule are not exactly a day apart.
_LATELY: Final = 20 * HOUR

_KEY: Final = "user_id = :user_id AND game = :game AND playtype = :playtype"
_TAKE = text(
    f"""
    WITH ranked AS (
        SELECT user_id, alg,
               rank() OVER (PARTITION BY alg ORDER BY
                   coalesce(CAST(ratings->>alg AS double precision), '-Infinity') DESC) AS ranking,
               count(*) OVER (PARTITION BY alg) AS out_of
        FROM user_game_stats CROSS JOIN unnest(CAST(:algs AS text[])) AS alg
        WHERE game = :game AND playtype = :playtype),
    standing AS (
        SELECT user_id, jsonb_object_agg(
            alg, jsonb_build_object('ranking', ranking, 'outOf', out_of)) AS rankings
        FROM ranked GROUP BY user_id),
    played AS (
        SELECT user_id, count(*) AS scores FROM scores
        WHERE game = :game AND playtype = :playtype GROUP BY user_id)
    INSERT INTO profile_snapshots
        (user_id, game, playtype, taken_at, ratings, classes, rankings, playcount)
    SELECT stats.user_id, :game, :playtype, {NOW_MS}, ratings, classes, rankings,
           coalesce(scores, 0)
    FROM user_game_stats AS stats JOIN standing USING (user_id) LEFT JOIN played USING (user_id)
    WHERE stats.game = :game AND stats.playtype = :playtype AND NOT EXISTS (
        SELECT FROM profile_snapshots AS before
        WHERE before.user_id = stats.user_id AND before.game = :game
          AND before.playtype = :playtype AND before.taken_at > {NOW_MS} - {_LATELY})
    ON CONFLICT DO NOTHING
    """  # noqa: S608 (constants of ours)
)
_SINCE = text(
    f"""
    SELECT * FROM profile_snapshots
    WHERE {_KEY} AND taken_at >= {NOW_MS} - CAST(:age AS bigint)
    ORDER BY taken_at DESC
    """  # noqa: S608
)
_DELETE = text(f"DELETE FROM profile_snapshots WHERE {_KEY}")  # noqa: S608


def take(connection: Connection, gpt: GPT) -> int:
    """Notes every profile of the GPT that was not noted today; returns how many."""
    parameters = {
        "game": gpt.game,
        "playtype": gpt.playtype,
        "algs": text_array(list(gpt.profile_ratings)),
    }
    return connection.execute(_TAKE, parameters).rowcount


def since(connection: Connection, user_id: int, gpt: GPT, days: int) -> Sequence[Row[Any]]:
    """The snapshots of the last days, newest first."""
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype, "age": days * DAY}
    return connection.execute(_SINCE, parameters).all()


def now(connection: Connection) -> int:
    """What a snapshot that was taken now would be stamped with."""
    return int(connection.scalar(text(f"SELECT {NOW_MS}")) or 0)


def delete(connection: Connection, user_id: int, gpt: GPT) -> None:
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype}
    connection.execute(_DELETE, parameters)
