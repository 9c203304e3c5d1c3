"""Whose things a request is about: the user in its path, and whether that is the requester.

Source: specification, http-api.md section 5.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine

from api.http import context
from common.accounts import user_rows
from common.database.statements import Row
from common.errors import UserError

KAMAI_TYPES = ("kamai", "omni")


def user_of(path_user: str, engine: Engine) -> int:
    """The id of the user that a path names: `me`, an id, or a name in any case.

    Raises UserError.
    """
    return int(row_of(path_user, engine).id)


def row_of(path_user: str, engine: Engine) -> Row:
    """The same as a row of `users`. Raises UserError."""
    name = meant_by(path_user)
    with engine.connect() as connection:
        return named(connection, name)


def meant_by(path_user: str) -> str:
    """The id or the name that a path means. Raises UserError where `me` is nobody."""
    if path_user != "me":
        return path_user
    whoami = context.current().identity.user_id
    if whoami is None:
        raise UserError(401, "Cannot use 'me' userID with no authentication.")
    return str(whoami)


def named(connection: Connection, name: str) -> Row:
    """The user with an id, or with a name in any case. Raises UserError."""
    found = user_rows.find(connection, name)
    if found is None:
        raise UserError(404, f"The user {name} does not exist.")
    return found


def require_self(user_id: int) -> None:
    """Raises UserError unless the requester is this user in person."""
    whoami = context.current().identity
    if whoami.user_id is None:
        raise UserError(401, "This endpoint requires session-level authentication.")
    if whoami.user_id != user_id or not whoami.in_person:
        raise UserError(
            403, "This request cannot be performed by an API key, and requires authentication."
        )


def require_kamai(server_type: str, route: str) -> None:
    """Raises UserError where this server is not of Kamaitachi's kind."""
    if server_type not in KAMAI_TYPES:
        raise UserError(404, f"The route {route} is only available on Kamaitachi.")
