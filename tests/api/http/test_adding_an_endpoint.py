"""That an endpoint is added as `docs/adding-an-endpoint.md` says, with the code there."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from flask.testing import FlaskClient

from api import app as application
from api.openapi import document
from api.routes import API, ROUTES
from common.settings import load_settings
from tests.support.stack import ROOT, Player, Stack, batch_manual

pytestmark = pytest.mark.processes

PAGE = (ROOT / "docs" / "adding-an-endpoint.md").read_text(encoding="utf-8")


def block(below: str) -> str:
    """The first block of code below a text on the page."""
    _, found, rest = PAGE.partition(below)
    assert found, f"the page does not say: {below}"
    code = re.search(r"^```\w*\n(.*?)^```$", rest, re.DOTALL | re.MULTILINE)
    assert code is not None
    return code[1]


@pytest.fixture
def client(service: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """The application on the real servers, with what the page adds."""
    for name, below in [
        ("common.scores.newest_rows", "In `common/scores/newest_rows.py`:"),
        ("api.v1.newest", "In `api/v1/newest.py`:"),
    ]:
        module = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(block(below), f"the page: {name}", "exec"), module.__dict__)
    line = eval(f"({block('One line of `ROUTES`')})", {"newest": module, "API": API})
    monkeypatch.setattr(application, "ROUTES", (*ROUTES, *line))
    app = application.create_app(load_settings(service.environment))
    with app.test_client() as client:
        yield client


def newest(client: FlaskClient, player: Player, *, token: bool = True) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {player.token}"} if token else {}
    answer = client.get(f"{API}/users/{player.user_id}/newest-score", headers=headers)
    return answer.status_code, answer.json


def test_the_new_endpoint_answers_fails_and_refuses(client: FlaskClient, player: Player) -> None:
    status, answer = newest(client, player)
    assert (status, answer["description"]) == (404, "This user has no scores.")
    assert answer["error"]["code"] == "NOT_FOUND"

    imported = player.wait(player.submit(batch_manual(1)))
    status, answer = newest(client, player)
    assert (status, answer["body"]) == (200, {"scoreID": imported["scoreIDs"][0]})

    assert newest(client, player, token=False)[0] == 401


def test_the_new_endpoint_stands_in_the_openapi_document(client: FlaskClient) -> None:
    paths = document(client.application, "1")["paths"]
    (path,) = [path for path in paths if path.endswith("/newest-score")]
    operation = paths[path]["get"]
    assert operation["x-permissions"] == ["submit_score"]
    assert {"200", "404", "429"} <= operation["responses"].keys()
