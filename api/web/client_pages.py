"""The pages by which a user lets a program in: a key or a file with it, or the consent of OAuth2.

Source: specification, http-api-users.md section 8.
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Response, request
from marshmallow import EXCLUDE, Schema, fields
from sqlalchemy import Row

from api.http import context, gates
from api.http.service import service
from api.v1 import clients
from api.v1.oauth import new_code
from api.web.page_parameters import PageParameters, takes
from api.web.rendering import asking_login, leave, page
from api.web.rendering import blueprint as pages_blueprint
from api.web.token_pages import MEANINGS
from common.accounts import token_rows, user_rows
from common.accounts.client_documents import KEY, client_document
from common.accounts.token_rows import NewToken
from common.errors import UserError

blueprint = pages_blueprint("client_pages", __name__)


class KeyForm(PageParameters):
    """A key is wanted. revoke: those made before are to stop working."""

    revoke = fields.String()


class AuthorizationRequest(Schema):
    """What a client sends a browser with. What is left empty is handed back empty."""

    class Meta:
        unknown = EXCLUDE

    clientID = fields.String()
    client_id = fields.String()
    redirect_uri = fields.String()
    response_type = fields.String()
    code_challenge = fields.String()
    code_challenge_method = fields.String()
    context = fields.String()
    state = fields.String()


class ConsentForm(PageParameters):
    """Whether the client may act for the user."""

    answer = fields.String()


@blueprint.before_request
def _guests_are_asked_first() -> Response | None:
    """Whose session has ended meanwhile sees the page again, which has the way to log in."""
    if request.method == "GET" or _session_user() is not None:
        return None
    return leave(request.full_path)


def _session_user() -> int | None:
    """Who is logged in; a token that stands for its user does not fill in forms."""
    whoami = context.current().identity
    return whoami.user_id if whoami.session is not None else None


def _client_and_author(client_id: str) -> tuple[Row[Any], str]:
    """The client, and who made it. Raises UserError."""
    with service().engine.connect() as connection:
        client = clients.find(connection, client_id)
        author = user_rows.by_id(connection, client.author)
    return client, author.username if author is not None else ""


# --- a key, or a file with it -----------------------------------------------------------------


@blueprint.get("/client-file-flow/<client_id>")
def file_flow(client_id: str) -> Response:
    """Asks whether a key is to be made."""
    client, author = _client_and_author(client_id)
    user_id = _session_user()
    shown: dict[str, Any]
    if user_id is None:
        shown = asking_login()
    else:
        with service().engine.connect() as connection:
            earlier = token_rows.of_client(connection, user_id, client_id)
        shown = {"earlier": [row.last_four for row in earlier]}
    return page(
        "file_flow.html",
        title=client.name,
        client=client,
        author=author,
        meanings=MEANINGS,
        **shown,
    )


@blueprint.post("/client-file-flow/<client_id>")
@takes(form=KeyForm())
def make_key(client_id: str, *, form: dict[str, Any]) -> Response:
    """Makes a key, always another one: those made before are stored as hashes only."""
    user_id = gates.require()
    client, _ = _client_and_author(client_id)
    with service().engine.begin() as connection:
        earlier = [row.last_four for row in token_rows.of_client(connection, user_id, client_id)]
        if "revoke" in form:
            token_rows.delete_of_client(connection, client_id, user_id)
        new = NewToken(user_id, client.name, client.requested_permissions, client_id)
        key, _ = token_rows.create(connection, new)
    template = client_document(client, service().settings.our_url).apiKeyTemplate
    content = None if template is None else template.replace(KEY, key, 1)
    return page(
        "key.html",
        title=client.name,
        client=client,
        key=key,
        content=content,
        # A link that the browser saves: the key is in no address, and is not sent again.
        download=None
        if content is None or client.api_key_filename is None
        else "data:application/octet-stream;base64," + base64.b64encode(content.encode()).decode(),
        earlier=earlier,
        revoked="revoke" in form,
    )


# --- the consent of OAuth2 --------------------------------------------------------------------


@blueprint.get("/oauth/request-auth")
@takes(query=AuthorizationRequest())
def request_auth(*, query: dict[str, Any]) -> Response:
    """Asks whether a client may act for the user."""
    client, author = _oauth_client(query)
    return page(
        "request_auth.html",
        leads_to=_leads_to(client.redirect_uri),
        **(asking_login() if _session_user() is None else {}),
        title=client.name,
        client=client,
        author=author,
        meanings=MEANINGS,
        back_to=urlsplit(client.redirect_uri).netloc or client.redirect_uri.partition(":")[0],
    )


@blueprint.post("/oauth/request-auth")
@takes(query=AuthorizationRequest(), form=ConsentForm())
def answer_auth(*, query: dict[str, Any], form: dict[str, Any]) -> Response:
    """Sends the browser back to the client, with a code or without."""
    client, _ = _oauth_client(query)
    handed_back: dict[str, str] = {
        name: query[name] for name in ("context", "state") if name in query
    }
    if form.get("answer") != "allow":
        return leave(_with_query(client.redirect_uri, {"error": "access_denied", **handed_back}))
    code, _ = new_code(
        gates.require(),
        client.client_id,
        query.get("code_challenge"),
        query.get("code_challenge_method"),
    )
    return leave(_with_query(client.redirect_uri, {"code": code, **handed_back}))


def _oauth_client(query: dict[str, Any]) -> tuple[Row[Any], str]:
    """The client that the query names, and who made it. Raises UserError."""
    client_id = query.get("clientID") or query.get("client_id") or ""
    client, author = _client_and_author(client_id)
    if client.redirect_uri is None or client.secret_hash is None:
        raise UserError(400, "This client does not use OAuth2.", "NOT_AN_OAUTH_CLIENT")
    if query.get("redirect_uri", client.redirect_uri) != client.redirect_uri:
        raise UserError(400, "This is not where the client is known to be.", "WRONG_REDIRECT_URI")
    if query.get("response_type", "code") != "code":
        raise UserError(400, "Only response_type=code is known here.", "BAD_RESPONSE_TYPE")
    return client, author


def _leads_to(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def _with_query(uri: str, more: dict[str, str]) -> str:
    parts = urlsplit(uri)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *more.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))
