"""How the values of environment variables are read. Raise ValueError that says what is expected."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from common import redis_address
from common.wire import Wire

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver of events. The secret is known to it and us only, and never shown."""

    url: str
    secret: str = field(repr=False)


def read_text(value: str) -> str:
    """As it is."""
    return value


def url(*schemes: str) -> Callable[[str], str]:
    """A reader of URLs with one of the schemes."""

    def read(value: str) -> str:
        if urlsplit(value).scheme not in schemes:
            raise ValueError(f"expected a URL that starts with {' or '.join(schemes)}://")
        return value

    return read


read_postgresql = url("postgresql", "postgresql+psycopg2", "postgres")


def read_redis(value: str) -> str:
    """Where a Redis is: a server, or the Sentinels that know it."""
    url("redis", "rediss", redis_address.SCHEME)(value)
    redis_address.sentinel_address(value)
    return value


def read_broker(value: str) -> str:
    """Where messages go; empty = the Redis of everything else."""
    if not value or urlsplit(value).scheme in ("amqp", "amqps"):
        return value
    return read_redis(value)


def read_replica(value: str) -> str:
    """A PostgreSQL; empty = none."""
    return read_postgresql(value) if value else ""


def read_our_url(value: str) -> str:
    """Where clients reach us: poll URLs are made by adding to it."""
    url("http", "https")(value)
    if value.endswith("/"):
        raise ValueError("must not end in /")
    return value


def choice(*choices: str) -> Callable[[str], str]:
    """A reader of one of these words."""

    def read(value: str) -> str:
        if value not in choices:
            raise ValueError(f"expected one of {', '.join(choices)}")
        return value

    return read


def read_wire(value: str) -> Wire:
    """Whose documents are answered."""
    return Wire(choice(*Wire)(value))


def read_flag(value: str) -> bool:
    """Yes or no, in the words that are usual."""
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError("expected true or false")


def whole(low: int) -> Callable[[str], int]:
    """A reader of whole numbers, `low` or above."""

    def read(value: str) -> int:
        if not value.isdecimal() or int(value) < low:
            raise ValueError(f"expected a whole number, at least {low}")
        return int(value)

    return read


def read_seconds(value: str) -> float:
    """A duration above 0."""
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1
    if not seconds > 0:
        raise ValueError("expected a number of seconds above 0")
    return seconds


def read_names(value: str) -> tuple[str, ...]:
    """A comma-separated list; empty = everything that is built, in its own order."""
    return tuple(name.strip() for name in value.split(",") if name.strip())


def read_networks(value: str) -> tuple[Network, ...]:
    """A comma-separated list of addresses and networks."""
    try:
        return tuple(ipaddress.ip_network(each) for each in read_names(value))
    except ValueError as problem:
        raise ValueError(f"expected addresses or networks: {problem}") from None


def read_origins(value: str) -> frozenset[str]:
    """A comma-separated list of origins (scheme, host and port), in lower case."""
    for place, origin in enumerate(read_names(value), start=1):
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"origin {place}: expected scheme, host and port, no path")
        if "*" in origin or "@" in origin or not parts.hostname:
            raise ValueError(f"origin {place}: expected one host")
    return frozenset(origin.lower() for origin in read_names(value))


def read_webhooks(value: str) -> tuple[Webhook, ...]:
    """`url|secret`, several separated by commas. No problem names a secret."""
    webhooks: dict[str, Webhook] = {}
    for place, entry in enumerate(read_names(value), start=1):
        url, bar, secret = entry.rpartition("|")
        parts = urlsplit(url)
        if not bar or parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"receiver {place}: expected url|secret with an http or https URL")
        if parts.username is not None or parts.fragment or not _is_visible_ascii(url):
            raise ValueError(f"receiver {place}: the URL may hold neither a user nor a fragment")
        if not secret or not _is_visible_ascii(secret):
            raise ValueError(f"receiver {place}: the secret must be made of ASCII, no spaces")
        if url in webhooks:
            raise ValueError(f"receiver {place}: the same URL is named twice")
        webhooks[url] = Webhook(url, secret)
    return tuple(webhooks.values())


def _is_visible_ascii(text: str) -> bool:
    return all("!" <= character <= "~" for character in text)
