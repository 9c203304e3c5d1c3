"""MYT: a card is looked up, then its plays of a title are streamed, over gRPC.

Source: specification, import-types/api-myt.md sections 4, 5 and 8.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc
import msgspec
from google.protobuf.message import Message

from common.errors import FatalImportError
from common.service_settings import MytService, Patience
from worker.services.datapoints import data_point
from worker.services.http import jittered
from worker.services.protocol import cards_pb2, chunithm_pb2, maimai_pb2, ongeki_pb2, wacca_pb2
from worker.services.source import RawEntry

log = logging.getLogger(__name__)

Channel = grpc.aio.Channel

# Seconds for a look-up or a profile, and for a whole stream with all of our own work on it.
LOOKUP_SECONDS: Final = 15.0
STREAM_SECONDS: Final = 600.0
RETRY_PAUSE: Final = 1.0

# Messages handed on together. As many are read ahead, so that the stream does not wait for us.
BATCH: Final = 1000

NO_CARD: Final = "This user has no card info set up for this service."
BROKEN: Final = "Error while streaming score data from MYT"
LOOKUP_FAILED: Final = "Failed to look up card at MYT. Are they down?"

_OPTIONS: Final = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
)


@dataclass(frozen=True, slots=True)
class Title:
    """A game at MYT.

    name: what users call it. request: makes the request for the plays of an id.
    data: makes that for the player's data, where there are any.
    unwrapped: an entry is what stands in the message's `info`.
    """

    name: str
    method: str
    request: Callable[[str], Message]
    item: type[Message]
    data_method: str = ""
    unwrapped: bool = False


TITLES: Final[Mapping[str, Title]] = {
    "chunithm": Title(
        "CHUNITHM",
        "/mythos.chunithm.v0.ChunithmUser/GetPlaylog",
        lambda id: chunithm_pb2.GetPlaylogRequest(profile_api_id=id),
        chunithm_pb2.GetPlaylogStreamItem,
    ),
    "maimai": Title(
        "maimai DX",
        "/mythos.maimai.v0.MaimaiUser/GetPlaylog",
        lambda id: maimai_pb2.GetPlaylogRequest(profile_api_id=id),
        maimai_pb2.GetPlaylogStreamItem,
    ),
    "ongeki": Title(
        "O.N.G.E.K.I.",
        "/mythos.ongeki.v0.OngekiUser/GetPlaylog",
        lambda id: ongeki_pb2.GetPlaylogRequest(profile_api_id=id),
        ongeki_pb2.GetPlaylogStreamItem,
    ),
    "wacca": Title(
        "WACCA",
        "/mythos.wacca.v0.WaccaUser/GetPlaylog",
        lambda id: wacca_pb2.PlaylogRequest(api_id=id),
        wacca_pb2.PlaylogStreamItem,
        data_method="/mythos.wacca.v0.WaccaUser/GetData",
        unwrapped=True,
    ),
}


def open_channel(service: MytService) -> Channel:
    """A channel to be shared. To be called in the loop."""
    if not service.tls:
        return grpc.aio.insecure_channel(service.host, options=_OPTIONS)
    authorities = Path(service.ca_file).read_bytes() if service.ca_file else None
    credentials = grpc.ssl_channel_credentials(authorities)
    return grpc.aio.secure_channel(service.host, credentials, options=_OPTIONS)


class MytSource:
    """One title's plays of one card.

    Parameters:
        title: what MYT calls the game.
        access_code: of the card.
    """

    label = "MYT"

    def __init__(
        self,
        channel: Callable[[], Channel],
        service: MytService,
        patience: Patience,
        title: str,
        access_code: str,
        pause: Callable[[float], Any] = asyncio.sleep,
    ) -> None:
        self._channel = channel
        self._metadata = (("authorization", f"Bearer {service.token}"),)
        self._patience = patience
        self._title_kind = title
        self._title = TITLES[title]
        self._access_code = access_code
        self._pause = pause
        self._id = ""

    async def prepare(self) -> None:
        try:
            found = await self._look_up()
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                raise FatalImportError(401, f"Card not found on MYT: {error.details()}") from None
            number = error.code().value[0]
            log.warning("MYT card look-up: status %d", number)
            raise FatalImportError(500, f"Unexpected response from MYT - {number}") from None
        except (grpc.RpcError, OSError, ValueError) as error:
            log.warning("MYT card look-up: %s", type(error).__name__)
            raise FatalImportError(500, LOOKUP_FAILED) from None
        for entry in found.titles:
            if entry.title_kind == self._title_kind:
                self._id = entry.title_api_id
                return
        raise FatalImportError(400, f"Couldn't find {self._title.name} profile on MYT.")

    async def _look_up(self) -> Any:
        request = cards_pb2.LookupRequest(access_code=self._access_code, titles=[self._title_kind])
        method = "/mythos.cards.v0.Cards/Lookup"
        try:
            return await self._ask(method, request, cards_pb2.LookupResponse)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
        await self._pause(jittered(RETRY_PAUSE))
        return await self._ask(method, request, cards_pb2.LookupResponse)

    async def _ask(self, method: str, request: Message, answer: type[Message]) -> Any:
        call: Any = self._channel().unary_unary(
            method,
            request_serializer=_serialised,
            response_deserializer=answer.FromString,
        )
        return await call(request, metadata=self._metadata, timeout=LOOKUP_SECONDS)

    async def pages(self) -> AsyncIterator[Sequence[RawEntry]]:
        start: Any = self._channel().unary_stream(
            self._title.method,
            request_serializer=_serialised,
            response_deserializer=self._title.item.FromString,
        )
        call = start(self._title.request(self._id), metadata=self._metadata, timeout=STREAM_SECONDS)
        batch: list[RawEntry] = []
        try:
            while True:
                async with asyncio.timeout(self._patience.idle):
                    message = await call.read()
                if message is grpc.aio.EOF:
                    break
                batch.append(self._entry(message))
                if len(batch) == BATCH:
                    yield batch
                    batch = []
        except (grpc.RpcError, asyncio.InvalidStateError, TimeoutError) as error:
            # Their own words may hold addresses.
            log.warning("MYT %s stream: %s", self._title_kind, _what(error))
            yield batch
            raise FatalImportError(500, BROKEN) from None
        finally:
            call.cancel()
        yield batch

    def _entry(self, message: Any) -> bytes:
        entry = data_point(message)
        if self._title.unwrapped:
            entry = entry.get("info", {})
        return msgspec.json.encode(entry)

    async def profile(self) -> object:
        if not self._title.data_method:
            return None
        request = wacca_pb2.DataRequest(api_id=self._id)
        try:
            data = await self._ask(self._title.data_method, request, wacca_pb2.DataResponse)
        except grpc.RpcError as error:
            log.warning("MYT player data: %s", _what(error))
            return None
        return {
            "versionData": {
                str(version): data_point(each) for version, each in data.version_data.items()
            }
        }

    def close(self) -> None:
        """The channel is not ours alone."""


def _serialised(message: Message) -> bytes:
    return message.SerializeToString()


def _what(error: BaseException) -> str:
    if isinstance(error, grpc.aio.AioRpcError):
        return f"status {error.code().name}"
    return type(error).__name__
