"""The example catalogue gives way to a real one, with everything that was played on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from cli.local.example import CATALOGUE, IMPORT_TYPE, SCORES
from common.seeds.loader import Loading, load_directory
from common.seeds.violations import SeedsError
from tests.seeds.catalogue import Catalogue, make_another
from tests.support.follower import Follower
from worker.runtime import Runtime

OF_USERS = (
    "scores",
    "personal_bests",
    "sessions",
    "user_game_stats",
    "class_achievements",
    "goal_subscriptions",
    "quest_subscriptions",
    "subscription_changes",
    "imports",
)
WITH_ORPHANS = SCORES.with_name("batch-manual-with-errors.json")


@pytest.fixture
def real(runtime: Runtime, tmp_path: Path) -> Catalogue:
    """Another catalogue, whose songs have the numbers of the example's."""
    catalogue = Catalogue(runtime.engine, tmp_path / "seeds")
    make_another(catalogue.documents)
    return catalogue


@pytest.fixture
def player(runtime: Runtime) -> Follower:
    """Somebody who followed the example's quests and played on it, also what it lacks."""
    player = Follower(runtime)
    player.clock.now = 1_780_000_000_000  # after the scores of the files
    for (quest_id,) in player.query("SELECT quest_id FROM quests WHERE game = 'sdvx'"):
        player.join(quest_id)
    for file in (SCORES, WITH_ORPHANS):
        player.imported(file.read_bytes(), IMPORT_TYPE)
    return player


def rows(player: Follower) -> dict[str, int]:
    return {table: player.query(f"SELECT count(*) FROM {table}")[0][0] for table in OF_USERS}


def test_all_of_the_example_goes_and_orphans_stay(
    player: Follower, real: Catalogue, empty: Engine
) -> None:
    assert all(rows(player).values()), "something is there to go"
    orphans = player.query("SELECT count(*) FROM orphan_scores")
    summary = real.load(giving_way=CATALOGUE)
    assert summary.gave_way is not None
    assert summary.gave_way.games == ["iidx", "sdvx", "wacca"]
    assert summary.gave_way.scores == 23
    assert not any(rows(player).values())
    assert player.query("SELECT count(*) FROM orphan_scores") == orphans != [(0,)]
    # What is there now is what the same load makes of an empty database.
    fresh = Catalogue(empty, real.folder)
    load_directory(empty, real.folder)
    ours, theirs = real.state(), fresh.state()
    # Workers are told that theirs is out of date.
    assert ours.pop("catalogue_versions") != theirs.pop("catalogue_versions")
    assert ours == theirs
    assert real.load(giving_way=CATALOGUE).gave_way is None


def test_nothing_goes_where_the_load_is_refused_or_only_tried(
    player: Follower, real: Catalogue
) -> None:
    before = rows(player)
    assert real.load(giving_way=CATALOGUE, dry_run=True).gave_way is not None
    assert rows(player) == before
    real.documents["charts-sdvx"][0]["songID"] = 999
    with pytest.raises(SeedsError):
        real.load(giving_way=CATALOGUE)
    assert rows(player) == before


def test_the_example_stays_where_it_is_extended(player: Follower, real: Catalogue) -> None:
    before = rows(player)
    example = load_directory(real.engine, CATALOGUE, Loading(giving_way=CATALOGUE))
    assert example.gave_way is None
    real.documents = {"songs-iidx": real.documents["songs-iidx"]}
    assert real.load(giving_way=CATALOGUE).gave_way is None
    assert rows(player) == before


def test_a_real_catalogue_never_gives_way(real: Catalogue) -> None:
    real.load(giving_way=CATALOGUE)
    for chart in real.documents["charts-sdvx"]:
        chart["chartID"] = chart["chartID"][1:] + "0"
    assert real.load(giving_way=CATALOGUE).gave_way is None
