"""Linking accounts with other services. Source: specification, http-api-users.md section 6.

What a user entrusts us with is sealed before it is stored, and never given back.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from flask import Response, request
from marshmallow import INCLUDE

from api.http import context, owners
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.parameters import CGCard, MytCard, OAuthCode, check
from api.http.service import service
from api.jobs.door import exchange_code
from common.credentials import credential_rows
from common.credentials.credential_rows import InUse
from common.credentials.vault import Owner, Unreadable, Vault
from common.errors import UserError
from common.service_settings import CG_SERVICES, KAI_SERVICES, MYT

blueprint = ApiBlueprint("integrations", __name__)

NO_KEYS: Final = "This server is not set up for stored credentials."

RENEWED: Final = "What is stored is being renewed at the moment. Please try again shortly."

# Digits of a card's code that its owner is shown, to know it again.
SHOWN: Final = 4


_MISSING: Final = {404: "There is no such user or service."}
_OF_STORING: Final = {**_MISSING, 501: NO_KEYS}


class KaiStatus(msgspec.Struct):
    """Whether there are tokens."""

    authStatus: bool


class CGCardDocument(msgspec.Struct):
    """A card of CG."""

    userID: int
    service: str
    cardID: str


class MytCardDocument(msgspec.Struct):
    """A card of MYT; all but the end of its code is stars."""

    userID: int
    cardAccessCode: str


# --- kai ---------------------------------------------------------------------------------


@blueprint.get("/users/<user>/integrations/kai/<kai_type>")
@endpoint(
    "Whether the account is linked with a service.",
    in_person=True,
    own_gates=True,
    answers=KaiStatus,
    errors=_MISSING,
)
def kai_status(user: str, kai_type: str) -> Response:
    owner = _kai_owner(user, kai_type)
    with service().engine.connect() as connection:
        linked = credential_rows.exists(connection, owner)
    state = "authenticated" if linked else "unauthenticated"
    return success(f"User is {state}.", {"authStatus": linked})


@blueprint.delete("/users/<user>/integrations/kai/<kai_type>")
@endpoint(
    "Forgets the tokens of a service.",
    in_person=True,
    own_gates=True,
    answers=dict[str, Any],
    errors={**_MISSING, 409: "It is not linked.", 503: RENEWED},
)
def kai_unlink(user: str, kai_type: str) -> Response:
    owner = _kai_owner(user, kai_type)
    if not _forget(owner):
        raise UserError(409, "You are not authorised with this service.")
    return success(f"Revoked authentication for {owner.service}.", {})


@blueprint.post("/users/<user>/integrations/kai/<kai_type>/oauth2callback")
@endpoint(
    "Exchanges the code that the service sent the user back with for tokens.",
    in_person=True,
    own_gates=True,
    own_body=OAuthCode(),
    answers=dict[str, Any],
    errors={
        **_OF_STORING,
        503: "Others, or the user, are linking accounts (`TOO_MANY_LINKS`): try again.",
    },
)
def kai_link(user: str, kai_type: str) -> Response:
    owner = _kai_owner(user, kai_type, "/oauth2callback")
    code = check(OAuthCode(unknown=INCLUDE), context.current().json_object())["code"]
    here = service()
    with here.elsewhere.waiting(owner.user_id, request.environ):
        exchange_code(here.settings, here.engine, owner, code)
    return success(f"Successfully updated auth for {owner.service}", {})


def _kai_owner(user: str, kai_type: str, rest: str = "") -> Owner:
    here = service()
    user_id = owners.user_of(user, here.engine)
    owners.require_kamai(here.settings.type, f"/{kai_type}{rest}")
    owners.require_self(user_id)
    if kai_type.upper() not in KAI_SERVICES:
        raise UserError(400, "Invalid kaiType - Expected min, flo or eag.")
    return Owner(user_id, kai_type.upper())


# --- cg ----------------------------------------------------------------------------------


@blueprint.get("/users/<user>/integrations/cg/<cg_type>")
@endpoint(
    "The card, without its PIN.",
    in_person=True,
    own_gates=True,
    answers=CGCardDocument | None,
    errors=_MISSING,
)
def cg_card(user: str, cg_type: str) -> Response:
    owner = _cg_owner(user, cg_type)
    card = _stored(owner)
    if card is None:
        return success("User has no card info set.", None)
    body = {"userID": owner.user_id, "service": cg_type, "cardID": card["cardID"]}
    return success("Found card info.", body)


@blueprint.put("/users/<user>/integrations/cg/<cg_type>")
@endpoint(
    "Stores a card.",
    in_person=True,
    own_gates=True,
    own_body=CGCard(),
    answers=dict[str, Any],
    errors=_OF_STORING,
)
def cg_set(user: str, cg_type: str) -> Response:
    owner = _cg_owner(user, cg_type)
    _store(owner, check(CGCard(), context.current().json_object(), hidden=("pin",)))
    return success("Updated cardID and pin.", {})


@blueprint.delete("/users/<user>/integrations/cg/<cg_type>")
@endpoint(
    "Forgets a card.",
    in_person=True,
    own_gates=True,
    answers=dict[str, Any],
    errors=_MISSING,
)
def cg_delete(user: str, cg_type: str) -> Response:
    return _delete(_cg_owner(user, cg_type))


def _cg_owner(user: str, cg_type: str) -> Owner:
    user_id = owners.user_of(user, service().engine)
    if cg_type not in CG_SERVICES:
        raise UserError(404, f"No such service 'cg/{cg_type}' is supported.")
    owners.require_self(user_id)
    return Owner(user_id, f"cg-{cg_type}")


# --- myt ---------------------------------------------------------------------------------


@blueprint.get("/users/<user>/integrations/myt")
@endpoint(
    "The card, of whose code only the end is shown.",
    in_person=True,
    own_gates=True,
    answers=MytCardDocument | None,
    errors=_MISSING,
)
def myt_card(user: str) -> Response:
    """The end of the code is all that MYT's users need to know theirs again."""
    owner = _myt_owner(user)
    card = _stored(owner)
    if card is None:
        return success("User has no card info set.", None)
    body = {"userID": owner.user_id, "cardAccessCode": _masked(card["cardAccessCode"])}
    return success("Found card info.", body)


@blueprint.put("/users/<user>/integrations/myt")
@endpoint(
    "Stores a card.",
    in_person=True,
    own_gates=True,
    own_body=MytCard(),
    answers=dict[str, Any],
    errors=_OF_STORING,
)
def myt_set(user: str) -> Response:
    owner = _myt_owner(user)
    _store(owner, check(MytCard(), context.current().json_object(), hidden=("cardAccessCode",)))
    return success("Updated cardAccessCode.", {})


@blueprint.delete("/users/<user>/integrations/myt")
@endpoint(
    "Forgets a card.",
    in_person=True,
    own_gates=True,
    answers=dict[str, Any],
    errors=_MISSING,
)
def myt_delete(user: str) -> Response:
    return _delete(_myt_owner(user))


def _myt_owner(user: str) -> Owner:
    here = service()
    user_id = owners.user_of(user, here.engine)
    owners.require_kamai(here.settings.type, "/")
    owners.require_self(user_id)
    return Owner(user_id, MYT)


def _masked(code: str) -> str:
    return "*" * (len(code) - SHOWN) + code[-SHOWN:]


# --- all cards ---------------------------------------------------------------------------


def _vault() -> Vault:
    keys = service().settings.services.keys
    if not keys:
        raise UserError(501, NO_KEYS)
    return Vault(keys)


def _stored(owner: Owner) -> dict[str, Any] | None:
    """What none of the keys opens is as good as nothing: the user has to set it again."""
    with service().engine.connect() as connection:
        if not credential_rows.exists(connection, owner):
            return None
        try:
            found = credential_rows.find(connection, _vault(), owner)
        except Unreadable:
            return None
    return None if found is None else dict(found.secrets)


def _store(owner: Owner, card: dict[str, str]) -> None:
    vault = _vault()
    with service().engine.begin() as connection:
        credential_rows.save(connection, vault, owner, card)


def _delete(owner: Owner) -> Response:
    _forget(owner)
    return success("Deleted stored card info.", {})


def _forget(owner: Owner) -> bool:
    """Whether there was anything to forget."""
    try:
        with service().engine.begin() as connection:
            return credential_rows.delete(connection, owner)
    except InUse:
        raise UserError(503, RENEWED) from None
