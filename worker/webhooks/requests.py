"""One event to one receiver over HTTP: what is sent, and what an answer means.

Source: specification, http-api-webhooks.md section 2.
"""

from __future__ import annotations

import hmac
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import orjson

from common.setting_values import Webhook


class Outcome(Enum):
    ACCEPTED = auto()
    TRY_AGAIN = auto()  # the receiver is away or in trouble
    REFUSED = auto()  # it will not be told this by us, however often we try


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request; `reason` is for operators."""

    outcome: Outcome
    reason: str


def body_of(event_type: str, content: Any) -> bytes:
    return orjson.dumps({"type": event_type, "content": content})


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Hex HMAC-SHA256 over `{timestamp}.{body}`, keyed with the receiver's secret."""
    return hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, "sha256").hex()


def headers_of(event_id: str, secret: str, timestamp: int, body: bytes) -> dict[str, str]:
    """timestamp: of this attempt, milliseconds since the epoch."""
    return {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {secret}",
        "X-Tachi-Event-Id": event_id,
        "X-Tachi-Timestamp": str(timestamp),
        "X-Tachi-Signature": signature(secret, timestamp, body),
        "User-Agent": "score-import",
        "Connection": "close",
    }


def meaning_of(status: int) -> Answer:
    """What the receiver's HTTP status says. Redirects are not followed."""
    if 200 <= status < 300:
        return Answer(Outcome.ACCEPTED, f"HTTP {status}")
    if status >= 500 or status == 429:
        return Answer(Outcome.TRY_AGAIN, f"HTTP {status}")
    return Answer(Outcome.REFUSED, f"HTTP {status}")


def post(webhook: Webhook, headers: dict[str, str], body: bytes, timeout: float) -> Answer:
    """Sends the request. Takes `timeout` seconds at most for connecting, and as many again.

    The answer's body is not read.
    """
    parts = urlsplit(webhook.url)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=timeout)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.connect()
        with _cut_off_after(timeout, connection.sock) as cut_off:
            try:
                connection.request("POST", target, body, headers)
                return meaning_of(connection.getresponse().status)
            except (OSError, HTTPException) as problem:
                if cut_off.is_set() or isinstance(problem, TimeoutError):
                    return Answer(Outcome.TRY_AGAIN, f"no answer within {timeout:g} s")
                raise
    except (OSError, HTTPException) as problem:
        return Answer(Outcome.TRY_AGAIN, f"{type(problem).__name__}: {problem}")
    finally:
        connection.close()


@contextmanager
def _cut_off_after(seconds: float, connected: socket.socket) -> Iterator[threading.Event]:
    """Ends the conversation after a time; the socket's own time-out is for each read only."""
    done = threading.Event()

    def cut_off() -> None:
        done.set()
        with suppress(OSError):  # it may have ended by itself
            connected.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut_off)
    timer.start()
    try:
        yield done
    finally:
        timer.cancel()
