"""Where Redis is: a server, or the Sentinels that know which one is the master."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from redis import Redis
from redis.sentinel import Sentinel

SCHEME: Final = "redis+sentinel"
PORT: Final = 26379


@dataclass(frozen=True, slots=True)
class SentinelAddress:
    """`redis+sentinel://user:password@host:26379,host:26379/0?master=NAME&sentinel_password=...`

    user and password are those of the Redis servers.
    """

    sentinels: tuple[tuple[str, int], ...]
    master: str
    database: int
    username: str | None
    password: str | None = field(repr=False)
    sentinel_password: str | None = field(repr=False)

    @property
    def credentials(self) -> dict[str, str]:
        named = {"username": self.username, "password": self.password}
        return {name: value for name, value in named.items() if value}

    @property
    def of_sentinels(self) -> dict[str, str]:
        """What the Sentinels themselves ask for."""
        return {"password": self.sentinel_password} if self.sentinel_password else {}


def sentinel_address(url: str) -> SentinelAddress | None:
    """None for the URL of a single server. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme != SCHEME:
        return None
    login, _, hosts = parts.netloc.rpartition("@")
    username, _, password = login.partition(":")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if not query.get("master"):
        raise ValueError("expected ?master= with the name that the Sentinels know the master by")
    if not hosts:
        raise ValueError("expected the hosts of the Sentinels")
    return SentinelAddress(
        sentinels=tuple(_host(each) for each in hosts.split(",")),
        master=query["master"],
        database=int(parts.path.strip("/") or 0),
        username=unquote(username) or None,
        password=unquote(password) or None,
        sentinel_password=query.get("sentinel_password"),
    )


def _host(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    if not host or not (port or "0").isdecimal():
        raise ValueError(f"expected host:port of a Sentinel, not {text}")
    return host, int(port or PORT)


def connect(url: str, client: type[Redis], **options: Any) -> Redis:
    """A client of that class; with Sentinels, of whichever server is the master at the moment."""
    address = sentinel_address(url)
    if address is None:
        return client.from_url(url, **options)
    times = {name: options[name] for name in ("socket_timeout", "socket_connect_timeout")}
    # redis-py has no types for these two.
    sentinel: Any = Sentinel
    known = sentinel(address.sentinels, sentinel_kwargs={**times, **address.of_sentinels})
    found: Redis = known.master_for(
        address.master, redis_class=client, db=address.database, **address.credentials, **options
    )
    return found
