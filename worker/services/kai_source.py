"""The Kai services (FLO, EAG, MIN): pages of a play history behind OAuth2.

Source: specification, import-types/api-kai.md sections 4 to 7.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

import msgspec

from common.errors import FatalImportError
from common.service_settings import KaiService
from worker.services.http import UNAUTHORISED, Answer, Caller, Request, Unreachable
from worker.services.source import DOWN, RawEntry
from worker.services.tokens import Tokens

log = logging.getLogger(__name__)

# Of each game: where the history and the profile are.
PATHS: Final[Mapping[str, tuple[str, str]]] = {
    "iidx": ("/api/iidx/v2/play_history", "/api/iidx/v2/player_profile"),
    "sdvx": ("/api/sdvx/v1/play_history", "/api/sdvx/v1/player_profile"),
}

MOST_PAGES: Final = 500
MOST_BYTES_OF_A_PAGE: Final = 32 * 1024 * 1024
MOST_BYTES_OF_A_PROFILE: Final = 1024 * 1024

ENDLESS: Final = "An infinite loop appears to have occured while synchronising with this api."

_PORTS: Final = {"http": 80, "https": 443}

_page = msgspec.json.Decoder(dict[str, msgspec.Raw] | list[msgspec.Raw])
_links = msgspec.json.Decoder(dict[str, msgspec.Raw] | list[msgspec.Raw])
_items = msgspec.json.Decoder(list[msgspec.Raw])
_next = msgspec.json.Decoder(str | None)


class KaiSource:
    """One game's plays of one user.

    Parameters:
        service: which of them.
        game: iidx or sdvx.
        server_name, user_agent: how we call ourselves, to users and to the service.
    """

    def __init__(
        self,
        caller: Caller,
        service: KaiService,
        tokens: Tokens,
        game: str,
        *,
        server_name: str,
        user_agent: str,
    ) -> None:
        self.label = service.name
        self._caller = caller
        self._service = service
        self._tokens = tokens
        self._history, self._profile = PATHS[game]
        self._game = game
        self._server_name = server_name
        self._user_agent = user_agent
        self._token = ""

    async def prepare(self) -> None:
        self._token = await self._tokens.good(self._caller)

    def close(self) -> None:
        self._tokens.close()

    async def pages(self) -> AsyncIterator[Sequence[RawEntry]]:
        url: str | None = self._service.url + self._history
        walk = _Walk(self._service.url)
        reauthenticated = False
        while url is not None:
            walk.enter(url)
            answer = await self._get(url, f"{self._label()} history", MOST_BYTES_OF_A_PAGE)
            if answer.status in UNAUTHORISED:
                if reauthenticated:
                    raise FatalImportError(
                        500,
                        f"Attempted to reauthenticate with {self._service.url} more than 1 times."
                        " The problem is likely not on our end.",
                    )
                reauthenticated = True
                self._token = await self._tokens.renewed(self._caller, self._token)
                walk.again(url)
                continue
            if not answer.is_success:
                raise FatalImportError(500, DOWN)
            link, items = self._read(answer.body)
            yield items
            url = None if link is None else _absolute(url, link, self._service.url)

    def _read(self, body: bytes) -> tuple[str | None, Sequence[RawEntry]]:
        """The link to the next page, and the items."""
        page = _decoded(_page, body, DOWN)
        if not isinstance(page, dict):
            page = {}
        links = _decoded(
            _links,
            page.get("_links"),
            "Received no _links prop from their API. This is not an error with"
            f" {self._server_name}.",
        )
        link = links.get("_next") if isinstance(links, dict) else None
        link = _decoded(_next, link, "Received invalid _links._next prop from their API.")
        items = _decoded(_items, page.get("_items"), "Received invalid _items from their API.")
        return link, items

    async def profile(self) -> object:
        """Whatever goes wrong here costs nothing but a class."""
        url, label = self._service.url + self._profile, f"{self._label()} profile"
        try:
            answer = await self._get(url, label, MOST_BYTES_OF_A_PROFILE)
            if answer.status in UNAUTHORISED:
                self._token = await self._tokens.renewed(self._caller, self._token)
                answer = await self._get(url, label, MOST_BYTES_OF_A_PROFILE)
            if answer.status == 200:
                return msgspec.json.decode(answer.body)
        except (FatalImportError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            log.warning("%s: of no use", label)
        return None

    async def _get(self, url: str, label: str, most: int) -> Answer:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "User-Agent": self._user_agent,
            "Content-Type": "application/json",
        }
        try:
            return await self._caller.ask(Request("GET", url, label, most, headers))
        except Unreachable:
            raise FatalImportError(500, DOWN) from None

    def _label(self) -> str:
        return f"{self._service.name} {self._game}"


class _Walk:
    """Keeps a walk through pages on the service's own ground, and from going in circles."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._seen: set[str] = set()

    def enter(self, url: str) -> None:
        """Before a page is asked for. Raises FatalImportError."""
        if not _is_of(url, self._base):
            log.error("a page beyond the origin of %s was linked to", self._base)
            raise FatalImportError(500, f"{self._base} returned invalid data.")
        if url in self._seen or len(self._seen) == MOST_PAGES:
            raise FatalImportError(508, ENDLESS)
        self._seen.add(url)

    def again(self, url: str) -> None:
        """The page has to be asked for once more."""
        self._seen.discard(url)


def _is_of(url: str, base: str) -> bool:
    try:
        there, here = urlsplit(url), urlsplit(base)
        return _origin(there) == _origin(here) and there.username is None
    except ValueError:  # no port
        return False


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _absolute(url: str, link: str, base: str) -> str:
    try:
        return urljoin(url, link)
    except ValueError:
        raise FatalImportError(500, f"{base} returned invalid data.") from None


def _decoded(
    decoder: msgspec.json.Decoder[Any], raw: bytes | msgspec.Raw | None, fault: str
) -> Any:
    """Raises FatalImportError with the text of the fault; also where there is nothing."""
    if raw is None:
        raise FatalImportError(500, fault)
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise FatalImportError(500, fault) from None
