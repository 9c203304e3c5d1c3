"""The pages to log in, to let a program have a key, and to consent, as a browser uses them."""

from __future__ import annotations

import base64
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cli.accounts import create_user
from common.accounts import client_rows, token_rows
from common.accounts.client_rows import Client
from common.accounts.proofs import proof_hash
from tests.support.browser import Browser
from tests.support.http import Answer, Http
from tests.support.stack import Stack

PASSWORD = "correct horse battery"
COOKIE = "score-import_SESSION"
CALLBACK = "https://bot.example.org/callback?from=tracker"

_names = iter(f"reader{number}" for number in range(100))


@pytest.fixture(scope="module")
def module_settings() -> dict[str, str]:
    return {"REGISTRATION": "open"}


@pytest.fixture
def name(service: Stack) -> str:
    username = next(_names)
    create_user(service.engine, username, password=PASSWORD)
    return username


@pytest.fixture
def browser(service: Stack) -> Browser:
    return Browser(service)


@pytest.fixture
def mine(service: Stack, name: str) -> Browser:
    browser = Browser(service)
    assert browser.log_in(name, PASSWORD).status == 200
    return browser


def a_client(service: Stack, **more: Any) -> str:
    author = service.user(next(_names)).user_id
    client = Client(
        client_id=f"CI{author}",
        name="<An importer>",
        author=author,
        permissions=["submit_score"],
        **more,
    )
    with service.engine.begin() as connection:
        client_rows.save(connection, client)
    return client.client_id


def form_of(page: Answer) -> dict[str, str]:
    """The hidden fields of a page's last form."""
    form = page.raw.decode().rpartition("<form")[2]
    fields = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in fields}


def key_of(page: Answer) -> str:
    found = re.search(r'id="key" value="([0-9a-f]{40})"', page.raw.decode())
    assert found is not None
    return found[1]


# --- logging in ----------------------------------------------------------------------------


def test_a_page_leads_to_the_login_and_back(browser: Browser, service: Stack, name: str) -> None:
    path = f"/client-file-flow/{a_client(service)}"
    login = browser.visit(path)
    assert login.status == 200
    assert "&lt;An importer&gt;" in login.raw.decode()
    form = form_of(login)
    assert form["next"] == path
    wrong = browser.submit("/login", {**form, "username": name, "password": "wrong password"})
    assert wrong.status == 401
    assert "not their password" in wrong.raw.decode()
    assert "wrong password" not in wrong.raw.decode()
    assert f'value="{name}"' in wrong.raw.decode()
    right = browser.submit("/login", {**form, "username": name, "password": PASSWORD})
    assert (right.status, right.headers["Location"]) == (303, path)
    assert browser.visit(path).status == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_a_login_leads_nowhere_else(browser: Browser, name: str, elsewhere: str) -> None:
    form = {"username": name, "password": PASSWORD, "next": elsewhere}
    answer = browser.submit("/login", form)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert browser.visit("/login").headers["Location"] == "/"
    assert browser.visit("/login", next=elsewhere).headers["Location"] == "/"


def test_a_login_is_not_sent_by_another_site(browser: Browser, name: str) -> None:
    form = {"username": name, "password": PASSWORD}
    assert browser.submit("/login", form, origin="https://evil.example").status == 403
    assert COOKIE not in browser.cookies


def test_who_registers_is_logged_in(browser: Browser) -> None:
    page = browser.visit("/register", next="/login")
    new = next(_names)
    form = {**form_of(page), "username": new, "password": PASSWORD, "email": ""}
    assert browser.submit("/register", {**form, "password": "short"}).status == 400
    assert browser.submit("/register", form).status == 303
    assert browser("GET", "/api/v1/users/me").json["body"]["username"] == new
    again = Browser.submit(browser, "/register", form)
    assert again.status == 409
    assert "already in use" in again.raw.decode()


def test_who_logs_out_is_out(mine: Browser) -> None:
    assert mine.submit("/logout", {}).status == 403
    page = mine.visit("/tokens")
    assert mine.submit("/logout", form_of(page)).status == 303
    assert mine("GET", "/api/v1/users/me").status == 401


def test_who_logs_in_with_a_token_may_do_what_it_may(browser: Browser, service: Stack) -> None:
    player = service.user(next(_names), "submit_score")
    wrong = browser.submit("/login/token", {"token": "0" * 40, "next": "/imports"})
    assert (wrong.status, COOKIE in browser.cookies) == (401, False)
    right = browser.submit("/login/token", {"token": player.token, "next": "/imports"})
    assert (right.status, right.headers["Location"]) == (303, "/imports")
    assert browser("GET", "/api/v1/status").json["body"]["permissions"] == ["submit_score"]
    assert browser.visit("/imports").status == 200
    # What takes its owner in person is not shown, and not done.
    assert browser.visit("/tokens").status == 403
    assert browser("POST", "/api/v1/users/me/api-tokens/create", {}).status == 403
    with service.engine.begin() as connection:
        token_rows.delete(connection, player.user_id, player.token)
    assert browser.visit("/imports").headers["Location"].startswith("/login")


def test_the_first_page_is_for_browsers(browser: Browser, http: Http) -> None:
    assert http.get("/").json["description"] == "Endpoint Not Found."
    page = {"Accept": "text/html,*/*"}
    assert http.get("/", page).headers["Location"] == "/login"
    missing = http.get("/nothing-here", page)
    assert (missing.status, "There is nothing at this address." in missing.raw.decode()) == (
        404,
        True,
    )
    assert http.get("/api/v1/nothing-here", page).json["description"] == "Endpoint Not Found."


def test_pages_are_neither_framed_nor_kept_nor_run_foreign_scripts(browser: Browser) -> None:
    page = browser.visit("/login")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-store"
    # Else browsers would not say that a form comes from here.
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert (
        "default-src 'none'; script-src 'self'; style-src 'self'"
        in (page.headers["Content-Security-Policy"])
    )
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"


def test_styles_and_scripts_are_kept_under_addresses_that_change_with_them(
    browser: Browser,
) -> None:
    page = browser.visit("/login").raw.decode()
    address = re.search(r'href="(/web/[0-9a-f]+/)pages.css"', page)
    assert address is not None
    styles = browser.visit(f"{address[1]}pages.css")
    assert styles.headers["Content-Type"].startswith("text/css")
    assert styles.headers["Cache-Control"] == "public, max-age=31536000"
    # Scripts that others load, too: they are named beside these.
    script = browser.visit(f"{address[1]}upload.js").raw.decode()
    others = re.findall(r'^import .* from "\./([a-z_]+\.js)";$', script, re.MULTILINE)
    assert len(others) == 2
    for name in others:
        assert "public" in browser.visit(address[1] + name).headers["Cache-Control"]
    # Of a version that is not this one, or of none: what there is, for now.
    for path in ("/web/0123456789ab/pages.css", "/web/pages.css"):
        answer = browser.visit(path)
        assert (answer.raw, answer.headers["Cache-Control"]) == (styles.raw, "no-store")
    for path in (f"{address[1]}nothing.css", f"{address[1]}..%2Fstatic_files.py", "/web/x/y/z.css"):
        assert browser("GET", path).status == 404


# --- a key, or a file with it ---------------------------------------------------------------


def test_a_key_is_made_and_shown(mine: Browser, service: Stack, http: Http) -> None:
    client_id = a_client(service)
    asking = mine.visit(f"/client-file-flow/{client_id}")
    text = asking.raw.decode()
    assert "&lt;An importer&gt;" in text
    assert "submit_score" in text
    # Looking makes nothing.
    assert mine("GET", "/api/v1/users/me/api-tokens").json["body"] == []
    made = mine.submit(f"/client-file-flow/{client_id}", form_of(asking))
    key = key_of(made)
    status = http.get("/api/v1/status", {"Authorization": f"Bearer {key}"})
    assert status.json["body"]["permissions"] == ["submit_score"]


def test_a_second_key_is_another_one_and_says_so(mine: Browser, service: Stack, http: Http) -> None:
    path = f"/client-file-flow/{a_client(service)}"
    keys = []
    for revoke in ({}, {}, {"revoke": "yes"}):
        asking = mine.visit(path)
        assert ("cannot be shown again" in " ".join(asking.raw.decode().split())) is bool(keys)
        made = mine.submit(path, {**form_of(asking), **revoke})
        assert ("This is a new key." in made.raw.decode()) is bool(keys)
        keys.append(key_of(made))
    assert len(set(keys)) == 3
    statuses = [http.get("/api/v1/status", {"Authorization": f"Bearer {k}"}).status for k in keys]
    assert statuses == [401, 401, 200]


def test_a_file_is_made_with_the_key_in_it(mine: Browser, service: Stack) -> None:
    template = "url = '%%OUR_URL%%'\nkey = '%%TACHI_KEY%%'\n# %%TACHI_KEY%%\n"
    path = "/client-file-flow/" + a_client(
        service, api_key_template=template, api_key_filename="importer.toml"
    )
    made = mine.submit(path, form_of(mine.visit(path)))
    text = made.raw.decode()
    assert 'download="importer.toml"' in text
    found = re.search(r"base64,([^\"]*)", text)
    assert found is not None
    content = base64.b64decode(unescape(found[1])).decode()
    assert content == f"url = '{service.url}'\nkey = '{key_of(made)}'\n# %%TACHI_KEY%%\n"


def test_a_key_is_made_by_the_pages_own_form_only(mine: Browser, service: Stack) -> None:
    path = f"/client-file-flow/{a_client(service)}"
    form = form_of(mine.visit(path))
    assert mine.submit(path, {}).status == 403
    assert mine.submit(path, {"form_token": "0" * 64}).status == 403
    assert mine.submit(path, form, origin="https://evil.example").status == 403
    assert mine("GET", "/api/v1/users/me/api-tokens").json["body"] == []


def test_an_unknown_client_has_a_page_that_says_so(mine: Browser) -> None:
    page = mine.visit("/client-file-flow/CInothing")
    assert page.status == 404
    assert "This client does not exist." in page.raw.decode()


# --- consent -------------------------------------------------------------------------------


def test_consent_leads_back_with_a_code(mine: Browser, service: Stack, http: Http) -> None:
    client_id = a_client(service, redirect_uri=CALLBACK, secret_hash=proof_hash("a secret"))
    path = f"/oauth/request-auth?clientID={client_id}&context=a%26b"
    asking = mine.visit(path)
    assert asking.status == 200
    assert "bot.example.org" in asking.raw.decode()
    policy = asking.headers["Content-Security-Policy"]
    assert policy.endswith("form-action 'self' https://bot.example.org")
    sent = mine.submit(path, {**form_of(asking), "answer": "allow"})
    assert sent.status == 303
    address = urlsplit(sent.headers["Location"])
    assert address.netloc == "bot.example.org"
    query = parse_qs(address.query)
    assert query["from"] == ["tracker"]
    assert query["context"] == ["a&b"]
    body = {
        "client_id": client_id,
        "client_secret": "a secret",
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code": query["code"][0],
    }
    answer = Browser(service)("POST", "/api/v1/oauth/token", body)
    assert answer.status == 200


def test_who_denies_is_sent_back_without_a_code(mine: Browser, service: Stack) -> None:
    client_id = a_client(service, redirect_uri="tachi-app:done", secret_hash=proof_hash("s"))
    path = f"/oauth/request-auth?client_id={client_id}&state=x"
    asking = mine.visit(path)
    assert asking.headers["Content-Security-Policy"].endswith("form-action 'self' tachi-app:")
    sent = mine.submit(path, {**form_of(asking), "answer": "deny"})
    assert sent.headers["Location"] == "tachi-app:done?error=access_denied&state=x"
    assert service.scalar("SELECT count(*) FROM oauth_codes WHERE client_id = :c", c=client_id) == 0


def test_a_consent_leads_nowhere_that_is_not_registered(mine: Browser, service: Stack) -> None:
    client_id = a_client(service, redirect_uri=CALLBACK, secret_hash=proof_hash("s"))
    path = f"/oauth/request-auth?clientID={client_id}&redirect_uri=https://evil.example"
    assert mine.visit(path).status == 400
    assert mine.visit(f"/oauth/request-auth?clientID={a_client(service)}").status == 400
    assert mine.visit("/oauth/request-auth").status == 404
