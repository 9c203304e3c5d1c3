"""Who sends a request, and what they may do. Source: specification, http-api.md sections 3-5."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Engine, text

from common.clock import NOW_MS
from common.database.engine import autocommit
from common.errors import UserError

# In the order in which lists of permissions name them.
PERMISSIONS = (
    "customise_profile",
    "customise_score",
    "customise_session",
    "delete_score",
    "manage_rivals",
    "manage_targets",
    "submit_score",
    "manage_challenges",
    # Stands for the owner in person; only an operator's command hands it out.
    "manage_account",
)
BANNED, ADMINISTRATOR = 0, 3


@dataclass(frozen=True, slots=True)
class Identity:
    """user_id is None for a guest. is_admin: an administrator in person, not just their token."""

    user_id: int | None
    permissions: frozenset[str]
    identifier: str
    is_admin: bool = False


GUEST = Identity(None, frozenset(), "Guest Token")


class BadCredentials(UserError):
    """The request names a token that is no good."""


def token_hash(token: str) -> str:
    """The form in which tokens are stored. They are 160 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def resolve(header: str | None, engine: Engine, service_name: str) -> Identity:
    """The identity behind an Authorization header; raises UserError."""
    token = bearer_token(header)
    return GUEST if token is None else _known(token, engine, service_name)


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


def _known(token: str, engine: Engine, service_name: str) -> Identity:
    with engine.connect() as connection, autocommit(connection):
        row = connection.execute(
            text(
                f"""
                SELECT user_id, identifier, permissions, auth_level,
                       expires_at <= {NOW_MS} AS expired
                FROM api_tokens JOIN users ON users.id = user_id
                WHERE token_hash = :token_hash
                """  # noqa: S608 - a constant of ours
            ),
            {"token_hash": token_hash(token)},
        ).one_or_none()
    if row is None:
        raise BadCredentials(
            401, "The provided API token does not correspond with any key in the database."
        )
    if row.expired:
        raise BadCredentials(401, "This API token has expired.")
    if row.auth_level == BANNED:
        raise UserError(403, f"You are banned from {service_name}")
    permissions = frozenset(row.permissions)
    in_person = "manage_account" in permissions
    return Identity(
        row.user_id,
        permissions,
        row.identifier,
        is_admin=in_person and row.auth_level == ADMINISTRATOR,
    )
