"""Users over HTTP: finding them, what they say of themselves, what they are told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from common.accounts import notification_rows
from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack

_names = iter(f"somebody{number}" for number in range(100))

DOCUMENT = {
    "id",
    "username",
    "usernameLowercase",
    "about",
    "status",
    "socialMedia",
    "joinDate",
    "lastSeen",
    "customPfpLocation",
    "customBannerLocation",
    "badges",
    "authLevel",
    "isSupporter",
    "canSubmitQuests",
    "canImportProvidedClass",
}


@pytest.fixture
def me(service: Stack) -> Player:
    return service.user(next(_names), "manage_account")


def call(http: Http, method: str, path: str, player: Player | None = None, body: Any = None) -> Any:
    headers = {"Content-Type": "application/json"}
    if player is not None:
        headers["Authorization"] = f"Bearer {player.token}"
    content = None if body is None else json.dumps(body).encode()
    return http.request(method, f"/api/v1/users{path}", content, headers)


def test_a_user_is_found_by_number_and_by_name_in_any_case(http: Http, service: Stack) -> None:
    player = service.user("FindMe")
    for name in (str(player.user_id), "FindMe", "findme", "FINDME"):
        answer: Answer = call(http, "GET", f"/{name}")
        assert (answer.status, answer.description) == (200, "Found user FindMe.")
        assert set(answer.json["body"]) == DOCUMENT
        assert answer.json["body"]["id"] == player.user_id
        assert answer.json["body"]["usernameLowercase"] == "findme"


def test_me_is_who_asks(http: Http, me: Player) -> None:
    assert call(http, "GET", "/me", me).json["body"]["id"] == me.user_id
    guest = call(http, "GET", "/me")
    assert guest.status == 401
    assert guest.json["error"]["code"] == "UNAUTHORIZED"


@pytest.mark.parametrize("name", ["nobody-at-all", "999999", "9" * 40, "%00", "%F0%9F%8E%B5"])
def test_an_unknown_user_is_missing(http: Http, name: str) -> None:
    answer = call(http, "GET", f"/{name}")
    assert answer.status == 404
    assert "does not exist." in answer.description


def test_users_are_searched_by_a_part_of_their_name(http: Http, service: Stack) -> None:
    for name in ("Xylo_phone", "Xylo", "MyXyloX", "XyloZphone"):
        service.user(name)
    found = call(http, "GET", "?search=xYLO").json["body"]
    assert [user["username"] for user in found] == ["Xylo", "MyXyloX", "Xylo_phone", "XyloZphone"]
    # No character of it is a wildcard.
    found = call(http, "GET", "?search=o_p").json["body"]
    assert [user["username"] for user in found] == ["Xylo_phone"]
    assert call(http, "GET", "?search=a&search=b").status == 400
    assert call(http, "GET", "?search=%25").json["body"] == []


def test_the_list_begins_with_who_was_seen_last(http: Http, service: Stack) -> None:
    old, new = service.user(next(_names)), service.user(next(_names))
    with service.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE users SET last_seen = 5 WHERE id = {old.user_id}")
        connection.exec_driver_sql(
            f"UPDATE users SET last_seen = last_seen + 99999 WHERE id = {new.user_id}"
        )
    everybody = [user["id"] for user in call(http, "GET", "").json["body"]]
    assert everybody[0] == new.user_id
    assert everybody[-1] == old.user_id
    online = [user["id"] for user in call(http, "GET", "?online").json["body"]]
    assert new.user_id in online
    assert old.user_id not in online


def test_a_user_changes_their_profile(http: Http, me: Player) -> None:
    body = {"about": "Hello.", "status": "playing", "discord": "me#1", "twitch": None}
    answer = call(http, "PATCH", "/me", me, body)
    assert (answer.status, answer.description) == (200, "Successfully updated user.")
    user = answer.json["body"]
    assert (user["about"], user["status"]) == ("Hello.", "playing")
    assert user["socialMedia"]["discord"] == "me#1"
    user = call(http, "PATCH", f"/{me.user_id}", me, {"status": None}).json["body"]
    assert (user["about"], user["status"], user["socialMedia"]["discord"]) == (
        "Hello.",
        None,
        "me#1",
    )


@pytest.mark.parametrize(
    ("body", "description"),
    [
        ({}, "Nothing was provided to modify."),
        ({"about": None}, "[about] Expected a string with length between 0 and 2000."),
        ({"about": "x" * 2001}, "[about] Expected a string with length between 0 and 2000."),
        ({"discord": "x"}, "[discord] Expected a string with length between 3 and 140."),
        ({"authLevel": 3}, "[null] Unexpected properties inside object: authLevel."),
    ],
)
def test_a_profile_holds_only_what_it_may(
    http: Http, me: Player, body: dict[str, Any], description: str
) -> None:
    answer = call(http, "PATCH", "/me", me, body)
    assert answer.status == 400
    assert answer.description.startswith(description)


def test_an_ordinary_token_changes_no_account(http: Http, service: Stack, me: Player) -> None:
    token = service.user(next(_names), "customise_profile", "submit_score")
    for method, path, body in (
        ("PATCH", "/me", {"about": "x"}),
        ("PATCH", "/me/settings", {"invisible": True}),
        ("GET", "/me/notifications", None),
    ):
        assert call(http, method, path, token, body).status == 403
        assert call(http, method, path.replace("me", str(me.user_id)), token, body).status == 403
        assert call(http, method, path.replace("me", str(me.user_id)), None, body).status == 401


def test_settings_have_defaults_until_they_are_changed(http: Http, me: Player) -> None:
    document = call(http, "GET", f"/{me.user_id}/settings").json["body"]
    assert document["userID"] == me.user_id
    assert document["following"] == []
    assert set(document["preferences"].values()) == {False}
    changed = call(http, "PATCH", "/me/settings", me, {"developerMode": True}).json["body"]
    assert changed["preferences"]["developerMode"] is True
    changed = call(http, "PATCH", "/me/settings", me, {"advancedMode": True}).json["body"]
    assert changed["preferences"]["developerMode"] is True
    assert changed["preferences"]["invisible"] is False
    assert call(http, "GET", f"/{me.user_id}/settings").json["body"] == changed
    assert call(http, "PATCH", "/me/settings", me, {"advancedMode": "yes"}).status == 400


def test_notifications_are_told_once_read_and_removed(
    http: Http, service: Stack, me: Player
) -> None:
    assert call(http, "GET", "/me/notifications", me).json["body"] == []
    with service.engine.begin() as connection:
        for number in range(notification_rows.KEPT + 3):
            notification_rows.send(connection, me.user_id, f"No {number}", "TEST", {"n": number})
    found = call(http, "GET", "/me/notifications", me).json["body"]
    assert len(found) == notification_rows.KEPT
    assert found[0]["title"] == f"No {notification_rows.KEPT + 2}"
    assert found[0]["body"] == {"type": "TEST", "content": {"n": notification_rows.KEPT + 2}}
    assert not any(each["read"] for each in found)
    assert call(http, "POST", "/me/notifications/mark-all-read", me).status == 200
    assert all(each["read"] for each in call(http, "GET", "/me/notifications", me).json["body"])
    assert call(http, "POST", "/me/notifications/delete-all", me).status == 200
    assert call(http, "GET", "/me/notifications", me).json["body"] == []


def test_no_email_waits_for_being_verified(http: Http, me: Player) -> None:
    assert call(http, "GET", "/me/is-email-verified", me).json["body"] is True
