"""JSON values as the clients of the specified system see them: ECMAScript's types and texts.

`msgspec.UNSET` stands for a missing key ("undefined") here and in the structs that msgspec
decodes.
"""

from __future__ import annotations

from typing import Any, Final, TypeGuard

from msgspec import UNSET

from common.text.numbers import MAX_EXACT_INTEGER, plain

MAX_SAFE_INTEGER: Final = MAX_EXACT_INTEGER - 1


def is_number(value: object) -> TypeGuard[int | float]:
    """Booleans are never numbers."""
    return type(value) is int or type(value) is float


def is_integer(value: object) -> TypeGuard[int | float]:
    """A number without fraction (`5`, `5.0`, `1e3`) that a double holds exactly."""
    if type(value) is int:
        return -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER
    return type(value) is float and value.is_integer() and abs(value) <= MAX_SAFE_INTEGER


def type_of(value: object) -> str:
    """ECMAScript's name of the type; `null` has its own, a list is an `object`."""
    if value is None:
        return "null"
    if value is UNSET:
        return "undefined"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "object"


def text_of(value: Any) -> str:
    """The value inside a sentence, as ECMAScript puts it there.

    An object is `[object Object]`, a list is its elements joined by commas.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if value is UNSET:
        return "undefined"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return plain(value)
    if isinstance(value, list):
        return ",".join(_leaf_texts(value))
    return "[object Object]"


def _leaf_texts(values: list[Any]) -> list[str]:
    # Not recursive: uploaded JSON may be nested deeper than the interpreter's stack allows.
    texts = []
    unvisited: list[Any] = [values]
    while unvisited:
        value = unvisited.pop()
        if isinstance(value, list) and value:
            unvisited.extend(reversed(value))
        else:
            texts.append("" if value is None or value == [] else text_of(value))
    return texts


def utf16_length(text: str) -> int:
    """The length in UTF-16 code units, which is what limits on texts count."""
    if text.isascii():
        return len(text)
    return len(text) + sum(character > "\uffff" for character in text)
