"""API tokens in the database, by their hashes. All SQL on `api_tokens`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.accounts.proofs import new_proof, proof_hash
from common.accounts.user_rows import BANNED
from common.clock import NOW_MS
from common.database.parameters import text_array
from common.database.statements import Statement
from common.errors import UserError

# Tokens that one user may have.
MOST: Final = 1000

_FIND = Statement(
    f"""
    SELECT user_id, identifier, permissions, from_api_client, auth_level,
           expires_at <= {NOW_MS} AS expired
    FROM api_tokens JOIN users ON users.id = user_id
    WHERE token_hash = :token_hash
    """,  # noqa: S608 (a constant of ours)
    prepared=True,
)
_STILL_GOOD = text(
    f"""
    SELECT token_hash FROM api_tokens JOIN users ON users.id = user_id
    WHERE token_hash = ANY(CAST(:hashes AS text[])) AND auth_level <> :banned
      AND (expires_at IS NULL OR expires_at > {NOW_MS})
    UNION ALL
    SELECT session_hash FROM login_sessions JOIN users ON users.id = user_id
    WHERE session_hash = ANY(CAST(:hashes AS text[])) AND auth_level <> :banned
      AND expires_at > {NOW_MS}
    """  # noqa: S608 (a constant of ours)
)
_INSERT = text(
    f"""
    INSERT INTO api_tokens (user_id, token_hash, last_four, identifier, permissions,
                            from_api_client, created_at, expires_at)
    SELECT :user_id, :token_hash, :last_four, :identifier, CAST(:permissions AS text[]),
           :from_api_client, {NOW_MS}, :expires_at
    WHERE (SELECT count(*) FROM api_tokens WHERE user_id = :user_id) < :most
    RETURNING *
    """  # noqa: S608 (a constant of ours)
)
_OF_USER = text("SELECT * FROM api_tokens WHERE user_id = :user_id ORDER BY created_at, token_hash")
_WANTED: Final = """
    (CAST(:user_id AS integer) IS NULL OR user_id = :user_id)
    AND (CAST(:permission AS text) IS NULL OR :permission = ANY(permissions))
"""
_THAT_ALLOW = text(
    f"""
    SELECT api_tokens.*, username FROM api_tokens JOIN users ON users.id = user_id
    WHERE {_WANTED} ORDER BY user_id, created_at, token_hash
    """  # noqa: S608 (a constant of ours)
)
_DELETE_THAT_ALLOW = text(f"DELETE FROM api_tokens WHERE {_WANTED}")  # noqa: S608
_DELETE_EXPIRED = text(f"DELETE FROM api_tokens WHERE expires_at <= {NOW_MS}")  # noqa: S608
_OF_CLIENT = text(
    """
    SELECT * FROM api_tokens WHERE user_id = :user_id AND from_api_client = :client_id
    ORDER BY created_at
    """
)
_DELETE = text("DELETE FROM api_tokens WHERE user_id = :user_id AND token_hash = :token_hash")
_DELETE_NAMED = text(
    "DELETE FROM api_tokens WHERE user_id = :user_id AND left(token_hash, 24) = :name"
)
_DELETE_ENDING = text("DELETE FROM api_tokens WHERE user_id = :user_id AND last_four = :last_four")
_DELETE_OF_CLIENT = text(
    """
    DELETE FROM api_tokens WHERE from_api_client = :client_id
      AND (CAST(:user_id AS integer) IS NULL OR user_id = :user_id)
    """
)


@dataclass(frozen=True, slots=True)
class NewToken:
    """identifier: what the user knows it by. expires_at: milliseconds since the epoch."""

    user_id: int
    identifier: str
    permissions: Sequence[str]
    from_api_client: str | None = None
    expires_at: int | None = None


def find(connection: Connection, token: str) -> Row[Any] | None:
    """Whose a token is, and what it allows. It may have `expired`."""
    found: Row[Any] | None = _FIND.row(connection, {"token_hash": proof_hash(token)})
    return found


def still_good(connection: Connection, hashes: Collection[str]) -> set[str]:
    """Those of tokens and sessions that are good now."""
    parameters = {"hashes": text_array(list(hashes)), "banned": BANNED}
    return set(connection.scalars(_STILL_GOOD, parameters))


def create(connection: Connection, new: NewToken) -> tuple[str, Row[Any]]:
    """Makes a token: the token, which is not stored, and its row.

    Raises UserError where the user has too many.
    """
    token = new_proof()
    row = connection.execute(
        _INSERT,
        {
            "user_id": new.user_id,
            "token_hash": proof_hash(token),
            "last_four": token[-4:],
            "identifier": new.identifier,
            "permissions": text_array(list(new.permissions)),
            "from_api_client": new.from_api_client,
            "expires_at": new.expires_at,
            "most": MOST,
        },
    ).one_or_none()
    if row is None:
        raise UserError(409, f"You have {MOST} API tokens already. Delete some.", "TOO_MANY_TOKENS")
    return token, row


def of_user(connection: Connection, user_id: int) -> Sequence[Row[Any]]:
    """The oldest first."""
    return connection.execute(_OF_USER, {"user_id": user_id}).all()


def that_allow(
    connection: Connection, permission: str | None, user_id: int | None = None
) -> Sequence[Row[Any]]:
    """The tokens with this permission, of one user or of all, with `username`."""
    parameters = {"permission": permission, "user_id": user_id}
    return connection.execute(_THAT_ALLOW, parameters).all()


def delete_that_allow(
    connection: Connection, permission: str | None, user_id: int | None = None
) -> int:
    """Deletes those; how many that were."""
    parameters = {"permission": permission, "user_id": user_id}
    return connection.execute(_DELETE_THAT_ALLOW, parameters).rowcount


def delete_expired(connection: Connection) -> int:
    """Deletes the tokens whose time is over; how many that were."""
    return connection.execute(_DELETE_EXPIRED).rowcount


def of_client(connection: Connection, user_id: int, client_id: str) -> Sequence[Row[Any]]:
    """The user's tokens that were made for a client, the oldest first."""
    return connection.execute(_OF_CLIENT, {"user_id": user_id, "client_id": client_id}).all()


def delete(connection: Connection, user_id: int, token: str) -> int:
    """Deletes the user's token with this id, or the token itself; how many that were."""
    if token.startswith("K"):
        return connection.execute(_DELETE_NAMED, {"user_id": user_id, "name": token[1:]}).rowcount
    parameters = {"user_id": user_id, "token_hash": proof_hash(token)}
    return connection.execute(_DELETE, parameters).rowcount


def delete_ending(connection: Connection, user_id: int, last_four: str) -> int:
    """Deletes the user's tokens that end so; how many that were."""
    parameters = {"user_id": user_id, "last_four": last_four}
    return connection.execute(_DELETE_ENDING, parameters).rowcount


def delete_of_client(connection: Connection, client_id: str, user_id: int | None = None) -> int:
    """Deletes the tokens made for a client, of one user or of all; how many that were."""
    parameters = {"client_id": client_id, "user_id": user_id}
    return connection.execute(_DELETE_OF_CLIENT, parameters).rowcount
