"""Timestops: from where on a user wants scores of other services read."""

from __future__ import annotations

import math
from typing import Any

from flask import Response

from api.http import context, owners
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.service import service
from api.jobs.door import fetched_import_types
from common.errors import UserError
from common.imports import timestop_rows
from common.text.numbers import MAX_EXACT_INTEGER

blueprint = ApiBlueprint("timestops", __name__)

PATH = "/users/<user>/import-timestops"


@blueprint.get(PATH)
def timestops(user: str) -> Response:
    """All import types that can have one, with the user's."""
    user_id = _owner(user)
    with service().engine.connect() as connection:
        known = timestop_rows.all_of(connection, user_id)
    body = [
        {"importType": name, "lastScoreTime": known.get(name)} for name in fetched_import_types()
    ]
    return success(f"Returned {len(body)} import timestops.", {"timestops": body})


@blueprint.put(PATH)
def set_timestop(user: str) -> Response:
    """Scores that are not newer are not read from now on; each sync moves it on."""
    user_id = _owner(user)
    given = context.current().json_object()
    import_type = _import_type(given)
    moment = given.get("lastScoreTime")
    if isinstance(moment, bool) or not isinstance(moment, int | float) or not math.isfinite(moment):
        raise UserError(400, "lastScoreTime must be a finite number.")
    bounded = int(max(-MAX_EXACT_INTEGER, min(moment, MAX_EXACT_INTEGER)))
    with service().engine.begin() as connection:
        timestop_rows.save(connection, user_id, import_type, bounded)
    return success(f"Updated import timestop for {import_type}.", {})


@blueprint.delete(PATH)
def reset_timestop(user: str) -> Response:
    """Everything is read from now on."""
    user_id = _owner(user)
    import_type = _import_type(context.current().json_object())
    with service().engine.begin() as connection:
        timestop_rows.delete(connection, user_id, import_type)
    return success(f"Reset import timestop for {import_type}.", {})


def _owner(user: str) -> int:
    user_id = owners.user_of(user, service().engine)
    owners.require_self(user_id)
    return user_id


def _import_type(given: dict[str, Any]) -> str:
    name = given.get("importType")
    if not isinstance(name, str) or name not in fetched_import_types():
        raise UserError(400, f"Invalid import type: {str(name)[:100]}")
    return name
