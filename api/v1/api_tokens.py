"""A user's API tokens. Source: specification, http-api-users.md section 5.

The listing names tokens without showing them: only their hashes are stored.
"""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema

from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.parameters import texts, words
from api.http.service import service
from common.accounts import client_rows, token_rows
from common.accounts.permissions import ORDINARY
from common.accounts.token_documents import TokenDocument, token_document
from common.accounts.token_rows import NewToken
from common.errors import UserError

blueprint = ApiBlueprint("api_tokens", __name__)

# In place of "Returned existing key": nobody could return it.
ANOTHER = (
    "Successfully created another API Token. There was one of this client already: it stays good,"
    " but cannot be shown again, since only its hash is stored."
)


class TokenRequest(Schema):
    """What a token is to be: either of these permissions, or for this client."""

    permissions = texts(ORDINARY)
    identifier = words(0, 100)
    clientID = words(1, 100)


@blueprint.get("/users/<user>/api-tokens")
@endpoint(
    "The user's tokens, the oldest first. `token` names them, and does not show them.",
    in_person=True,
    answers=list[TokenDocument],
    errors={404: "There is no such user."},
)
def list_tokens(user: int) -> Response:
    with service().engine.connect() as connection:
        rows = token_rows.of_user(connection, user)
    return success(f"Returned {len(rows)} keys.", [token_document(row) for row in rows])


@blueprint.post("/users/<user>/api-tokens/create")
@endpoint(
    "Makes a token. It is shown this once.",
    in_person=True,
    body=TokenRequest(),
    answers=TokenDocument,
    errors={
        404: "There is no such user, or no such client.",
        409: "The user has too many tokens (`TOO_MANY_TOKENS`).",
    },
)
def create_token(user: int, *, body: dict[str, Any]) -> Response:
    client_id, permissions = body.get("clientID"), body.get("permissions")
    if client_id is not None and permissions is not None:
        raise UserError(
            400, "Cannot use ClientID creation and permissions creation at the same time!"
        )
    if client_id is None and permissions is None:
        raise UserError(400, "Invalid request, must specify either clientID or permissions.")
    with service().engine.begin() as connection:
        before = False
        if client_id is not None:
            client = client_rows.find(connection, client_id)
            if client is None:
                raise UserError(404, "This client does not exist.")
            before = bool(token_rows.of_client(connection, user, client_id))
            new = NewToken(user, client.name, client.requested_permissions, client_id)
        else:
            # In the order of the list, each of them once.
            chosen = [name for name in ORDINARY if name in (permissions or [])]
            new = NewToken(user, body.get("identifier", "Custom Token"), chosen)
        token, row = token_rows.create(connection, new)
    text = ANOTHER if before else "Successfully created new API Token."
    return success(text, token_document(row, token))


@blueprint.delete("/users/<user>/api-tokens/<token>")
@endpoint(
    "Deletes a token, named by its `tokenID` or by itself. It is refused within two seconds.",
    in_person=True,
    answers=dict[str, Any],
    errors={404: "There is no such user, or no such token."},
)
def delete_token(user: int, token: str) -> Response:
    with service().engine.begin() as connection:
        if not token_rows.delete(connection, user, token):
            raise UserError(404, "This key does not exist.")
    return success("Removed Token.", {})
