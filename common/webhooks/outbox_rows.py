"""The rows of outbox_events: what happened and is to be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from common.database.statements import Statement

_INSERT: Final = Statement(
    """
    INSERT INTO outbox_events (user_id, event_id, type, content, created_at)
    SELECT :user_id, event_id, :type, CAST(content AS json), :now
    FROM unnest(CAST(:event_ids AS text[]), CAST(:contents AS text[]))
         WITH ORDINALITY AS added (event_id, content, position)
    ORDER BY position
    """
)


def insert(
    connection: Connection,
    user_id: int,
    event_type: str,
    events: Sequence[tuple[str, str]],
    now: int,
) -> None:
    """Adds events, each an id and its content as JSON, in their order; one statement."""
    _INSERT.run(
        connection,
        {
            "user_id": user_id,
            "type": event_type,
            "now": now,
            "event_ids": [event_id for event_id, _ in events],
            "contents": [content for _, content in events],
        },
    )
