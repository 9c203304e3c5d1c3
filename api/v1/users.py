"""Users: looking them up, and what they say of themselves.

Source: specification, http-api-users.md sections 3 and 4.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Response
from marshmallow import EXCLUDE, Schema, fields

from api.http import owners, queries
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.parameters import flag, words
from api.http.service import service
from common.accounts import notification_rows, setting_rows, user_rows
from common.accounts.user_documents import (
    PREFERENCES,
    SOCIAL_MEDIA,
    NotificationDocument,
    UserDocument,
    UserSettingsDocument,
)
from common.accounts.user_documents import user as user_document
from common.errors import UserError

blueprint = ApiBlueprint("users", __name__)

# Users in a list, without and with a search.
LIST: Final = 100
FOUND: Final = 25


class UserQuery(Schema):
    """Which users to list."""

    class Meta:
        unknown = EXCLUDE

    search = fields.String(metadata={"description": "A part of the name, in any case."})
    online = fields.Raw(
        metadata={"type": "string", "description": "Given, in whatever way: only who is online."}
    )


ProfileChanges = Schema.from_dict(
    {
        "about": words(0, 2000),
        **{name: words(3, 140, nullable=True) for name in ("status", *SOCIAL_MEDIA)},
    },
    name="ProfileChanges",
)
PreferenceChanges = Schema.from_dict(
    {name: flag() for name in PREFERENCES}, name="PreferenceChanges"
)


@blueprint.get("/users")
@endpoint(
    "Users: those seen last, or those whose name holds a text.",
    query=UserQuery(),
    answers=list[UserDocument],
    errors={400: "`search` is given more than once."},
)
def list_users(*, query: dict[str, Any]) -> Response:
    queries.refuse_repeated("search", "Search parameter was invalid.")
    search, online = query.get("search"), "online" in query
    with service().engine.connect() as connection:
        if search is None:
            rows = user_rows.last_seen(connection, LIST, online=online)
        else:
            rows = user_rows.named(connection, search, FOUND, online=online)
    return success(f"Returned {len(rows)} users.", [user_document(row) for row in rows])


@blueprint.get("/users/<user>")
@endpoint("A user.", answers=UserDocument, errors={404: "There is no such user."})
def one_user(user: str) -> Response:
    document = user_document(owners.row_of(user, service().engine))
    return success(f"Found user {document.username}.", document)


@blueprint.patch("/users/<user>")
@endpoint(
    "Changes what a user says of themselves.",
    in_person=True,
    body=ProfileChanges(),
    answers=UserDocument,
    errors={
        400: "Nothing is changed, or to something that cannot be.",
        404: "There is no such user.",
    },
)
def change_user(user: int, *, body: dict[str, Any]) -> Response:
    if not body:
        raise UserError(400, "Nothing was provided to modify.")
    with service().engine.begin() as connection:
        row = user_rows.update(connection, user, body)
    return success("Successfully updated user.", user_document(row))


@blueprint.get("/users/<user>/settings")
@endpoint(
    "A user's settings that hold for all games.",
    answers=UserSettingsDocument,
    errors={404: "There is no such user."},
)
def user_settings(user: str) -> Response:
    here = service()
    user_id = owners.user_of(user, here.engine)
    with here.engine.connect() as connection:
        return success("Returned settings.", setting_rows.find(connection, user_id))


@blueprint.patch("/users/<user>/settings")
@endpoint(
    "Changes preferences.",
    in_person=True,
    body=PreferenceChanges(),
    answers=UserSettingsDocument,
    errors={404: "There is no such user."},
)
def change_settings(user: int, *, body: dict[str, Any]) -> Response:
    if not body:
        raise UserError(400, "Nothing was provided to modify.")
    with service().engine.begin() as connection:
        setting_rows.change(connection, user, body)
        return success("Updated settings.", setting_rows.find(connection, user))


@blueprint.get("/users/<user>/is-email-verified")
@endpoint(
    "Whether nothing is left to be done about the user's e-mail address.",
    in_person=True,
    answers=bool,
    errors={404: "There is no such user."},
)
def is_email_verified(user: int) -> Response:
    """No mail is ever sent, so that no address waits for being verified."""
    return success("No verification is outstanding.", True)


@blueprint.get("/users/<user>/notifications")
@endpoint(
    "What the user is told, the newest first.",
    in_person=True,
    answers=list[NotificationDocument],
    errors={404: "There is no such user."},
)
def notifications(user: int) -> Response:
    with service().engine.connect() as connection:
        found = notification_rows.of_user(connection, user)
    return success(f"Found {len(found)} notifications.", found)


@blueprint.post("/users/<user>/notifications/mark-all-read")
@endpoint(
    "Marks all notifications as read.",
    in_person=True,
    answers=dict[str, Any],
    errors={404: "There is no such user."},
)
def read_notifications(user: int) -> Response:
    with service().engine.begin() as connection:
        notification_rows.mark_read(connection, user)
    return success("Marked all notifications as read.", {})


@blueprint.post("/users/<user>/notifications/delete-all")
@endpoint(
    "Removes all notifications.",
    in_person=True,
    answers=dict[str, Any],
    errors={404: "There is no such user."},
)
def delete_notifications(user: int) -> Response:
    with service().engine.begin() as connection:
        notification_rows.clear(connection, user)
    return success("Deleted all notifications.", {})
