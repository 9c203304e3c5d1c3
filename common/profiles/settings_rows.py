"""The settings of users for games, written."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, text

from common.database.parameters import text_array
from common.games.model import GPT

_KEY: Final = "user_id = :user_id AND game = :game AND playtype = :playtype"

_PLAYED = text(
    """
    SELECT count(*) FROM user_game_stats
    WHERE user_id = ANY(CAST(:ids AS integer[])) AND game = :game AND playtype = :playtype
    """
)
_UPDATE = text(
    f"""
    UPDATE game_settings SET preferences = preferences || CAST(:changes AS jsonb)
    WHERE {_KEY} RETURNING *
    """  # noqa: S608 (a constant of ours)
)
_RIVALS = text(
    f"UPDATE game_settings SET rivals = CAST(:ids AS integer[]) WHERE {_KEY}"  # noqa: S608
)

_DELETE = text(f"DELETE FROM game_settings WHERE {_KEY}")  # noqa: S608


def update(
    connection: Connection, user_id: int, gpt: GPT, changes: dict[str, Any]
) -> Row[Any] | None:
    """Sets some of the preferences; the row as it is then."""
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype}
    text_of = orjson.dumps(changes).decode()
    return connection.execute(_UPDATE, {**parameters, "changes": text_of}).one_or_none()


def set_rivals(connection: Connection, user_id: int, gpt: GPT, rivals: Collection[int]) -> None:
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype}
    connection.execute(_RIVALS, {**parameters, "ids": text_array(list(map(str, rivals)))})


def delete(connection: Connection, user_id: int, gpt: GPT) -> None:
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype}
    connection.execute(_DELETE, parameters)


def count_players(connection: Connection, gpt: GPT, user_ids: Collection[int]) -> int:
    """How many of these users have played the GPT."""
    ids = text_array(list(map(str, user_ids)))
    parameters = {"ids": ids, "game": gpt.game, "playtype": gpt.playtype}
    return int(connection.scalar(_PLAYED, parameters) or 0)
