"""A standby that streams: reads go there, and it takes over where the primary is gone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cli.local import EmbeddedRedis
from common.database.engine import migrate, open_engine
from common.seeds.loader import load_directory
from tests.support.fresh import EXAMPLE_CATALOGUE
from tests.support.http import Http
from tests.support.servers import servers_folder
from tests.support.stack import Stack, batch_manual, wait_for
from tests.support.standby import Pair, replicated

pytestmark = [pytest.mark.processes, pytest.mark.long]

DATABASE = "scores"
SONG = "/api/v1/games/sdvx/Single/songs/1"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with servers_folder() as made:
        yield made


@pytest.fixture
def pair(folder: Path) -> Iterator[Pair]:
    with servers_folder() as own, replicated(own) as both:
        both.primary.create_database(DATABASE)
        url = both.primary.url_of(DATABASE)
        migrate(url)
        engine = open_engine(url)
        load_directory(engine, EXAMPLE_CATALOGUE)
        engine.dispose()
        yield both


def service(pair: Pair, folder: Path, tmp_path: Path, url: str, **settings: str) -> Iterator[Stack]:
    with EmbeddedRedis(folder / f"redis-{tmp_path.name}") as redis:
        stack = Stack(tmp_path, url, redis, settings)
        stack.start_web()
        stack.start_worker()
        yield stack
        stack.stop()


@pytest.fixture
def reading(pair: Pair, folder: Path, tmp_path: Path) -> Iterator[Stack]:
    """A service that reads from the standby."""
    url = pair.primary.url_of(DATABASE)
    replica = pair.standby.url_of(DATABASE)
    yield from service(pair, folder, tmp_path, url, DATABASE_REPLICA_URL=replica)


@pytest.fixture
def moving(pair: Pair, folder: Path, tmp_path: Path) -> Iterator[Stack]:
    """A service whose database is whichever of the two takes writes."""
    pair.wait_for_commits()
    yield from service(pair, folder, tmp_path, pair.moving_url(DATABASE))


def title(stack: Stack) -> str | None:
    answer = Http(stack.port).get(SONG)
    return answer.json["body"]["song"]["title"] if answer.status == 200 else None


def rename_song(stack: Stack, name: str) -> None:
    stack.administer(f"UPDATE songs SET title = '{name}' WHERE game = 'sdvx' AND id = 1")


def test_lists_are_as_old_as_the_standby_and_a_users_own_state_is_not(
    pair: Pair, reading: Stack
) -> None:
    player = reading.user("alice")
    wait_for(lambda: title(reading) == "Lighthouse Signal", "the standby has the catalogue")
    pair.on_standby("SELECT pg_wal_replay_pause()")
    rename_song(reading, "Later")
    document = player.wait(player.submit(batch_manual(3)))
    imported = Http(reading.port).get(
        f"/api/v1/imports/{document['importID']}", {"Authorization": f"Bearer {player.token}"}
    )
    assert len(imported.json["body"]["scores"]) == 3
    assert title(reading) == "Lighthouse Signal"
    pair.on_standby("SELECT pg_wal_replay_resume()")
    wait_for(lambda: title(reading) == "Later", "the standby is as far")


def test_the_primary_answers_where_the_standby_is_gone(pair: Pair, reading: Stack) -> None:
    wait_for(lambda: title(reading) == "Lighthouse Signal", "the standby has the catalogue")
    pair.standby.kill()
    rename_song(reading, "Of the primary")
    assert title(reading) == "Of the primary"
    pair.standby.start()
    wait_for(lambda: title(reading) == "Of the primary", "it is back")


def test_the_primary_answers_where_the_standby_hangs(pair: Pair, reading: Stack) -> None:
    wait_for(lambda: title(reading) == "Lighthouse Signal", "the standby has the catalogue")
    # Several at once, so that several sessions are kept.
    with ThreadPoolExecutor(8) as crowd:
        assert set(crowd.map(title, [reading] * 200)) == {"Lighthouse Signal"}
    pair.hold(still=True)
    try:
        rename_song(reading, "Of the primary")
        wait_for(lambda: title(reading) == "Of the primary", "the primary answers", timeout=10)
        assert [title(reading) for _ in range(20)] == ["Of the primary"] * 20
    finally:
        pair.hold(still=False)
    wait_for(lambda: title(reading) == "Of the primary", "it is back")


def test_what_was_told_is_there_after_the_standby_took_over(pair: Pair, moving: Stack) -> None:
    player = moving.user("alice")
    player.wait(player.submit(batch_manual(3)))
    # The worker stands still, so that what is accepted waits through all of it.
    moving.worker().kill()
    waiting = player.submit(batch_manual(3, first=10))
    pair.primary.kill()
    away = Http(moving.port).get("/readyz")
    assert away.status == 503
    pair.promote()
    wait_for(lambda: Http(moving.port).get("/readyz").status == 200, "web finds the new primary")
    moving.start_worker("worker2")
    player.wait(waiting)
    player.wait(player.submit(batch_manual(3, first=20)))
    assert player.score_count() == 9


def test_an_import_that_runs_while_the_standby_takes_over_is_done_there(
    pair: Pair, moving: Stack
) -> None:
    player = moving.user("alice")
    submitted = player.submit(batch_manual(2000))
    wait_for(lambda: moving.scalar("SELECT count(*) FROM job_attempts"), "it is begun")
    pair.primary.kill()
    pair.promote()
    player.wait(submitted, timeout=90)
    assert player.score_count() == 2000
