"""A user's orphans, as the user sees them. What imports do to them is in `worker.records`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.clock import NOW_MS

_PAGE: Final = """
    SELECT * FROM orphan_scores
    WHERE user_id = :user_id {condition}
    ORDER BY time_inserted DESC, orphan_id DESC LIMIT :limit
"""
_FIRST_PAGE: Final = text(_PAGE.format(condition=""))
_NEXT_PAGE: Final = text(
    _PAGE.format(condition="AND (time_inserted, orphan_id) < (:inserted, :orphan_id)")
)
_ONE: Final = text(
    "SELECT * FROM orphan_scores WHERE user_id = :user_id AND orphan_id = :orphan_id"
)


def page(
    connection: Connection, user_id: int, limit: int, after: tuple[int, str] | None
) -> Sequence[Row[Any]]:
    """The newest first. after: when the last one seen was inserted, and its id."""
    parameters = {"user_id": user_id, "limit": limit}
    if after is None:
        return connection.execute(_FIRST_PAGE, parameters).all()
    return connection.execute(
        _NEXT_PAGE, {**parameters, "inserted": after[0], "orphan_id": after[1]}
    ).all()


def find(connection: Connection, user_id: int, orphan_id: str) -> Row[Any] | None:
    parameters = {"user_id": user_id, "orphan_id": orphan_id}
    return connection.execute(_ONE, parameters).one_or_none()


_DELETE_OLD: Final = text(
    f"""
    DELETE FROM orphan_scores
    WHERE time_inserted <= {NOW_MS} - :older
      AND (CAST(:user_id AS integer) IS NULL OR user_id = :user_id)
      AND (CAST(:game AS text) IS NULL OR game = :game)
    """  # noqa: S608 (a constant of ours)
)


def delete_old(connection: Connection, older: int, user_id: int | None, game: str | None) -> int:
    """Deletes orphans that have waited for so many milliseconds; how many.

    Of one user and one game, or of all.
    """
    parameters = {"older": older, "user_id": user_id, "game": game}
    return connection.execute(_DELETE_OLD, parameters).rowcount


def delete(connection: Connection, user_id: int, orphan_id: str) -> bool:
    """Whether there was one."""
    parameters = {"user_id": user_id, "orphan_id": orphan_id}
    statement = "DELETE FROM orphan_scores WHERE user_id = :user_id AND orphan_id = :orphan_id"
    return connection.execute(text(statement), parameters).rowcount > 0
