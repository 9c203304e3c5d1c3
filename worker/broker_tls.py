"""TLS to the broker: a `rediss://` URL has its server's certificate verified, by Celery as well.

A private authority's certificate is named in the URL, `?ssl_ca_certs=/path/to/ca.pem`, as
redis-py has it.
"""

from __future__ import annotations

import ssl
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit, urlunsplit

_FILES: Final = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")


def broker_tls(url: str) -> dict[str, Any] | None:
    """Celery's `broker_use_ssl` for a Redis URL; None without TLS."""
    parts = urlsplit(url)
    if parts.scheme != "rediss":
        return None
    given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    options: dict[str, Any] = {name: given[name] for name in _FILES if name in given}
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True, **options}


def broker_address(url: str) -> str:
    """The URL without what `broker_tls` says."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="")) if parts.scheme == "rediss" else url
