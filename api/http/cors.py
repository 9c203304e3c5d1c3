"""Which pages in browsers may read answers: any, and those of configured origins with cookies.

Source: specification, http-api.md section 10.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

_ALLOWED: Final = (
    "Content-Type, X-User-Intent, Authorization, X-Infer-Score-TimeAchieved, Idempotency-Key, "
    "Content-Encoding, If-None-Match, Last-Event-ID, X-TachiIR-Version"
)
_EXPOSED: Final = (
    "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, Location, Link, "
    "ETag, Idempotency-Replayed, X-Request-Id"
)
# Seconds for which a browser need not ask again; none keeps it longer than a day.
_MAX_AGE: Final = "86400"

_OF_ALL: Final = {
    "Access-Control-Allow-Headers": _ALLOWED,
    "Access-Control-Allow-Methods": "GET,POST,PATCH,PUT,DELETE,OPTIONS",
    "Access-Control-Expose-Headers": _EXPOSED,
    "Access-Control-Max-Age": _MAX_AGE,
}
_ANYBODY: Final = {
    **_OF_ALL,
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Credentials": "false",
}


def headers(origin: str | None, trusted: Collection[str]) -> Mapping[str, str]:
    """What an answer says of who may read it.

    Parameters:
        origin: of the page that asks, where it is one.
        trusted: origins whose pages may send the session cookie.
    """
    if not trusted:
        return _ANYBODY
    if origin not in trusted:
        # Whoever keeps answers must not give this one to a trusted origin.
        return {**_ANYBODY, "Vary": "Origin"}
    return {
        **_OF_ALL,
        "Access-Control-Allow-Origin": str(origin),
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }
