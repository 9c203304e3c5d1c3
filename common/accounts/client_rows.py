"""API clients and the codes of OAuth2 in the database. All SQL on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.accounts.proofs import new_proof, proof_hash
from common.clock import NOW_MS
from common.database.parameters import text_array

CODE_LASTS: Final = 10 * 60_000  # milliseconds

_FIND = text("SELECT * FROM api_clients WHERE client_id = :client_id")
_BY_AUTHOR = text("SELECT * FROM api_clients WHERE author = :author ORDER BY created_at, client_id")
_ALL = text("SELECT * FROM api_clients ORDER BY client_id")
_SAVE = text(
    f"""
    INSERT INTO api_clients (client_id, secret_hash, name, author, requested_permissions,
                             redirect_uri, webhook_uri, api_key_template, api_key_filename,
                             created_at)
    VALUES (:client_id, :secret_hash, :name, :author, CAST(:permissions AS text[]), :redirect_uri,
            :webhook_uri, :api_key_template, :api_key_filename, {NOW_MS})
    ON CONFLICT (client_id) DO UPDATE
    SET secret_hash = coalesce(excluded.secret_hash, api_clients.secret_hash),
        name = excluded.name, author = excluded.author,
        requested_permissions = excluded.requested_permissions,
        redirect_uri = excluded.redirect_uri, webhook_uri = excluded.webhook_uri,
        api_key_template = excluded.api_key_template,
        api_key_filename = excluded.api_key_filename
    RETURNING *
    """  # noqa: S608 (a constant of ours)
)
# An author's clients are counted one after the other.
_COUNT = text(
    """
    SELECT count(*) FROM api_clients
    WHERE author = (SELECT id FROM users WHERE id = :author FOR NO KEY UPDATE)
    """
)
_SET_SECRET = text("UPDATE api_clients SET secret_hash = :secret_hash WHERE client_id = :client_id")
_DELETE = text("DELETE FROM api_clients WHERE client_id = :client_id")
_CREATE_CODE = text(
    f"""
    WITH old AS (DELETE FROM oauth_codes WHERE user_id = :user_id AND expires_at <= {NOW_MS})
    INSERT INTO oauth_codes (user_id, code_hash, client_id, challenge, created_at, expires_at)
    VALUES (:user_id, :code_hash, :client_id, :challenge, {NOW_MS}, {NOW_MS} + :lasts)
    RETURNING created_at
    """  # noqa: S608 (a constant of ours)
)
_REMOVE_CODES = text(f"DELETE FROM oauth_codes WHERE expires_at <= {NOW_MS}")  # noqa: S608
_TAKE_CODE = text(
    f"""
    DELETE FROM oauth_codes WHERE code_hash = :code_hash AND client_id = :client_id
    RETURNING user_id, challenge, expires_at <= {NOW_MS} AS expired
    """  # noqa: S608 (a constant of ours)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An API client as it is to be. secret_hash: None keeps the one it has."""

    client_id: str
    name: str
    author: int
    permissions: Sequence[str]
    redirect_uri: str | None = None
    webhook_uri: str | None = None
    api_key_template: str | None = None
    api_key_filename: str | None = None
    secret_hash: str | None = None


def find(connection: Connection, client_id: str) -> Row[Any] | None:
    return connection.execute(_FIND, {"client_id": client_id}).one_or_none()


def by_author(connection: Connection, author: int) -> Sequence[Row[Any]]:
    """The oldest first."""
    return connection.execute(_BY_AUTHOR, {"author": author}).all()


def everyone(connection: Connection) -> Sequence[Row[Any]]:
    return connection.execute(_ALL).all()


def count(connection: Connection, author: int) -> int:
    """How many clients a user has; nobody else counts them until the transaction ends."""
    return int(connection.scalar(_COUNT, {"author": author}) or 0)


def save(connection: Connection, client: Client) -> Row[Any]:
    """Makes a client, or changes it to be like this."""
    return connection.execute(
        _SAVE,
        {
            "client_id": client.client_id,
            "secret_hash": client.secret_hash,
            "name": client.name,
            "author": client.author,
            "permissions": text_array(list(client.permissions)),
            "redirect_uri": client.redirect_uri,
            "webhook_uri": client.webhook_uri,
            "api_key_template": client.api_key_template,
            "api_key_filename": client.api_key_filename,
        },
    ).one()


def as_it_is(row: Row[Any]) -> dict[str, Any]:
    """The fields of Client as a row has them."""
    return {
        "client_id": row.client_id,
        "name": row.name,
        "author": row.author,
        "permissions": row.requested_permissions,
        "redirect_uri": row.redirect_uri,
        "webhook_uri": row.webhook_uri,
        "api_key_template": row.api_key_template,
        "api_key_filename": row.api_key_filename,
    }


def change(connection: Connection, row: Row[Any], changes: Mapping[str, Any]) -> Row[Any]:
    """changes: by the names of Client."""
    return save(connection, Client(**{**as_it_is(row), **changes}))


def new_secret(connection: Connection, client_id: str) -> str:
    """A secret for a client, in place of the one it had; only its hash is stored."""
    secret = new_proof()
    secret_text = f"CS{secret}"
    parameters = {"client_id": client_id, "secret_hash": proof_hash(secret_text)}
    connection.execute(_SET_SECRET, parameters)
    return secret_text


def delete(connection: Connection, client_id: str) -> None:
    connection.execute(_DELETE, {"client_id": client_id})


# --- codes ---------------------------------------------------------------------------------


def create_code(
    connection: Connection, user_id: int, client_id: str, challenge: str | None
) -> tuple[str, int]:
    """A code that the client can turn into a token, and when it was made.

    challenge: of PKCE, what the SHA-256 of the client's verifier has to be.
    """
    code = new_proof()
    parameters = {"code_hash": proof_hash(code), "client_id": client_id, "challenge": challenge}
    made: int = connection.execute(
        _CREATE_CODE, {"user_id": user_id, **parameters, "lasts": CODE_LASTS}
    ).scalar_one()
    return code, made


def take_code(connection: Connection, code: str, client_id: str) -> Row[Any] | None:
    """Uses a code of this client up, once and for all; it may have `expired`."""
    parameters = {"code_hash": proof_hash(code), "client_id": client_id}
    return connection.execute(_TAKE_CODE, parameters).one_or_none()


def remove_ended_codes(connection: Connection) -> int:
    """Removes codes that nobody used in time; how many those were."""
    return connection.execute(_REMOVE_CODES).rowcount
