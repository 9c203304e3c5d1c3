"""Renewed tokens, where whoever wanted them is gone meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.accounts import create_user
from common.credentials import credential_rows
from common.credentials.vault import Owner
from common.settings import load_settings
from tests.services.kai import Account, Kai, sdvx_items
from tests.support.importer import redis_for_workers, runtime
from tests.support.linked import KEY, VAULT
from tests.support.stack import wait_for
from worker.runtime import Runtime
from worker.services.loop import process_loop
from worker.services.opening import Access
from worker.services.tokens import Tokens

__all__ = ["redis_for_workers", "runtime"]


@pytest.fixture
def kai() -> Iterator[Kai]:
    with Kai() as server:
        yield server


def test_a_renewal_that_nobody_waits_for_any_more_is_kept(runtime: Runtime, kai: Kai) -> None:
    """A worker that stops, or a time limit that strikes: the stored pair is void by then."""
    owner = Owner(create_user(runtime.engine, "alice"), "FLO")
    pair = kai.pair_for(Account("a", {"sdvx": sdvx_items(1)}))
    with runtime.engine.begin() as connection:
        secrets = {"token": pair.token, "refreshToken": pair.refresh_token}
        credential_rows.save(connection, VAULT, owner, secrets)
    settings = load_settings(
        {
            "DATABASE_URL": runtime.settings.database_url,
            "REDIS_URL": runtime.settings.redis_url,
            "OUR_URL": "http://127.0.0.1",
            "CREDENTIAL_KEYS": KEY,
            **kai.environment("FLO"),
        }
    )
    loop = process_loop()
    access = Access(settings, runtime.engine)
    service = settings.services.kai["FLO"]
    tokens = Tokens(runtime.engine, access.vault(), owner, service, settings.our_url)
    kai.script.add("slow", "token", seconds=0.5)

    renewal = loop.start(tokens.renewed(access.caller(loop), pair.token))
    wait_for(lambda: kai.refreshes() == 1, "the service was asked")
    renewal.cancel()
    tokens.close()

    with runtime.engine.connect() as connection:
        kept = credential_rows.find(connection, VAULT, owner)
    assert kept is not None
    assert kept.secrets["refreshToken"] != pair.refresh_token
    # What is stored is good for another one.
    again = Tokens(runtime.engine, access.vault(), owner, service, settings.our_url)
    assert loop.run(again.renewed(access.caller(loop), kept.secrets["token"])) != pair.token
    again.close()
