"""API clients over HTTP, and what an operator registers from a file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.accounts import create_user
from cli.main import main
from common.accounts.user_rows import ADMINISTRATOR
from tests.support.browser import Browser
from tests.support.http import Http
from tests.support.stack import ROOT, Stack

PASSWORD = "correct horse battery"
CLIENTS = "/api/v1/clients"

_names = iter(f"author{number}" for number in range(100))


def a_browser(service: Stack, *, auth_level: int = 1) -> Browser:
    name = next(_names)
    create_user(service.engine, name, password=PASSWORD, auth_level=auth_level)
    browser = Browser(service)
    assert browser.log_in(name, PASSWORD).status == 200
    return browser


@pytest.fixture
def mine(service: Stack) -> Browser:
    return a_browser(service)


def wanted(**more: Any) -> dict[str, Any]:
    return {
        "name": "My bot",
        "redirectUri": "https://bot.example.org/callback",
        "webhookUri": None,
        "apiKeyTemplate": None,
        "apiKeyFilename": None,
        "permissions": ["submit_score", "customise_score"],
        **more,
    }


def test_a_secret_is_shown_when_it_is_made(mine: Browser, http: Http, service: Stack) -> None:
    made = mine("POST", f"{CLIENTS}/create", wanted()).json["body"]
    assert re.fullmatch("CI[0-9a-f]{40}", made["clientID"])
    assert re.fullmatch("CS[0-9a-f]{40}", made["clientSecret"])
    assert made["requestedPermissions"] == ["customise_score", "submit_score"]
    public = http.get(f"{CLIENTS}/{made['clientID']}")
    assert public.json["body"] == {k: v for k, v in made.items() if k != "clientSecret"}
    (listed,) = mine("GET", CLIENTS).json["body"]
    assert listed == {**made, "clientSecret": None}
    reset = mine("POST", f"{CLIENTS}/{made['clientID']}/reset-secret").json["body"]
    assert reset["clientSecret"] != made["clientSecret"]
    stored = str(service.query("SELECT * FROM api_clients"))
    assert made["clientSecret"] not in stored
    assert reset["clientSecret"] not in stored


@pytest.mark.parametrize(
    ("more", "description"),
    [
        ({"permissions": []}, "Must require at least one permission."),
        ({"permissions": ["manage_account"]}, "[permissions[0]] Expected any of"),
        ({"name": "ab"}, "[name] Expected a string with length between 3 and 80. (Received ab)"),
        ({"redirectUri": "javascript:alert(1)"}, "Invalid Redirect URL."),
        ({"redirectUri": "ftp://example.org"}, "Invalid Redirect URL."),
        ({"webhookUri": "http://example.org/hook"}, "Invalid Webhook URL."),
        ({"webhookUri": "https://localhost/hook"}, "Invalid Webhook URL."),
        ({"webhookUri": "https://10.0.0.1/hook"}, "Invalid Webhook URL."),
        ({"webhookUri": "https://[::1]/hook"}, "Invalid Webhook URL."),
        ({"apiKeyTemplate": "key"}, "apiKeyTemplate must contain %%TACHI_KEY%%."),
    ],
)
def test_what_a_client_cannot_be_is_said(
    mine: Browser, more: dict[str, Any], description: str
) -> None:
    answer = mine("POST", f"{CLIENTS}/create", wanted(**more))
    assert answer.status == 400
    assert answer.description.startswith(description)
    assert mine("GET", CLIENTS).json["body"] == []


def test_only_its_author_changes_a_client(mine: Browser, service: Stack) -> None:
    client_id = mine("POST", f"{CLIENTS}/create", wanted()).json["body"]["clientID"]
    path = f"{CLIENTS}/{client_id}"
    stranger = a_browser(service)
    guest = Browser(service)
    for method, of in (("PATCH", path), ("POST", f"{path}/reset-secret"), ("DELETE", path)):
        assert stranger(method, of, {"name": "Theirs"}).status == 403
        assert guest(method, of, {"name": "Theirs"}).status == 401
    changed = mine("PATCH", path, {"name": "Mine", "redirectUri": "tachi-mine:done"}).json["body"]
    assert (changed["name"], changed["redirectUri"]) == ("Mine", "tachi-mine:done")
    assert mine("PATCH", path, {}).description == "No changes to make."
    assert mine("PATCH", path, {"redirectUri": "nonsense"}).status == 400


def test_a_client_takes_its_tokens_with_it(mine: Browser, http: Http) -> None:
    client_id = mine("POST", f"{CLIENTS}/create", wanted()).json["body"]["clientID"]
    token = mine("POST", "/api/v1/users/me/api-tokens/create", {"clientID": client_id})
    bearer = {"Authorization": f"Bearer {token.json['body']['token']}"}
    assert http.get("/api/v1/users/me", bearer).status == 200
    assert mine("DELETE", f"{CLIENTS}/{client_id}").status == 200
    assert http.get("/api/v1/users/me", bearer).status == 401
    assert http.get(f"{CLIENTS}/{client_id}").status == 404


def test_a_user_registers_only_so_many_clients(service: Stack) -> None:
    user, admin = a_browser(service), a_browser(service, auth_level=ADMINISTRATOR)
    for _ in range(15):
        assert user("POST", f"{CLIENTS}/create", wanted()).status == 200
    refused = user("POST", f"{CLIENTS}/create", wanted())
    assert (refused.status, refused.json["error"]["code"]) == (400, "TOO_MANY_CLIENTS")
    for _ in range(16):
        assert admin("POST", f"{CLIENTS}/create", wanted()).status == 200


def test_tokens_register_no_clients(service: Stack, http: Http) -> None:
    player = service.user(next(_names), "submit_score")
    headers = {"Authorization": f"Bearer {player.token}", "Content-Type": "application/json"}
    body = json.dumps(wanted()).encode()
    assert http.request("POST", f"{CLIENTS}/create", body, headers).status == 401
    assert http.request("GET", CLIENTS, None, headers).status == 401


# --- from a file ---------------------------------------------------------------------------


def seed(service: Stack, file: Path, author: str) -> tuple[int, str]:
    command = ["clients", "seed", str(file), "--author", author]
    result = CliRunner().invoke(main, [*command, "--database-url", service.database_url])
    return result.exit_code, result.output


def test_well_known_clients_are_seeded_with_their_ids(service: Stack, http: Http) -> None:
    operator = service.user(next(_names))
    author = str(operator.user_id)
    for _ in range(2):
        code, output = seed(service, ROOT / "examples" / "clients.json", author)
        assert (code, output) == (0, "13 clients.\n")
    mikado = http.get(f"{CLIENTS}/CXMikado").json["body"]
    assert mikado["author"] == operator.user_id
    assert mikado["requestedPermissions"] == ["submit_score"]
    assert mikado["apiKeyFilename"] == "mikado.toml"
    assert mikado["apiKeyTemplate"].count("%%TACHI_KEY%%") == 1
    assert f"base_url = '{service.url}/'" in mikado["apiKeyTemplate"]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"name": "x"}, "missing required field"),
        ({"clientID": "CI1", "name": "x", "requestedPermissions": []}, "requestedPermissions"),
        ({"clientID": "a/b", "name": "x", "requestedPermissions": ["submit_score"]}, "clientID"),
        ({"clientID": "CI1", "nam": "x", "requestedPermissions": []}, "unknown field"),
    ],
)
def test_a_file_that_is_not_right_seeds_nothing(
    service: Stack, tmp_path: Path, entry: dict[str, Any], problem: str
) -> None:
    file = tmp_path / "clients.json"
    good = {"clientID": "CIgood", "name": "x", "requestedPermissions": ["submit_score"]}
    file.write_text(json.dumps([good, entry]))
    author = service.user(next(_names))
    code, output = seed(service, file, str(author.user_id))
    assert code == 1
    assert problem in output
    assert Http(service.port).get(f"{CLIENTS}/CIgood").status == 404
