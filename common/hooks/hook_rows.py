"""What users set for the hooks of their games. All SQL on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, text

from common.hooks.hook_documents import Settings

FERVIDEX: Final = "fervidex"
KSHOOK: Final = "kshook-sv6c"

_FIND = text(
    "SELECT cards, force_static_import FROM hook_settings WHERE user_id = :user_id AND hook = :hook"
)
_CHANGE = text(
    """
    INSERT INTO hook_settings AS settings (user_id, hook, cards, force_static_import)
    VALUES (:user_id, :hook, CAST(:cards AS text[]), coalesce(:forced, false))
    ON CONFLICT (user_id, hook) DO UPDATE
    SET cards = CASE WHEN :with_cards THEN excluded.cards ELSE settings.cards END,
        force_static_import = coalesce(:forced, settings.force_static_import)
    RETURNING cards, force_static_import
    """
)
_SPEND = text(
    "UPDATE hook_settings SET force_static_import = false"
    " WHERE user_id = :user_id AND hook = :hook AND force_static_import"
)


def find(connection: Connection, user_id: int, hook: str) -> Settings | None:
    """None for who has never set anything."""
    row = connection.execute(_FIND, {"user_id": user_id, "hook": hook}).one_or_none()
    return None if row is None else Settings(row.cards, row.force_static_import)


def change(connection: Connection, user_id: int, hook: str, changes: Mapping[str, Any]) -> Settings:
    """Sets what is named of `cards` and `forceStaticImport`; the rest stays."""
    row = connection.execute(
        _CHANGE,
        {
            "user_id": user_id,
            "hook": hook,
            "with_cards": "cards" in changes,
            "cards": changes.get("cards"),
            "forced": changes.get("forceStaticImport"),
        },
    ).one()
    return Settings(row.cards, row.force_static_import)


def spend(connection: Connection, user_id: int, hook: str) -> None:
    """An export was imported: the next one has to be asked for again."""
    connection.execute(_SPEND, {"user_id": user_id, "hook": hook})
