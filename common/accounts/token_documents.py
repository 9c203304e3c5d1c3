"""API tokens and clients as documents. Source: specification, documents-users.md sections 3-4."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Row


class TokenDocument(msgspec.Struct, kw_only=True):
    """An API token.

    Parameters:
        token: the token itself where it was just made, the one time it is shown; elsewhere the
            same as tokenID.
        tokenID: what it is named by; no secret.
        createdAt, expiresAt: milliseconds since the epoch; None: never.
    """

    userID: int
    token: str
    tokenID: str
    lastFour: str
    identifier: str
    permissions: dict[str, bool]
    fromAPIClient: str | None
    createdAt: int
    expiresAt: int | None


def token_id(token_hash: str) -> str:
    return f"K{token_hash[:24]}"


def token_document(row: Row[Any], token: str | None = None) -> TokenDocument:
    """A row of `api_tokens`. token: where it was just made."""
    named = token_id(row.token_hash)
    return TokenDocument(
        userID=row.user_id,
        token=token or named,
        tokenID=named,
        lastFour=row.last_four,
        identifier=row.identifier,
        permissions=dict.fromkeys(row.permissions, True),
        fromAPIClient=row.from_api_client,
        createdAt=row.created_at,
        expiresAt=row.expires_at,
    )
