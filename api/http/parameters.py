"""Request parameters: marshmallow schemas, refused in the words of the specification.

Source: specification, http-api.md section 8, style V1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate

from common.errors import UserError
from common.text.numbers import plain
from common.validation import utf16_length

VALUE_LIMIT = 100  # characters; a longer value is cut
MISSING = object()


def one_of(values: Sequence[str]) -> fields.Raw:
    """A required parameter that is one of `values`."""
    message = f"Expected any of {', '.join(values)}."
    return fields.Raw(
        required=True,
        error_messages={"required": message, "null": message},
        validate=validate.OneOf(values, error=message),
    )


def flag() -> fields.Raw:
    """An optional boolean."""
    message = "Expected *boolean or no value."
    return fields.Raw(
        error_messages={"null": message},
        validate=lambda value: _judge(isinstance(value, bool), message),
    )


def _judge(fine: bool, message: str) -> None:
    if not fine:
        raise ValidationError(message)


def import_form(import_types: Sequence[str]) -> Schema:
    """The form of POST /import/file; the import type's own fields pass unjudged."""
    return _import_form(tuple(import_types))(unknown=INCLUDE)


@cache
def _import_form(import_types: tuple[str, ...]) -> type[Schema]:
    return Schema.from_dict({"importType": one_of(import_types)}, name="ImportForm")


class Edit(Schema):
    """The body of PATCH /scores/:scoreID."""

    comment = fields.Raw(
        validate=lambda value: _judge(
            value is None or (isinstance(value, str) and 1 <= utf16_length(value) <= 120),
            "Expected a string with length between 1 and 120.",
        ),
        allow_none=True,
    )
    highlight = flag()


class Deletion(Schema):
    """The body of DELETE /scores/:scoreID."""

    blacklist = flag()


def check(schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    """The loaded parameters; raises UserError 400 that names the first one at fault."""
    try:
        loaded: dict[str, Any] = schema.load(given)
    except ValidationError as problem:
        messages: Any = problem.messages
        path = next((name for name in schema.fields if name in messages), None)
        if path is None:
            unexpected = f"Unexpected properties inside object: {', '.join(messages)}."
            raise UserError(400, explain("null", unexpected, {})) from None
        raise UserError(400, explain(path, messages[path][0], given.get(path, MISSING))) from None
    return loaded


def explain(path: str, message: str, value: Any) -> str:
    """One violation as text, with the value where a short one exists."""
    text = _value_text(value)
    return f"[{path}] {message}" if text is None else f"[{path}] {message} (Received {text})"


def _value_text(value: Any) -> str | None:
    if value is MISSING:
        return "nothing (undefined)"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return plain(value)
    if isinstance(value, str) and value:
        return value if len(value) < VALUE_LIMIT else value[: VALUE_LIMIT - 3] + "..."
    return None
