"""The rows of subscription_changes: what each import made of its user's subscriptions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import orjson
from sqlalchemy import Connection, text

from common.database.columns import Columns
from common.database.parameters import text_array
from common.targets.changes import Change, Changes, Kind, Subscription, state_of
from common.targets.target_tables import SubscriptionChange

COLUMNS: Final = Columns(SubscriptionChange)


def record(
    connection: Connection,
    user_id: int,
    import_id: str,
    kind: Kind,
    changed: Iterable[tuple[str, Subscription | None, Subscription]],
) -> None:
    """Keeps what the import changed: goalID or questID, before (None: new), after.

    What only changed in its texts is left out. One COPY.
    """
    rows = [
        {
            "user_id": user_id,
            "import_id": import_id,
            "kind": kind,
            "target_id": target_id,
            "before": None if old is None else state_of(old),
            "after": state_of(new),
        }
        for target_id, old, new in changed
        if old is None or state_of(old) != state_of(new)
    ]
    if rows:
        COLUMNS.copy(connection, rows)


_TAKE = text(
    """
    DELETE FROM subscription_changes WHERE user_id = :user_id AND import_id = :import_id
    RETURNING kind, target_id, before, after
    """
)

# An import that changed the same subscription next began, from now on, where this one did. Looked
# up by target: a join with what was noted may go through it for every row.
_REJOIN = text(
    """
    UPDATE subscription_changes
    SET before = nullif(CAST(:noted AS jsonb) -> (kind || ' ' || target_id) -> 'before', 'null')
    WHERE user_id = :user_id AND target_id = ANY(CAST(:target_ids AS text[]))
      AND before = CAST(:noted AS jsonb) -> (kind || ' ' || target_id) -> 'after'
    """
)


def take(connection: Connection, user_id: int, import_id: str) -> Changes:
    """What the import changed, which is forgotten: the import is being reverted."""
    noted = connection.execute(_TAKE, {"user_id": user_id, "import_id": import_id}).all()
    changes: dict[str, dict[str, Change]] = {Kind.GOAL: {}, Kind.QUEST: {}}
    for kind, target_id, *states in noted:
        changes[kind][target_id] = Change(*states)
    if noted:
        connection.execute(
            _REJOIN,
            {
                "user_id": user_id,
                "target_ids": text_array([row.target_id for row in noted]),
                "noted": orjson.dumps(
                    {
                        f"{row.kind} {row.target_id}": {"before": row.before, "after": row.after}
                        for row in noted
                    }
                ).decode(),
            },
        )
    return Changes(changes[Kind.GOAL], changes[Kind.QUEST])


def forget(connection: Connection, user_id: int, import_ids: Collection[str]) -> None:
    """Forgets what imports changed that went without being reverted."""
    connection.execute(
        text(
            "DELETE FROM subscription_changes"
            " WHERE user_id = :user_id AND import_id = ANY(:import_ids)"
        ),
        {"user_id": user_id, "import_ids": list(import_ids)},
    )
