"""API clients: programs that users give tokens to.

Source: specification, http-api-users.md section 8.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Response
from marshmallow import EXCLUDE, Schema
from sqlalchemy import Connection, Row

from api.http import clients_seen, context
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.parameters import texts, words
from api.http.service import service
from common.accounts import client_rows, token_rows
from common.accounts.client_documents import KEY, ClientDocument, client_document
from common.accounts.client_rows import Client
from common.accounts.permissions import ORDINARY
from common.accounts.proofs import new_proof
from common.errors import UserError

blueprint = ApiBlueprint("clients", __name__)

# Where browsers are sent back to: a page, or a program that has the scheme to itself.
_REDIRECT: Final = re.compile(r"(https?://[^/\s]+|tachi-[a-z0-9.+-]+:)\S*", re.IGNORECASE)

_CHANGEABLE: Final = {
    "name": "name",
    "redirectUri": "redirect_uri",
    "webhookUri": "webhook_uri",
    "apiKeyTemplate": "api_key_template",
    "apiKeyFilename": "api_key_filename",
}


def _fields(*, required: bool) -> dict[str, Any]:
    return {
        "name": words(3, 80, required=required),
        "redirectUri": words(1, 2000, nullable=True),
        "webhookUri": words(1, 2000, nullable=True),
        "apiKeyTemplate": words(1, 10_000, nullable=True),
        "apiKeyFilename": words(1, 200, nullable=True),
    }


NewClient = Schema.from_dict(
    {**_fields(required=True), "permissions": texts(ORDINARY, required=True)}, name="NewClient"
)
ClientChanges = Schema.from_dict(_fields(required=False), name="ClientChanges")

IN_PERSON: Final = {401: "This takes a user who is logged in (`NO_SESSION`)."}
NOT_FOUND: Final = {404: "There is no such client."}


@blueprint.get("/clients")
@endpoint(
    "The requester's own clients, the oldest first. Their secrets are not shown again.",
    needs_user=True,
    answers=list[ClientDocument],
    errors=IN_PERSON,
)
def list_clients() -> Response:
    author = _author()
    with service().engine.connect() as connection:
        rows = client_rows.by_author(connection, author)
    return success(f"Returned {len(rows)} clients.", [_document(row, None) for row in rows])


@blueprint.post("/clients/create")
@endpoint(
    "Registers a client. Its secret is shown this once.",
    needs_user=True,
    body=NewClient(unknown=EXCLUDE),
    answers=ClientDocument,
    errors={
        400: "The form cannot be taken, or the user has as many clients as one may"
        " (`TOO_MANY_CLIENTS`).",
        **IN_PERSON,
    },
)
def create_client(*, body: dict[str, Any]) -> Response:
    here, author = service(), _author()
    permissions = [name for name in ORDINARY if name in body["permissions"]]
    if not permissions:
        raise UserError(400, "Must require at least one permission.")
    _check(body)
    client = Client(
        client_id=f"CI{new_proof()}",
        name=body["name"],
        author=author,
        permissions=permissions,
        redirect_uri=body.get("redirectUri"),
        webhook_uri=body.get("webhookUri"),
        api_key_template=body.get("apiKeyTemplate"),
        api_key_filename=body.get("apiKeyFilename"),
    )
    with here.engine.begin() as connection:
        most = here.settings.oauth_client_cap
        if (
            client_rows.count(connection, author) >= most
            and not context.current().identity.is_admin
        ):
            raise UserError(
                400,
                f"You have created too many API clients. The current cap is {most}.",
                "TOO_MANY_CLIENTS",
            )
        row = client_rows.save(connection, client)
        secret = client_rows.new_secret(connection, client.client_id)
    return success("Created a new API client.", _document(row, secret))


@blueprint.get("/clients/<client_id>")
@endpoint("A client, without its secret.", answers=ClientDocument, errors=NOT_FOUND)
def one_client(client_id: str) -> Response:
    with service().engine.connect() as connection:
        row = find(connection, client_id)
    clients_seen.note(client_id)
    return success(
        f"Retrieved client {row.name}.", client_document(row, service().settings.our_url)
    )


@blueprint.patch("/clients/<client_id>")
@endpoint(
    "Changes a client of the requester's.",
    needs_user=True,
    body=ClientChanges(unknown=EXCLUDE),
    answers=ClientDocument,
    errors={**IN_PERSON, **NOT_FOUND},
)
def change_client(client_id: str, *, body: dict[str, Any]) -> Response:
    with service().engine.begin() as connection:
        row = _own(connection, client_id)
        if not body:
            raise UserError(400, "No changes to make.")
        _check(body)
        changes = {_CHANGEABLE[name]: value for name, value in body.items()}
        row = client_rows.change(connection, row, changes)
    return success("Updated client.", _document(row, None))


@blueprint.post("/clients/<client_id>/reset-secret")
@endpoint(
    "Gives a client another secret, which is shown this once. Tokens stay good.",
    needs_user=True,
    answers=ClientDocument,
    errors={**IN_PERSON, **NOT_FOUND},
)
def reset_secret(client_id: str) -> Response:
    with service().engine.begin() as connection:
        row = _own(connection, client_id)
        secret = client_rows.new_secret(connection, client_id)
    return success("Reset secret.", _document(row, secret))


@blueprint.delete("/clients/<client_id>")
@endpoint(
    "Removes a client, and all tokens that were made for it.",
    needs_user=True,
    answers=dict[str, Any],
    errors={**IN_PERSON, **NOT_FOUND},
)
def delete_client(client_id: str) -> Response:
    with service().engine.begin() as connection:
        _own(connection, client_id)
        token_rows.delete_of_client(connection, client_id)
        client_rows.delete(connection, client_id)
    return success("Deleted client.", {})


def find(connection: Connection, client_id: str) -> Row[Any]:
    """Raises UserError where there is none."""
    row = client_rows.find(connection, client_id)
    if row is None:
        raise UserError(404, "This client does not exist.")
    return row


def _author() -> int:
    """The requester, in person; raises UserError."""
    identity = context.current().identity
    if identity.user_id is None or not identity.in_person:
        raise UserError(
            401, "You are not authenticated (for a session-level request, atleast).", "NO_SESSION"
        )
    return identity.user_id


def _own(connection: Connection, client_id: str) -> Row[Any]:
    author = _author()
    row = find(connection, client_id)
    if row.author != author and not context.current().identity.is_admin:
        raise UserError(403, "You are not authorised to perform this action.")
    return row


def _document(row: Row[Any], secret: str | None) -> ClientDocument:
    return client_document(row, service().settings.our_url, secret)


def _check(fields: dict[str, Any]) -> None:
    """Raises UserError for what is well-formed, and still cannot be."""
    redirect, webhook = fields.get("redirectUri"), fields.get("webhookUri")
    if redirect is not None and not _REDIRECT.fullmatch(redirect):
        raise UserError(400, "Invalid Redirect URL.")
    if webhook is not None and not is_public_address(webhook):
        raise UserError(400, "Invalid Webhook URL.")
    template = fields.get("apiKeyTemplate")
    if template is not None and KEY not in template:
        raise UserError(400, f"apiKeyTemplate must contain {KEY}.")
    filename = fields.get("apiKeyFilename")
    if filename is not None and not filename.isprintable():
        raise UserError(400, "apiKeyFilename must be printable.")


def is_public_address(url: str) -> bool:
    """Whether a URL is https, and by its look not of this machine or a private network."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme != "https" or not host or host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host
