"""What a schema finds wrong, and the line that tells the user."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from common.errors import shortened
from common.validation.values import text_of, type_of


@dataclass(frozen=True, slots=True)
class Violation:
    """The first thing wrong with a value.

    path: keys and list indexes from the root to the place.
    message: what was expected there.
    value: what was found there; `msgspec.UNSET` = the key is missing.
    """

    path: tuple[str | int, ...]
    message: str
    value: Any

    def under(self, key: str | int) -> Violation:
        """The same violation, seen from the object or list that holds it."""
        return replace(self, path=(key, *self.path))


def explain(violation: Violation, foreword: str, *, type_label: str = "type: ") -> str:
    """`{foreword}: {path} | {message} | Received {value} [type: {type}].`

    Objects and lists are not quoted. Every explanation gets a final full stop, whether or
    not the message has one of its own. A very long one is cut.
    """
    place = path_text(violation.path)
    received = _received(violation.value, type_label)
    return shortened(f"{foreword}: {place} | {violation.message}{received}.")


def _received(value: Any, type_label: str) -> str:
    kind = type_of(value)
    return "" if kind == "object" else f" | Received {text_of(value)} [{type_label}{kind}]"


def path_text(path: tuple[str | int, ...]) -> str:
    """`scores[3].optional.gauge`; the root is `null`.

    A key with a dot is quoted, and so is a first key that starts with a digit but is no
    number; a later key that starts with a digit stands in brackets without quotes.
    """
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        elif "." in key:
            text += f'["{key}"]'
        elif key[:1] in _DIGITS:
            is_bare = bool(text) or _DIGITS.issuperset(key)
            text += f"[{key}]" if is_bare else f'["{key}"]'
        else:
            text += f".{key}" if text else key
    return text or "null"


_DIGITS = frozenset("0123456789")
