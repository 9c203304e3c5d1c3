"""Writing events to the outbox, in the transaction that makes them true.

They are delivered after its commit, see `worker/webhooks/`. Where the transaction is rolled
back nobody hears of them. Source: specification, http-api-webhooks.md section 3.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection, text

CLASS_UPDATE: Final = "class-update/v1"
GOALS_ACHIEVED: Final = "goals-achieved/v1"
QUEST_ACHIEVED: Final = "quest-achieved/v1"


def add(
    connection: Connection,
    user_id: int,
    event_type: str,
    contents: Sequence[dict[str, Any]],
    now: int,
) -> None:
    """Adds one event of this type for each of `contents`, in their order.

    One statement, none where there are no contents. `now`: milliseconds since the epoch.
    """
    if not contents:
        return
    connection.execute(
        text(
            """
            INSERT INTO outbox_events (user_id, event_id, type, content, created_at)
            SELECT :user_id, event_id, :type, CAST(content AS json), :now
            FROM unnest(CAST(:event_ids AS text[]), CAST(:contents AS text[]))
                 WITH ORDINALITY AS added (event_id, content, position)
            ORDER BY position
            """
        ),
        {
            "user_id": user_id,
            "type": event_type,
            "now": now,
            "event_ids": [secrets.token_hex(20) for _ in contents],
            "contents": [orjson.dumps(content).decode() for content in contents],
        },
    )
