"""Classes that users reached: they are kept for good, and webhooks hear of them.

Source: specification, pipeline-pbs-stats.md section 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from common.database.statements import Statement
from common.webhooks import outbox

_ACHIEVE = Statement(
    """
    INSERT INTO class_achievements
        (user_id, game, playtype, class_set, class_old_value, class_value, time_achieved,
         source)
    SELECT :user_id, game, playtype, set, old, coalesce(new, ''), :now, :source
    FROM json_to_recordset(CAST(:risen AS json))
        AS risen (game text, playtype text, set text, old text, new text)
    """
)


IMPORT: Final = "import"
MANUAL: Final = "manual"


def add(
    connection: Connection,
    user_id: int,
    risen: Sequence[dict[str, Any]],
    now: int,
    *,
    by_hand: bool = False,
) -> None:
    """Records classes that rose just now.

    risen: as in an import's classDeltas. now: milliseconds since the epoch. by_hand: whether
    the user said so, who may also have lowered or removed them.
    """
    if not risen:
        return
    parameters = {
        "user_id": user_id,
        "risen": orjson.dumps(risen).decode(),
        "now": now,
        "source": MANUAL if by_hand else IMPORT,
    }
    _ACHIEVE.run(connection, parameters)
    told = {"achievementSource": MANUAL} if by_hand else {}
    events = [{"userID": user_id, **delta, **told} for delta in risen]
    outbox.add(connection, user_id, outbox.CLASS_UPDATE, events, now)
