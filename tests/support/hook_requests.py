"""Requests as the clients behind hooks send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from api.app import create_app
from common.settings import load_settings
from tests.support.http import Answer, Http
from tests.support.stack import Stack


def post(
    http: Http,
    path: str,
    token: str | None,
    content: Any,
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
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    return http.request(method, path, body, sent)


def elsewhere(
    service: Stack, kind: str, path: str, token: str, headers: Mapping[str, str]
) -> tuple[int, Any]:
    """Status and body of the answer of a server of another type (`kamai`, `boku`)."""
    app = create_app(load_settings({**service.environment, "TYPE": kind}))
    sent = {"Authorization": f"Bearer {token}", **headers}
    answer = app.test_client().post(path, json={}, headers=sent)
    return answer.status_code, answer.json
