"""JSON arrays in pieces: as many elements at a time as are handy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final

import msgspec

_ELEMENTS: Final = 200  # a piece

_encode = msgspec.json.Encoder().encode


def array(elements: Iterable[Any], document: Callable[[Any], Any] | None = None) -> Iterator[bytes]:
    """The JSON array of the elements, or of the documents made of them."""
    remaining = iter(elements)
    opening = b"["
    while some := list(islice(remaining, _ELEMENTS)):
        documents = some if document is None else map(document, some)
        yield opening + b",".join(map(_encode, documents))
        opening = b","
    yield b"[]" if opening == b"[" else b"]"
