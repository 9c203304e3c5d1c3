"""What users set for the hooks of their games.

Source: specification, http-api-users.md sections 6.4 and 6.5.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request
from marshmallow import Schema, ValidationError, fields

from api.http import owners
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.parameters import flag
from api.http.service import service
from common.errors import UserError
from common.hooks import hook_rows
from common.hooks.hook_documents import FervidexSettings, KsHookSettings, Settings
from common.hooks.hook_rows import FERVIDEX, KSHOOK

MAX_CARDS: Final = 6

_FERVIDEX: Final = "/users/<user>/integrations/fervidex/settings"
_KSHOOK: Final = "/users/<user>/integrations/kshook-sv6c/settings"


def check_kamaitachi() -> None:
    """Raises UserError where the server is for other games, or nobody is meant."""
    owners.user_of((request.view_args or {})["user"], service().engine)
    owners.require_kamai(service().settings.type, "/settings")


blueprint = ApiBlueprint(
    "hook_settings",
    __name__,
    gates=(check_kamaitachi,),
    errors={404: "The server is for other games than this client's."},
)


def _card_list(value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, list):
        raise ValidationError("Value was not an array.")
    for place, card in enumerate(value):
        # PostgreSQL's text cannot hold U+0000.
        if not isinstance(card, str) or "\0" in card:
            raise ValidationError({place: ["Expected string."]})


class FervidexChanges(Schema):
    """The body of PATCH .../fervidex/settings."""

    cards = fields.Raw(
        allow_none=True,
        validate=_card_list,
        metadata={
            "description": "The only cards whose plays are taken; null: any.",
            "type": "array",
            "items": {"type": "string"},
            "maxItems": MAX_CARDS,
        },
    )
    forceStaticImport = fields.Raw(
        allow_none=True,
        validate=flag().validate,
        metadata={
            "description": "Whether the scores of the next profile are taken.",
            "type": "boolean",
        },
    )


def _boolean(value: Any) -> None:
    if not isinstance(value, bool):
        raise ValidationError("Expected boolean.")


class KsHookChanges(Schema):
    """The body of PATCH .../kshook-sv6c/settings."""

    forceStaticImport = fields.Raw(
        required=True,
        error_messages={"required": "Expected boolean.", "null": "Expected boolean."},
        validate=_boolean,
        metadata={"description": "Whether the next export is taken.", "type": "boolean"},
    )


@blueprint.get(_FERVIDEX)
@endpoint(
    "What a user set for fervidex; in version 2 null if nothing.",
    in_person=True,
    answers=FervidexSettings | None,
)
def fervidex(user: int) -> Response:
    return success("Retrieved Fervidex settings.", _fervidex(user, _found(user, FERVIDEX)))


@blueprint.patch(_FERVIDEX)
@endpoint(
    "Sets which cards fervidex takes, and whether it takes the next profile's scores.",
    in_person=True,
    body=FervidexChanges(),
    answers=FervidexSettings,
    errors={400: "Too many cards, or nothing to change."},
)
def set_fervidex(user: int, *, body: dict[str, Any]) -> Response:
    if len(body.get("cards") or ()) > MAX_CARDS:
        raise UserError(400, f"You cannot have more than {MAX_CARDS} card filters at once.")
    if not body:
        raise UserError(400, "No modifications sent.")
    return success(
        "Successfully updated settings.", _fervidex(user, _changed(user, FERVIDEX, body))
    )


@blueprint.get(_KSHOOK)
@endpoint(
    "What a user set for KsHook; null if nothing.", in_person=True, answers=KsHookSettings | None
)
def kshook(user: int) -> Response:
    found = _found(user, KSHOOK)
    body = None if found is None else KsHookSettings(user, found.forced)
    return success("Retrieved KsHook (S6VC) settings.", body)


@blueprint.patch(_KSHOOK)
@endpoint(
    "Sets whether KsHook's next export is taken.",
    in_person=True,
    body=KsHookChanges(),
    answers=KsHookSettings,
)
def set_kshook(user: int, *, body: dict[str, Any]) -> Response:
    changed = _changed(user, KSHOOK, body)
    return success("Successfully updated settings.", KsHookSettings(user, changed.forced))


def _found(user_id: int, hook: str) -> Settings | None:
    with service().engine.connect() as connection:
        return hook_rows.find(connection, user_id, hook)


def _changed(user_id: int, hook: str, changes: dict[str, Any]) -> Settings:
    if "forceStaticImport" in changes:
        changes = {**changes, "forceStaticImport": bool(changes["forceStaticImport"])}
    with service().engine.begin() as connection:
        return hook_rows.change(connection, user_id, hook, changes)


def _fervidex(user_id: int, settings: Settings | None) -> FervidexSettings | None:
    if settings is None:
        # In version 3 they are what they are by default; version 2 takes that as well.
        has_v3 = service().settings.dialect.has_v3
        return FervidexSettings(user_id, None, False) if has_v3 else None
    return FervidexSettings(user_id, settings.cards, settings.forced)
