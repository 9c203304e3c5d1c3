"""The HTTP interface as the pages use it: what they show and do is what /api/v1 answers.

A page asks in its own process, as whoever sends the request for the page. Gates, schemas and
answers are those of the endpoint, so that a page can neither show nor do what the interface
would not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson
from flask import Response, current_app, request
from werkzeug.test import EnvironBuilder

from api.http import context
from api.http.context import RequestContext
from api.server import lanes
from common.errors import UserError

API: Final = "/api/v1"

# What of the page's request the one it makes has, too.
_KEPT: Final = ("REMOTE_ADDR", "HTTP_HOST", "HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR")


@dataclass(frozen=True, slots=True)
class Answered:
    """A good answer. after: of a list that goes on, where its next page begins."""

    status: int
    description: str
    body: Any
    after: str | None


@dataclass(frozen=True, slots=True)
class _Call:
    """A request of a page. turn: given up while another service is waited for; None: never."""

    method: str
    path: str
    query: dict[str, Any]
    body: dict[str, Any] = field(default_factory=dict)
    turn: lanes.Turn | lanes.NoTurn | None = None


def get(path: str, /, **query: Any) -> Answered:
    """What a GET of a path below /api/v1 is answered. Raises UserError. None is not sent."""
    return _ask(_Call("GET", path, query))


def send(method: str, path: str, /, body: dict[str, Any] | None = None, **query: Any) -> Answered:
    """The same with a body. What takes a while is answered with 202, and never waited for."""
    return _ask(_Call(method, path, query, body or {}))


def send_and_wait(method: str, path: str, body: dict[str, Any]) -> Answered:
    """The same, where it is another service that takes a while: its answer is waited for."""
    return _ask(_Call(method, path, {}, body, lanes.turn(request.environ)))


def openapi() -> dict[str, Any]:
    """The OpenAPI document."""
    document: dict[str, Any] = orjson.loads(_answer(_Call("GET", "/openapi.json", {}))[0])
    return document


def _ask(call: _Call) -> Answered:
    content, status, after = _answer(call)
    answer = orjson.loads(content)
    if status >= 400:
        error = answer.get("error") or {}
        raise UserError(status, answer["description"], error.get("code"))
    return Answered(status, answer["description"], answer.get("body"), after)


def _answer(call: _Call) -> tuple[bytes, int, str | None]:
    """Its body and status, and where the next page is."""
    outer = context.current()
    kept: dict[str, Any] = {
        name: request.environ[name] for name in _KEPT if name in request.environ
    }
    kept[lanes.TURN] = call.turn
    environ = EnvironBuilder(
        path=API + call.path,
        method=call.method,
        query_string=urlencode({k: v for k, v in call.query.items() if v is not None}),
        # A person is at these pages.
        headers=[("X-User-Intent", "true")],
        environ_overrides=kept,
    ).get_environ()
    with current_app.request_context(environ):
        inner = RequestContext(outer.request_id, outer.identity, json=call.body)
        context.begin(inner)
        answer = _endpoint()
        return answer.get_data(), answer.status_code, _after(inner)


def _endpoint() -> Response:
    """What the endpoint answers that the inner request is for, its blueprint's gates first."""
    if request.routing_exception is not None or request.url_rule is None:
        raise UserError(404, "There is no such page.")
    for gate in current_app.before_request_funcs.get(request.blueprint, ()):
        refusal = current_app.ensure_sync(gate)()
        if refusal is not None:
            return current_app.make_response(refusal)
    view = current_app.view_functions[request.url_rule.endpoint]
    return current_app.make_response(current_app.ensure_sync(view)(**(request.view_args or {})))


def _after(inner: RequestContext) -> str | None:
    link = inner.headers.get("Link")
    if link is None:
        return None
    query = urlsplit(link.partition("<")[2].partition(">")[0]).query
    return parse_qs(query).get("after", [None])[0]
