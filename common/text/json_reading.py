"""Decoding JSON, where the end of memory must not pass for a malformed document."""

from __future__ import annotations

from typing import Any, Final

import orjson

# How orjson says, as an error of the document, that it could not get memory for it.
_NO_MEMORY: Final = "Not enough memory"


def loads(content: bytes) -> Any:
    """The decoded document; raises orjson.JSONDecodeError (a ValueError) or MemoryError."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as problem:
        if problem.msg.startswith(_NO_MEMORY):
            raise MemoryError(problem.msg) from None
        raise
