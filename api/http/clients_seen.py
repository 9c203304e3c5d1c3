"""Which API client a session was shown last: whom its next consent is for, where it does not say.

Tachi's own web page asks for a code without naming the client it has just shown. A code is bound to
a client all the same: to this one.
"""

from __future__ import annotations

import contextlib
from typing import Final

from redis.exceptions import RedisError

from api.http import context
from api.http.service import service

REMEMBERED: Final = 600  # seconds


def _key(session: str) -> str:
    return f"score-import:client-shown:{session}"


def note(client_id: str) -> None:
    """That the request's session is shown this client."""
    session = context.current().identity.session
    if session is not None:
        with contextlib.suppress(RedisError):
            service().redis.set(_key(session), client_id, ex=REMEMBERED)


def last() -> str | None:
    """The client that the request's session was shown last."""
    session = context.current().identity.session
    if session is None:
        return None
    try:
        found = service().redis.get(_key(session))
    except RedisError:
        return None
    return found.decode() if isinstance(found, bytes) else None
