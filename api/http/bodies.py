"""The body of a request: asked for by who needs it, up to the size it may have there.

The server (`api.server.front`) hands a request to the application before a large body has come.
The application does what needs no body: it counts the request, finds out who sends it, and
refuses. Where it comes to need the body it says so by `BodyWanted`, with the most that it takes;
the server collects that much, and has the application begin again with the whole body.
`remembered` keeps what must happen once only. Nothing is ever collected for nobody.

A server that reads bodies as they are asked for works too; there `take` alone holds the limit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from common.text import unpacking
from common.text.unpacking import GZIP_OR_ZLIB, Unpacker

# Keys of the WSGI environment.
BODY: Final = "score_import.body"
MEMORY: Final = "score_import.memory"

# Bytes that are collected of anybody's body, before it is known who sends it.
SMALL: Final = 32 * 1024

# Content-Encodings of bodies that are read. The last is another name of gzip (RFC 9110, 8.4.1.3).
ENCODINGS: Final = ("identity", "gzip", "deflate", "x-gzip")

T = TypeVar("T")


class Collected(Protocol):
    """What has come of a body."""

    @property
    def complete(self) -> bool: ...

    def exceeds(self, limit: int) -> bool:
        """Whether it is, or will be, larger than this."""


class BodyWanted(BaseException):
    """The body is needed, and has not come yet. It passes through error handlers.

    Parameters:
        limit: bytes it may have.
        who: whose share of what is collected at a time it is.
    """

    def __init__(self, limit: int, who: str) -> None:
        super().__init__(limit, who)
        self.limit = limit
        self.who = who


class TooLarge(Exception):
    """The body has more bytes than it may."""


class Broken(Exception):
    """The body cannot be read to its end."""


def want(request: Request, limit: int, who: str) -> None:
    """Returns when the body is there. Raises TooLarge, or BodyWanted for the server."""
    body: Collected | None = request.environ.get(BODY)
    if body is None:
        if (request.content_length or 0) > limit:
            raise TooLarge
    elif body.exceeds(limit):
        raise TooLarge
    elif not body.complete:
        raise BodyWanted(limit, who)
    # Holds where the server does not collect, and where the length was not announced.
    request.max_content_length = limit


def take(request: Request, limit: int, who: str) -> bytes:
    """The whole body. Raises TooLarge, Broken, or BodyWanted for the server."""
    want(request, limit, who)
    try:
        return request.get_data(cache=False)
    except HTTPException as problem:
        raise (TooLarge if problem.code == 413 else Broken) from problem
    except OSError as problem:
        raise Broken from problem


def decoded(content: bytes, encoding: str, limit: int) -> bytes:
    """A body without its Content-Encoding, one of ENCODINGS. Raises TooLarge, Broken.

    limit: bytes it may have in the end; no more are ever made of it.
    """
    if encoding == "identity" or not content:
        return content
    unpacker = Unpacker(limit, GZIP_OR_ZLIB)
    try:
        unpacker.feed(content)
        return unpacker.whole()
    except unpacking.TooLarge as problem:
        raise TooLarge from problem
    except unpacking.Broken as problem:
        raise Broken from problem


def remembered(request: Request, key: str, make: Callable[[], T]) -> T:
    """What `make` returned when this request was begun for the first time."""
    memory: dict[str, Any] = request.environ.setdefault(MEMORY, {})
    if key not in memory:
        memory[key] = make()
    value: T = memory[key]
    return value
