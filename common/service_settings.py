"""The other services that scores are fetched from: what an operator says of each.

A service of which nothing is said is not offered. No problem that is reported quotes a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import msgspec

# The names that stand in settings, credentials and messages.
KAI_SERVICES: Final = ("FLO", "EAG", "MIN")
CG_SERVICES: Final = ("dev", "nag", "gan")
MYT: Final = "MYT"

_TLS_PORT: Final = 443


class OAuthClient(msgspec.Struct, frozen=True, rename=str.upper, forbid_unknown_fields=True):
    """As what we are registered with a Kai service."""

    client_id: str
    client_secret: str
    redirect_uri: str

    def __repr__(self) -> str:
        return f"OAuthClient({self.client_id})"


@dataclass(frozen=True, slots=True)
class KaiService:
    """url: without a trailing slash; a path in it is kept. oauth: None = not told."""

    name: str
    url: str
    oauth: OAuthClient | None


class _CGConfig(msgspec.Struct, frozen=True, rename=str.upper, forbid_unknown_fields=True):
    url: str
    api_key: str


@dataclass(frozen=True, slots=True)
class CGService:
    """url: without a trailing slash."""

    name: str
    url: str
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MytService:
    """host: with the port. tls: whether to speak TLS. ca_file: of those who may vouch for it,
    empty = the usual ones.
    """

    host: str
    tls: bool
    token: str = field(repr=False)
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for other services, in seconds.

    connect: for a connection. total: for an answer, all of it. idle: for the next message of a
    stream.
    """

    connect: float
    total: float
    idle: float


@dataclass(frozen=True, slots=True)
class Services:
    """All of them, by name. keys: credentials are encrypted with the first, read with any."""

    kai: Mapping[str, KaiService]
    cg: Mapping[str, CGService]
    myt: MytService | None
    patience: Patience
    keys: tuple[str, ...] = field(repr=False)

    def offered(self) -> frozenset[tuple[str, str]]:
        """The services that can be used, as (family, name)."""
        return frozenset(
            [("kai", name) for name in self.kai]
            + [("cg", name) for name in self.cg]
            + ([("myt", MYT)] if self.myt is not None else [])
        )


# --- reading ---------------------------------------------------------------------------


def read_url(value: str) -> str:
    """An http or https URL, without its trailing slashes; empty = not configured."""
    if not value:
        return ""
    parts = _split(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("expected an http or https URL")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("the URL may hold neither a user nor a query nor a fragment")
    return value.rstrip("/")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("this is no URL") from None
    return parts


def read_oauth(value: str) -> OAuthClient | None:
    client: OAuthClient | None = _decode(value, OAuthClient)
    return client


def read_cg(value: str) -> tuple[str, str] | None:
    """The URL and the API key."""
    config = _decode(value, _CGConfig)
    if config is None:
        return None
    if not config.url or not config.api_key:
        raise ValueError("URL and API_KEY must not be empty")
    return read_url(config.url), config.api_key


def _decode(value: str, kind: type[Any]) -> Any:
    if not value:
        return None
    names = ", ".join(kind.__struct_encode_fields__)
    try:
        return msgspec.json.decode(value.encode(), type=kind)
    except msgspec.MsgspecError:
        # The library's own words would quote what is wrong, secrets included.
        raise ValueError(f"expected a JSON object with the texts {names}") from None


def read_grpc_target(value: str) -> tuple[str, bool] | None:
    """`host:port` and whether to speak TLS, from `grpc://`, `grpcs://` or a bare host."""
    if not value:
        return None
    parts = _split(value if "://" in value else f"grpcs://{value}")
    if parts.scheme not in ("grpc", "grpcs") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("expected host, host:port, grpcs://host:port or grpc://host:port")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{host}:{parts.port or _TLS_PORT}", parts.scheme == "grpcs"


def read_keys(value: str) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in value.split(",") if key.strip())
    if not keys:
        return ()
    # Where none are set, seven megabytes of each process need not be.
    from cryptography.fernet import Fernet

    for place, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            raise ValueError(f"key {place} is none; `score-import keys new` makes one") from None
    return keys


# --- all of it -------------------------------------------------------------------------


def contradictions(values: Mapping[str, Any]) -> list[str]:
    """What does not go together, one line each. `values`: by field of the settings."""
    problems = []
    for name in KAI_SERVICES:
        url, oauth = values[f"{name.lower()}_api_url"], values[f"{name.lower()}_oauth2_info"]
        if url and oauth is None:
            problems.append(f"{name}_API_URL is set, but {name}_OAUTH2_INFO is not")
        if oauth is not None and not url:
            problems.append(f"{name}_OAUTH2_INFO is set, but {name}_API_URL is not")
    if values["myt_api_host"] and not values["myt_auth_token"]:
        problems.append("MYT_API_HOST is set, but MYT_AUTH_TOKEN is not")
    if not values["credential_keys"] and assemble(values).offered():
        problems.append(
            "CREDENTIAL_KEYS must be set where services are: users' credentials are encrypted"
        )
    return problems


def assemble(values: Mapping[str, Any]) -> Services:
    kai = {
        name: KaiService(name, url, values[f"{name.lower()}_oauth2_info"])
        for name in KAI_SERVICES
        if (url := values[f"{name.lower()}_api_url"])
    }
    cg = {
        name: CGService(name, *config)
        for name in CG_SERVICES
        if (config := values[f"cg_{name}_config"]) is not None
    }
    myt = None
    if values["myt_api_host"] is not None:
        host, tls = values["myt_api_host"]
        myt = MytService(host, tls, values["myt_auth_token"], values["myt_ca_file"])
    patience = Patience(
        connect=values["service_connect_timeout"],
        total=values["service_timeout"],
        idle=values["service_idle_timeout"],
    )
    return Services(kai, cg, myt, patience, values["credential_keys"])
