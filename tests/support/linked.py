"""Players with accounts at the fake services, linked as an operator's database has them."""

from __future__ import annotations

from typing import Any

from common.credentials import credential_rows
from common.credentials.vault import Owner, Vault
from score_import_client import Ongoing, Submitted
from tests.services.kai import Account, Kai, Pair
from tests.support.stack import PATIENCE, Player, Stack, wait_for

KEY = "dGVzdHMtb2Ytc2NvcmUtaW1wb3J0LWtleS1udW1iMSE="
VAULT = Vault([KEY])


def store(stack: Stack, user_id: int, service: str, **secrets: str) -> None:
    with stack.engine.begin() as connection:
        credential_rows.save(connection, VAULT, Owner(user_id, service), secrets)


def stored(stack: Stack, user_id: int, service: str) -> dict[str, str] | None:
    with stack.engine.connect() as connection:
        found = credential_rows.find(connection, VAULT, Owner(user_id, service))
    return None if found is None else dict(found.secrets)


def link_kai(player: Player, kai: Kai, account: Account, service: str = "FLO") -> Pair:
    pair = kai.pair_for(account)
    store(
        player.stack,
        player.user_id,
        service,
        token=pair.token,
        refreshToken=pair.refresh_token,
    )
    return pair


def link_cg(player: Player, card: str, pin: str, service: str = "dev") -> None:
    store(player.stack, player.user_id, f"cg-{service}", cardID=card, pin=pin)


def link_myt(player: Player, access_code: str) -> None:
    store(player.stack, player.user_id, "MYT", cardAccessCode=access_code)


def sync(player: Player, import_type: str) -> Submitted:
    return player.client.sync(import_type)


def synced(player: Player, import_type: str, timeout: float = 90.0) -> dict[str, Any]:
    """The ImportDocument; raises ApiError where the import failed."""
    return player.wait(sync(player, import_type), timeout)


def progress_of(player: Player, submitted: Submitted, part: str) -> str:
    """A progress text with this part, once there is one."""

    def told() -> str | None:
        status = player.client.poll(submitted)
        assert isinstance(status, Ongoing), "it ended before"
        return status.description if part in status.description else None

    return str(wait_for(told, f"a progress text with '{part}'", PATIENCE))
