"""Canonical text ("stable JSON") and the identifiers that are made from it or at random.

Two parties that hash the same data must get the same identifier, so the text is defined to
the character: no whitespace, keys ordered by UTF-16 code units, numbers as ECMAScript
prints them.

Source: specification, pipeline-ids.md.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from hashlib import sha256
from json.encoder import encode_basestring as _quote  # ECMAScript's escapes, in C
from math import isfinite
from typing import Any, Final

from common.text.numbers import MAX_EXACT_INTEGER, plain

_SURROGATE = re.compile("[\ud800-\udfff]")


def canonical_text(value: Any) -> str:
    """The canonical text of JSON-able builtins.

    Raises TypeError for values JSON does not have and ValueError for NaN and infinities.
    """
    # Most are what metrics are; for these it is the same at once.
    if value is None:
        return "null"
    if type(value) is int and -MAX_EXACT_INTEGER <= value <= MAX_EXACT_INTEGER:
        return str(value)
    text = _write(value)
    if not text.isascii() and _SURROGATE.search(text):
        return _escape_lone_surrogates(text)
    return text


def quote(text: str) -> str:
    """A string as it stands in canonical text."""
    quoted: str = _quote(text)
    if not quoted.isascii() and _SURROGATE.search(quoted):
        return _escape_lone_surrogates(quoted)
    return quoted


def _write(value: Any) -> str:
    kind = type(value)
    if kind is str:
        text: str = _quote(value)
        return text
    if kind is int or kind is float:
        return number(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is dict:
        return _write_object(value)
    if kind is list or kind is tuple:
        return f"[{','.join([_write(item) for item in value])}]"
    raise TypeError(f"{kind.__name__} has no canonical text")


def _write_object(value: dict[str, Any]) -> str:
    keys = sorted(value)
    if not "".join(keys).isascii():
        # Code-point order puts U+E000..U+FFFF before the characters outside the BMP; in
        # UTF-16 code units they come after.
        keys.sort(key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return f"{{{','.join([f'{_quote(key)}:{_write(value[key])}' for key in keys])}}}"


def number(value: float) -> str:
    """A number as it stands in canonical text. Raises ValueError unless it is finite."""
    if type(value) is float and not isfinite(value):
        raise ValueError(f"{value} has no canonical text")
    return plain(value)


def _escape_lone_surrogates(text: str) -> str:
    # A round trip through UTF-16 joins surrogates that form a pair; what is left is alone.
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", joined)


# --- identifiers made from data ----------------------------------------------------------


def hashed_id(prefix: str, text: str) -> str:
    """`prefix` + SHA-256 of the UTF-8 text, in lowercase hex."""
    return prefix + sha256(text.encode()).hexdigest()


# The key of a context under which import types keep when the request arrived.
TIME_RECEIVED: Final = "timeReceived"


def orphan_id(import_type: str, data: Any, context: Mapping[str, Any], user_id: int) -> str:
    """The identifier of an entry that found no chart, as its converter was given it.

    When it arrived does not count: the same play sent again is the same orphan.
    """
    lasting = {key: value for key, value in context.items() if key != TIME_RECEIVED}
    return hashed_id(
        "O",
        f'{{"context":{canonical_text(lasting)},"data":{canonical_text(data)},'
        f'"importType":{quote(import_type)},"userID":{number(user_id)}}}',
    )


def goal_id(
    game: str, playtype: str, charts: Mapping[str, Any], criteria: Mapping[str, Any]
) -> str:
    """The identifier of a goal.

    charts: `type` and, unless it is any chart, `data`. criteria: `key`, `value`, `mode`, and
    `countNum` for the modes absolute and proportion. The order of charts counts.
    """
    goal = {
        "charts": dict(charts),
        "criteria": dict(criteria),
        "game": game,
        "playtype": playtype,
    }
    return hashed_id("G", canonical_text(goal))


def folder_id(game: str, playtype: str, data: Mapping[str, Any]) -> str:
    """The identifier of a folder; `data` is its filter as stored."""
    return hashed_id("F", canonical_text({**data, "game": game, "playtype": playtype}))


# --- random identifiers ------------------------------------------------------------------


def new_job_id() -> str:
    return secrets.token_hex(20)


def new_chart_id() -> str:
    """Of a chart that comes from players; those of seeds bring their own."""
    return secrets.token_hex(20)


def new_session_id() -> str:
    return f"Q{secrets.token_hex(20)}"
