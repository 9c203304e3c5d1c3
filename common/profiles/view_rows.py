"""Which folders users looked at last, and what they did in the last hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.clock import NOW_MS
from common.games.model import GPT

_VIEWED = text(
    f"""
    INSERT INTO folder_views (user_id, folder_id, viewed_at) VALUES (:user_id, :folder_id, {NOW_MS})
    ON CONFLICT (user_id, folder_id) DO UPDATE SET viewed_at = excluded.viewed_at
    """  # noqa: S608 (a constant of ours)
)
_OF_GPT: Final = "folders.game = :game AND folders.playtype = :playtype"
_RECENT: Final = """
    SELECT folders.* FROM folder_views JOIN folders USING (folder_id)
    WHERE user_id = :user_id AND {conditions}
    ORDER BY viewed_at DESC, folder_id LIMIT :most
"""
_SINCE: Final = f"viewed_at >= {NOW_MS} - CAST(:age AS bigint)"


def viewed(connection: Connection, user_id: int, folder_id: str) -> None:
    """Notes that the user looked at the folder."""
    connection.execute(_VIEWED, {"user_id": user_id, "folder_id": folder_id})


def recent(connection: Connection, user_id: int, gpt: GPT, most: int) -> Sequence[Row[Any]]:
    """The folders of the GPT that the user looked at last."""
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype, "most": most}
    return connection.execute(text(_RECENT.format(conditions=_OF_GPT)), parameters).all()


def lately(connection: Connection, user_id: int, age: int, most: int) -> Sequence[Row[Any]]:
    """The folders of any game that the user looked at last. age: milliseconds, at most."""
    parameters = {"user_id": user_id, "age": age, "most": most}
    return connection.execute(text(_RECENT.format(conditions=_SINCE)), parameters).all()
