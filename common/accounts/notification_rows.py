"""What users are told when they come back. All SQL on `notifications`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, text

from common.accounts.user_documents import NotificationBody, NotificationDocument
from common.clock import NOW_MS

# Notifications that are kept for a user; older ones make room.
KEPT: Final = 200

_SEND = text(
    f"""
    INSERT INTO notifications (user_id, notification_id, title, body, sent_at)
    VALUES (:user_id, :notification_id, :title, CAST(:body AS jsonb), {NOW_MS})
    """  # noqa: S608 (a constant of ours)
)
_SEND_TO_ALL = text(
    f"""
    INSERT INTO notifications (user_id, notification_id, title, body, sent_at)
    SELECT id, :notification_id, :title, CAST(:body AS jsonb), {NOW_MS}
    FROM users WHERE auth_level > 0
    """  # noqa: S608 (a constant of ours)
)
_TRIM = text(
    """
    DELETE FROM notifications WHERE user_id = :user_id AND sequence <= (
        SELECT sequence FROM notifications WHERE user_id = :user_id
        ORDER BY sequence DESC OFFSET :kept LIMIT 1)
    """
)
_LIST = text(
    "SELECT * FROM notifications WHERE user_id = :user_id ORDER BY sequence DESC LIMIT :most"
)
_MARK_READ = text("UPDATE notifications SET read = true WHERE user_id = :user_id AND NOT read")
_CLEAR = text("DELETE FROM notifications WHERE user_id = :user_id")


def send(
    connection: Connection, user_id: int, title: str, kind: str, content: Mapping[str, Any]
) -> None:
    """Tells one user. kind, content: what it is about, for programs."""
    connection.execute(_SEND, {"user_id": user_id, **_written(title, kind, content)})
    connection.execute(_TRIM, {"user_id": user_id, "kept": KEPT})


def send_to_all(connection: Connection, title: str, kind: str, content: Mapping[str, Any]) -> int:
    """Tells every user that is not banned; how many those are."""
    return connection.execute(_SEND_TO_ALL, _written(title, kind, content)).rowcount


def _written(title: str, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    body = orjson.dumps({"type": kind, "content": dict(content)}).decode()
    notification_id = f"N{secrets.token_hex(20)}"
    return {
        "notification_id": notification_id,
        "title": title,
        "body": body,
    }


def of_user(connection: Connection, user_id: int) -> list[NotificationDocument]:
    """The newest first."""
    rows: Sequence[Row[Any]] = connection.execute(_LIST, {"user_id": user_id, "most": KEPT}).all()
    return [
        NotificationDocument(
            notifID=row.notification_id,
            title=row.title,
            sentTo=row.user_id,
            sentAt=row.sent_at,
            read=row.read,
            body=NotificationBody(**row.body),
        )
        for row in rows
    ]


def mark_read(connection: Connection, user_id: int) -> None:
    connection.execute(_MARK_READ, {"user_id": user_id})


def clear(connection: Connection, user_id: int) -> None:
    connection.execute(_CLEAR, {"user_id": user_id})
