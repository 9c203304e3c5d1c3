"""A catalogue with the charts that hooks play, and callers of hooks."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from api.app import create_app
from common.settings import load_settings
from tests.golden.pipelines.catalogue import add_catalogue
from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack
from tests.worker.import_types.hooks import arcade_documents

# A JSON body to a path with a token, and headers that differ from the usual ones.
Post = Callable[..., Answer]


@pytest.fixture(scope="module")
def arcade(service: Stack) -> None:
    """The catalogue knows the charts and a course of `arcade_documents`."""
    with service.engine.begin() as connection:
        add_catalogue(connection, arcade_documents.CATALOGUE)
        connection.execute(
            text(
                "INSERT INTO bms_courses (md5sums, title, playtype, set, value, content_hash)"
                " VALUES (:md5sums, 'Course', '7K', 'genocideDan', 'INSANE_1', '')"
            ),
            {"md5sums": arcade_documents.COURSE_MD5},
        )


@pytest.fixture
def gamer(service: Stack) -> Player:
    """Somebody who has played nothing yet, in person."""
    return service.user(f"g{secrets.token_hex(6)}", "submit_score", "manage_account")


def post(
    http: Http,
    path: str,
    token: str | None,
    given: Any,
    headers: Mapping[str, str | None] | None = None,
    method: str = "POST",
) -> Answer:
    """headers: None = not sent."""
    sent: dict[str, str] = {"Content-Type": "application/json", "User-Agent": "test"}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    for name, value in (headers or {}).items():
        if value is None:
            sent.pop(name, None)
        else:
            sent[name] = value
    body = given if isinstance(given, bytes) else orjson.dumps(given)
    return http.request(method, path, body, sent)


def elsewhere(
    service: Stack, kind: str, path: str, token: str, headers: Mapping[str, str]
) -> tuple[int, Any]:
    """Status and body of the answer of a server of another type (`kamai`, `boku`)."""
    app = create_app(load_settings({**service.environment, "TYPE": kind}))
    given = {"Authorization": f"Bearer {token}", **headers}
    answer = app.test_client().post(path, json={}, headers=given)
    return answer.status_code, answer.json
