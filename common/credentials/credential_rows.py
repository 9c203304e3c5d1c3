"""Stored credentials: reading, writing and sealing them anew. All SQL on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg2.errors import LockNotAvailable
from sqlalchemy import Connection, Row, TextClause, text
from sqlalchemy.exc import OperationalError

from common.clock import database_ms
from common.credentials.vault import Owner, Unreadable, Vault

# Rows that are sealed anew in one transaction.
BATCH = 200


@dataclass(frozen=True, slots=True)
class Credential:
    """expires_at: of an access token, milliseconds since the epoch; None = not known."""

    secrets: Mapping[str, str]
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class Rotation:
    """What came of sealing anew. unreadable: rows that none of the keys opens."""

    resealed: int
    current: int
    unreadable: int


class InUse(Exception):
    """They are just being renewed, which takes as long as their service does."""


def find(connection: Connection, vault: Vault, owner: Owner) -> Credential | None:
    """Raises Unreadable where the keys do not fit."""
    return _opened(vault, owner, _row(connection, owner, _FIND))


def find_for_update(connection: Connection, vault: Vault, owner: Owner) -> Credential | None:
    """The same; nobody else gets it this way, or writes it, until the transaction ends."""
    return _opened(vault, owner, _row(connection, owner, _FIND_FOR_UPDATE))


def exists(connection: Connection, owner: Owner) -> bool:
    return _row(connection, owner, _FIND) is not None


_FIND = text(
    "SELECT sealed, expires_at FROM service_credentials"
    " WHERE user_id = :user_id AND service = :service"
)
_FIND_FOR_UPDATE = text(f"{_FIND.text} FOR UPDATE")

_NOT_FOR_LONG = text("SET LOCAL lock_timeout = '1s'")

_Found = Row[tuple[bytes, int | None]] | None


def _row(connection: Connection, owner: Owner, statement: TextClause) -> _Found:
    parameters = {"user_id": owner.user_id, "service": owner.service}
    return connection.execute(statement, parameters).one_or_none()


def _opened(vault: Vault, owner: Owner, row: _Found) -> Credential | None:
    if row is None:
        return None
    return Credential(vault.open(owner, bytes(row.sealed)), row.expires_at)


def save(
    connection: Connection,
    vault: Vault,
    owner: Owner,
    secrets: Mapping[str, str],
    expires_at: int | None = None,
) -> None:
    """Stores them in the place of any there were."""
    connection.execute(
        text(
            """
            INSERT INTO service_credentials (user_id, service, sealed, expires_at, updated_at)
            VALUES (:user_id, :service, :sealed, :expires_at, :now)
            ON CONFLICT (user_id, service) DO UPDATE
            SET sealed = excluded.sealed, expires_at = excluded.expires_at,
                updated_at = excluded.updated_at
            """
        ),
        {
            "user_id": owner.user_id,
            "service": owner.service,
            "sealed": vault.seal(owner, secrets),
            "expires_at": expires_at,
            "now": database_ms(),
        },
    )


def delete(connection: Connection, owner: Owner) -> bool:
    """Whether there were any. Raises InUse."""
    connection.execute(_NOT_FOR_LONG)
    try:
        deleted = connection.execute(
            text("DELETE FROM service_credentials WHERE user_id = :user_id AND service = :service"),
            {"user_id": owner.user_id, "service": owner.service},
        )
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise InUse from None
        raise
    return deleted.rowcount > 0


def rotate(connection: Connection, vault: Vault) -> Rotation:
    """Seals everything with the newest key, some rows a transaction; commits.

    May be interrupted and run again, and run while imports renew tokens.
    """
    resealed = current = unreadable = 0
    after: tuple[int, str] = (0, "")
    while rows := connection.execute(
        text(
            """
            SELECT user_id, service, sealed FROM service_credentials
            WHERE (user_id, service) > (:user_id, :service)
            ORDER BY user_id, service LIMIT :batch FOR UPDATE
            """
        ),
        {"user_id": after[0], "service": after[1], "batch": BATCH},
    ).all():
        for row in rows:
            owner, sealed = Owner(row.user_id, row.service), bytes(row.sealed)
            if vault.is_sealed_with_newest(sealed):
                current += 1
                continue
            try:
                secrets = vault.open(owner, sealed)
            except Unreadable:
                unreadable += 1
                continue
            connection.execute(
                text(
                    "UPDATE service_credentials SET sealed = :sealed"
                    " WHERE user_id = :user_id AND service = :service"
                ),
                {
                    "sealed": vault.seal(owner, secrets),
                    "user_id": owner.user_id,
                    "service": owner.service,
                },
            )
            resealed += 1
        connection.commit()
        after = (rows[-1].user_id, rows[-1].service)
    return Rotation(resealed, current, unreadable)
