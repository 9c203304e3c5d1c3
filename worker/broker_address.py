"""Where the broker is, and what Celery is to know of it.

The certificate of a server that is reached by TLS (`rediss://`, `amqps://`) is verified, by Celery
as well. A private authority's is named in the URL, `?ssl_ca_certs=/path/to/ca.pem`, as redis-py has
it; `ssl_certfile` and `ssl_keyfile` are what the client shows.
"""

from __future__ import annotations

import ssl
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from common.redis_address import sentinel_address

_FILES: Final = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")


def broker_tls(url: str) -> dict[str, Any] | None:
    """Celery's `broker_use_ssl`; None without TLS."""
    parts = urlsplit(url)
    if parts.scheme not in ("amqps", "rediss"):
        return None
    parameters = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    options: dict[str, Any] = {name: parameters[name] for name in _FILES if name in parameters}
    if parts.scheme == "amqps":
        named = {name.removeprefix("ssl_"): file for name, file in options.items()}
        return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": parts.hostname, **named}
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True, **options}


def is_rabbitmq(url: str) -> bool:
    return urlsplit(url).scheme in ("amqp", "amqps")


def broker_address(url: str) -> str:
    """The URL as Celery wants it, without what `broker_tls` and `transport_options` say."""
    sentinels = sentinel_address(url)
    if sentinels is not None:
        login = f":{quote(sentinels.password, safe='')}@" if sentinels.password else ""
        if sentinels.username:
            login = quote(sentinels.username, safe="") + login
        return ";".join(
            f"sentinel://{login}{host}:{port}/{sentinels.database}"
            for host, port in sentinels.sentinels
        )
    parts = urlsplit(url)
    if parts.scheme == "amqps":
        # kombu knows TLS by `broker_use_ssl`.
        return urlunsplit(parts._replace(scheme="amqp", query=""))
    return urlunsplit(parts._replace(query="")) if parts.scheme == "rediss" else url


def transport_options(url: str) -> dict[str, Any]:
    """Celery's `broker_transport_options`: how soon a broker that is away is found out."""
    if is_rabbitmq(url):
        # A message is sent once RabbitMQ says that it has it.
        return {"confirm_publish": True, "connect_timeout": 2, "read_timeout": 10}
    options: dict[str, Any] = {
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 5,
    }
    sentinels = sentinel_address(url)
    if sentinels is not None:
        options["master_name"] = sentinels.master
        options["sentinel_kwargs"] = {
            "socket_timeout": 2,
            "socket_connect_timeout": 2,
            **sentinels.of_sentinels,
        }
    return options
