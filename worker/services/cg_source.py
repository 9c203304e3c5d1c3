"""The CG services: one answer with all scores of a card.

Source: specification, import-types/api-cg.md sections 2 to 4.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

import msgspec
from msgspec import UNSET, UnsetType

from common.errors import FatalImportError
from common.service_settings import CGService
from worker.services.http import UNAUTHORISED, Caller, Request, Unreachable
from worker.services.source import DOWN, RawEntry

log = logging.getLogger(__name__)

MOST_BYTES: Final = 64 * 1024 * 1024

NO_CARD: Final = "This user has no card info set up for this service."


class _Profile(msgspec.Struct):
    id: str
    name: str


class _Data(msgspec.Struct):
    profile: _Profile
    scores: list[msgspec.Raw]


class _Reply(msgspec.Struct):
    """One of two shapes: successful with data, or not, with a message."""

    success: bool
    data: _Data | UnsetType = UNSET
    message: str | UnsetType = UNSET


_reply = msgspec.json.Decoder(_Reply)


class CGSource:
    """One game's scores of one card.

    Parameters:
        code: what CG calls the game.
        card: `cardID` and `pin`.
    """

    def __init__(
        self, caller: Caller, service: CGService, code: str, card: Mapping[str, str]
    ) -> None:
        self.label = f"CG {service.name}"
        self._caller = caller
        self._service = service
        self._code = code
        self._card = card
        self._scores: list[msgspec.Raw] = []

    async def prepare(self) -> None:
        query = urlencode(
            {
                "api_key": self._service.api_key,
                "card_id": self._card["cardID"],
                "pin": self._card["pin"],
            }
        )
        url = f"{self._service.url}/{self._code}-scores?{query}"
        label = f"{self.label} {self._code}"
        try:
            answer = await self._caller.ask(Request("GET", url, label, MOST_BYTES, {}))
        except Unreachable:
            raise FatalImportError(500, DOWN) from None
        reply = _read(answer.body)
        if reply is not None and not reply.success and reply.message is not UNSET:
            raise FatalImportError(400, refused(reply.message))
        if answer.status in UNAUTHORISED:
            raise FatalImportError(400, refused(f"HTTP status {answer.status}"))
        if not answer.is_success or reply is None or not reply.success or reply.data is UNSET:
            raise FatalImportError(500, DOWN)
        self._scores = reply.data.scores

    async def pages(self) -> AsyncIterator[Sequence[RawEntry]]:
        scores, self._scores = self._scores, []
        yield scores

    async def profile(self) -> object:
        return None

    def close(self) -> None:
        self._scores = []


def refused(message: str) -> str:
    return f"Failed to fetch data from CG. Error Message: {message}."


def _read(body: bytes) -> _Reply | None:
    try:
        return _reply.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
