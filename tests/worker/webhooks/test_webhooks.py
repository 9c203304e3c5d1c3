"""Events reach every receiver, whatever fails in between."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from common.database.engine import open_engine
from common.setting_values import Webhook
from common.webhooks import outbox
from common.webhooks.event_documents import of_wire
from common.wire import Wire
from tests.support.receiver import Receiver, hang_up, receiving, silence, status
from tests.support.stack import wait_for
from worker.runtime import Runtime
from worker.webhooks import delivery
from worker.webhooks.delivery import LEASE, MAX_ATTEMPTS, deliver, deliver_to, fan_out, pause_after

SECRET = "a-secret-of-16ch"
NOW = 1_700_000_000_000


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


class Service:
    """The worker's runtime with receivers and a clock of the test's own."""

    def __init__(self, runtime: Runtime, *receivers: Receiver, dialect: Wire = Wire.BOTH) -> None:
        self.clock = Clock()
        self.webhooks = tuple(Webhook(receiver.url, SECRET) for receiver in receivers)
        settings = dataclasses.replace(runtime.settings, webhooks=self.webhooks, dialect=dialect)
        self.runtime = dataclasses.replace(runtime, settings=settings, clock=self.clock)

    def add(self, *contents: dict[str, Any], user_id: int = 1) -> None:
        with self.runtime.engine.begin() as connection:
            outbox.add(connection, user_id, outbox.CLASS_UPDATE, contents, NOW)

    def deliver(self) -> bool:
        return deliver(self.runtime)

    def rows(self, table: str = "webhook_deliveries") -> list[Any]:
        with self.runtime.engine.connect() as connection:
            return list(connection.execute(text(f"SELECT * FROM {table} ORDER BY id, 3")))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def service(runtime: Runtime, receiver: Receiver) -> Service:
    return Service(runtime, receiver)


def event(**content: Any) -> dict[str, Any]:
    return {"type": "class-update/v1", "content": content}


def test_events_are_delivered_in_their_order_and_once(service: Service, receiver: Receiver) -> None:
    service.add({"n": 1}, {"n": 2})
    service.add({"n": 3}, user_id=2)
    service.deliver()
    service.deliver()
    assert receiver.events == [event(n=1), event(n=2), event(n=3)]
    assert service.rows() == []
    assert service.rows("outbox_events") == []


@pytest.mark.parametrize("dialect", Wire)
def test_events_are_told_in_the_dialect_of_the_service(
    runtime: Runtime, receiver: Receiver, dialect: Wire
) -> None:
    service = Service(runtime, receiver, dialect=dialect)
    content = {"userID": 12, "game": "iidx", "playtype": "SP", "set": "dan", "old": None}
    service.add(content)
    service.deliver()
    (told,) = receiver.events
    assert told == event(**of_wire(content, dialect))
    assert told["content"]["game"] == ("iidx-sp" if dialect is Wire.V3 else "iidx")


def test_every_event_has_an_id_of_its_own(service: Service, receiver: Receiver) -> None:
    service.add({"n": 1}, {"n": 1})
    service.deliver()
    first, second = (request.headers["X-Tachi-Event-Id"] for request in receiver.received)
    assert first != second


def test_every_receiver_is_told_under_the_same_event_id(runtime: Runtime) -> None:
    with receiving() as one, receiving() as other:
        service = Service(runtime, one, other)
        service.add({"n": 1})
        service.deliver()
        ids = [each.received[0].headers["X-Tachi-Event-Id"] for each in (one, other)]
        assert ids[0] == ids[1]
        assert one.events == other.events == [event(n=1)]


def test_an_event_that_was_rolled_back_is_never_heard_of(
    service: Service, receiver: Receiver
) -> None:
    importing = open_engine(service.runtime.settings.database_url)
    with importing.connect() as connection:
        outbox.add(connection, 1, outbox.CLASS_UPDATE, [{"n": 1}], NOW)
        service.deliver()
        connection.rollback()
    importing.dispose()
    service.deliver()
    assert receiver.events == []


@pytest.mark.parametrize("trouble", [status(500), status(429), hang_up])
def test_a_failed_delivery_is_made_again_after_a_pause(
    service: Service, receiver: Receiver, trouble: Any
) -> None:
    receiver.script = [trouble]
    service.add({"n": 1})
    service.deliver()
    (row,) = service.rows()
    assert row.state == "pending"
    assert row.attempts == 1
    assert row.last_error

    service.clock.now = row.next_attempt_at - 1
    service.deliver()
    assert len(receiver.received) == 1, "not before its time"

    service.clock.now = row.next_attempt_at
    service.deliver()
    assert receiver.events == [event(n=1)] * 2
    first, second = receiver.received
    assert first.headers["X-Tachi-Event-Id"] == second.headers["X-Tachi-Event-Id"]
    assert first.headers["X-Tachi-Signature"] != second.headers["X-Tachi-Signature"]
    assert service.rows() == []


def test_after_the_last_attempt_a_delivery_is_dead_and_kept(
    service: Service, receiver: Receiver
) -> None:
    receiver.behaviour = status(503)
    service.add({"n": 1})
    for _ in range(MAX_ATTEMPTS + 3):
        service.deliver()
        service.clock.now = service.rows()[0].next_attempt_at
    assert len(receiver.received) == MAX_ATTEMPTS
    (row,) = service.rows()
    assert (row.state, row.attempts, row.last_error) == ("dead", MAX_ATTEMPTS, "HTTP 503")
    assert row.content == {"n": 1}


def test_a_refused_delivery_is_dead_at_once_and_the_next_one_is_made(
    service: Service, receiver: Receiver
) -> None:
    receiver.script = [status(404)]
    service.add({"n": 1}, {"n": 2})
    service.deliver()
    assert receiver.events == [event(n=1), event(n=2)]
    assert [(row.state, row.last_error) for row in service.rows()] == [("dead", "HTTP 404")]


def test_a_dead_delivery_that_is_made_pending_again_is_tried_anew(
    service: Service, receiver: Receiver
) -> None:
    receiver.script = [status(404)]
    service.add({"n": 1})
    service.deliver()
    with service.runtime.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE webhook_deliveries SET state = 'pending', attempts = 0,"
                " next_attempt_at = 0 WHERE state = 'dead'"
            )
        )
    service.deliver()
    assert len(receiver.received) == 2
    assert service.rows() == []


def test_dead_deliveries_are_forgotten_after_a_month(service: Service, receiver: Receiver) -> None:
    receiver.behaviour = status(404)
    service.add({"n": 1})
    service.deliver()
    service.clock.now += delivery.KEEP_DEAD
    service.deliver()
    assert len(service.rows()) == 1
    service.clock.now += 1
    service.deliver()
    assert service.rows() == []


def test_a_receiver_in_trouble_is_asked_once_a_pass(service: Service, receiver: Receiver) -> None:
    receiver.behaviour = status(500)
    service.add(*({"n": n} for n in range(5)))
    service.deliver()
    assert len(receiver.received) == 1


def test_a_receiver_that_hangs_does_not_hold_up_another(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "TIMEOUT", 0.3)
    with receiving() as hanging, receiving() as well:
        hanging.behaviour = silence(until=(over := threading.Event()))
        service = Service(runtime, hanging, well)
        service.add(*({"n": n} for n in range(10)))
        service.deliver()
        assert len(well.received) == 10
        assert {row.receiver for row in service.rows()} == {hanging.url}
        over.set()


def test_without_receivers_events_are_dropped(runtime: Runtime) -> None:
    service = Service(runtime)
    service.add({"n": 1})
    assert service.deliver() is False
    assert service.rows() == []
    assert service.rows("outbox_events") == []


def test_what_is_due_to_a_receiver_that_was_taken_out_waits(
    service: Service, receiver: Receiver, runtime: Runtime
) -> None:
    receiver.script = [status(500)]
    service.add({"n": 1})
    service.deliver()
    other = Service(runtime)
    other.clock.now += 10 * 60_000
    other.deliver()
    assert len(receiver.received) == 1
    assert len(service.rows()) == 1


def test_several_deliverers_make_each_delivery_once(service: Service, receiver: Receiver) -> None:
    service.add(*({"n": n} for n in range(40)))
    fan_out(service.runtime)
    until = time.monotonic() + 60
    (webhook,) = service.webhooks
    deliverers = [
        threading.Thread(target=deliver_to, args=(service.runtime, webhook, until))
        for _ in range(4)
    ]
    for thread in deliverers:
        thread.start()
    for thread in deliverers:
        thread.join()
    assert sorted(each["content"]["n"] for each in receiver.events) == list(range(40))


def test_a_pass_is_left_to_the_deliverer_that_is_at_it(
    service: Service, receiver: Receiver
) -> None:
    receiver.behaviour = silence(until=(over := threading.Event()))
    service.add({"n": 1})
    busy = threading.Thread(target=service.deliver)
    busy.start()
    wait_for(lambda: receiver.received, "the first delivery")
    service.add({"n": 2})
    assert service.deliver() is False
    assert len(service.rows("outbox_events")) == 1
    over.set()
    busy.join()
    assert service.deliver() is False
    assert receiver.events == [event(n=1), event(n=2)]


def test_what_a_deliverer_that_died_was_at_is_delivered_by_another(
    service: Service, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> Any:
        raise MemoryError

    service.add({"n": 1})
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "post", die)
        with pytest.raises(MemoryError):
            service.deliver()
    service.clock.now += LEASE - 1
    service.deliver()
    assert receiver.events == [], "it might still be at it"
    service.clock.now += 1
    service.deliver()
    assert receiver.events == [event(n=1)]
    assert service.rows() == []


def test_a_pass_that_runs_out_of_time_says_that_there_is_more(
    service: Service, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here every delivery takes a third of the time that a pass has."""
    clock = SimpleNamespace(
        monotonic=lambda: len(receiver.received) * delivery.PASS / 3,
        perf_counter=time.perf_counter,
    )
    monkeypatch.setattr(delivery, "time", clock)
    service.add(*({"n": n} for n in range(4)))
    assert service.deliver() is True
    assert len(receiver.received) == 3


def test_no_secret_is_logged_or_stored(
    service: Service, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.script = [status(500)]
    service.add({"n": 1}, {"n": 2})
    with caplog.at_level(logging.DEBUG):
        service.deliver()
    assert "HTTP 500" in caplog.text
    for shown in (caplog.text, str(service.rows()), repr(service.runtime.settings)):
        assert SECRET not in shown
    assert "room=7" not in caplog.text


def test_the_worker_looks_for_news_of_a_user_only_where_someone_wants_to_hear_it(
    service: Service, runtime: Runtime
) -> None:
    assert not delivery.has_news(service.runtime, 1)
    service.add({"n": 1})
    assert delivery.has_news(service.runtime, 1)
    assert not delivery.has_news(service.runtime, 2)
    assert not delivery.has_news(runtime, 1)


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 10), (2, 100), (3, 1_000), (4, 10_000)])
def test_pauses_grow_and_are_left_to_chance(attempt: int, seconds: int) -> None:
    assert pause_after(attempt, 0.0) == seconds * 750
    assert pause_after(attempt, 0.5) == seconds * 1000
    assert pause_after(attempt, 1.0) == seconds * 1250
