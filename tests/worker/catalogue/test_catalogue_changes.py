"""Loads of the catalogue while users import: who waits for whom, and what becomes of scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cli.local import EmbeddedRedis
from common.database.engine import open_engine
from common.seeds.violations import SeedsError
from tests.seeds.catalogue import Catalogue
from tests.support import acts
from tests.support.acts import MISSING, a_player, add_missing_chart, content, every_act, plays
from tests.support.follower import Follower
from tests.support.holding import held_before_commit, overtaken, wait_for_load
from tests.support.importer import Importer, impatient_runtime
from worker.runtime import Runtime

Act = Callable[[Follower], str]


@pytest.fixture
def catalogue(database: str, tmp_path: Path) -> Iterator[Catalogue]:
    """The example catalogue, as loaded."""
    engine = open_engine(database)
    yield Catalogue(engine, tmp_path / "seeds")
    engine.dispose()


@pytest.fixture
def alice(runtime: Runtime) -> Follower:
    return a_player(runtime, "alice")


@pytest.fixture
def bob(database: str, redis_for_workers: EmbeddedRedis) -> Iterator[Follower]:
    """Would rather fail than wait for a lock."""
    with impatient_runtime(database, redis_for_workers) as runtime:
        yield a_player(runtime, "bob")


# --- changes -------------------------------------------------------------------------------


def a_chart_goes(catalogue: Catalogue) -> None:
    catalogue.drop("charts-sdvx", songID=3, difficulty="GRV")


def a_chart_comes(catalogue: Catalogue) -> None:
    song, difficulty = MISSING
    like = catalogue.chart("sdvx", song, "EXH")
    new = {**like, "chartID": "missing", "difficulty": difficulty}
    catalogue.documents["charts-sdvx"].append(new)


def a_level_changes(catalogue: Catalogue) -> None:
    catalogue.chart("sdvx", 3, "GRV").update(level="17", levelNum=17)


# --- a load overtakes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "scores", "orphans"),
    [(a_chart_goes, 4, 2), (a_chart_comes, 6, 0), (a_level_changes, 5, 1)],
)
def test_an_import_that_a_load_overtook_gives_what_one_after_the_load_gives(
    runtime: Runtime,
    catalogue: Catalogue,
    change: Callable[[Catalogue], None],
    scores: int,
    orphans: int,
) -> None:
    early, late = Importer(runtime, "early"), Importer(runtime, "late")
    change(catalogue)
    with overtaken(early, by=catalogue.load):
        early.imported(plays(9_000_000))
    late.imported(plays(9_000_000))
    assert content(early) == content(late)
    assert len(content(early)["scores"]) == scores
    assert len(content(early)["orphan_scores"]) == orphans


def test_orphans_whose_chart_went_again_meanwhile_stay_orphans(
    runtime: Runtime, alice: Follower, catalogue: Catalogue
) -> None:
    add_missing_chart(runtime)
    before = content(alice)
    with overtaken(alice, by=catalogue.load):
        outcome = alice.run(acts.orphans_again(alice))
    assert outcome.result is not None
    assert outcome.result["body"] == {"processed": 1, "failed": 1, "success": 0, "removed": 0}
    assert content(alice) == before


# --- a load waits --------------------------------------------------------------------------


@every_act
def test_a_load_that_retires_charts_waits_for_those_who_are_storing_and_then_sees_their_scores(
    runtime: Runtime, alice: Follower, catalogue: Catalogue, act: Act
) -> None:
    a_player(runtime, "bob")
    add_missing_chart(runtime)
    # The chart that was missing goes, too.
    a_chart_goes(catalogue)
    with ThreadPoolExecutor(1) as thread:
        with held_before_commit(alice, act(alice)):
            load = thread.submit(catalogue.load, retire=True)
            wait_for_load(alice, load)
        load.result()
    for table in ("scores", "personal_bests"):
        flags = alice.query(
            "SELECT mine.is_primary, charts.is_primary"
            f" FROM {table} AS mine LEFT JOIN charts USING (game, chart_id)"
        )
        assert {tuple(row) for row in flags} == {(True, True), (False, False)}, table


def test_a_load_is_refused_that_would_remove_the_chart_of_a_score_about_to_be_committed(
    runtime: Runtime, catalogue: Catalogue
) -> None:
    player = Importer(runtime)
    a_chart_goes(catalogue)
    with ThreadPoolExecutor(1) as thread:
        with held_before_commit(player, player.accept(plays(9_000_000))):
            load = thread.submit(catalogue.load)
            wait_for_load(player, load)
        with pytest.raises(SeedsError, match="1 score, 1 personal best"):
            load.result()


@pytest.mark.parametrize(
    "collections",
    [("questlines", "quests"), ("questlines", "quests", "goals", "tables", "folders")],
    ids=["a quest", "a folder"],
)
def test_a_load_that_ends_subscriptions_waits_for_an_import_that_is_writing_them(
    alice: Follower, catalogue: Catalogue, collections: tuple[str, ...]
) -> None:
    for collection in collections:
        catalogue.drop(collection, game="sdvx")
    with ThreadPoolExecutor(1) as thread:
        with held_before_commit(alice, acts.an_import(alice)) as outcome:
            load = thread.submit(catalogue.load)
            wait_for_load(alice, load)
        assert outcome.result().error_message is None
        load.result()
    assert alice.query("SELECT FROM quest_subscriptions") == []


def test_imports_go_on_after_a_load_that_had_to_wait(
    runtime: Runtime, alice: Follower, catalogue: Catalogue
) -> None:
    patient = a_player(runtime, "patient")
    a_chart_goes(catalogue)
    with ThreadPoolExecutor(2) as threads:
        with held_before_commit(alice, acts.an_import(alice)):
            load = threads.submit(catalogue.load, retire=True)
            wait_for_load(alice, load)
            outcome = threads.submit(patient.run, acts.an_import(patient))
        load.result()
        assert outcome.result().error_message is None


def test_imports_go_on_while_a_load_that_adds_charts_is_writing(
    bob: Follower, catalogue: Catalogue
) -> None:
    a_chart_comes(catalogue)
    told: list[str] = []

    def meanwhile(what: str, done: int, total: int) -> None:
        if what == "finishing":
            acts.do_everything(bob)
        told.append(what)

    catalogue.load(tell=meanwhile)
    assert "finishing" in told
