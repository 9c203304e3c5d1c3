"""Who sends a request, and what they may do. Source: specification, http-api.md sections 3-5."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Request

from common.accounts import login_rows, token_rows, user_rows
from common.accounts.permissions import IN_PERSON, ORDINARY, PERMISSIONS
from common.accounts.proofs import proof_hash
from common.accounts.user_rows import ADMINISTRATOR, BANNED
from common.database.engine import autocommit
from common.errors import UserError

__all__ = ["GUEST", "PERMISSIONS", "BadCredentials", "Credentials", "Identity", "resolve"]

# Of a cookie's name only these are as they are.
_NOT_OF_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sends a request.

    Parameters:
        user_id: None for a guest.
        in_person: the user themselves, by a session or a token that stands for them.
        is_admin: an administrator in person, not just their token.
        session: the stored form of the session; None where it is not one.
        username: of a session.
    """

    user_id: int | None
    permissions: frozenset[str]
    identifier: str
    in_person: bool = False
    is_admin: bool = False
    session: str | None = None
    username: str = ""


GUEST = Identity(None, frozenset(), "Guest Token")


class BadCredentials(UserError):
    """The request names a token that is no good."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request says of who sends it.

    Parameters:
        session: what the session cookie holds.
        header: the Authorization header; it counts where the session is no good.
    """

    session: str | None
    header: str | None

    def __bool__(self) -> bool:
        return bool(self.session or self.header)

    def names(self) -> list[str]:
        """What they can be known by again, what counts first first."""
        names = [] if not self.session else [f"Session {self.session}"]
        return [*names, self.header] if self.header else names


def cookie_name(service_name: str) -> str:
    """The name of the session cookie."""
    return _NOT_OF_A_NAME.sub("_", service_name) + "_SESSION"


def credentials(request: Request, service_name: str) -> Credentials:
    header = request.headers.get("Authorization")
    if "HTTP_COOKIE" not in request.environ:
        return Credentials(None, header)
    return Credentials(request.cookies.get(cookie_name(service_name)), header)


def resolve(credentials: Credentials, engine: Engine, service_name: str) -> Identity:
    """The identity behind a request; raises UserError.

    A session that has ended is nobody's: a browser sends its cookie wherever it goes.
    """
    if credentials.session:
        found = _of_session(credentials.session, engine, service_name)
        if found is not None:
            return found
    token = bearer_token(credentials.header)
    return GUEST if token is None else _of_token(token, engine, service_name)


def bearer_token(header: str | None) -> str | None:
    """The token of an Authorization header; None without a header."""
    if not header:
        return None
    kind, _, token = header.partition(" ")
    if kind != "Bearer":
        raise BadCredentials(400, "Invalid Authorization Type - Expected Bearer.")
    if not token:
        raise BadCredentials(401, "Invalid token.")
    return token


def _of_token(token: str, engine: Engine, service_name: str) -> Identity:
    with _asking(engine) as connection:
        row = token_rows.find(connection, token)
    if row is None:
        raise BadCredentials(
            401, "The provided API token does not correspond with any key in the database."
        )
    if row.expired:
        raise BadCredentials(401, "This API token has expired.")
    _refuse_banned(row, service_name)
    permissions = frozenset(row.permissions)
    in_person = IN_PERSON in permissions
    return Identity(
        row.user_id,
        permissions,
        row.identifier,
        in_person=in_person,
        is_admin=in_person and row.auth_level == ADMINISTRATOR,
    )


def _of_session(session: str, engine: Engine, service_name: str) -> Identity | None:
    with _asking(engine) as connection:
        row = login_rows.find_session(connection, session)
    if row is None:
        return None
    _refuse_banned(row, service_name)
    if row.unseen:
        # What it is worth to know that is not worth an answer.
        with contextlib.suppress(SQLAlchemyError), engine.begin() as connection:
            user_rows.seen(connection, row.user_id)
    permissions = frozenset(ORDINARY if row.permissions is None else row.permissions)
    in_person = row.permissions is None or IN_PERSON in permissions
    return Identity(
        row.user_id,
        permissions,
        f"Session-Key {row.user_id}",
        in_person=in_person,
        is_admin=in_person and row.auth_level == ADMINISTRATOR,
        session=proof_hash(session),
        username=row.username,
    )


@contextlib.contextmanager
def _asking(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, autocommit(connection):
        yield connection


def _refuse_banned(row: Row[Any], service_name: str) -> None:
    if row.auth_level == BANNED:
        raise UserError(403, f"You are banned from {service_name}", "BANNED")
