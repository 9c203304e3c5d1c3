"""Where a request's body ends: by its announced length, or chunk by chunk.

Fed with bytes as they come from the network, in pieces of any size. Source: RFC 9112, sections
6 and 7.
"""

from __future__ import annotations

import io
import re
from enum import Enum
from typing import Final, Protocol

LINE_LIMIT: Final = 1024  # bytes of a chunk's first line
TRAILER_LIMIT: Final = 8 * 1024  # bytes of all trailers
# What the chunks' framing may take for each byte of the body, and on top.
OVERHEAD: Final = 2
SPARE: Final = 64 * 1024

_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n\0]*)?")
_TRAILER: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\0]*")


class BadFraming(Exception):
    """The bytes are no body; what comes after them cannot be told."""


class Framing(Protocol):
    complete: bool
    rest: bytes  # what came after the end

    def feed(self, data: bytes) -> bytes:
        """The part of the body in the next bytes of the connection. Raises BadFraming."""


class Announced:
    """A body of `length` bytes."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.complete = not length
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        part, self.rest = data[: self._left], data[self._left :]
        self._left -= len(part)
        self.complete = not self._left
        return part


class _Expected(Enum):
    SIZE = 1
    DATA = 2
    LINE_END = 3
    TRAILER = 4


class Chunked:
    """A body in chunks."""

    def __init__(self) -> None:
        self.complete = False
        self.rest = b""
        self._pending = bytearray()
        self._expected = _Expected.SIZE
        self._left = 0
        self._trailers = 0

    def feed(self, data: bytes) -> bytes:
        self._pending += data
        part = bytearray()
        at = 0
        while not self.complete:
            if self._expected is _Expected.DATA:
                piece = self._pending[at : at + self._left]
                part += piece
                at += len(piece)
                self._left -= len(piece)
                if self._left:
                    break
                self._expected = _Expected.LINE_END
            end = self._pending.find(b"\r\n", at)
            if end < 0:
                self._check_unfinished(self._pending[at:])
                break
            self._line(bytes(self._pending[at:end]))
            at = end + 2
        del self._pending[:at]
        if self.complete:
            self.rest = bytes(self._pending)
            self._pending.clear()
        return bytes(part)

    def _line(self, line: bytes) -> None:
        if self._expected is _Expected.LINE_END:
            if line:
                raise BadFraming("a chunk is longer than it says")
            self._expected = _Expected.SIZE
        elif self._expected is _Expected.SIZE:
            size = _CHUNK.fullmatch(line) if len(line) <= LINE_LIMIT else None
            if size is None:
                raise BadFraming("a chunk has no size")
            self._left = int(size[1], 16)
            self._expected = _Expected.DATA if self._left else _Expected.TRAILER
        elif not line:
            self.complete = True
        else:
            self._trailers += len(line)
            if self._trailers > TRAILER_LIMIT or not _TRAILER.fullmatch(line):
                raise BadFraming("a trailer is none")

    def _check_unfinished(self, line: bytearray) -> None:
        """A line that has not come to its end may not be any longer than a whole one."""
        most = {_Expected.LINE_END: 1, _Expected.SIZE: LINE_LIMIT}
        if len(line) > most.get(self._expected, TRAILER_LIMIT) or b"\n" in line:
            raise BadFraming("a line does not end")


class Incoming:
    """A body as it comes in; see `api.http.bodies.Collected`.

    Parameters:
        length: what it was announced to have; None = in chunks.
    """

    def __init__(self, length: int | None) -> None:
        self.length = length
        self.size = 0
        self._framing: Framing = Chunked() if length is None else Announced(length)
        self._raw = 0
        self._kept = bytearray()
        self._discards = False

    @property
    def complete(self) -> bool:
        return self._framing.complete

    @property
    def rest(self) -> bytes:
        """What came after the end: the beginning of the next request."""
        return self._framing.rest

    @property
    def held(self) -> int:
        """Bytes of memory that it takes."""
        return len(self._kept)

    def feed(self, data: bytes) -> None:
        """Raises BadFraming."""
        part = self._framing.feed(data)
        self._raw += len(data)
        self.size += len(part)
        if not self._discards:
            self._kept += part

    def exceeds(self, limit: int) -> bool:
        """Whether it is, or will be, larger than it may; chunks that are all frame count too."""
        return max(self.length or 0, self.size) > limit or self._raw > OVERHEAD * limit + SPARE

    def discard(self) -> None:
        """Forgets what has come; what comes from now on is not kept."""
        self._discards = True
        self._kept = bytearray()

    def stream(self) -> io.BytesIO:
        """For the application, once it is complete."""
        return io.BytesIO(self._kept)
