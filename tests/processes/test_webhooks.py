"""News of imports reaches the receivers through the real processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from common.webhooks.outbox import CLASS_UPDATE
from tests.support.receiver import Receiver, receiving
from tests.support.stack import Stack, batch_manual, kill, wait_for
from worker.webhooks.requests import signature

pytestmark = pytest.mark.processes

SECRET = "a-secret-of-16ch"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def settings(receiver: Receiver) -> dict[str, str]:
    return {
        "WEBHOOKS": f"{receiver.url}|{SECRET}",
        "EXTERNAL_SCORE_IMPORT_WORKER_CONCURRENCY": "2",
    }


@pytest.fixture
def stuck(receiver: Receiver) -> Iterator[threading.Event]:
    """The receiver answers nobody until the event is set."""
    release = threading.Event()
    receiver.behaviour = lambda handler: release.wait(60) and handler.send_error(204)
    yield release
    release.set()


def test_news_of_an_import_is_delivered_as_soon_as_it_is_committed(
    stack: Stack, receiver: Receiver
) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    player.wait(player.submit(batch_manual(1)))
    # There is no beat: the worker that ran the import sees to it.
    request = wait_for(lambda: receiver.received, "the event")[0]
    assert request.event["type"] == CLASS_UPDATE
    assert request.event["content"]["userID"] == player.user_id
    assert request.headers["X-Tachi-Signature"] == signature(
        SECRET, int(request.headers["X-Tachi-Timestamp"]), request.body
    )


def test_no_import_waits_for_a_receiver_that_hangs(
    stack: Stack, receiver: Receiver, stuck: threading.Event
) -> None:
    stack.start_web()
    stack.start_worker()
    stack.start_beat()
    player = stack.user("alice")
    player.wait(player.submit(batch_manual(1)))
    wait_for(lambda: receiver.received, "the delivery")
    player.wait(player.submit(batch_manual(1, first=1)), timeout=4)
    assert len(receiver.received) == 1


def test_news_that_a_killed_worker_was_delivering_is_delivered_by_another(
    stack: Stack, receiver: Receiver, stuck: threading.Event
) -> None:
    stack.start_web()
    worker = stack.start_worker()
    player = stack.user("alice")
    player.wait(player.submit(batch_manual(1)))
    wait_for(lambda: receiver.received, "the delivery")
    kill(worker)
    stuck.set()
    # As if the time in which the first worker might still be at it were over.
    with stack.engine.begin() as connection:
        connection.execute(text("UPDATE webhook_deliveries SET next_attempt_at = 0"))
    stack.start_worker("successor")
    stack.start_beat()
    wait_for(lambda: len(receiver.received) == 2, "the second delivery")
    first, second = receiver.received
    assert first.headers["X-Tachi-Event-Id"] == second.headers["X-Tachi-Event-Id"]
    wait_for(lambda: stack.scalar("SELECT count(*) FROM webhook_deliveries") == 0, "its end")
