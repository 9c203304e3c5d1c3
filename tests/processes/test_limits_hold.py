"""Limits hold: everything is counted, for whom it is, and a token ends when it is revoked."""

from __future__ import annotations

import time

import orjson
import pytest
from sqlalchemy import text

from cli.accounts import revoke_tokens
from tests.support.http import Http
from tests.support.stack import Player, Stack, batch_manual

pytestmark = pytest.mark.processes

POLL = f"/api/v1/imports/{'0' * 40}/poll-status"
LIMIT = 10


@pytest.fixture
def settings() -> dict[str, str]:
    return {"RATE_LIMIT": str(LIMIT)}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def statuses(http: Http, path: str, headers: list[dict[str, str]]) -> list[int]:
    return [http.get(path, each).status for each in headers]


@pytest.mark.parametrize("path", [POLL, "/api/v1/status", "/api/v1/nowhere"])
def test_guessed_tokens_are_counted_wherever_they_are_tried(stack: Stack, path: str) -> None:
    stack.start_web()
    guesses = [bearer(f"{number:040x}") for number in range(LIMIT + 3)]
    assert statuses(Http(stack.port), path, guesses) == [401] * LIMIT + [429] * 3


def test_refused_bodies_are_counted(stack: Stack) -> None:
    stack.start_web()
    http = Http(stack.port)
    headers = {"Content-Type": "application/json", "Content-Encoding": "br"}
    answers = [http.request("POST", "/api/v1/status", b"{", headers) for _ in range(LIMIT + 3)]
    assert [each.status for each in answers] == [415] * LIMIT + [429] * 3


def test_a_request_whose_body_is_waited_for_is_counted_once(stack: Stack) -> None:
    stack.start_web()
    player = stack.user("alice")
    large = orjson.dumps(batch_manual(1)).ljust(1_000_000)
    answer = Http(stack.port).upload(player.token, large)
    assert answer.status == 202
    assert answer.headers["X-RateLimit-Remaining"] == str(LIMIT - 1)


@pytest.mark.parametrize("path", [POLL, "/api/v1/status"])
def test_one_who_is_over_the_limit_has_nothing_looked_up(stack: Stack, path: str) -> None:
    stack.start_web()
    http = Http(stack.port)
    with stack.engine.begin() as connection:
        # Whoever looks a token up now gets no answer.
        connection.execute(text("LOCK TABLE api_tokens IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(TimeoutError):
            Http(stack.port, timeout=0.5).get(path, bearer("f" * 40))
        statuses(http, POLL, [{}] * (LIMIT - 1))
        assert set(statuses(http, path, [bearer(f"{n:040x}") for n in range(20)])) == {429}


def test_a_user_is_counted_apart_from_the_address(stack: Stack) -> None:
    stack.start_web()
    http = Http(stack.port)
    player = stack.user("alice")
    headers = bearer(player.token)
    assert http.get(POLL, headers).headers["X-RateLimit-Remaining"] == str(LIMIT - 1)
    statuses(http, POLL, [{}] * LIMIT)
    assert http.get(POLL).status == 429
    answer = http.get("/api/v1/status", headers)
    assert (answer.status, answer.headers["X-RateLimit-Remaining"]) == (200, str(LIMIT - 2))


def test_what_a_client_says_of_its_address_does_not_count(stack: Stack) -> None:
    stack.start_web()
    pretended = [{"X-Forwarded-For": f"198.51.100.{number}"} for number in range(LIMIT + 3)]
    assert statuses(Http(stack.port), POLL, pretended) == [404] * LIMIT + [429] * 3


@pytest.mark.parametrize(
    ("forwarded", "other"),
    [
        ("198.51.100.1", "198.51.100.2"),
        # What the client itself wrote before the proxy's part makes no difference.
        ("198.51.100.{n}, 203.0.113.5", "198.51.100.1, 203.0.113.6"),
        # A proxy behind a proxy; and one customer's IPv6 addresses.
        ("203.0.113.5, 10.0.0.9", "203.0.113.6, 10.0.0.9"),
        ("2001:db8::{n}", "2001:db8:0:1::1"),
    ],
)
def test_what_a_trusted_proxy_says_counts(stack: Stack, forwarded: str, other: str) -> None:
    stack.environment["TRUSTED_PROXIES"] = "127.0.0.1, 10.0.0.0/8"
    stack.start_web()
    http = Http(stack.port)
    same = [{"X-Forwarded-For": forwarded.format(n=n)} for n in range(1, LIMIT + 4)]
    assert statuses(http, POLL, same) == [404] * LIMIT + [429] * 3
    assert http.get(POLL, {"X-Forwarded-For": other}).status == 404


@pytest.mark.parametrize("path", [POLL, "/api/v1/status"])
@pytest.mark.parametrize("ending", ["revoked", "banned", "expired"])
def test_a_token_that_ends_is_refused_within_two_seconds(
    stack: Stack, path: str, ending: str
) -> None:
    stack.environment.update(RATE_LIMIT="0", WEB_WORKERS="2")
    stack.start_web()
    http = Http(stack.port)
    player, other = stack.user("alice"), stack.user("bob")
    good = 404 if path is POLL else 200
    for _ in range(10):
        assert statuses(http, path, [bearer(player.token), bearer(other.token)]) == [good, good]
    _end(stack, player, ending)
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        http.get(path, bearer(player.token))
        http.get(path, bearer(other.token))
    assert set(statuses(http, path, [bearer(player.token)] * 10)) <= {401, 403}
    assert set(statuses(http, path, [bearer(other.token)] * 10)) == {good}


def _end(stack: Stack, player: Player, ending: str) -> None:
    if ending == "revoked":
        revoke_tokens(stack.engine, player.user_id, player.token[-4:])
        return
    change = {
        "banned": "UPDATE users SET auth_level = 0 WHERE id = :user_id",
        "expired": "UPDATE api_tokens SET expires_at = 1 WHERE user_id = :user_id",
    }[ending]
    with stack.engine.begin() as connection:
        connection.execute(text(change), {"user_id": player.user_id})
