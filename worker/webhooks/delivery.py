"""Delivering events: from the outbox to the receivers named in WEBHOOKS.

At least once: a delivery is struck off after the receiver accepted it, so a deliverer that dies
in between leaves it to be made again; receivers tell repetitions by the event's id. Several
deliverers may work at once, no two of them on one delivery. A receiver that is away holds up
neither imports nor other receivers.
"""

from __future__ import annotations

import logging
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, text

from common import locks
from common.clock import NOW_MS
from common.settings import Webhook
from worker.runtime import Runtime
from worker.webhooks.requests import Answer, Outcome, body_of, headers_of, post

log = logging.getLogger(__name__)

TIMEOUT = 5.0  # seconds for a connection, and for an answer
MAX_ATTEMPTS = 5
FIRST_PAUSE = 10_000  # milliseconds after the first failure, more after each further one
PAUSE_GROWTH = 10.0
JITTER = 0.25  # how much of a pause is left to chance, in either direction
# An attempt that was not settled after this many milliseconds went down with its process.
LEASE = 60_000
PASS = 20.0  # seconds after which a pass begins no further delivery
KEEP_DEAD = 30 * 24 * 60 * 60 * 1000  # milliseconds


def pause_after(attempt: int, chance: float) -> int:
    """Milliseconds until the next attempt. attempt: from 1; chance: at random from 0 to 1."""
    pause = FIRST_PAUSE * PAUSE_GROWTH ** (attempt - 1)
    return round(pause * (1 - JITTER + 2 * JITTER * chance))


def waiting(runtime: Runtime, user_id: int) -> bool:
    """Whether there is news of the user that someone wants to hear."""
    if not runtime.settings.webhooks:
        return False
    with runtime.engine.connect() as connection:
        return bool(
            connection.scalar(
                text("SELECT EXISTS (SELECT FROM outbox_events WHERE user_id = :user_id)"),
                {"user_id": user_id},
            )
        )


def due(engine: Engine) -> bool:
    """Whether any user has news to tell, or a delivery to be made by now."""
    with engine.connect() as connection:
        return bool(
            connection.scalar(
                text(
                    f"""
                    SELECT EXISTS (SELECT FROM outbox_events) OR EXISTS (
                        SELECT FROM webhook_deliveries
                        WHERE state = 'pending' AND next_attempt_at <= {NOW_MS})
                    """  # noqa: S608 - a constant of ours
                )
            )
        )


def deliver(runtime: Runtime) -> bool:
    """One pass over what is due; whether there is more to be done at once."""
    webhooks = runtime.settings.webhooks
    with runtime.engine.begin() as guard:
        # Deliveries take up one process of all workers at most.
        if not locks.try_for_transaction(guard, locks.DELIVERY):
            return False
        runtime.follow_clock(guard.execute(text(f"SELECT {NOW_MS}")).scalar_one())
        fan_out(runtime)
        if not webhooks:
            return False
        until = time.monotonic() + PASS
        with ThreadPoolExecutor(len(webhooks), "webhook") as threads:
            unfinished = threads.map(lambda webhook: deliver_to(runtime, webhook, until), webhooks)
            return any(list(unfinished))


def fan_out(runtime: Runtime) -> None:
    """Moves each event of the outbox to one delivery a receiver, and forgets old dead ones."""
    now = runtime.clock()
    with runtime.engine.begin() as connection:
        connection.execute(
            text(
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
            ),
            {"now": now, "receivers": [webhook.url for webhook in runtime.settings.webhooks]},
        )
        connection.execute(
            text("DELETE FROM webhook_deliveries WHERE state = 'dead' AND created_at < :before"),
            {"before": now - KEEP_DEAD},
        )


def deliver_to(runtime: Runtime, webhook: Webhook, until: float) -> bool:
    """Makes the deliveries to one receiver that are due, until it fails us or time is up.

    until: on the monotonic clock. Returns whether time was up.
    """
    while time.monotonic() < until:
        with runtime.engine.begin() as connection:
            delivery = _claim(connection, webhook, runtime.clock())
        if delivery is None:
            return False
        answer = _attempt(runtime, webhook, delivery)
        with runtime.engine.begin() as connection:
            _settle(connection, delivery, answer, runtime.clock())
        if answer.outcome is Outcome.TRY_AGAIN:
            return False
    return True


@dataclass(frozen=True, slots=True)
class _Delivery:
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


def _claim(connection: Connection, webhook: Webhook, now: int) -> _Delivery | None:
    """The receiver's next due delivery, out of the reach of others for the time of a LEASE."""
    row = connection.execute(
        text(
            """
            UPDATE webhook_deliveries
            SET attempts = attempts + 1, next_attempt_at = :lost_at
            WHERE (user_id, id, receiver) = (
                SELECT user_id, id, receiver FROM webhook_deliveries
                WHERE state = 'pending' AND receiver = :receiver AND next_attempt_at <= :now
                ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING user_id, id, receiver, event_id, type, content, attempts
            """
        ),
        {"receiver": webhook.url, "now": now, "lost_at": now + LEASE},
    ).one_or_none()
    return None if row is None else _Delivery(*row)


def _attempt(runtime: Runtime, webhook: Webhook, delivery: _Delivery) -> Answer:
    body = body_of(delivery.type, delivery.content)
    headers = headers_of(delivery.event_id, webhook.secret, runtime.clock(), body)
    started = time.perf_counter()
    answer = post(webhook, headers, body, TIMEOUT)
    log.log(
        logging.INFO if answer.outcome is Outcome.ACCEPTED else logging.WARNING,
        "event %s (%s) to %s, attempt %d, %.0f ms: %s",
        delivery.event_id,
        delivery.type,
        # The rest of the URL may hold a key.
        urlsplit(webhook.url).netloc,
        delivery.attempt,
        (time.perf_counter() - started) * 1000,
        answer.reason,
    )
    return answer


def _settle(connection: Connection, delivery: _Delivery, answer: Answer, now: int) -> None:
    if answer.outcome is Outcome.ACCEPTED:
        connection.execute(
            text(
                "DELETE FROM webhook_deliveries"
                " WHERE user_id = :user_id AND id = :id AND receiver = :receiver"
            ),
            delivery.key,
        )
        return
    dead = answer.outcome is Outcome.REFUSED or delivery.attempt >= MAX_ATTEMPTS
    if dead:
        log.error("event %s is given up", delivery.event_id)
    connection.execute(
        text(
            """
            UPDATE webhook_deliveries
            SET state = :state, next_attempt_at = :next, last_error = :reason
            WHERE user_id = :user_id AND id = :id AND receiver = :receiver
              AND attempts = :attempt -- else our lease ran out and somebody else is at it
            """
        ),
        {
            **delivery.key,
            "attempt": delivery.attempt,
            "state": "dead" if dead else "pending",
            "next": now + pause_after(delivery.attempt, random.random()),  # noqa: S311
            # PostgreSQL's text cannot hold U+0000.
            "reason": answer.reason.replace("\0", "\ufffd")[:500],
        },
    )
