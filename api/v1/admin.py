"""What administrators do to accounts: a tracker with accounts of its own provisions them here.

The requester is an administrator in person: by a session, or by a token with `manage_account`.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from flask import Response
from marshmallow import Schema

from api.http import gates, logins, owners
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.parameters import integer, texts, words
from api.http.service import service
from api.v1.auth import EMAIL, PASSWORD, USERNAME
from common.accounts import login_rows, notification_rows, passwords, token_rows, user_rows
from common.accounts.permissions import PERMISSIONS
from common.accounts.token_documents import TokenDocument, token_document
from common.accounts.token_rows import NewToken
from common.accounts.user_documents import UserDocument
from common.accounts.user_documents import user as user_document
from common.accounts.user_rows import ADMINISTRATOR, MOST, NewUser
from common.errors import UserError

blueprint = ApiBlueprint("admin", __name__, gates=[gates.require_admin])

NO_USER: Final = {404: "There is no such user."}
# Milliseconds since the epoch that a date of this millennium has at most.
_LATEST: Final = 2**53 - 1

NewAccount = Schema.from_dict(
    {
        "username": USERNAME,
        "userID": integer(1, MOST),
        "authLevel": integer(0, ADMINISTRATOR),
        "!password": words(passwords.SHORTEST, passwords.LONGEST),
        "email": EMAIL,
    },
    name="NewAccount",
)
NewAccountToken = Schema.from_dict(
    {
        "permissions": texts(PERMISSIONS, required=True),
        "identifier": words(0, 100),
        "expiresAt": integer(0, _LATEST),
    },
    name="NewAccountToken",
)
NewPassword = Schema.from_dict({"!password": PASSWORD}, name="NewPassword")
NewLevel = Schema.from_dict(
    {"authLevel": integer(0, ADMINISTRATOR, required=True)}, name="NewLevel"
)
NewInvite = Schema.from_dict({"note": words(0, 200), "days": integer(1, 36_500)}, name="NewInvite")
Announcement = Schema.from_dict({"title": words(1, 200, required=True)}, name="Announcement")


class InviteDocument(msgspec.Struct):
    """A code that lets one person register; it is shown this once."""

    code: str


@blueprint.post("/admin/users")
@endpoint(
    "Makes a user. Without a password they cannot log in, and use tokens only.",
    needs_user=True,
    body=NewAccount(),
    answers=UserDocument,
    errors={
        409: "Name or number, or the e-mail address, is taken (`USERNAME_TAKEN`, `EMAIL_TAKEN`)."
    },
)
def create_user(*, body: dict[str, Any]) -> Response:
    password = body.get("!password")
    if password is None and "email" in body:
        raise UserError(400, "An e-mail address is kept for who can log in only.")
    password_hash = None if password is None else passwords.hashed(password)
    new = NewUser(body["username"], body.get("userID"), body.get("authLevel", user_rows.USER))
    with service().engine.begin() as connection:
        row = logins.create_account(connection, new, password_hash, body.get("email"))
    return success(f"Successfully created account {row.username}!", user_document(row))


@blueprint.post("/admin/users/<user>/auth-level")
@endpoint(
    "Bans a user (0), or makes them a user (1), moderator (2) or administrator (3).",
    needs_user=True,
    body=NewLevel(),
    answers=UserDocument,
    errors=NO_USER,
)
def set_level(user: str, *, body: dict[str, Any]) -> Response:
    here = service()
    user_id = owners.user_of(user, here.engine)
    with here.engine.begin() as connection:
        row = user_rows.set_level(connection, user_id, body["authLevel"])
    return success("Successfully updated user.", user_document(row))


@blueprint.post("/admin/users/<user>/set-password")
@endpoint(
    "Gives a user a password, and logs them out everywhere.",
    needs_user=True,
    body=NewPassword(),
    answers=dict[str, Any],
    errors=NO_USER,
)
def set_password(user: str, *, body: dict[str, Any]) -> Response:
    here = service()
    user_id = owners.user_of(user, here.engine)
    password_hash = passwords.hashed(body["!password"])
    with here.engine.begin() as connection:
        login_rows.set_password(connection, user_id, password_hash)
        login_rows.end_sessions(connection, user_id)
    return success("Changed password.", {})


@blueprint.get("/admin/users/<user>/api-tokens")
@endpoint(
    "A user's tokens, the oldest first. `token` names them, and does not show them.",
    needs_user=True,
    answers=list[TokenDocument],
    errors=NO_USER,
)
def list_tokens(user: str) -> Response:
    here = service()
    user_id = owners.user_of(user, here.engine)
    with here.engine.connect() as connection:
        rows = token_rows.of_user(connection, user_id)
    return success(f"Returned {len(rows)} keys.", [token_document(row) for row in rows])


@blueprint.post("/admin/users/<user>/api-tokens/create")
@endpoint(
    "Makes a token for a user. It is shown this once. With `manage_account` it stands for them in "
    "person.",
    needs_user=True,
    body=NewAccountToken(),
    answers=TokenDocument,
    errors={**NO_USER, 409: "The user has too many tokens (`TOO_MANY_TOKENS`)."},
)
def create_token(user: str, *, body: dict[str, Any]) -> Response:
    here = service()
    new = NewToken(
        owners.user_of(user, here.engine),
        body.get("identifier", "Custom Token"),
        [name for name in PERMISSIONS if name in body["permissions"]],
        expires_at=body.get("expiresAt"),
    )
    with here.engine.begin() as connection:
        token, row = token_rows.create(connection, new)
    return success("Successfully created new API Token.", token_document(row, token))


@blueprint.delete("/admin/users/<user>/api-tokens/<token>")
@endpoint(
    "Deletes a user's token, named by its `tokenID` or by itself.",
    needs_user=True,
    answers=dict[str, Any],
    errors={404: "There is no such user, or no such token."},
)
def delete_token(user: str, token: str) -> Response:
    here = service()
    user_id = owners.user_of(user, here.engine)
    with here.engine.begin() as connection:
        if not token_rows.delete(connection, user_id, token):
            raise UserError(404, "This key does not exist.")
    return success("Removed Token.", {})


@blueprint.post("/admin/invites")
@endpoint(
    "Makes a code that lets one person register. It is shown this once.",
    needs_user=True,
    body=NewInvite(),
    answers=InviteDocument,
)
def invite(*, body: dict[str, Any]) -> Response:
    with service().engine.begin() as connection:
        code = login_rows.invite(connection, body.get("note", ""), body.get("days"))
    return success("Created an invite.", InviteDocument(code=code))


@blueprint.post("/admin/announcement")
@endpoint(
    "Tells all users something, by a notification.",
    needs_user=True,
    body=Announcement(),
    answers=dict[str, int],
)
def announce(*, body: dict[str, Any]) -> Response:
    with service().engine.begin() as connection:
        told = notification_rows.send_to_all(connection, body["title"], "SITE_ANNOUNCEMENT", {})
    return success(f"Told {told} users.", {"users": told})
