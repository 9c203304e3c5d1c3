"""A tracker with accounts of its own makes users and tokens here, and nobody logs in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.accounts import create_token, create_user
from common.accounts.user_rows import ADMINISTRATOR
from tests.support.browser import Browser
from tests.support.http import Answer, Http
from tests.support.stack import Stack

PASSWORD = "correct horse battery"

_names = iter(f"provided{number}" for number in range(100))


@pytest.fixture(scope="module")
def tracker(service: Stack) -> str:
    """The token that the tracker has."""
    admin = create_user(service.engine, "tracker", auth_level=ADMINISTRATOR)
    return create_token(service.engine, admin, "tracker", ["manage_account"])


def call(http: Http, token: str | None, method: str, path: str, body: Any = None) -> Answer:
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    content = None if body is None else json.dumps(body).encode()
    return http.request(method, f"/api/v1{path}", content, headers)


def test_a_tracker_makes_a_user_and_their_token(http: Http, tracker: str, service: Stack) -> None:
    name = next(_names)
    made = call(http, tracker, "POST", "/admin/users", {"username": name, "userID": 4711})
    assert (made.status, made.json["body"]["id"]) == (200, 4711)
    again = call(http, tracker, "POST", "/admin/users", {"username": name.upper()})
    assert (again.status, again.json["error"]["code"]) == (409, "USERNAME_TAKEN")
    body = {"permissions": ["submit_score", "manage_account"], "identifier": "tracker"}
    token = call(http, tracker, "POST", f"/admin/users/{name}/api-tokens/create", body)
    assert token.status == 200
    status = call(http, token.json["body"]["token"], "GET", "/status").json["body"]
    assert (status["whoami"], status["permissions"]) == (4711, ["submit_score", "manage_account"])
    listed = call(http, tracker, "GET", "/admin/users/4711/api-tokens").json["body"]
    assert [each["tokenID"] for each in listed] == [token.json["body"]["tokenID"]]
    gone = call(http, tracker, "DELETE", f"/admin/users/4711/api-tokens/{listed[0]['tokenID']}")
    assert gone.status == 200
    assert call(http, token.json["body"]["token"], "GET", "/status").status == 401
    # Nobody logs in as a user without a password.
    assert Browser(service).log_in(name, PASSWORD).status == 401


def test_a_token_may_end(http: Http, tracker: str) -> None:
    name = next(_names)
    call(http, tracker, "POST", "/admin/users", {"username": name})
    body = {"permissions": ["submit_score"], "expiresAt": 1}
    token = call(http, tracker, "POST", f"/admin/users/{name}/api-tokens/create", body)
    refused = call(http, token.json["body"]["token"], "GET", "/status")
    assert (refused.status, refused.description) == (401, "This API token has expired.")


def test_users_are_banned_and_let_in_again(http: Http, tracker: str, service: Stack) -> None:
    player = service.user(next(_names))
    for level, status in ((0, 403), (1, 200)):
        body = {"authLevel": level}
        answer = call(http, tracker, "POST", f"/admin/users/{player.user_id}/auth-level", body)
        assert answer.json["body"]["authLevel"] == level
        assert call(http, player.token, "GET", "/status").status == status


def test_a_password_set_by_an_administrator_logs_out(
    http: Http, tracker: str, service: Stack
) -> None:
    name = next(_names)
    body = {"username": name, "!password": PASSWORD, "email": f"{name}@example.org"}
    assert call(http, tracker, "POST", "/admin/users", body).status == 200
    browser = Browser(service)
    assert browser.log_in(name, PASSWORD).status == 200
    new = {"!password": "another password"}
    assert call(http, tracker, "POST", f"/admin/users/{name}/set-password", new).status == 200
    assert browser("GET", "/api/v1/users/me").status == 401
    assert browser.log_in(name, "another password").status == 200


def test_everybody_is_told_an_announcement(http: Http, tracker: str, service: Stack) -> None:
    player = service.user(next(_names), "manage_account")
    told = call(http, tracker, "POST", "/admin/announcement", {"title": "Down on Monday"})
    users = service.scalar("SELECT count(*) FROM users WHERE auth_level > 0")
    assert told.json["body"] == {"users": users}
    (seen,) = call(http, player.token, "GET", "/users/me/notifications").json["body"]
    assert (seen["title"], seen["body"]["type"]) == ("Down on Monday", "SITE_ANNOUNCEMENT")


def test_only_administrators_in_person_do_this(http: Http, service: Stack) -> None:
    admin = create_user(service.engine, next(_names), auth_level=ADMINISTRATOR)
    ordinary = create_token(service.engine, admin, "ordinary", ["submit_score"])
    player = service.user(next(_names), "manage_account")
    for method, path in (
        ("POST", "/admin/users"),
        ("POST", "/admin/users/1/auth-level"),
        ("POST", "/admin/users/1/set-password"),
        ("GET", "/admin/users/1/api-tokens"),
        ("POST", "/admin/users/1/api-tokens/create"),
        ("DELETE", "/admin/users/1/api-tokens/x"),
        ("POST", "/admin/invites"),
        ("POST", "/admin/announcement"),
    ):
        assert call(http, None, method, path, {}).status == 401
        assert call(http, ordinary, method, path, {}).status == 403
        assert call(http, player.token, method, path, {}).status == 403
