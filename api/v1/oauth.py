"""OAuth2 with authorization codes. Source: specification, http-api-users.md section 8.

A code is good for ten minutes, for one client, once. PKCE (RFC 7636) is asked of a client that
began with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Any, Final

import msgspec
from flask import Response
from marshmallow import EXCLUDE, Schema, fields, validate

from api.http import clients_seen, context
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.parameters import words
from api.http.service import service
from api.v1 import clients
from common.accounts import client_rows, token_rows
from common.accounts.proofs import proof_hash
from common.accounts.token_documents import TokenDocument, token_document
from common.accounts.token_rows import NewToken
from common.errors import UserError

blueprint = ApiBlueprint("oauth", __name__)

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class Consent(Schema):
    """For which client a user wants a code."""

    class Meta:
        unknown = EXCLUDE

    clientID = words(1, 100)
    code_challenge = words(1, 200)
    code_challenge_method = words(1, 20)


class CodeForToken(Schema):
    """What a client has for a token."""

    class Meta:
        unknown = EXCLUDE

    client_id = words(1, 100, required=True)
    client_secret = words(1, 200, required=True)
    grant_type = fields.Raw(
        required=True,
        error_messages={"required": "Expected authorization_code."},
        validate=validate.Equal("authorization_code", error="Expected authorization_code."),
        metadata={"const": "authorization_code"},
    )
    redirect_uri = words(1, 2000, required=True)
    code = words(1, 200, required=True)
    code_verifier = words(43, 128)


class CodeDocument(msgspec.Struct, kw_only=True):
    """A code. createdOn: milliseconds since the epoch."""

    code: str
    userID: int
    createdOn: int


@blueprint.post("/oauth/create-code")
@endpoint(
    "Makes a code for a client, which is the user's consent. Without `clientID` it is for the "
    "client that the session looked at last.",
    body=Consent(),
    answers=CodeDocument,
    errors={
        400: "No client is named (`NO_CLIENT`), it does not use OAuth2 (`NOT_AN_OAUTH_CLIENT`), or"
        " the challenge is none (`BAD_CHALLENGE`).",
        401: "This takes a user who is logged in (`NO_SESSION`).",
        404: "There is no such client.",
    },
)
def create_code(*, body: dict[str, Any]) -> Response:
    user_id = _in_person()
    client_id = body.get("clientID") or clients_seen.last()
    if client_id is None:
        raise UserError(400, "For which client? Expected clientID.", "NO_CLIENT")
    code, made = new_code(
        user_id, client_id, body.get("code_challenge"), body.get("code_challenge_method")
    )
    return success(
        "Successfully created code.", CodeDocument(code=code, userID=user_id, createdOn=made)
    )


def new_code(
    user_id: int, client_id: str, challenge: str | None, method: str | None
) -> tuple[str, int]:
    """A code for a client, and when it was made. Raises UserError."""
    if challenge is not None and (method != "S256" or not _CHALLENGE.fullmatch(challenge)):
        raise UserError(400, "Expected a code_challenge of the method S256.", "BAD_CHALLENGE")
    with service().engine.begin() as connection:
        client = clients.find(connection, client_id)
        if client.redirect_uri is None or client.secret_hash is None:
            raise UserError(400, "This client does not use OAuth2.", "NOT_AN_OAUTH_CLIENT")
        return client_rows.create_code(connection, user_id, client_id, challenge)


@blueprint.post("/oauth/token")
@endpoint(
    "Exchanges a code for a token. It is shown this once. Forms are read as well as JSON.",
    body=CodeForToken(),
    plain_forms=True,
    answers=TokenDocument,
    errors={
        400: "The redirect_uri is not the client's (`WRONG_REDIRECT_URI`), or the verifier not that"
        " of the code (`WRONG_VERIFIER`).",
        403: "The secret is not the client's (`WRONG_SECRET`).",
        404: "There is no such code: it was used, is too old, or another's (`NO_SUCH_CODE`); or no"
        " such client.",
        409: "The user has too many tokens (`TOO_MANY_TOKENS`).",
    },
)
def token(*, body: dict[str, Any]) -> Response:
    code_is_bad = UserError(404, "This code does not exist.", "NO_SUCH_CODE")
    with service().engine.begin() as connection:
        client = clients.find(connection, body["client_id"])
        secret_hash = proof_hash(body["client_secret"])
        if client.secret_hash is None or not hmac.compare_digest(client.secret_hash, secret_hash):
            raise UserError(403, "Invalid secret.", "WRONG_SECRET")
        if body["redirect_uri"] != client.redirect_uri:
            raise UserError(
                400,
                "This redirect_uri does not match with your registered client redirect_uri "
                f"{client.redirect_uri}.",
                "WRONG_REDIRECT_URI",
            )
        code = client_rows.take_code(connection, body["code"], client.client_id)
    # What follows cannot undo that the code was used.
    if code is None or code.expired:
        raise code_is_bad
    if code.challenge is not None and code.challenge != _challenge(body.get("code_verifier")):
        raise UserError(400, "The code_verifier is not the one of this code.", "WRONG_VERIFIER")
    with service().engine.begin() as connection:
        made, row = token_rows.create(
            connection,
            NewToken(
                code.user_id,
                f"{client.name} Token",
                client.requested_permissions,
                client.client_id,
            ),
        )
    return success("Successfully authenticated.", token_document(row, made))


def _challenge(verifier: str | None) -> str:
    """What the challenge of a verifier is, by S256."""
    digest = hashlib.sha256((verifier or "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _in_person() -> int:
    identity = context.current().identity
    if identity.user_id is None or not identity.in_person:
        raise UserError(401, "You are not authenticated.", "NO_SESSION")
    return identity.user_id
