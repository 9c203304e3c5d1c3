"""Request parameters: marshmallow schemas, refused in the words of the specification.

Source: specification, http-api.md section 8, style V1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from marshmallow import EXCLUDE, INCLUDE, RAISE, Schema, ValidationError, fields, validate

from common.errors import UserError
from common.text.numbers import plain
from common.validation import utf16_length

VALUE_LIMIT = 100  # characters; a longer value is cut
MISSING = object()
HIDDEN = object()
# How the names of secret parameters begin, and what is shown of them.
SECRET = "!"  # noqa: S105
MASK = "****"


def one_of(values: Sequence[str], *, required: bool = True, meaning: str = "") -> fields.Raw:
    """A parameter that is one of `values`. meaning: what it says, for the reference."""
    message = f"Expected any of {', '.join(values)}."
    return fields.Raw(
        required=required,
        error_messages={"required": message, "null": message},
        validate=validate.OneOf(values, error=message),
        metadata={"description": meaning} if meaning else {},
    )


def flag() -> fields.Raw:
    """An optional boolean."""
    message = "Expected *boolean or no value."
    return fields.Raw(
        error_messages={"null": message},
        validate=lambda value: _judge(isinstance(value, bool), message),
        metadata={"type": "boolean"},
    )


def _judge(fine: bool, message: str) -> None:
    if not fine:
        raise ValidationError(message)


def integer(low: int, high: int, *, required: bool = False) -> fields.Raw:
    """A whole number within these bounds."""
    message = f"Expected an integer between {low} and {high}."
    return fields.Raw(
        required=required,
        error_messages={"required": message, "null": message},
        validate=lambda value: _judge(
            isinstance(value, int) and not isinstance(value, bool) and low <= value <= high, message
        ),
        metadata={"type": "integer", "minimum": low, "maximum": high},
    )


def words(low: int, high: int, *, required: bool = False, nullable: bool = False) -> fields.Raw:
    """A text of so many characters."""
    message = f"Expected a string with length between {low} and {high}."
    return fields.Raw(
        required=required,
        allow_none=nullable,
        error_messages={"required": message, "null": message},
        validate=lambda value: _judge(
            (nullable and value is None)
            or (isinstance(value, str) and low <= utf16_length(value) <= high),
            message,
        ),
        metadata={
            # That it may be null as well follows from `allow_none`.
            "type": "string",
            "minLength": low,
            "maxLength": high,
        },
    )


def texts(values: Sequence[str], *, required: bool = False) -> fields.Raw:
    """A list of texts that are each one of `values`."""
    message = "Value was not an array."

    def judge(sent: Any) -> None:
        _judge(isinstance(sent, list), message)
        for place, each in enumerate(sent):
            if each not in values:
                raise ValidationError({place: [f"Expected any of {', '.join(values)}."]})

    return fields.Raw(
        required=required,
        error_messages={"null": message, "required": message},
        validate=judge,
        metadata={"type": "array", "items": {"type": "string", "enum": list(values)}},
    )


def import_form(import_types: Sequence[str]) -> Schema:
    """The form of POST /import/file; the import type's own fields pass unjudged."""
    return _import_form(tuple(import_types))(unknown=INCLUDE)


@cache
def _import_form(import_types: tuple[str, ...]) -> type[Schema]:
    return Schema.from_dict({"importType": one_of(import_types)}, name="ImportForm")


class EditBody(Schema):
    """The body of PATCH /scores/:scoreID."""

    comment = fields.Raw(
        validate=lambda value: _judge(
            value is None or (isinstance(value, str) and 1 <= utf16_length(value) <= 120),
            "Expected a string with length between 1 and 120.",
        ),
        allow_none=True,
        # That it may be null as well follows from `allow_none`.
        metadata={"type": "string", "minLength": 1, "maxLength": 120},
    )
    highlight = flag()


class DeletionBody(Schema):
    """The body of DELETE /scores/:scoreID."""

    blacklist = flag()


def text_like(pattern: str, expectation: str, *, example: str, required: bool = True) -> fields.Raw:
    """A text that matches all of a pattern."""
    matches = re.compile(pattern, re.ASCII).fullmatch
    # marshmallow has these formatted; braces of a pattern are no places to fill in.
    said = expectation.replace("{", "{{").replace("}", "}}")
    return fields.Raw(
        required=required,
        error_messages={"required": said, "null": said},
        validate=lambda value: _judge(isinstance(value, str) and bool(matches(value)), expectation),
        metadata={"type": "string", "pattern": f"^(?:{pattern})$", "example": example},
    )


class OAuthCode(Schema):
    """The body of POST .../oauth2callback."""

    code = text_like(r"[\s\S]*", "Expected string.", example="0123456789abcdef")


class CGCard(Schema):
    """The body of PUT .../integrations/cg/:cgType."""

    cardID = text_like(r"[a-zA-Z0-9]{16}", "Expected 16 characters.", example="0123456789ABCDEF")
    pin = text_like(r"[0-9]{4}", "Expected 4 digits.", example="0123")


class MytCard(Schema):
    """The body of PUT .../integrations/myt."""

    cardAccessCode = text_like(r"[0-9]{20}", "Expected 20 digits.", example="01234567890123456789")


def check(
    schema: Schema,
    sent: Mapping[str, Any],
    *,
    hidden: Sequence[str] = (),
    drops_unknown: bool = False,
) -> dict[str, Any]:
    """The loaded parameters; raises UserError 400 that names the first one at fault.

    hidden: parameters whose values are not repeated. drops_unknown: whether what the schema does
    not know is passed over, as version 3 does, where the schema refuses it.
    """
    drops_unknown = drops_unknown and schema.unknown == RAISE
    try:
        loaded: dict[str, Any] = schema.load(sent, unknown=EXCLUDE if drops_unknown else None)
    except ValidationError as problem:
        messages: Any = problem.messages
        path = next((name for name in schema.fields if name in messages), None)
        if path is None:
            unexpected = f"Unexpected properties inside object: {', '.join(messages)}."
            raise UserError(400, explain("null", unexpected, {})) from None
        value = sent.get(path, MISSING)
        found = messages[path][0]
        if isinstance(found, dict):
            # The first item at fault of a list.
            place, (found, *_) = next(iter(found.items()))
            value, path = value[place], f"{path}[{place}]"
        if path in hidden and path in sent:
            value = HIDDEN
        elif path.startswith(SECRET) and path in sent:
            value = MASK
        raise UserError(400, explain(path, found, value)) from None
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
