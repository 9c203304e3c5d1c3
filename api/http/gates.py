"""Who may do what: asked before anything is done.

Source: specification, http-api.md section 5.
"""

from __future__ import annotations

from api.http import context
from api.http.identity import Identity
from common.errors import UserError


def require_owner(owner: int) -> None:
    """Raises UserError unless the requester is this user, or an administrator in person."""
    identity = context.current().identity
    if identity.user_id is None:
        raise UserError(
            401,
            "You are not authorised as anyone, and this endpoint requires us to know who you are.",
        )
    if identity.user_id != owner and not identity.is_admin:
        raise UserError(403, "You are not authorised to perform this action.")


def require_admin() -> None:
    """Raises UserError unless the requester is an administrator in person."""
    identity = context.current().identity
    if identity.user_id is None:
        raise UserError(401, "You are not authenticated.")
    if not identity.is_admin:
        raise UserError(403, "You are not authorised to perform this.")


def require_user(owner: int, identity: Identity) -> None:
    """Raises UserError unless this user's token, or an administrator's in person, is given."""
    if identity.user_id is None:
        raise UserError(401, "Authentication is required for this endpoint.")
    if identity.user_id != owner and not identity.is_admin:
        raise UserError(403, "You are not authorised as this user.")


def require(*permissions: str) -> int:
    """The requester's user id; raises UserError unless all the permissions are theirs."""
    identity = context.current().identity
    if identity.user_id is None:
        raise UserError(401, "You are not authorised to perform this action.")
    missing = [name for name in permissions if name not in identity.permissions]
    if missing:
        raise UserError(
            403,
            "You are missing the following permissions necessary for this request: "
            + ", ".join(missing),
        )
    return identity.user_id
