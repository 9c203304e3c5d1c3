"""Opening a user's feed: which service, with which credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

import httpx
from sqlalchemy import Engine

from common.credentials import credential_rows
from common.credentials.vault import Owner, Vault
from common.errors import FatalImportError
from common.settings import Settings
from worker.import_types.base import Origin
from worker.services import cg_source, myt_source
from worker.services.cg_source import CGSource
from worker.services.feed import ServiceFeed
from worker.services.http import Caller, open_client
from worker.services.kai_source import KaiSource
from worker.services.loop import Loop, process_loop
from worker.services.myt_source import MytSource, open_channel
from worker.services.source import Source
from worker.services.tokens import Tokens, readable

NO_KEYS: Final = "This server has no keys for stored credentials."


@dataclass(frozen=True, slots=True)
class Access:
    """What calling a service takes.

    transport: of HTTP, where it is not the network.
    """

    settings: Settings
    engine: Engine
    transport: httpx.AsyncBaseTransport | None = None

    def vault(self) -> Vault:
        keys = self.settings.services.keys
        if not keys:
            raise FatalImportError(500, NO_KEYS)
        return Vault(keys)

    def caller(self, loop: Loop) -> Caller:
        patience = self.settings.services.patience
        if self.transport is not None:
            return Caller(open_client(patience, self.transport), patience, _no_pause)
        if "http" not in loop.shared:
            loop.shared["http"] = open_client(patience)
        return Caller(loop.shared["http"], patience)


async def _no_pause(_: float) -> None:
    """What answers from a record need not be waited for."""


def credential_name(family: str, service: str) -> str:
    """What a service is called in stored credentials."""
    return f"cg-{service}" if family == "cg" else service


@contextmanager
def open_feed(
    access: Access, user_id: int, origin: Origin, tell: Callable[[str], None]
) -> Iterator[ServiceFeed]:
    """The user's feed, its first request made. Raises FatalImportError where there is none."""
    loop = process_loop()
    owner = Owner(user_id, credential_name(origin.family, origin.service))
    source = _OPEN[origin.family](access, loop, owner, origin)
    feed = ServiceFeed(source, loop, tell)
    try:
        feed.open()
        yield feed
    finally:
        feed.close()


def _open_kai(access: Access, loop: Loop, owner: Owner, origin: Origin) -> Source:
    settings = access.settings
    service = settings.services.kai.get(origin.service)
    if service is None:
        raise FatalImportError(500, f"This server is not set up for {origin.service}.")
    tokens = Tokens(access.engine, access.vault(), owner, service, settings.our_url)
    return KaiSource(
        access.caller(loop),
        service,
        tokens,
        origin.feed,
        server_name=settings.name,
        user_agent=f"{settings.name}/{version('score-import')}",
    )


def _open_cg(access: Access, loop: Loop, owner: Owner, origin: Origin) -> Source:
    card = _stored(access, owner, cg_source.NO_CARD)
    service = access.settings.services.cg.get(origin.service)
    if service is None:
        raise FatalImportError(500, f"Tried to get {origin.service} CG conf, yet was not defined?")
    return CGSource(access.caller(loop), service, origin.feed, card)


def _open_myt(access: Access, loop: Loop, owner: Owner, origin: Origin) -> Source:
    card = _stored(access, owner, myt_source.NO_CARD)
    services = access.settings.services
    service = services.myt
    if service is None:
        raise FatalImportError(500, "Tried to get MYT API server host, yet was not defined?")
    if not service.token:
        raise FatalImportError(500, "Tried to get MYT auth token, yet was not defined?")

    def channel() -> myt_source.Channel:
        if service not in loop.shared:
            loop.shared[service] = open_channel(service)
        opened: myt_source.Channel = loop.shared[service]
        return opened

    return MytSource(channel, service, services.patience, origin.feed, card["cardAccessCode"])


def _stored(access: Access, owner: Owner, missing: str) -> Mapping[str, str]:
    with access.engine.connect() as connection, readable(owner.service):
        found = credential_rows.find(connection, access.vault(), owner)
    if found is None:
        raise FatalImportError(401, missing)
    return found.secrets


_OPEN: Final[Mapping[str, Callable[[Access, Loop, Owner, Origin], Source]]] = {
    "kai": _open_kai,
    "cg": _open_cg,
    "myt": _open_myt,
}
