"""A user's tokens: shown once, named afterwards, gone within two seconds."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cli.accounts import create_user
from common.accounts import client_rows
from common.accounts.client_rows import Client
from tests.support.browser import Browser
from tests.support.http import Answer, Http
from tests.support.stack import Stack, wait_for

PASSWORD = "correct horse battery"
TOKENS = "/api/v1/users/me/api-tokens"

_names = iter(f"holder{number}" for number in range(100))


@pytest.fixture
def browser(service: Stack) -> Browser:
    name = next(_names)
    create_user(service.engine, name, password=PASSWORD)
    browser = Browser(service)
    assert browser.log_in(name, PASSWORD).status == 200
    return browser


def create(browser: Browser, **body: Any) -> Answer:
    return browser("POST", f"{TOKENS}/create", body)


def test_a_token_is_shown_once(browser: Browser, http: Http) -> None:
    answer = create(browser, permissions=["submit_score", "customise_score"], identifier="mine")
    assert (answer.status, answer.description) == (200, "Successfully created new API Token.")
    made = answer.json["body"]
    assert re.fullmatch("[0-9a-f]{40}", made["token"])
    assert made["identifier"] == "mine"
    assert made["permissions"] == {"customise_score": True, "submit_score": True}
    assert made["fromAPIClient"] is None
    status = http.get("/api/v1/status", {"Authorization": f"Bearer {made['token']}"})
    assert status.json["body"]["whoami"] == made["userID"]
    listing = browser("GET", TOKENS)
    (listed,) = listing.json["body"]
    assert listing.description == "Returned 1 keys."
    assert made["token"].encode() not in listing.raw
    assert listed == {**made, "token": made["tokenID"]}
    assert listed["lastFour"] == made["token"][-4:]


@pytest.mark.parametrize("named_by", ["tokenID", "token"])
def test_a_deleted_token_is_refused_at_once_and_by_polls_within_two_seconds(
    browser: Browser, http: Http, named_by: str
) -> None:
    made = create(browser, permissions=[]).json["body"]
    kept = create(browser, permissions=[]).json["body"]
    bearer = {"Authorization": f"Bearer {made['token']}"}
    poll = "/api/v1/imports/" + "0" * 40 + "/poll-status"
    assert http.get(poll, bearer).status == 404
    gone = browser("DELETE", f"{TOKENS}/{made[named_by]}")
    assert (gone.status, gone.description) == (200, "Removed Token.")
    assert http.get("/api/v1/users/me", bearer).status == 401
    wait_for(lambda: http.get(poll, bearer).status == 401, "the refusal", timeout=10)
    again = browser("DELETE", f"{TOKENS}/{made[named_by]}")
    assert (again.status, again.description) == (404, "This key does not exist.")
    assert [each["tokenID"] for each in browser("GET", TOKENS).json["body"]] == [kept["tokenID"]]


@pytest.mark.parametrize(
    ("body", "status", "description"),
    [
        ({}, 400, "Invalid request, must specify either clientID or permissions."),
        (
            {"permissions": [], "clientID": "CX"},
            400,
            "Cannot use ClientID creation and permissions creation at the same time!",
        ),
        (
            {"permissions": ["submit_score", "foo"]},
            400,
            "[permissions[1]] Expected any of customise_profile, customise_score, "
            "customise_session, delete_score, manage_rivals, manage_targets, submit_score, "
            "manage_challenges. (Received foo)",
        ),
        ({"permissions": ["manage_account"]}, 400, "[permissions[0]] Expected any of"),
        ({"permissions": "submit_score"}, 400, "[permissions] Value was not an array."),
        ({"permissions": [{}]}, 400, "[permissions[0]] Expected any of"),
        ({"clientID": "CInothing"}, 404, "This client does not exist."),
    ],
)
def test_what_a_token_cannot_be_is_said(
    browser: Browser, body: dict[str, Any], status: int, description: str
) -> None:
    answer = create(browser, **body)
    assert answer.status == status
    assert answer.description.startswith(description)
    assert browser("GET", TOKENS).json["body"] == []


def test_a_client_says_what_its_token_may(browser: Browser, service: Stack) -> None:
    client = Client(
        client_id="CIimporter",
        name="An importer",
        author=service.user(next(_names)).user_id,
        permissions=["submit_score", "delete_score"],
    )
    with service.engine.begin() as connection:
        client_rows.save(connection, client)
    first = create(browser, clientID="CIimporter")
    assert first.json["body"]["identifier"] == "An importer"
    assert first.json["body"]["permissions"] == {"submit_score": True, "delete_score": True}
    assert first.json["body"]["fromAPIClient"] == "CIimporter"
    second = create(browser, clientID="CIimporter")
    assert second.status == 200
    assert "another API Token" in second.description
    assert second.json["body"]["token"] != first.json["body"]["token"]
    assert len(browser("GET", TOKENS).json["body"]) == 2


def test_tokens_make_no_tokens(browser: Browser, http: Http) -> None:
    token = create(browser, permissions=["submit_score"]).json["body"]["token"]
    bearer = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for method, path in (("GET", TOKENS), ("POST", f"{TOKENS}/create"), ("DELETE", f"{TOKENS}/x")):
        assert http.request(method, path, b'{"permissions": []}', bearer).status == 403
        assert http.request(method, path, b"{}", {}).status == 401


def test_a_user_has_only_so_many_tokens(browser: Browser, service: Stack) -> None:
    made = create(browser, permissions=[]).json["body"]
    with service.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO api_tokens (user_id, token_hash, last_four, identifier, permissions,"
            " created_at) SELECT user_id, n::text, '', '', '{}', 0"
            " FROM api_tokens, generate_series(2, 1000) AS n WHERE token_hash LIKE %s",
            (made["tokenID"][1:] + "%",),
        )
    refused = create(browser, permissions=[])
    assert (refused.status, refused.json["error"]["code"]) == (409, "TOO_MANY_TOKENS")
