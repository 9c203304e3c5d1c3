"""What was packed by gzip or zlib, unpacked piece by piece as it comes, up to a size.

Source: RFC 1952: what is packed in pieces, as logs are, is several members one after the other.
"""

from __future__ import annotations

import zlib
from typing import Final

# Members that may be there: what is left of a piece behind each of them is copied.
MEMBERS: Final = 100
# For zlib: gzip's header alone, or whichever of the two headers is there.
GZIP: Final = zlib.MAX_WBITS | 16
GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32


class TooLarge(Exception):
    """It has more bytes than it may."""


class Broken(Exception):
    """It cannot be unpacked, or its end is missing."""


class Unpacker:
    """Takes pieces, and has what was in them in the end.

    most: bytes that this may be; no more are ever made of it. form: GZIP or GZIP_OR_ZLIB.
    """

    def __init__(self, most: int, form: int) -> None:
        self._most = most
        self._form = form
        self._member = zlib.decompressobj(form)
        self._members = 1
        self._plain = bytearray()

    def feed(self, piece: bytes) -> None:
        """Raises TooLarge and Broken as soon as it is."""
        while piece:
            if self._member.eof:
                self._begin_another()
            try:
                self._plain += self._member.decompress(piece, self._most + 1 - len(self._plain))
            except zlib.error as problem:
                raise Broken from problem
            if len(self._plain) > self._most:
                raise TooLarge
            piece = self._member.unused_data

    def _begin_another(self) -> None:
        self._members += 1
        if self._members > MEMBERS:
            raise Broken
        self._member = zlib.decompressobj(self._form)

    def whole(self) -> bytes:
        """All of it. Raises Broken where the end is missing."""
        if not self._member.eof:
            raise Broken
        return bytes(self._plain)
