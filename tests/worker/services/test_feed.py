"""Feeds: read while they are fetched, and once more from what was kept."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import text

from cli.accounts import create_user
from common.credentials import credential_rows
from common.credentials.vault import Owner, Vault
from common.imports.import_documents import find_import
from common.jobs.accepting import NewJob, accept
from common.jobs.arguments import Import
from common.settings import load_settings
from common.text.canonical import new_job_id
from common.wire import Wire
from tests.services.kai import Account, Kai, sdvx_items
from tests.support.importer import redis_for_workers, runtime
from tests.support.linked import KEY
from worker import runner
from worker.runtime import Runtime
from worker.services.feed import SPOOL, ServiceFeed
from worker.services.loop import process_loop
from worker.services.source import RawEntry
from worker.services.stopping import Stopping

__all__ = ["redis_for_workers", "runtime"]


class Pages:
    """A source of numbered entries, and how many pages it was asked for."""

    label = "PAGES"

    def __init__(self, pages: int, entry: bytes = b'{"n": 1}', size: int = 10) -> None:
        self.fetched = 0
        self._pages, self._entry, self._size = pages, entry, size

    async def prepare(self) -> None:
        """Nothing to do."""

    async def pages(self) -> AsyncIterator[Sequence[RawEntry]]:
        for _ in range(self._pages):
            self.fetched += 1
            yield [self._entry] * self._size

    async def profile(self) -> object:
        return {"rank": 3}

    def close(self) -> None:
        """Nothing to do."""


def feed_of(
    source: Pages, told: list[str] | None = None, glance: Any = lambda: None
) -> ServiceFeed:
    tell = (told if told is not None else []).append
    return ServiceFeed(source, process_loop(), tell, glance)


def test_the_next_page_is_fetched_while_one_is_read_and_no_more() -> None:
    source = Pages(50)
    entries = feed_of(source).entries()
    for _ in range(25):
        next(entries)
    assert source.fetched <= 4
    assert sum(1 for _ in entries) == 475
    assert source.fetched == 50


@pytest.mark.parametrize("entry", [b'{"n": 1}', b'{"n": "' + b"x" * (SPOOL // 20) + b'"}'])
def test_what_was_read_is_read_again_without_being_fetched(entry: bytes) -> None:
    source, told = Pages(3, entry), []
    feed = feed_of(source, told)
    feed.open()
    first = list(feed.entries())
    assert feed.profile() == {"rank": 3}
    assert list(feed.entries()) == first
    assert len(first) == 30
    assert source.fetched == 3
    assert told[-1] == "Fetched 30 scores from PAGES..."
    feed.close()


def test_what_cannot_be_decoded_is_no_score() -> None:
    assert list(feed_of(Pages(1, b"[" * 100_000, size=1)).entries()) == [None]


def test_a_worker_that_stops_waits_for_nothing() -> None:
    stopping = threading.Event()

    class Slow(Pages):
        async def pages(self) -> AsyncIterator[Sequence[RawEntry]]:
            import asyncio

            yield [b"1"]
            await asyncio.Event().wait()

    def glance() -> None:
        if stopping.is_set():
            raise Stopping

    entries = feed_of(Slow(1), glance=glance).entries()
    assert next(entries) == 1
    stopping.set()
    with pytest.raises(Stopping):
        next(entries)


# --- with a service -------------------------------------------------------------------------------


@pytest.fixture
def kai() -> Iterator[Kai]:
    with Kai() as server:
        yield server


def test_scores_are_not_fetched_again_where_the_catalogue_changes_meanwhile(
    runtime: Runtime, kai: Kai
) -> None:
    user = create_user(runtime.engine, "alice")
    pair = kai.pair_for(Account("a", {"sdvx": sdvx_items(150)}))
    with runtime.engine.begin() as connection:
        secrets = {"token": pair.token, "refreshToken": pair.refresh_token}
        credential_rows.save(connection, Vault([KEY]), Owner(user, "FLO"), secrets)
    changed = False

    def change(asked: Any) -> None:
        """While the last page is asked for, after scores were matched against the first."""
        nonlocal changed
        if asked.query.get("page") == "2" and not changed:
            changed = True
            with runtime.engine.begin() as connection:
                connection.execute(
                    text("UPDATE catalogue_versions SET version = version + 1 WHERE game = 'sdvx'")
                )

    kai.before_answer = change
    environment = {
        "DATABASE_URL": runtime.settings.database_url,
        "REDIS_URL": runtime.settings.redis_url,
        "OUR_URL": "http://127.0.0.1",
        "CREDENTIAL_KEYS": KEY,
        **kai.environment("FLO"),
    }
    linked = Runtime(load_settings(environment), runtime.engine, runtime.redis, runtime.catalogues)
    job = NewJob(user, new_job_id(), Import(), import_type="api/flo-sdvx", fetches=True)
    with runtime.engine.begin() as connection:
        accept(connection, job)
    runner.run(linked, user, job.job_id)
    with runtime.engine.connect() as connection:
        document = find_import(connection, job.job_id, Wire.BOTH)
    assert changed
    assert document is not None
    assert len(document["scoreIDs"]) == 150
    assert kai.paths().count("/api/sdvx/v1/play_history") == 2
