"""Logging in and out, registering, and what a session may do."""

from __future__ import annotations

import hashlib

import pytest

from cli.accounts import create_user
from common.accounts import login_rows
from tests.support.browser import Browser
from tests.support.http import Http
from tests.support.stack import Stack, wait_for

PASSWORD = "correct horse battery"
COOKIE = "The_Tracker_SESSION"

_names = iter(f"visitor{number}" for number in range(1000))


@pytest.fixture(scope="module")
def module_settings() -> dict[str, str]:
    return {
        "NAME": "The Tracker",
        "REGISTRATION": "invite",
        "CORS_ORIGINS": "https://tracker.example.org",
        "RATE_LIMIT": "100000",
    }


@pytest.fixture
def name(service: Stack) -> str:
    """Of a new user with PASSWORD."""
    username = next(_names)
    create_user(service.engine, username, password=PASSWORD)
    return username


@pytest.fixture
def browser(service: Stack) -> Browser:
    return Browser(service)


@pytest.fixture
def mine(service: Stack, name: str) -> Browser:
    """A browser in which the user has logged in."""
    browser = Browser(service)
    assert browser.log_in(name, PASSWORD).status == 200
    return browser


def test_a_login_sets_a_cookie_that_scripts_cannot_read(
    browser: Browser, service: Stack, name: str
) -> None:
    answer = browser.log_in(name.upper(), PASSWORD)
    user_id = service.scalar("SELECT id FROM users WHERE username = :name", name=name)
    assert answer.status == 200
    assert answer.description == f"Successfully logged in as {name} (#{user_id})"
    assert answer.json["body"] == {"userID": user_id}
    attributes = browser.attributes[COOKIE]
    assert attributes["httponly"] == "True"
    assert attributes["samesite"] == "Lax"
    assert attributes["path"] == "/"
    assert int(attributes["max-age"]) == 365 * 24 * 60 * 60
    assert browser("GET", "/api/v1/users/me").json["body"]["username"] == name
    status = browser("GET", "/api/v1/status").json["body"]
    assert status["whoami"] == user_id
    assert status["permissions"] == [
        "customise_profile",
        "customise_score",
        "customise_session",
        "delete_score",
        "manage_rivals",
        "manage_targets",
        "submit_score",
        "manage_challenges",
    ]


def test_neither_passwords_nor_sessions_are_stored_or_logged(
    mine: Browser, service: Stack, name: str
) -> None:
    session = mine.cookies[COOKIE]
    ((stored,),) = service.query(
        "SELECT password_hash FROM logins JOIN users ON id = user_id WHERE username = :name",
        name=name,
    )
    assert stored.startswith("$argon2id$")
    ((kept,),) = service.query(
        "SELECT session_hash FROM login_sessions JOIN users ON id = user_id WHERE username = :name",
        name=name,
    )
    assert kept == hashlib.sha256(session.encode()).hexdigest()
    mine("POST", "/api/v1/auth/login", {"username": name, "!password": PASSWORD + "?"})
    logs = "".join(path.read_text() for path in service.folder.glob("*.log"))
    assert "/auth/login" in logs or logs
    for secret in (PASSWORD, session):
        assert secret not in logs


def test_it_is_not_said_whether_a_user_exists(browser: Browser, name: str) -> None:
    wrong, unknown = browser.log_in(name, "wrong password"), browser.log_in("nobody-here", PASSWORD)
    assert wrong.status == unknown.status == 401
    assert wrong.json == unknown.json
    assert wrong.json["error"]["code"] == "WRONG_CREDENTIALS"
    assert COOKIE not in browser.cookies


def test_a_user_without_a_password_cannot_log_in(browser: Browser, service: Stack) -> None:
    username = next(_names)
    create_user(service.engine, username)
    assert browser.log_in(username, PASSWORD).status == 401


def test_a_bad_password_is_not_repeated(browser: Browser, name: str) -> None:
    answer = browser.log_in(name, "secret")
    assert answer.status == 400
    assert answer.description.startswith("[!password] Expected a string with length between 8")
    assert answer.description.endswith("(Received ****)")


def test_who_logs_out_is_out_everywhere_with_that_cookie(mine: Browser, service: Stack) -> None:
    stolen = dict(mine.cookies)
    answer = mine("POST", "/api/v1/auth/logout")
    assert (answer.status, answer.description) == (200, "Logged Out.")
    assert COOKIE not in mine.cookies
    mine.cookies = stolen
    assert mine("GET", "/api/v1/users/me").status == 401
    assert mine("POST", "/api/v1/auth/logout").status == 409


def test_a_new_login_ends_the_session_before(mine: Browser, name: str) -> None:
    before = dict(mine.cookies)
    assert mine.log_in(name, PASSWORD).status == 200
    assert mine.cookies != before
    mine.cookies = before
    assert mine("GET", "/api/v1/users/me").status == 401


def test_a_session_wins_over_a_token_and_an_ended_one_does_not(
    mine: Browser, service: Stack, name: str
) -> None:
    other = service.user(next(_names))
    bearer = {"Authorization": f"Bearer {other.token}"}
    assert mine("GET", "/api/v1/users/me", **bearer).json["body"]["username"] == name
    assert mine("GET", "/api/v1/users/me", Authorization="nonsense").status == 200
    mine.cookies[COOKIE] = "0" * 40
    assert mine("GET", "/api/v1/users/me", **bearer).json["body"]["id"] == other.user_id
    assert mine("GET", "/api/v1/users/me", Authorization="nonsense").status == 400


def test_a_page_of_another_site_changes_nothing(mine: Browser) -> None:
    for origin in ("https://evil.example", "null", "https://tracker.example.org.evil.example"):
        answer = mine("PATCH", "/api/v1/users/me", {"about": "evil"}, origin=origin)
        assert answer.status == 403
        assert answer.json["error"]["code"] == "CROSS_SITE_REQUEST"
        assert mine("POST", "/api/v1/auth/logout", origin=origin).status == 403
    # A browser that says no origin still says that the site is another.
    answer = Http.request(
        mine._http,
        "DELETE",
        "/api/v1/users/me/logins",
        None,
        {"Sec-Fetch-Site": "same-site", "Cookie": f"{COOKIE}={mine.cookies[COOKIE]}"},
    )
    assert answer.status == 403
    about = mine("GET", "/api/v1/users/me").json["body"]["about"]
    assert about != "evil"


def test_a_page_of_a_configured_origin_acts_with_the_session(mine: Browser) -> None:
    origin = "https://tracker.example.org"
    answer = mine("PATCH", "/api/v1/users/me", {"about": "hello"}, origin=origin)
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"


def test_a_password_is_changed_by_who_knows_it(mine: Browser, browser: Browser, name: str) -> None:
    assert browser.log_in(name, PASSWORD).status == 200
    path = "/api/v1/users/me/change-password"
    wrong = mine("POST", path, {"!oldPassword": "not this one", "!password": "12345678"})
    assert wrong.status == 401
    right = mine("POST", path, {"!oldPassword": PASSWORD, "!password": "another password"})
    assert right.status == 200
    # Here one stays logged in, elsewhere not.
    assert mine("GET", "/api/v1/users/me").status == 200
    assert browser("GET", "/api/v1/users/me").status == 401
    assert browser.log_in(name, PASSWORD).status == 401
    assert browser.log_in(name, "another password").status == 200


def test_logins_are_listed_and_ended(mine: Browser, browser: Browser, name: str) -> None:
    browser.log_in(name, PASSWORD)
    listed = mine("GET", "/api/v1/users/me/logins").json["body"]
    assert [each["isThisOne"] for each in listed] == [False, True]
    other = listed[0]["loginID"]
    assert mine("DELETE", f"/api/v1/users/me/logins/{other}").status == 200
    assert mine("DELETE", f"/api/v1/users/me/logins/{other}").status == 404
    assert browser("GET", "/api/v1/users/me").status == 401
    browser.log_in(name, PASSWORD)
    assert mine("DELETE", "/api/v1/users/me/logins").json["body"] == {"ended": 1}
    assert browser("GET", "/api/v1/users/me").status == 401
    assert mine("GET", "/api/v1/users/me").status == 200


def test_a_session_ends_for_polls_within_two_seconds(
    mine: Browser, service: Stack, name: str
) -> None:
    poll = "/api/v1/imports/" + "0" * 40 + "/poll-status"

    def counted_by_user() -> bool:
        user = int(mine("GET", poll).headers["X-RateLimit-Remaining"])
        guest = int(Http(service.port).get(poll).headers["X-RateLimit-Remaining"])
        return user > guest

    for _ in range(5):
        Http(service.port).get(poll)
    assert counted_by_user()
    with service.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE users SET auth_level = 0 WHERE username = %s", (name,))
    wait_for(lambda: mine("GET", poll).status == 403, "the ban", timeout=10)
    assert mine("GET", "/api/v1/users/me").status == 403


def test_who_is_here_is_seen_unless_invisible(mine: Browser, service: Stack, name: str) -> None:
    def seen() -> int:
        value = service.scalar("SELECT last_seen FROM users WHERE username = :name", name=name)
        return int(value)

    def long_ago() -> None:
        with service.engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE users SET last_seen = 1 WHERE username = %s", (name,)
            )

    long_ago()
    mine("GET", "/api/v1/status")
    assert seen() > 1
    mine("PATCH", "/api/v1/users/me/settings", {"invisible": True})
    long_ago()
    mine("GET", "/api/v1/status")
    assert seen() == 1


# --- registration --------------------------------------------------------------------------


def registration(name: str, **more: str) -> dict[str, str]:
    return {"username": name, "!password": PASSWORD, "captcha": "x", **more}


def test_an_invite_lets_one_person_register(browser: Browser, service: Stack) -> None:
    with service.engine.begin() as connection:
        code = login_rows.invite(connection, "for a friend", None)
    path, name = "/api/v1/auth/register", next(_names)
    missing = browser("POST", path, registration(name))
    assert (missing.status, missing.json["error"]["code"]) == (400, "INVITE_NEEDED")
    assert browser("POST", path, registration(name, inviteCode="nonsense")).status == 401
    answer = browser("POST", path, registration(name, inviteCode=code, email=f"{name}@example.org"))
    assert (answer.status, answer.description) == (200, f"Successfully created account {name}!")
    assert answer.json["body"]["username"] == name
    assert browser("GET", "/api/v1/users/me").json["body"]["username"] == name
    assert browser.log_in(name, PASSWORD).status == 200
    again = browser("POST", path, registration(next(_names), inviteCode=code))
    assert (again.status, again.json["error"]["code"]) == (401, "INVITE_NOT_VALID")


def test_a_name_or_address_that_is_taken_uses_no_invite_up(
    browser: Browser, service: Stack, name: str
) -> None:
    with service.engine.begin() as connection:
        code = login_rows.invite(connection, "", 1)
        other = login_rows.invite(connection, "", 1)
    path, new = "/api/v1/auth/register", next(_names)
    answer = browser("POST", path, registration(name.upper(), inviteCode=code))
    assert (answer.status, answer.json["error"]["code"]) == (409, "USERNAME_TAKEN")
    email = f"{new}@example.org"
    assert browser("POST", path, registration(new, inviteCode=code, email=email)).status == 200
    answer = browser(
        "POST", path, registration(next(_names), inviteCode=other, email=email.upper())
    )
    assert (answer.status, answer.json["error"]["code"]) == (409, "EMAIL_TAKEN")
    new = next(_names)
    assert browser("POST", path, registration(new, inviteCode=other)).status == 200


def test_an_invite_ends(browser: Browser, service: Stack) -> None:
    with service.engine.begin() as connection:
        code = login_rows.invite(connection, "", 1)
        connection.exec_driver_sql("UPDATE invites SET expires_at = 1 WHERE used_at IS NULL")
    answer = browser("POST", "/api/v1/auth/register", registration(next(_names), inviteCode=code))
    assert answer.status == 401
