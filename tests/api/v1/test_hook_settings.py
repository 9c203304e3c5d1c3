"""GET and PATCH /users/:userID/integrations/{fervidex,kshook-sv6c}/settings."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from api.app import create_app
from common.settings import load_settings
from tests.support.hook_requests import post
from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack

pytestmark = pytest.mark.processes

HOOKS = ("fervidex", "kshook-sv6c")


@pytest.fixture
def owner(service: Stack) -> Player:
    return service.user(f"o{secrets.token_hex(6)}", "manage_account")


def path(user: Any, hook: str) -> str:
    return f"/api/v1/users/{user}/integrations/{hook}/settings"


def read(http: Http, owner: Player, hook: str) -> Any:
    answer = http.get(path("me", hook), {"Authorization": f"Bearer {owner.token}"})
    assert answer.status == 200
    return answer.json["body"]


def change(http: Http, owner: Player, hook: str, given: Any) -> Answer:
    return post(http, path("me", hook), owner.token, given, method="PATCH")


def at_first(owner: Player, hook: str) -> Any:
    """http-api.md of version 3, section 4.2: fervidex has defaults."""
    if hook == "kshook-sv6c":
        return None
    return {"userID": owner.user_id, "cards": None, "forceStaticImport": False}


@pytest.mark.parametrize("hook", HOOKS)
def test_nothing_is_set_at_first(service: Stack, http: Http, owner: Player, hook: str) -> None:
    assert read(http, owner, hook) == at_first(owner, hook)
    app = create_app(load_settings({**service.environment, "DIALECT": "v2"}))
    headers = {"Authorization": f"Bearer {owner.token}"}
    answer = app.test_client().get(path("me", hook), headers=headers)
    assert (answer.status_code, answer.json["body"]) == (200, None)


def test_what_is_not_named_stays(http: Http, owner: Player) -> None:
    first = change(http, owner, "fervidex", {"cards": ["E001", "E002"]})
    second = change(http, owner, "fervidex", {"forceStaticImport": True})
    third = change(http, owner, "fervidex", {"cards": None, "forceStaticImport": None})

    assert (first.status, first.description) == (200, "Successfully updated settings.")
    settings = {"userID": owner.user_id, "cards": ["E001", "E002"], "forceStaticImport": False}
    assert first.json["body"] == settings
    assert second.json["body"] == {**settings, "forceStaticImport": True}
    assert third.json["body"] == {**settings, "cards": None}
    assert read(http, owner, "fervidex") == third.json["body"]


def test_kshook_has_one_setting(http: Http, owner: Player) -> None:
    answer = change(http, owner, "kshook-sv6c", {"forceStaticImport": True})

    expected = {"userID": owner.user_id, "forceStaticImport": True}
    assert (answer.status, answer.json["body"]) == (200, expected)
    assert read(http, owner, "kshook-sv6c") == expected
    assert read(http, owner, "fervidex") == at_first(owner, "fervidex")


@pytest.mark.parametrize(
    ("hook", "given", "message"),
    [
        ("fervidex", {}, "No modifications sent."),
        ("fervidex", {"cards": ["x"] * 7}, "You cannot have more than 6 card filters at once."),
        ("fervidex", {"cards": "x"}, "[cards] Value was not an array. (Received x)"),
        ("fervidex", {"cards": ["x", 5]}, "[cards[1]] Expected string. (Received 5)"),
        (
            "fervidex",
            {"forceStaticImport": 1},
            "[forceStaticImport] Expected *boolean or no value. (Received 1)",
        ),
        ("fervidex", {"foo": 1}, "[null] Unexpected properties inside object: foo."),
        (
            "kshook-sv6c",
            {},
            "[forceStaticImport] Expected boolean. (Received nothing (undefined))",
        ),
        (
            "kshook-sv6c",
            {"forceStaticImport": None},
            "[forceStaticImport] Expected boolean. (Received null)",
        ),
        (
            "kshook-sv6c",
            {"forceStaticImport": True, "cards": []},
            "[null] Unexpected properties inside object: cards.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(
    http: Http, owner: Player, hook: str, given: Any, message: str
) -> None:
    answer = change(http, owner, hook, given)

    assert (answer.status, answer.description) == (400, message)
    assert read(http, owner, hook) == at_first(owner, hook)


@pytest.mark.parametrize("hook", HOOKS)
def test_they_are_their_owners_in_person(http: Http, service: Stack, hook: str) -> None:
    owner = service.user(f"o{secrets.token_hex(6)}", "manage_account")
    script = service.user(f"s{secrets.token_hex(6)}")

    statuses = [
        http.get(path(owner.user_id, hook), headers).status
        for headers in ({}, {"Authorization": f"Bearer {script.token}"})
    ]
    own = http.get(path("me", hook), {"Authorization": f"Bearer {script.token}"})

    assert statuses == [401, 403]
    assert own.status == 403
    assert http.get(path("nobody_here", hook)).status == 404


@pytest.mark.parametrize("hook", HOOKS)
def test_they_are_for_kamaitachi(service: Stack, owner: Player, hook: str) -> None:
    app = create_app(load_settings({**service.environment, "TYPE": "boku"}))
    headers = {"Authorization": f"Bearer {owner.token}"}

    answer = app.test_client().get(path("me", hook), headers=headers)

    assert (answer.status_code, answer.json["description"]) == (
        404,
        "The route /settings is only available on Kamaitachi.",
    )
