"""Linking a user's account with a Kai service: the code they come back with buys tokens.

Source: specification, http-api-users.md section 6.1.
"""

from __future__ import annotations

from typing import Final

from common.credentials import credential_rows
from common.credentials.vault import Owner
from common.errors import UserError
from worker.services.http import Request, Unreachable
from worker.services.loop import process_loop
from worker.services.opening import Access
from worker.services.tokens import MOST_BYTES, NotAPair, read_pair

# Seconds the service has for its answer, asked again or not: somebody waits in front of a browser.
PATIENCE: Final = 10.0

NOT_OFFERED: Final = "A fatal error has occured."
SERVER_ERROR: Final = 500


def link(access: Access, owner: Owner, code: str) -> None:
    """Exchanges the code and stores the tokens. Raises UserError with what went wrong."""
    service = access.settings.services.kai.get(owner.service)
    if service is None or service.oauth is None:
        raise UserError(501, NOT_OFFERED)
    vault = access.vault()
    request = Request(
        "POST",
        f"{service.url}/oauth/token",
        f"{service.name} code",
        MOST_BYTES,
        {"Content-Type": "application/x-www-form-urlencoded"},
        form={
            "code": code,
            "grant_type": "authorization_code",
            "client_secret": service.oauth.client_secret,
            "client_id": service.oauth.client_id,
            "redirect_uri": service.oauth.redirect_uri,
        },
        again=False,
        whole=PATIENCE,
    )
    loop = process_loop()
    try:
        answer = loop.run(access.caller(loop).ask(request))
    except Unreachable:
        raise UserError(500, "We failed to reach this site. Are they down?") from None
    if answer.status != 200:
        raise UserError(
            400 if answer.status < SERVER_ERROR else 500,
            f"The server you requested returned a status of {answer.status}. Either your request"
            " was malformed, or the server is malfunctioning.",
        )
    try:
        pair = read_pair(answer.body)
    except NotAPair as problem:
        failed = "validate" if problem.is_json else "parse"
        raise UserError(
            500,
            f"Failed to {failed} JSON returned from this service. Is their server malfunctioning?",
        ) from None
    with access.engine.begin() as connection:
        credential_rows.save(connection, vault, owner, pair.secrets(), pair.expires_at())
