"""MYT: a gRPC server with the five services.

Source: specification, import-types/api-myt.md section 11.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Self

import grpc
from google.protobuf.json_format import ParseDict

from tests.services.kai import timestamp
from worker.services.protocol import cards_pb2, chunithm_pb2, maimai_pb2, ongeki_pb2, wacca_pb2

AUTH_TOKEN = "a token of tests"

_STREAMS = {
    "chunithm": ("mythos.chunithm.v0.ChunithmUser", chunithm_pb2, "GetPlaylogRequest"),
    "maimai": ("mythos.maimai.v0.MaimaiUser", maimai_pb2, "GetPlaylogRequest"),
    "ongeki": ("mythos.ongeki.v0.OngekiUser", ongeki_pb2, "GetPlaylogRequest"),
    "wacca": ("mythos.wacca.v0.WaccaUser", wacca_pb2, "PlaylogRequest"),
}


@dataclass(frozen=True)
class Called:
    """A call as it came. seconds: what was left of its deadline, None without one."""

    method: str
    request: Any
    metadata: dict[str, str]
    seconds: float | None


@dataclass
class Card:
    """titles: (kind, id) as listed by a look-up. plays: by id. data: versions' data by id."""

    titles: list[tuple[str, str]] = field(default_factory=list)
    plays: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    data: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class Trouble:
    """status, details: the look-up, or the data, or the stream after `after` items, ends so.
    hang: the stream stands still after `after` items.
    """

    status: grpc.StatusCode | None = None
    details: str = "an internal address: 10.0.0.1"
    after: int = 0
    hang: bool = False


class Myt:
    """A server on loopback, from `start` (or a `with`) to `stop`.

    Parameters:
        port: 0 = any.
        certified: key and certificate for TLS, in PEM; None = in plain text.
    """

    def __init__(self, port: int = 0, certified: tuple[bytes, bytes] | None = None) -> None:
        self.cards: dict[str, Card] = {}
        self.called: list[Called] = []
        self.lookup_trouble = Trouble()
        self.stream_trouble = Trouble()
        self.data_trouble = Trouble()
        # Called before each item is sent, with its number.
        self.before_item: Callable[[int], None] = lambda _: None
        self.ended = threading.Event()
        self._server = grpc.server(ThreadPoolExecutor(32))
        self._server.add_generic_rpc_handlers(tuple(self._handlers()))
        address = f"127.0.0.1:{port}"
        if certified is None:
            self.port = self._server.add_insecure_port(address)
        else:
            credentials = grpc.ssl_server_credentials([certified])
            self.port = self._server.add_secure_port(address, credentials)

    def environment(self) -> dict[str, str]:
        """The settings that lead to this server."""
        return {"MYT_API_HOST": f"grpc://127.0.0.1:{self.port}", "MYT_AUTH_TOKEN": AUTH_TOKEN}

    def start(self) -> Self:
        self._server.start()
        return self

    def stop(self) -> None:
        self.ended.set()
        self._server.stop(None).wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- calls -----------------------------------------------------------------------------

    def _handlers(self) -> Iterator[grpc.GenericRpcHandler]:
        yield grpc.method_handlers_generic_handler(
            "mythos.cards.v0.Cards",
            {
                "Lookup": grpc.unary_unary_rpc_method_handler(
                    self._look_up,
                    request_deserializer=cards_pb2.LookupRequest.FromString,
                    response_serializer=cards_pb2.LookupResponse.SerializeToString,
                )
            },
        )
        for title, (service, module, request) in _STREAMS.items():
            item = getattr(module, "PlaylogStreamItem", None) or module.GetPlaylogStreamItem
            handlers = {
                "GetPlaylog": grpc.unary_stream_rpc_method_handler(
                    self._stream_of(title, item),
                    request_deserializer=getattr(module, request).FromString,
                    response_serializer=item.SerializeToString,
                )
            }
            if title == "wacca":
                handlers["GetData"] = grpc.unary_unary_rpc_method_handler(
                    self._data,
                    request_deserializer=wacca_pb2.DataRequest.FromString,
                    response_serializer=wacca_pb2.DataResponse.SerializeToString,
                )
            yield grpc.method_handlers_generic_handler(service, handlers)

    def _enter(self, method: str, request: Any, context: grpc.ServicerContext) -> None:
        metadata = {key: str(value) for key, value in context.invocation_metadata()}
        self.called.append(Called(method, request, metadata, context.time_remaining()))
        if metadata.get("authorization") != f"Bearer {AUTH_TOKEN}":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you?")

    def _look_up(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._enter("Lookup", request, context)
        _raise(self.lookup_trouble, context)
        card = self.cards.get(request.access_code)
        if card is None:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such card")
        titles = [
            cards_pb2.LookupResponse.TitleEntry(title_kind=kind, title_api_id=id)
            for kind, id in card.titles
        ]
        return cards_pb2.LookupResponse(player_api_id="player", titles=titles)

    def _stream_of(self, title: str, item: Any) -> Callable[[Any, Any], Iterator[Any]]:
        def stream(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            self._enter(f"{title} GetPlaylog", request, context)
            profile = request.api_id if title == "wacca" else request.profile_api_id
            trouble, number = self.stream_trouble, 0
            for play in self._plays(profile):
                self.before_item(number)
                self._trouble_at(number, trouble, context)
                yield ParseDict(play, item())
                number += 1
            self._trouble_at(number, trouble, context)

        return stream

    def _trouble_at(self, number: int, trouble: Trouble, context: grpc.ServicerContext) -> None:
        if number != trouble.after:
            return
        if trouble.hang:
            while context.is_active() and not self.ended.wait(0.05):
                pass
        _raise(trouble, context)

    def _plays(self, profile: str) -> list[dict[str, Any]]:
        for card in self.cards.values():
            if profile in card.plays:
                return card.plays[profile]
        return []

    def _data(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._enter("GetData", request, context)
        _raise(self.data_trouble, context)
        for card in self.cards.values():
            if request.api_id in card.data:
                return ParseDict(
                    {"versionData": card.data[request.api_id]}, wacca_pb2.DataResponse()
                )
        return wacca_pb2.DataResponse()


def _raise(trouble: Trouble, context: grpc.ServicerContext) -> None:
    if trouble.status is not None:
        context.abort(trouble.status, trouble.details)


def wacca_plays(count: int, first: int = 0) -> list[dict[str, Any]]:
    """Different plays of one chart of the example catalogue."""
    return [
        {
            "playlogApiId": f"play-{number}",
            "info": {
                "musicId": 9101,
                "musicDifficulty": 3,
                "score": 700_000 + number,
                "grade": 7,
                "judge": {"marvelous": 800, "great": 50, "good": 10, "miss": number % 9},
                "clearStatus": {"isClear": True},
                "combo": 100,
                "fast": 8,
                "late": 42,
                "userPlayDate": timestamp(number),
            },
        }
        for number in range(first, first + count)
    ]
