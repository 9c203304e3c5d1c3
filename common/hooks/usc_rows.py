"""What the internet ranking of USC asks PostgreSQL. All SQL of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from psycopg2 import Binary
from sqlalchemy import Connection, Row, text

from common.clock import NOW_MS

_SCORE = text(
    "SELECT chart_id, playtype, score_data FROM scores"
    " WHERE user_id = :user_id AND score_id = :score_id"
)
_LIKE = text(
    """
    SELECT score_id FROM scores
    WHERE user_id = :user_id AND chart_id = ANY(:chart_ids)
      AND score_data -> 'score' = to_jsonb(CAST(:score AS numeric))
    ORDER BY time_added DESC, score_id LIMIT 1
    """
)
_BESTS = text(
    """
    SELECT best.user_id, username, best.time_achieved, best.score_data, score_meta
    FROM personal_bests AS best
    JOIN users ON users.id = best.user_id
    LEFT JOIN scores ON scores.user_id = best.user_id
                    AND scores.score_id = best.composed_from -> 0 ->> 'scoreID'
    WHERE best.chart_id = :chart_id AND best.user_id = ANY(:user_ids)
    """
)
# One replay of a user at a time: neither of two would make room for the other.
_TAKE_TURN = text("SELECT FROM users WHERE id = :user_id FOR NO KEY UPDATE")
_OWNED = text(
    "SELECT EXISTS (SELECT FROM scores"
    " WHERE user_id = :user_id AND score_id = :score_id AND game = :game FOR KEY SHARE)"
)
_SAVE = text(
    f"""
    INSERT INTO replays (user_id, score_id, content, size, saved_at)
    VALUES (:user_id, :score_id, :content, :size, {NOW_MS})
    ON CONFLICT (user_id, score_id) DO UPDATE
    SET content = excluded.content, size = excluded.size, saved_at = excluded.saved_at
    """  # noqa: S608 (a constant of ours)
)
# The newest ones stay, as many as there is room for.
_MAKE_ROOM = text(
    """
    DELETE FROM replays USING (
        SELECT user_id, score_id,
               sum(size) OVER (ORDER BY saved_at DESC, score_id) AS with_newer
        FROM replays WHERE user_id = :user_id) AS kept
    WHERE replays.user_id = :user_id AND replays.score_id = kept.score_id
      AND kept.with_newer > :quota
    """
)
_FIND = text(
    "SELECT content FROM replays JOIN scores USING (user_id, score_id) WHERE score_id = :score_id"
)


def score(connection: Connection, user_id: int, score_id: str) -> Row[Any] | None:
    parameters = {"user_id": user_id, "score_id": score_id}
    return connection.execute(_SCORE, parameters).one_or_none()


def score_like(
    connection: Connection, user_id: int, chart_ids: Collection[str], points: float
) -> str | None:
    """The id of the user's newest score of so many points on these charts."""
    parameters = {"user_id": user_id, "chart_ids": list(chart_ids), "score": points}
    found: str | None = connection.scalar(_LIKE, parameters)
    return found


def bests(connection: Connection, chart_id: str, user_ids: Collection[int]) -> Sequence[Row[Any]]:
    """The personal bests of some users on a chart, with the modifiers of what they are made of."""
    return connection.execute(_BESTS, {"chart_id": chart_id, "user_ids": list(user_ids)}).all()


# --- replays -----------------------------------------------------------------------------


def save_replay(
    connection: Connection, user_id: int, score_id: str, content: bytes, *, quota: int
) -> bool:
    """Keeps the replay of a score; False where the user has no such score.

    quota: bytes that a user's replays may take; the oldest ones go.
    """
    parameters = {"user_id": user_id, "score_id": score_id}
    connection.execute(_TAKE_TURN, {"user_id": user_id})
    if "\0" in score_id or not connection.scalar(_OWNED, {**parameters, "game": "usc"}):
        return False
    connection.execute(_SAVE, {**parameters, "content": Binary(content), "size": len(content)})
    connection.execute(_MAKE_ROOM, {"user_id": user_id, "quota": quota})
    return True


def find_replay(connection: Connection, score_id: str) -> bytes | None:
    found = connection.scalar(_FIND, {"score_id": score_id})
    return None if found is None else bytes(found)
