"""What receivers are sent, and what their answers mean."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from common.clock import now_ms
from common.setting_values import Webhook
from tests.support.receiver import Behaviour, Receiver, drip, hang_up, receiving, silence, status
from tests.support.stack import ROOT
from worker.webhooks.requests import (
    Answer,
    Outcome,
    body_of,
    headers_of,
    meaning_of,
    post,
    signature,
)

BODY = body_of("class-update/v1", {"userID": 12, "game": "sdvx", "new": "DAN_4"})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def send(url: str, timeout: float = 5.0) -> Answer:
    webhook = Webhook(url, "s3cret")
    return post(webhook, headers_of("e1", "s3cret", 1_700_000_000_000, BODY), BODY, timeout)


def test_the_request_is_as_specified(receiver: Receiver) -> None:
    assert send(receiver.url) == Answer(Outcome.ACCEPTED, "HTTP 204")
    (request,) = receiver.received
    assert request.path == "/hook?room=7"
    assert request.event == {
        "type": "class-update/v1",
        "content": {"userID": 12, "game": "sdvx", "new": "DAN_4"},
    }
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Authorization"] == "Bearer s3cret"
    assert request.headers["X-Tachi-Event-Id"] == "e1"
    assert request.headers["X-Tachi-Timestamp"] == "1700000000000"
    assert request.headers["X-Tachi-Signature"] == signature("s3cret", 1_700_000_000_000, BODY)


def test_the_signature_is_the_one_that_other_tools_compute() -> None:
    # printf '1700000000000.{"a":1}' | openssl dgst -sha256 -hmac s3cret
    assert (
        signature("s3cret", 1_700_000_000_000, b'{"a":1}')
        == "8a6f992378d0d47b6fcdf1cc8d72e46ba5c789b2c9d3a538be31fe07d598ba6d"
    )


def test_the_check_that_receivers_are_advised_to_make_does_its_work() -> None:
    page = (ROOT / "docs" / "webhooks.md").read_text("utf-8")
    advised: dict[str, Any] = {}
    exec(page.split("```python\n")[1].split("```")[0], advised)
    is_genuine = advised["is_genuine"]
    now = now_ms()
    headers = headers_of("e1", "s3cret", now, BODY)
    assert is_genuine(headers, BODY, "s3cret")
    assert not is_genuine(headers, BODY + b" ", "s3cret")
    assert not is_genuine(headers, BODY, "another")
    assert not is_genuine({**headers, "X-Tachi-Timestamp": str(now - 1)}, BODY, "s3cret")
    assert not is_genuine(headers_of("e1", "s3cret", now - 600_000, BODY), BODY, "s3cret")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (200, Outcome.ACCEPTED),
        (204, Outcome.ACCEPTED),
        (302, Outcome.REFUSED),
        (400, Outcome.REFUSED),
        (401, Outcome.REFUSED),
        (404, Outcome.REFUSED),
        (410, Outcome.REFUSED),
        (429, Outcome.TRY_AGAIN),
        (500, Outcome.TRY_AGAIN),
        (503, Outcome.TRY_AGAIN),
    ],
)
def test_trouble_is_worth_another_attempt_and_a_refusal_is_not(code: int, outcome: Outcome) -> None:
    assert meaning_of(code) == Answer(outcome, f"HTTP {code}")


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.behaviour = status(307)
    assert send(receiver.url).outcome is Outcome.REFUSED
    assert len(receiver.received) == 1


@pytest.mark.parametrize("behaviour", [silence, drip])
def test_a_receiver_that_takes_too_long_is_left(
    receiver: Receiver, behaviour: Callable[[threading.Event], Behaviour]
) -> None:
    receiver.behaviour = behaviour(over := threading.Event())
    assert send(receiver.url, timeout=0.2) == Answer(Outcome.TRY_AGAIN, "no answer within 0.2 s")
    assert not over.is_set(), "it was not waited for"
    over.set()


def test_a_receiver_that_hangs_up_is_tried_again(receiver: Receiver) -> None:
    receiver.behaviour = hang_up
    answer = send(receiver.url)
    assert answer.outcome is Outcome.TRY_AGAIN
    assert "RemoteDisconnected" in answer.reason


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/"])
def test_a_receiver_that_is_not_there_is_tried_again(url: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        answer = send(url.format(port=unused.getsockname()[1]))
    assert answer.outcome is Outcome.TRY_AGAIN
    assert "refused" in answer.reason


def test_a_host_that_nobody_knows_is_tried_again() -> None:
    assert send("http://nobody.invalid/").outcome is Outcome.TRY_AGAIN


def test_a_receiver_that_does_not_speak_tls_is_tried_again(receiver: Receiver) -> None:
    assert send(receiver.url.replace("http:", "https:")).outcome is Outcome.TRY_AGAIN
    assert receiver.received == []
