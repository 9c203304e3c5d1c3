"""The orphan-chart queue: a chart becomes real once enough different players have played it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from cli.accounts import create_user
from common.catalogue.collections import FIRST_SONG_OF_PLAYERS
from common.database.engine import open_engine
from common.jobs import arguments as job_arguments
from common.jobs.accepting import NewJob, accept
from common.jobs.job_tables import JobKind
from tests.support.importer import Importer
from tests.support.stack import wait_for
from tests.worker.import_types.hooks.beatoraja_documents import MD5, SHA256, proposal
from worker.catalogue.chart_queue import offer
from worker.catalogue.memory import CatalogueStore
from worker.import_types.base import ChartProposal
from worker.runtime import Runtime

FOLDER = """
    INSERT INTO folders (folder_id, game, playtype, title, type, data, inactive, search_terms,
                         content_hash)
    VALUES ('F-unknown', 'bms', '7K', 'Unknown levels', 'charts', '{"level": "?"}', false, '{}',
            '')
"""
ORPHAN = """
    INSERT INTO orphan_scores (user_id, orphan_id, import_type, game, data, context,
                               time_inserted)
    VALUES (:user_id, 'O1', 'ir/beatoraja', :game, '{}', '{}', 0)
"""


WAITING = """
    SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


class Queue:
    """The queue with a threshold of 3, and players to fill it."""

    def __init__(self, runtime: Runtime, engine: Engine) -> None:
        self.engine = engine
        importer = Importer(runtime, "alice")
        self.query, self.execute = importer.query, importer.execute
        self.players = [importer.user_id, *(self.new_player(name) for name in ("bob", "carol"))]

    def new_player(self, name: str) -> int:
        return create_user(self.engine, name)

    def offer(self, player: int, *proposals: ChartProposal) -> list[str]:
        with self.engine.begin() as connection:
            return offer(connection, player, proposals, 3)

    def promoted(self, *proposals: ChartProposal) -> list[str]:
        """Has all players report the charts; what became real with the last of them."""
        *first, last = self.players
        for player in first:
            assert self.offer(player, *proposals) == []
        return self.offer(last, *proposals)

    def catalogue(self, game: str) -> Any:
        with self.engine.connect() as connection:
            return CatalogueStore().get(connection, game)


@pytest.fixture
def queue(runtime: Runtime) -> Iterator[Queue]:
    engine = open_engine(runtime.settings.database_url, pool_size=4)
    yield Queue(runtime, engine)
    engine.dispose()


@contextmanager
def counting_statements(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


# --- players ---------------------------------------------------------------------------


def test_a_chart_waits_for_enough_different_players(queue: Queue) -> None:
    alice, bob, _ = queue.players

    for player in (alice, alice, alice, bob, bob):
        assert queue.offer(player, proposal()) == []

    (row,) = queue.query("SELECT * FROM orphan_charts")
    assert (row.gpt, row.chart_hash, row.user_ids) == ("bms:7K", SHA256, [alice, bob])
    assert len(row.chart["chartID"]) == 40
    assert row.chart["data"]["hashMD5"] == MD5
    assert row.song["title"] == "Example"
    assert queue.query("SELECT FROM charts WHERE game = 'bms'") == []


def test_the_first_description_of_a_chart_counts(queue: Queue) -> None:
    queue.offer(queue.players[0], proposal())
    before = queue.query("SELECT song, chart FROM orphan_charts")
    queue.offer(queue.players[1], proposal(chart={"title": "Something else"}))
    assert queue.query("SELECT song, chart FROM orphan_charts") == before


def test_playtypes_of_pms_wait_apart(queue: Queue) -> None:
    alice, bob, _ = queue.players
    queue.offer(alice, proposal(mode="POPN_9K", score={"deviceType": "KEYBOARD"}))
    queue.offer(bob, proposal(mode="POPN_9K", score={"deviceType": "BM_CONTROLLER"}))
    rows = queue.query("SELECT gpt, user_ids FROM orphan_charts ORDER BY gpt")
    assert [tuple(row) for row in rows] == [("pms:Controller", [bob]), ("pms:Keyboard", [alice])]


# --- promotion -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "game", "playtype"),
    [("BEAT_7K", "bms", "7K"), ("BEAT_14K", "bms", "14K"), ("POPN_9K", "pms", "Keyboard")],
)
def test_with_enough_players_the_chart_is_in_the_catalogue(
    queue: Queue, mode: str, game: str, playtype: str
) -> None:
    (chart_id,) = queue.promoted(proposal(mode=mode))

    catalogue = queue.catalogue(game)
    chart = catalogue.chart_by_hash("hashSHA256", SHA256, playtype)
    assert chart.chartID == chart_id
    assert (chart.level, chart.levelNum, chart.isPrimary) == ("?", 0, True)
    assert catalogue.song_of(chart).title == "Example"
    assert queue.query("SELECT FROM orphan_charts") == []


def test_songs_of_players_have_ids_that_no_seeds_have(queue: Queue) -> None:
    queue.execute(
        "INSERT INTO songs (game, id, title, artist, alt_titles, search_terms, data, content_hash)"
        " VALUES ('bms', 4711, '', '', '{}', '{}', '{}', '')"
    )
    queue.promoted(proposal("a" * 64), proposal("b" * 64))
    songs = queue.query("SELECT id FROM songs WHERE game = 'bms' ORDER BY id")
    charts = queue.query("SELECT song_id FROM charts WHERE game = 'bms' ORDER BY song_id")
    assert [song.id for song in songs] == [4711, FIRST_SONG_OF_PLAYERS, FIRST_SONG_OF_PLAYERS + 1]
    assert [chart.song_id for chart in charts] == [song.id for song in songs][1:]


def test_a_new_chart_is_in_the_folders_that_ask_for_it(queue: Queue) -> None:
    queue.execute(FOLDER)
    (chart_id,) = queue.promoted(proposal())
    rows = queue.query(
        "SELECT folder_id, chart_id FROM folder_charts WHERE chart_id = :id", id=chart_id
    )
    assert [tuple(row) for row in rows] == [("F-unknown", chart_id)]


def test_workers_learn_that_the_catalogue_changed(queue: Queue) -> None:
    before = queue.catalogue("bms").version
    queue.promoted(proposal())
    assert queue.catalogue("bms").version > before


def test_a_chart_that_came_into_the_catalogue_meanwhile_is_not_added_again(queue: Queue) -> None:
    """Who still matches against the catalogue as it was goes on reporting it."""
    promoted = queue.promoted(proposal())
    assert queue.promoted(proposal()) == promoted
    assert len(queue.query("SELECT FROM charts WHERE game = 'bms'")) == 1
    assert queue.query("SELECT FROM orphan_charts") == []


def test_the_number_of_statements_does_not_grow_with_the_charts(queue: Queue) -> None:
    alice, bob, carol = queue.players

    def statements_for(hashes: list[str]) -> int:
        charts = [proposal(sha256) for sha256 in hashes]
        queue.offer(alice, *charts)
        queue.offer(bob, *charts)
        with counting_statements(queue.engine) as statements:
            assert len(queue.offer(carol, *charts)) == len(hashes)
        return len(statements)

    few = statements_for(["a" * 64])
    assert statements_for([f"{number:064x}" for number in range(50)]) == few


# --- at the same time ------------------------------------------------------------------


def test_players_who_report_the_same_charts_in_different_orders_do_not_block_each_other(
    queue: Queue,
) -> None:
    alice, bob, carol = queue.players
    charts = [proposal("a" * 64), proposal("b" * 64), proposal("c" * 64)]
    queue.offer(carol, charts[1])

    with ThreadPoolExecutor(2) as pool:
        with queue.engine.connect() as holder:
            # Both are stopped in the middle of their charts.
            holder.execute(text("SELECT FROM orphan_charts FOR UPDATE"))
            forwards = pool.submit(queue.offer, alice, *charts)
            backwards = pool.submit(queue.offer, bob, *reversed(charts))
            wait_for(lambda: len(queue.query(WAITING)) == 2, "both players wait")
            holder.rollback()
        promoted = forwards.result() + backwards.result()

    assert len(promoted) == 1


def test_players_at_the_same_time_make_the_charts_real_exactly_once(queue: Queue) -> None:
    players = [*queue.players, queue.new_player("dave")]
    charts = [proposal(f"{number:064x}") for number in range(50)]
    together = threading.Barrier(len(players))

    def play(number: int) -> list[str]:
        in_order = charts[:: 1 if number % 2 else -1]
        together.wait()
        return queue.offer(players[number], *in_order)

    with ThreadPoolExecutor(len(players)) as pool:
        promoted = [*pool.map(play, range(len(players)))]

    rows = queue.query("SELECT chart_id, song_id FROM charts WHERE game = 'bms'")
    assert len(rows) == len({row.song_id for row in rows}) == len(charts)
    assert {row.chart_id for row in rows} == {chart for each in promoted for chart in each}


# --- orphans ---------------------------------------------------------------------------


def background_jobs(queue: Queue) -> dict[int, Any]:
    rows = queue.query("SELECT user_id, arguments FROM jobs WHERE kind = 'orphans'")
    return {row.user_id: row.arguments for row in rows}


def test_the_orphans_of_the_other_players_are_tried_again(queue: Queue) -> None:
    alice, bob, carol = queue.players
    spectator = queue.new_player("dave")
    for player, game in ((alice, "bms"), (bob, "pms"), (carol, "bms"), (spectator, "bms")):
        queue.execute(ORPHAN, user_id=player, game=game)
    queue.promoted(proposal())
    assert background_jobs(queue) == {alice: {"games": ["bms"]}}


@pytest.mark.parametrize(
    ("waiting", "jobs"), [({}, 1), ({"games": ["iidx", "bms"]}, 1), ({"games": ["pms"]}, 2)]
)
def test_a_job_that_waits_already_is_enough_if_it_is_for_the_game(
    queue: Queue, waiting: dict[str, Any], jobs: int
) -> None:
    alice = queue.players[0]
    queue.execute(ORPHAN, user_id=alice, game="bms")
    with queue.engine.begin() as connection:
        accept(connection, NewJob(alice, "waits", job_arguments.read(JobKind.ORPHANS, waiting)))
    queue.promoted(proposal())
    rows = queue.query("SELECT arguments FROM jobs WHERE user_id = :user_id", user_id=alice)
    assert len(rows) == jobs
