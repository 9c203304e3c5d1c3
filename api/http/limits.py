"""Rate limits: fixed windows, counted in Redis. Source: specification, http-api.md section 6.

Requests with a good token are counted by user, all others by address (`api.http.admission`).
Without Redis nothing is counted and every request passes: an import is safe in PostgreSQL either
way.
"""

from __future__ import annotations

import contextlib
import ipaddress
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Response
from redis.exceptions import RedisError
from werkzeug.wrappers import Request

from api.http import context
from api.http.answers import JSON
from common import envelope
from common.metrics.measures import LIMITS
from common.redis_client import GuardedRedis
from common.setting_values import Network

WINDOW = 60  # seconds


@dataclass(frozen=True, slots=True)
class Limit:
    """A counter of its own. `most`: requests a window; 0 = unlimited. `window`: seconds."""

    name: str
    most: int
    window: int = WINDOW


@dataclass(frozen=True, slots=True)
class Count:
    """Where a requester stands. `resets_in`: seconds until the window ends."""

    limit: Limit
    used: int
    resets_in: float

    @property
    def exceeded(self) -> bool:
        return self.used > self.limit.most

    @property
    def explanation(self) -> str:
        return (
            f"You have exceeded {self.limit.most} requests per {self.limit.window} seconds. "
            "Please wait."
        )

    def headers(self) -> dict[str, str]:
        """What every answer says of the limit; and when to come back, once it is exceeded."""
        headers = {
            "X-RateLimit-Limit": str(self.limit.most),
            "X-RateLimit-Remaining": str(max(0, self.limit.most - self.used)),
            "X-RateLimit-Reset": str(int(time.time() + self.resets_in) + 1),
        }
        if self.exceeded:
            headers["Retry-After"] = str(int(self.resets_in) + 1)
        return headers

    def refusal(self) -> bytes:
        """The body of the 429 answer, which is counted."""
        LIMITS.add(self.limit.name)
        return envelope.failure(
            self.explanation,
            status=429,
            message="You're being rate limited.",
            error={"code": "RATE_LIMITED"},
        )


def user(user_id: int) -> str:
    """How a user's requests are counted."""
    return f"user:{user_id}"


def _key(limit: Limit, who: str) -> str:
    return f"score-import:limit:{limit.name}:{who}"


def commands(limit: Limit, who: str) -> list[tuple[Any, ...]]:
    """What counts a request; `read` takes the three answers."""
    key = _key(limit, who)
    return [("SET", key, 0, "EX", limit.window, "NX"), ("INCR", key), ("PTTL", key)]


def read(limit: Limit, results: Sequence[Any]) -> Count:
    _, used, milliseconds = results
    return Count(limit, used, max(0, milliseconds) / 1000)


def count(redis: GuardedRedis, limit: Limit, who: str) -> Count | None:
    """Counts one request; None where there is no limit or no Redis."""
    if not limit.most:
        return None
    try:
        return read(limit, redis.ask(commands(limit, who)))
    except RedisError:
        return None


def refusal(counted: Count | None) -> Response | None:
    """The 429 answer if the limit is exceeded; notes the headers of this request's answer."""
    if counted is None:
        return None
    context.current().headers |= counted.headers()
    return Response(counted.refusal(), 429, mimetype=JSON) if counted.exceeded else None


def give_back(redis: GuardedRedis, limit: Limit, who: str) -> None:
    """Takes one request off a count that it turned out not to belong to."""
    if not limit.most:
        return
    key = _key(limit, who)
    with contextlib.suppress(RedisError), redis.pipeline(transaction=False) as pipeline:
        pipeline.set(key, 1, ex=limit.window, nx=True)
        pipeline.decr(key)
        pipeline.execute()


def client_address(request: Request, trusted: Sequence[Network]) -> str:
    """The address that a guest is counted by.

    Each proxy writes the address that a request came to it from at the end of X-Forwarded-For,
    which counts as far as those who say so are trusted. Of IPv6 the half that a provider hands
    out to one customer counts.
    """
    address = request.remote_addr or "unknown"
    forwarded = request.environ.get("HTTP_X_FORWARDED_FOR")
    for earlier in reversed(forwarded.split(",")) if forwarded else ():
        if not _is_within(address, trusted):
            break
        try:
            address = str(ipaddress.ip_address(earlier.strip()))
        except ValueError:
            break
    return _subject(address)


def _is_within(address: str, networks: Sequence[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


@lru_cache(10_000)
def _subject(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
