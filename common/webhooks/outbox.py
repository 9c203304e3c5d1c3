"""Writing events to the outbox, in the transaction that makes them true.

They are delivered after its commit, see `worker/webhooks/`. Where the transaction is rolled
back nobody hears of them. Source: specification, http-api-webhooks.md section 3.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from common.webhooks import outbox_rows

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
    events = [(secrets.token_hex(20), orjson.dumps(content).decode()) for content in contents]
    outbox_rows.insert(connection, user_id, event_type, events, now)
