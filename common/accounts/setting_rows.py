"""The settings of users that hold for all games. All SQL on `user_settings`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import orjson
from sqlalchemy import Connection, text

from common.accounts.user_documents import Preferences, UserSettingsDocument

_FIND = text("SELECT following, preferences FROM user_settings WHERE user_id = :user_id")
_CHANGE = text(
    """
    INSERT INTO user_settings (user_id, following, preferences)
    VALUES (:user_id, '{}', CAST(:changes AS jsonb))
    ON CONFLICT (user_id)
    DO UPDATE SET preferences = user_settings.preferences || excluded.preferences
    """
)


def find(connection: Connection, user_id: int) -> UserSettingsDocument:
    """What the user has set, with the defaults for what they have not."""
    row = connection.execute(_FIND, {"user_id": user_id}).one_or_none()
    return UserSettingsDocument(
        userID=user_id,
        following=[] if row is None else row.following,
        preferences=Preferences() if row is None else msgspec.convert(row.preferences, Preferences),
    )


def change(connection: Connection, user_id: int, changes: Mapping[str, bool]) -> None:
    """changes: by the names of Preferences."""
    parameters = {"user_id": user_id, "changes": orjson.dumps(dict(changes)).decode()}
    connection.execute(_CHANGE, parameters)
