"""OAuth2: codes are for one client, once, and for ten minutes."""

from __future__ import annotations

import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from cli.accounts import create_user
from tests.support.browser import Browser
from tests.support.http import Answer, Http
from tests.support.stack import Stack

PASSWORD = "correct horse battery"
CALLBACK = "https://bot.example.org/callback"
VERIFIER = "v" * 43
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)

_names = iter(f"consenter{number}" for number in range(100))


@pytest.fixture
def browser(service: Stack) -> Browser:
    name = next(_names)
    create_user(service.engine, name, password=PASSWORD)
    browser = Browser(service)
    assert browser.log_in(name, PASSWORD).status == 200
    return browser


def a_client(browser: Browser, **more: Any) -> dict[str, Any]:
    body = {"name": "A bot", "redirectUri": CALLBACK, "permissions": ["submit_score"], **more}
    made: dict[str, Any] = browser("POST", "/api/v1/clients/create", body).json["body"]
    return made


def a_code(browser: Browser, **body: str) -> str:
    answer = browser("POST", "/api/v1/oauth/create-code", body)
    assert answer.status == 200
    assert set(answer.json["body"]) == {"code", "userID", "createdOn"}
    return str(answer.json["body"]["code"])


def exchange(http: Http, client: dict[str, Any], code: str, /, **more: str) -> Answer:
    body = {
        "client_id": client["clientID"],
        "client_secret": client["clientSecret"],
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code": code,
        **more,
    }
    return http.request(
        "POST",
        "/api/v1/oauth/token",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )


def test_a_code_is_good_once(browser: Browser, http: Http) -> None:
    client = a_client(browser)
    code = a_code(browser, clientID=client["clientID"])
    answer = exchange(http, client, code)
    assert (answer.status, answer.description) == (200, "Successfully authenticated.")
    token = answer.json["body"]
    assert token["identifier"] == "A bot Token"
    assert token["permissions"] == {"submit_score": True}
    assert token["fromAPIClient"] == client["clientID"]
    again = exchange(http, client, code)
    assert (again.status, again.json["error"]["code"]) == (404, "NO_SUCH_CODE")


def test_of_many_who_use_a_code_at_once_one_gets_a_token(browser: Browser, http: Http) -> None:
    client = a_client(browser)
    code = a_code(browser, clientID=client["clientID"])
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: exchange(http, client, code).status, range(8)))
    assert sorted(answers) == [200] + 7 * [404]


def test_a_code_is_for_its_client(browser: Browser, http: Http) -> None:
    right, wrong = a_client(browser), a_client(browser)
    code = a_code(browser, clientID=right["clientID"])
    assert exchange(http, wrong, code).status == 404
    # Nobody else uses it up.
    assert exchange(http, right, code).status == 200


def test_a_code_ends_after_ten_minutes(browser: Browser, http: Http, service: Stack) -> None:
    client = a_client(browser)
    code = a_code(browser, clientID=client["clientID"])
    lasts = service.scalar("SELECT max(expires_at - created_at) FROM oauth_codes")
    assert lasts == 600_000
    with service.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE oauth_codes SET expires_at = created_at")
    assert exchange(http, client, code).status == 404


def test_codes_are_stored_as_hashes(browser: Browser, service: Stack) -> None:
    code = a_code(browser, clientID=a_client(browser)["clientID"])
    rows = str(service.query("SELECT * FROM oauth_codes"))
    assert code not in rows
    assert hashlib.sha256(code.encode()).hexdigest() in rows


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"client_id": "CInobody"}, 404, "NOT_FOUND"),
        ({"client_secret": "CS" + "0" * 40}, 403, "WRONG_SECRET"),
        ({"redirect_uri": "https://evil.example"}, 400, "WRONG_REDIRECT_URI"),
        ({"grant_type": "password"}, 400, "BAD_REQUEST"),
        ({"code": "0" * 40}, 404, "NO_SUCH_CODE"),
    ],
)
def test_a_wrong_exchange_leaves_the_code_good(
    browser: Browser, http: Http, more: dict[str, str], status: int, code: str
) -> None:
    client = a_client(browser)
    good = a_code(browser, clientID=client["clientID"])
    answer = exchange(http, client, good, **more)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert exchange(http, client, good).status == 200


def test_pkce_is_asked_of_who_began_with_it(browser: Browser, http: Http) -> None:
    client = a_client(browser)
    pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    for more, status in (
        ({"code_verifier": VERIFIER}, 200),
        ({"code_verifier": "w" * 43}, 400),
        ({}, 400),
    ):
        code = a_code(browser, clientID=client["clientID"], **pkce)
        assert exchange(http, client, code, **more).status == status
        assert exchange(http, client, code, code_verifier=VERIFIER).status == 404
    plain = {"clientID": client["clientID"], "code_challenge": VERIFIER}
    assert browser("POST", "/api/v1/oauth/create-code", plain).status == 400


def test_libraries_of_oauth_send_forms(browser: Browser, http: Http) -> None:
    client = a_client(browser)
    form = {
        "client_id": client["clientID"],
        "client_secret": client["clientSecret"],
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code": a_code(browser, clientID=client["clientID"]),
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = http.request("POST", "/api/v1/oauth/token", urlencode(form).encode(), headers)
    assert answer.status == 200


def test_without_a_name_a_code_is_for_the_client_looked_at_last(
    browser: Browser, http: Http
) -> None:
    first, second = a_client(browser), a_client(browser)
    refused = browser("POST", "/api/v1/oauth/create-code", {})
    assert (refused.status, refused.json["error"]["code"]) == (400, "NO_CLIENT")
    for client in (first, second):
        browser("GET", f"/api/v1/clients/{client['clientID']}")
    code = a_code(browser)
    assert exchange(http, first, code).status == 404
    assert exchange(http, second, code).status == 200


def test_only_the_user_in_person_consents(browser: Browser, service: Stack, http: Http) -> None:
    body = {"clientID": a_client(browser)["clientID"]}
    assert Browser(service)("POST", "/api/v1/oauth/create-code", body).status == 401
    token = service.user(next(_names), "submit_score").token
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    path = "/api/v1/oauth/create-code"
    assert http.request("POST", path, json.dumps(body).encode(), headers).status == 401
    evil = browser("POST", path, body, origin="https://evil.example")
    assert evil.status == 403


def test_a_client_without_an_address_uses_no_oauth(browser: Browser) -> None:
    client = a_client(browser, redirectUri=None)
    answer = browser("POST", "/api/v1/oauth/create-code", {"clientID": client["clientID"]})
    assert (answer.status, answer.json["error"]["code"]) == (400, "NOT_AN_OAUTH_CLIENT")
