"""The rows of webhook_deliveries: an event that one receiver is to be told.

Times are milliseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.clock import NOW_MS

_OF_USER: Final = text("SELECT EXISTS (SELECT FROM outbox_events WHERE user_id = :user_id)")
_DUE: Final = text(
    f"""
    SELECT EXISTS (SELECT FROM outbox_events) OR EXISTS (
        SELECT FROM webhook_deliveries
        WHERE state = 'pending' AND next_attempt_at <= {NOW_MS})
    """  # noqa: S608 (a constant of ours)
)
_FAN_OUT: Final = text(
    """
    WITH told AS (
        DELETE FROM outbox_events
        WHERE (user_id, id) IN (
            SELECT user_id, id FROM outbox_events FOR UPDATE SKIP LOCKED)
        RETURNING *)
    INSERT INTO webhook_deliveries (user_id, id, receiver, event_id, type, content,
                                    created_at, next_attempt_at)
    SELECT user_id, id, receiver, event_id, type, content, created_at, :now
    FROM told CROSS JOIN unnest(CAST(:receivers AS text[])) AS receiver
    """
)
_FORGET: Final = text(
    "DELETE FROM webhook_deliveries WHERE state = 'dead' AND created_at < :before"
)
_CLAIM: Final = text(
    """
    UPDATE webhook_deliveries
    SET attempts = attempts + 1, next_attempt_at = :lost_at
    WHERE (user_id, id, receiver) = (
        SELECT user_id, id, receiver FROM webhook_deliveries
        WHERE state = 'pending' AND receiver = :receiver AND next_attempt_at <= :now
        ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING user_id, id, receiver, event_id, type, content, attempts AS attempt
    """
)
_REMOVE: Final = text(
    "DELETE FROM webhook_deliveries WHERE user_id = :user_id AND id = :id AND receiver = :receiver"
)
# One that is under way is not touched: its lease says when it is over.
_REDELIVER: Final = text(
    f"""
    UPDATE webhook_deliveries
    SET state = 'pending', attempts = 0, next_attempt_at = {NOW_MS}
    WHERE (state = 'dead' OR last_error IS NOT NULL)
      AND (CAST(:receiver AS text) IS NULL OR receiver = :receiver)
      AND (CAST(:event_id AS text) IS NULL OR event_id = :event_id)
    """  # noqa: S608 (a constant of ours)
)
_LISTED: Final = text(
    """
    SELECT * FROM webhook_deliveries
    WHERE CAST(:receiver AS text) IS NULL OR receiver = :receiver
    ORDER BY state <> 'dead', created_at, id LIMIT :most
    """
)
_FAILED: Final = text(
    """
    UPDATE webhook_deliveries
    SET state = :state, next_attempt_at = :next, last_error = :reason
    WHERE user_id = :user_id AND id = :id AND receiver = :receiver
      AND attempts = :attempt -- else our lease ran out and somebody else is at it
    """
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery in its `attempt`-th attempt, counted from 1."""

    user_id: int
    id: int
    receiver: str
    event_id: str
    type: str
    content: Any
    attempt: int

    @property
    def key(self) -> dict[str, Any]:
        return {"user_id": self.user_id, "id": self.id, "receiver": self.receiver}


def has_news(connection: Connection, user_id: int) -> bool:
    """Whether events of the user wait to be told."""
    return bool(connection.scalar(_OF_USER, {"user_id": user_id}))


def due(connection: Connection) -> bool:
    """Whether any user has news to tell, or a delivery to be made by now."""
    return bool(connection.scalar(_DUE))


def fan_out(connection: Connection, receivers: Sequence[str], now: int) -> None:
    """Moves each event of the outbox to one delivery a receiver."""
    connection.execute(_FAN_OUT, {"now": now, "receivers": list(receivers)})


def forget_dead(connection: Connection, before: int) -> None:
    """Removes deliveries that were given up, of events from before a time."""
    connection.execute(_FORGET, {"before": before})


_FORGET_OLDER = text(
    f"""
    DELETE FROM webhook_deliveries WHERE state = 'dead' AND created_at <= {NOW_MS} - :older
    """  # noqa: S608 (a constant of ours)
)


def forget_dead_older(connection: Connection, older: int) -> int:
    """Removes deliveries that were given up, of events so many milliseconds old; how many."""
    return connection.execute(_FORGET_OLDER, {"older": older}).rowcount


def listed(connection: Connection, receiver: str | None, most: int) -> Sequence[Row[Any]]:
    """What a receiver, or any, has not accepted: what was given up first, then the oldest."""
    return connection.execute(_LISTED, {"receiver": receiver, "most": most}).all()


def redeliver(connection: Connection, receiver: str | None, event_id: str | None) -> int:
    """Has what failed tried again now, as if for the first time; how much that is.

    receiver, event_id: of which; None: of any.
    """
    return connection.execute(_REDELIVER, {"receiver": receiver, "event_id": event_id}).rowcount


def claim(connection: Connection, receiver: str, now: int, lost_at: int) -> Delivery | None:
    """The receiver's next due delivery, out of the reach of others until `lost_at`."""
    parameters = {"receiver": receiver, "now": now, "lost_at": lost_at}
    row = connection.execute(_CLAIM, parameters).one_or_none()
    return None if row is None else Delivery(**row._mapping)


def remove(connection: Connection, delivery: Delivery) -> None:
    connection.execute(_REMOVE, delivery.key)


def failed(
    connection: Connection, delivery: Delivery, reason: str, *, state: str, next_attempt_at: int
) -> None:
    """Notes down an attempt that failed. state: what the delivery is from now on."""
    connection.execute(
        _FAILED,
        {
            **delivery.key,
            "attempt": delivery.attempt,
            "state": state,
            "next": next_attempt_at,
            # PostgreSQL's text cannot hold U+0000.
            "reason": reason.replace("\0", "\ufffd")[:500],
        },
    )
