"""Who may register is a setting; who guesses passwords is stopped, with Redis and without."""

from __future__ import annotations

import pytest

from cli.accounts import create_user
from tests.support.browser import Browser
from tests.support.stack import Stack

PASSWORD = "correct horse battery"


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> dict[str, str]:
    return dict(getattr(request, "param", {}))


def register(browser: Browser, name: str) -> int:
    body = {"username": name, "!password": PASSWORD}
    return browser("POST", "/api/v1/auth/register", body).status


def test_nobody_can_register_unless_that_is_set(stack: Stack) -> None:
    stack.start_web()
    assert register(Browser(stack), "newcomer") == 501


@pytest.mark.parametrize(
    "settings", [{"REGISTRATION": "open", "LOGIN_RATE_LIMIT": "3"}], indirect=True
)
def test_anybody_can_register_a_few_times(stack: Stack) -> None:
    stack.start_web()
    browser = Browser(stack)
    assert [register(browser, f"newcomer{number}") for number in range(4)] == [200, 200, 200, 429]
    assert browser("GET", "/api/v1/users/me").json["body"]["username"] == "newcomer2"


@pytest.mark.parametrize("settings", [{"LOGIN_RATE_LIMIT": "3"}], indirect=True)
@pytest.mark.parametrize("has_redis", [True, False], ids=["with Redis", "without Redis"])
def test_guessing_passwords_is_stopped(stack: Stack, has_redis: bool) -> None:
    create_user(stack.engine, "victim", password=PASSWORD)
    stack.start_web()
    if not has_redis:
        stack.redis.stop()
    browser = Browser(stack)
    for _ in range(5):
        # Who knows the password is not counted.
        assert browser.log_in("victim", PASSWORD).status == 200
    outcomes = [browser.log_in("victim", f"guess number {n}") for n in range(4)]
    assert [answer.status for answer in outcomes] == [401, 401, 401, 429]
    refused = outcomes[-1]
    assert refused.json["error"]["code"] == "RATE_LIMITED"
    assert 1 <= int(refused.headers["Retry-After"]) <= 601
    assert browser.log_in("victim", PASSWORD).status == 429
