"""A userscript on the page of a game: it has a key made, checks it, submits and polls.

Each request is one by a script of another origin, so that the browser asks first.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.accounts import create_user
from cli.main import main
from tests.api.web.test_account_pages import form_of, key_of
from tests.support.browser import Browser
from tests.support.http import Answer, Http
from tests.support.stack import Stack, batch_manual, wait_for

ORIGIN = "https://chunithm-net-eng.com"
CLIENT_ID = "CI2a215ade610e60ee433a1f1faf0f2615f250e80d"
PASSWORD = "correct horse battery"


class Page:
    """A script of ORIGIN: its browser asks before requests that are not simple."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def fetch(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> Answer:
        preflight = self._http.request(
            "OPTIONS",
            path,
            headers={
                "Origin": ORIGIN,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": ",".join(sorted(headers)),
            },
        )
        assert preflight.status == 200
        self._check_origin(preflight)
        assert method in preflight.headers["Access-Control-Allow-Methods"].split(",")
        allowed = preflight.headers["Access-Control-Allow-Headers"].lower().split(", ")
        assert set(headers) <= set(allowed)
        content = None if body is None else json.dumps(body).encode()
        answer = self._http.request(method, path, content, {**headers, "Origin": ORIGIN})
        self._check_origin(answer)
        return answer

    def _check_origin(self, answer: Answer) -> None:
        assert answer.headers["Access-Control-Allow-Origin"] in ("*", ORIGIN)


@pytest.fixture(scope="module")
def registered(service: Stack, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The operator has registered the importer, under the id that is written into it."""
    file: Path = tmp_path_factory.mktemp("clients") / "clients.json"
    entry = {
        "clientID": CLIENT_ID,
        "name": "CHUNITHM site importer",
        "requestedPermissions": ["submit_score"],
    }
    file.write_text(json.dumps([entry]))
    create_user(service.engine, "operator")
    command = ["clients", "seed", str(file), "--author", "operator"]
    result = CliRunner().invoke(main, [*command, "--database-url", service.database_url])
    assert result.exit_code == 0, result.output


@pytest.mark.usefixtures("registered")
def test_from_no_key_to_scores(service: Stack, http: Http) -> None:
    create_user(service.engine, "importing", password=PASSWORD)
    page = Page(http)
    # It has no key, or a bad one.
    bad = page.fetch("GET", "/api/v1/users/me", {"authorization": f"Bearer {'0' * 40}"})
    assert bad.json["success"] is False
    assert bad.description

    # It opens a window: the user logs in there, and has a key made.
    window = Browser(service)
    flow = f"/client-file-flow/{CLIENT_ID}"
    asked = window.visit(flow)
    assert asked.status == 200
    text = asked.raw.decode()
    assert "CHUNITHM site importer" in text
    assert "submit_score" in text
    login = {**form_of(asked), "username": "importing", "password": PASSWORD}
    sent = window.submit("/login", login)
    assert (sent.status, sent.headers["Location"]) == (303, flow)
    asked = window.visit(flow)
    key = key_of(window.submit(flow, form_of(asked)))
    assert re.fullmatch("[0-9a-f]+", key)

    # The user pastes it, and the script checks it.
    authorization = {"authorization": f"Bearer {key}"}
    checked = page.fetch("GET", "/api/v1/users/me", authorization).json
    assert checked["success"] is True
    assert checked["body"]["username"] == "importing"

    # It submits, and asks the address in the answer until the import has ended.
    headers = {**authorization, "content-type": "application/json", "x-user-intent": "true"}
    submitted = page.fetch("POST", "/ir/direct-manual/import", headers, batch_manual(3))
    assert submitted.status == 202
    url = submitted.json["body"]["url"].removeprefix(service.url)
    document = wait_for(
        lambda: (
            (poll := page.fetch("GET", url, authorization).json["body"])["importStatus"]
            == "completed"
            and poll["import"]
        ),
        "the import's end",
    )
    assert len(document["scoreIDs"]) == 3
    assert document["errors"] == []
    assert document["userIntent"] is True
