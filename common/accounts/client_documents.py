"""API clients as documents. Source: specification, documents-users.md section 4."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Row

# What a template holds in place of the key, and of the address of this service.
KEY: Final = "%%TACHI_KEY%%"
ADDRESS: Final = "%%OUR_URL%%"


class ClientDocument(msgspec.Struct, kw_only=True):
    """A program that users give tokens to.

    Parameters:
        clientSecret: the one time it is shown, when it was just made.
        apiKeyTemplate: the file that its user needs, with `%%TACHI_KEY%%` for the key.
        apiKeyFilename: what to call that file; None: the key is shown.
    """

    clientID: str
    clientSecret: str | UnsetType | None = UNSET
    name: str
    author: int
    requestedPermissions: list[str]
    redirectUri: str | None
    webhookUri: str | None
    apiKeyTemplate: str | None
    apiKeyFilename: str | None


def client_document(
    row: Row[Any], our_url: str, secret: str | UnsetType | None = UNSET
) -> ClientDocument:
    """A row of `api_clients`.

    secret: where it was just made; None tells the author that it cannot be shown again.
    """
    template = row.api_key_template
    return ClientDocument(
        clientID=row.client_id,
        clientSecret=secret,
        name=row.name,
        author=row.author,
        requestedPermissions=row.requested_permissions,
        redirectUri=row.redirect_uri,
        webhookUri=row.webhook_uri,
        apiKeyTemplate=None if template is None else template.replace(ADDRESS, our_url),
        apiKeyFilename=row.api_key_filename,
    )
