"""What PostgreSQL cannot hold is replaced here, whoever sent it and wherever it goes.

That is U+0000, in a text as in a JSON document. The replacement character (U+FFFD) says that one
was there; what is looked up by such a text is not found.
"""

from __future__ import annotations

import re
from typing import Any, Final

REPLACEMENT: Final = "\ufffd"

# The escape, unless its backslash is escaped itself.
_IN_JSON: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def storable_text(value: str) -> str:
    return value.replace("\0", REPLACEMENT) if "\0" in value else value


def storable_json(document: bytes) -> bytes:
    """The same for a JSON text."""
    return _IN_JSON.sub(rb"\1\\ufffd", document) if b"\\u0000" in document else document


def storable(value: Any) -> Any:
    """The same for a statement's parameters, also in lists, tuples and mappings of them."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, dict):
        return {name: storable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        if any(isinstance(each, list | tuple | dict) or _unstorable(each) for each in value):
            return type(value)([storable(each) for each in value])
        return value
    return value


def _unstorable(value: Any) -> bool:
    return isinstance(value, str) and "\0" in value
