"""Classes that users reached: they are kept for good, and webhooks hear of them.

Source: specification, pipeline-pbs-stats.md section 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, text

from common.webhooks import outbox

_ACHIEVE = text(
    """
    INSERT INTO class_achievements
        (user_id, game, playtype, class_set, class_old_value, class_value, time_achieved)
    SELECT :user_id, game, playtype, set, old, new, :now
    FROM json_to_recordset(CAST(:risen AS json))
        AS risen (game text, playtype text, set text, old text, new text)
    """
)


def add(connection: Connection, user_id: int, risen: Sequence[dict[str, Any]], now: int) -> None:
    """Records classes that rose just now.

    risen: as in an import's classDeltas. now: milliseconds since the epoch.
    """
    if not risen:
        return
    parameters = {"user_id": user_id, "risen": orjson.dumps(risen).decode(), "now": now}
    connection.execute(_ACHIEVE, parameters)
    events = [{"userID": user_id, **delta} for delta in risen]
    outbox.add(connection, user_id, outbox.CLASS_UPDATE, events, now)
