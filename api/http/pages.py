"""Lists that can grow, a page at a time.

A page says in its `Link` header where the next one begins: after its last element, wherever
that is by then, so that no page costs more than the first and nothing is seen twice.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import orjson
from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError, fields

from api.http import context
from common.errors import UserError

Item = TypeVar("Item")

# What an endpoint declares of its answers' headers.
LINK: Final = {"Link": 'where the next page is, `rel="next"`; absent on the last page'}

MOST: Final = 100


def _limit(value: Any) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST):
        raise ValidationError(f"Expected an integer between 1 and {MOST}.")
    return int(text)


def limit_field(usual: int) -> fields.Function:
    """How much of a list is wanted, MOST at most."""
    return fields.Function(
        deserialize=_limit,
        load_default=usual,
        metadata={
            "type": "integer",
            "minimum": 1,
            "maximum": MOST,
            "default": usual,
            "description": "how many to show",
        },
    )


class Page(Schema):
    """The query of a list: how much of it, and from where on."""

    class Meta:
        unknown = EXCLUDE

    limit = limit_field(MOST)
    after = fields.String(metadata={"description": "where the page before this one ended"})


def place(query: dict[str, Any], kinds: tuple[type, ...]) -> tuple[Any, ...] | None:
    """Where a page begins, as `finish` wrote it; None = at the beginning. Raises UserError."""
    token = query.get("after")
    if token is None:
        return None
    try:
        found = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, binascii.Error):
        found = None
    if not isinstance(found, list) or len(found) != len(kinds) or not all(map(_is_a, found, kinds)):
        raise UserError(400, "Invalid pagination cursor.", "INVALID_CURSOR")
    return tuple(
        float("-inf") if kind is float and value is None else value
        for value, kind in zip(found, kinds, strict=True)
    )


def _is_a(value: Any, kind: type) -> bool:
    if kind is float:
        # -Infinity, where what is unknown stands, is null in JSON.
        return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
    return isinstance(value, kind) and not isinstance(value, bool)


def finish(
    rows: Sequence[Item], limit: int, place_of: Callable[[Item], tuple[Any, ...]]
) -> Sequence[Item]:
    """The page, of rows of which there may be one more than it may hold.

    Where there is, tells the client where the next page is. place_of: where a page ends that
    ends with a row.
    """
    page = rows[:limit]
    if len(rows) > limit:
        token = base64.urlsafe_b64encode(orjson.dumps(place_of(page[-1]))).decode().rstrip("=")
        query = {**request.args.to_dict(), "limit": str(limit), "after": token}
        context.current().headers["Link"] = f'<{request.path}?{urlencode(query)}>; rel="next"'
    return page
