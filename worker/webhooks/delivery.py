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
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine

from common import locks
from common.database.engine import now_of
from common.metrics.measures import DELIVERIES
from common.setting_values import Webhook
from common.webhooks import delivery_rows, event_documents
from common.webhooks.delivery_rows import Delivery
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


def has_news(runtime: Runtime, user_id: int) -> bool:
    """Whether there is news of the user that someone wants to hear."""
    if not runtime.settings.webhooks:
        return False
    with runtime.engine.connect() as connection:
        return delivery_rows.has_news(connection, user_id)


def due(engine: Engine) -> bool:
    """Whether any user has news to tell, or a delivery to be made by now."""
    with engine.connect() as connection:
        return delivery_rows.due(connection)


def deliver(runtime: Runtime) -> bool:
    """One pass over what is due; whether there is more to be done at once."""
    webhooks = runtime.settings.webhooks
    with runtime.engine.begin() as guard:
        # Deliveries take up one process of all workers at most.
        if not locks.try_for_transaction(guard, locks.DELIVERY):
            return False
        runtime.follow_clock(now_of(guard))
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
        receivers = [webhook.url for webhook in runtime.settings.webhooks]
        delivery_rows.fan_out(connection, receivers, now)
        delivery_rows.forget_dead(connection, now - KEEP_DEAD)


def deliver_to(runtime: Runtime, webhook: Webhook, until: float) -> bool:
    """Makes the deliveries to one receiver that are due, until it fails us or time is up.

    until: on the monotonic clock. Returns whether time was up.
    """
    while time.monotonic() < until:
        with runtime.engine.begin() as connection:
            now = runtime.clock()
            # Out of the reach of others for the time of a LEASE.
            delivery = delivery_rows.claim(connection, webhook.url, now, now + LEASE)
        if delivery is None:
            return False
        answer = _attempt(runtime, webhook, delivery)
        with runtime.engine.begin() as connection:
            _settle(connection, delivery, answer, runtime.clock())
        if answer.outcome is Outcome.TRY_AGAIN:
            return False
    return True


def _attempt(runtime: Runtime, webhook: Webhook, delivery: Delivery) -> Answer:
    content = event_documents.of_wire(delivery.content, runtime.settings.dialect)
    body = body_of(delivery.type, content)
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


def _settle(connection: Connection, delivery: Delivery, answer: Answer, now: int) -> None:
    if answer.outcome is Outcome.ACCEPTED:
        DELIVERIES.add("accepted")
        delivery_rows.remove(connection, delivery)
        return
    dead = answer.outcome is Outcome.REFUSED or delivery.attempt >= MAX_ATTEMPTS
    DELIVERIES.add("given up" if dead else "failed")
    if dead:
        log.error("event %s is given up", delivery.event_id)
    delivery_rows.failed(
        connection,
        delivery,
        answer.reason,
        state="dead" if dead else "pending",
        next_attempt_at=now + pause_after(delivery.attempt, random.random()),  # noqa: S311
    )
