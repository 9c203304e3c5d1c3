"""Queries that several endpoints take."""

from __future__ import annotations

from typing import Any

from flask import request
from marshmallow import EXCLUDE, Schema, fields

from common.errors import UserError


class Search(Schema):
    """What to look for. That it is needed the endpoint says in its own words."""

    class Meta:
        unknown = EXCLUDE

    search = fields.String(metadata={"description": "what to look for; required"})


class Alg(Schema):
    """Which rating to order by."""

    class Meta:
        unknown = EXCLUDE

    alg = fields.String(metadata={"description": "a rating of the game; its usual one by default"})


def flag(meaning: str) -> fields.String:
    """A parameter that counts as set whatever its value."""
    return fields.String(metadata={"description": f"if present, {meaning}"})


def refuse_repeated(name: str, complaint: str) -> None:
    """Raises UserError where a parameter is given more than once."""
    if len(request.args.getlist(name)) > 1:
        raise UserError(400, complaint)


def required_search(query: dict[str, Any], complaint: str) -> str:
    """What is searched for. Raises UserError with the endpoint's words."""
    found = query.get("search")
    if not isinstance(found, str):
        raise UserError(400, complaint)
    return found


def text(meaning: str) -> fields.String:
    """An optional parameter that the endpoint reads itself."""
    said = "Expected *string or no value."
    return fields.String(
        error_messages={"null": said, "invalid": said}, metadata={"description": meaning}
    )


def required_text(meaning: str, *, example: str) -> fields.String:
    """A parameter that has to be there, and that the endpoint reads itself."""
    said = "Expected string."
    return fields.String(
        required=True,
        error_messages={"required": said, "null": said, "invalid": said},
        metadata={"description": meaning, "example": example},
    )
