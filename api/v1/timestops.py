"""Timestops: from where on a user wants scores of other services read."""

from __future__ import annotations

import math
from typing import Any

import msgspec
from flask import Response
from marshmallow import Schema, fields

from api.http import context
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.service import service
from api.jobs.door import fetched_import_types
from common.errors import UserError
from common.imports import timestop_rows
from common.text.numbers import MAX_EXACT_INTEGER

blueprint = ApiBlueprint("timestops", __name__)

PATH = "/users/<user>/import-timestops"


class TimestopDocument(msgspec.Struct):
    """lastScoreTime: milliseconds since the epoch; null = everything is read."""

    importType: str
    lastScoreTime: int | None


class Timestops(msgspec.Struct):
    """One of each import type that can have one."""

    timestops: list[TimestopDocument]


class TimestopName(Schema):
    """Whose timestop."""

    importType = fields.String(required=True, metadata={"enum": list(fetched_import_types())})


class TimestopBody(TimestopName):
    """What is known already."""

    lastScoreTime = fields.Float(
        required=True, metadata={"description": "milliseconds since the epoch"}
    )


@blueprint.get(PATH)
@endpoint(
    "All import types that can have a timestop, with the user's.",
    in_person=True,
    answers=Timestops,
    errors={404: "There is no such user."},
)
def timestops(user: int) -> Response:
    with service().engine.connect() as connection:
        known = timestop_rows.all_of(connection, user)
    body = [
        {"importType": name, "lastScoreTime": known.get(name)} for name in fetched_import_types()
    ]
    return success(f"Returned {len(body)} import timestops.", {"timestops": body})


@blueprint.put(PATH)
@endpoint(
    "Scores that are not newer are not read from now on; each sync moves it on.",
    in_person=True,
    own_body=TimestopBody(),
    answers=dict[str, Any],
    errors={404: "There is no such user."},
)
def set_timestop(user: int) -> Response:
    body = context.current().json_object()
    import_type = _import_type(body)
    moment = body.get("lastScoreTime")
    if isinstance(moment, bool) or not isinstance(moment, int | float) or not math.isfinite(moment):
        raise UserError(400, "lastScoreTime must be a finite number.")
    bounded = int(max(-MAX_EXACT_INTEGER, min(moment, MAX_EXACT_INTEGER)))
    with service().engine.begin() as connection:
        timestop_rows.save(connection, user, import_type, bounded)
    return success(f"Updated import timestop for {import_type}.", {})


@blueprint.delete(PATH)
@endpoint(
    "Everything is read from now on.",
    in_person=True,
    own_body=TimestopName(),
    answers=dict[str, Any],
    errors={404: "There is no such user."},
)
def reset_timestop(user: int) -> Response:
    import_type = _import_type(context.current().json_object())
    with service().engine.begin() as connection:
        timestop_rows.delete(connection, user, import_type)
    return success(f"Reset import timestop for {import_type}.", {})


def _import_type(body: dict[str, Any]) -> str:
    name = body.get("importType")
    if not isinstance(name, str) or name not in fetched_import_types():
        raise UserError(400, f"Invalid import type: {str(name)[:100]}")
    return name
