"""Players of a GPT: their stats, settings and standing, read for those who look at them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from common.database.parameters import text_array
from common.database.statements import Row, Statement
from common.games.model import GPT
from common.text.patterns import containing

_OF_USER = Statement(
    "SELECT * FROM user_game_stats"
    " WHERE user_id = :user_id AND game = :game AND playtype = :playtype"
)

# A rating that is null counts as the smallest.
_RATING: Final = "coalesce(CAST(ratings->>:alg AS double precision), '-Infinity')"
_STANDINGS = Statement(
    """
    SELECT alg, 1 + better.count AS ranking, everyone.count AS out_of
    FROM unnest(CAST(:algs AS text[])) AS alg
    CROSS JOIN LATERAL (
        SELECT count(*) FROM user_game_stats AS other
        WHERE other.game = :game AND other.playtype = :playtype
          AND coalesce(CAST(other.ratings->>alg AS double precision), '-Infinity')
            > coalesce((SELECT CAST(mine.ratings->>alg AS double precision)
                        FROM user_game_stats AS mine
                        WHERE mine.user_id = :user_id AND mine.game = :game
                          AND mine.playtype = :playtype), '-Infinity')) AS better
    CROSS JOIN (
        SELECT count(*) FROM user_game_stats
        WHERE game = :game AND playtype = :playtype) AS everyone
    """
)
_LEADERBOARD = Statement(
    f"""
    SELECT * FROM user_game_stats WHERE game = :game AND playtype = :playtype
      AND (NOT :paged OR ({_RATING}, -user_id) < (:rating, -:after_user))
    ORDER BY {_RATING} DESC, user_id LIMIT :most
    """  # noqa: S608 (constants of ours)
)
_AROUND = Statement(
    f"""
    (SELECT * FROM user_game_stats WHERE game = :game AND playtype = :playtype
       AND {_RATING} > :rating ORDER BY {_RATING}, user_id DESC LIMIT :most)
    UNION ALL
    (SELECT * FROM user_game_stats WHERE game = :game AND playtype = :playtype
       AND {_RATING} <= :rating AND user_id <> :user_id
     ORDER BY {_RATING} DESC, user_id LIMIT :most)
    """  # noqa: S608
)
_PLAYERS = Statement(
    "SELECT count(*) FROM user_game_stats WHERE game = :game AND playtype = :playtype"
)
_PLAYTIME = Statement(
    "SELECT coalesce(sum(time_ended - time_started), 0) FROM sessions"
    " WHERE user_id = :user_id AND game = :game AND playtype = :playtype"
)
_SETTINGS = Statement(
    "SELECT rivals, preferences FROM game_settings"
    " WHERE user_id = :user_id AND game = :game AND playtype = :playtype"
)
_CHALLENGERS = Statement(
    """
    SELECT users.* FROM game_settings JOIN users ON users.id = user_id
    WHERE game = :game AND playtype = :playtype AND rivals @> ARRAY[:user_id]
    ORDER BY users.id LIMIT :most
    """
)
_USERS = Statement("SELECT * FROM users WHERE id = ANY(CAST(:ids AS integer[])) ORDER BY id")
_PLAYERS_NAMED = Statement(
    """
    SELECT users.* FROM users
    WHERE username_lowercase LIKE :pattern AND EXISTS (
        SELECT FROM user_game_stats
        WHERE user_id = users.id AND game = :game AND playtype = :playtype)
    ORDER BY username_lowercase LIMIT :most
    """
)


def _parameters(user_id: int, gpt: GPT, **more: Any) -> dict[str, Any]:
    return {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype, **more}


def find_stats(connection: Connection, user_id: int, gpt: GPT) -> Row | None:
    """None where the user has not played."""
    return _OF_USER.row(connection, _parameters(user_id, gpt))


def standings(connection: Connection, user_id: int, gpt: GPT) -> dict[str, tuple[int, int]]:
    """The user's ranking and the number of players, by profile rating."""
    algs = text_array(list(gpt.profile_ratings))
    rows = _STANDINGS.rows(connection, _parameters(user_id, gpt, algs=algs))
    return {row.alg: (row.ranking, row.out_of) for row in rows}


def leaderboard(
    connection: Connection, gpt: GPT, alg: str, most: int, after: tuple[float, int] | None
) -> Sequence[Row]:
    """The players with the highest ratings. after: rating and user that a page ended with."""
    rating, user_id = after or (0.0, 0)
    parameters = {"game": gpt.game, "playtype": gpt.playtype, "alg": alg, "most": most}
    more = {"paged": after is not None, "rating": rating, "after_user": user_id}
    return _LEADERBOARD.rows(connection, {**parameters, **more})


def around(
    connection: Connection, user_id: int, gpt: GPT, alg: str, rating: float | None, most: int
) -> Sequence[Row]:
    """Players with slightly more, nearest first, then those with as much or slightly less."""
    value = float("-inf") if rating is None else rating
    return _AROUND.rows(connection, _parameters(user_id, gpt, alg=alg, rating=value, most=most))


def count_players(connection: Connection, gpt: GPT) -> int:
    parameters = {"game": gpt.game, "playtype": gpt.playtype}
    return int(_PLAYERS.value(connection, parameters) or 0)


def playtime(connection: Connection, user_id: int, gpt: GPT) -> int:
    """Milliseconds that the user's sessions lasted."""
    return int(_PLAYTIME.value(connection, _parameters(user_id, gpt)) or 0)


def find_settings(connection: Connection, user_id: int, gpt: GPT) -> Row | None:
    return _SETTINGS.row(connection, _parameters(user_id, gpt))


def rivals_of(connection: Connection, user_id: int, gpt: GPT) -> list[int]:
    row = find_settings(connection, user_id, gpt)
    return [] if row is None else list(row.rivals)


def challengers(connection: Connection, user_id: int, gpt: GPT, most: int) -> Sequence[Row]:
    """Users who have the user for a rival."""
    return _CHALLENGERS.rows(connection, _parameters(user_id, gpt, most=most))


def users_by_id(connection: Connection, user_ids: Collection[int]) -> Sequence[Row]:
    """Their rows, by number; those that are gone are missing."""
    return _USERS.rows(connection, {"ids": text_array(list(map(str, user_ids)))})


def players_named(connection: Connection, gpt: GPT, part: str, most: int) -> Sequence[Row]:
    """Players whose name holds this."""
    parameters = {"game": gpt.game, "playtype": gpt.playtype, "most": most}
    return _PLAYERS_NAMED.rows(connection, {**parameters, "pattern": containing(part)})
