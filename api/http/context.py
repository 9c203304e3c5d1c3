"""What is known of the request being handled: made before its endpoint, asked for anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from flask import g, has_request_context

from api.http.identity import GUEST, Identity
from common.errors import UserError


@dataclass(slots=True)
class RequestContext:
    """One request, as far as it has been understood.

    Parameters:
        identity: who sends it; a guest as well where the token is no good.
        stranger: what is wrong with the token, where the blueprint's dialect says so itself.
        body, json: the JSON body, as it came and decoded; `{}` where there is none.
        unread: why the body was not read; raised by who asks for it.
        headers: what the answer carries besides that of every answer.
    """

    request_id: str
    identity: Identity = GUEST
    stranger: UserError | None = None
    body: bytes = b"{}"
    json: Any = field(default_factory=dict)
    unread: UserError | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def json_object(self) -> dict[str, Any]:
        """The request's JSON object; {} where it holds a list. Raises what kept it unread."""
        if self.unread is not None:
            raise self.unread
        return self.json if isinstance(self.json, dict) else {}


def begin(context: RequestContext) -> None:
    g.context = context


def current() -> RequestContext:
    """The context of the request being handled."""
    return cast(RequestContext, g.context)


def request_id() -> str | None:
    """The id of the request being handled; None where none is, or it has only just come."""
    if not has_request_context() or "context" not in g:
        return None
    return current().request_id
