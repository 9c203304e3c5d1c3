"""A user's tokens: making them, and taking them away."""

from __future__ import annotations

from typing import Any, Final

from flask import Response
from marshmallow import fields

from api.web import interface
from api.web.page_parameters import NO_FIELDS, PageParameters, takes
from api.web.rendering import blueprint as pages_blueprint
from api.web.rendering import leave, page
from common.accounts.permissions import ORDINARY

blueprint = pages_blueprint("token_pages", __name__, for_users=True)

MEANINGS: Final = {
    "customise_profile": "change how your profiles look",
    "customise_score": "change comments and highlights of your scores",
    "customise_session": "change names and highlights of your sessions",
    "delete_score": "delete scores and revert imports",
    "manage_rivals": "choose your rivals",
    "manage_targets": "choose your goals and quests",
    "submit_score": "submit scores for you",
    "manage_challenges": "manage challenges",
}


# What it is called, and a box for each permission.
TokenForm = PageParameters.from_dict(
    {"identifier": fields.String(), **{name: fields.String() for name in ORDINARY}},
    name="TokenForm",
)


@blueprint.get("/tokens")
def tokens() -> Response:
    return _tokens()


def _tokens(made: str | None = None) -> Response:
    return page(
        "tokens.html",
        title="API tokens",
        tokens=interface.get("/users/me/api-tokens").body,
        permissions=[(name, MEANINGS[name]) for name in ORDINARY],
        made=made,
    )


@blueprint.post("/tokens")
@takes(form=TokenForm())
def make(*, form: dict[str, Any]) -> Response:
    """Shows the token, this once: the page is not kept anywhere."""
    body = {
        "identifier": form.get("identifier", "Custom Token"),
        "permissions": [name for name in ORDINARY if name in form],
    }
    return _tokens(interface.send("POST", "/users/me/api-tokens/create", body).body["token"])


@blueprint.post("/tokens/<token_id>/revoke")
@takes(form=NO_FIELDS)
def revoke(token_id: str) -> Response:
    interface.send("DELETE", f"/users/me/api-tokens/{token_id}")
    return leave("/tokens")
