"""What is stored follows changed rules of a game: as if it had all been played under them."""

from __future__ import annotations

from pathlib import Path

import pytest

from common.games.registry import GAMES, get_game
from common.profiles.outdated_rows import accept_renewals
from tests.seeds.catalogue import Catalogue
from tests.support.follower import NOW, Follower
from tests.worker.changes.test_recalculation import everything, settle, shared
from worker import schedule
from worker.runtime import Runtime


@pytest.fixture
def catalogue(runtime: Runtime, tmp_path: Path) -> Catalogue:
    made = Catalogue(runtime.engine, tmp_path / "seeds")
    made.load()
    return made


def renew(player: Follower) -> list[str]:
    """Accepts what follows from changed rules, and runs it; the kinds of jobs."""
    with player.begin() as connection:
        accept_renewals(connection)
    return settle(player)


def make_outdated(player: Follower) -> None:
    """Ratings of VOLFORCE and orders of leaderboards as they were before version 3."""
    for table in ("scores", "personal_bests"):
        player.execute(f"UPDATE {table} SET calculated_data = calculated_data - 'VF7'")
    player.execute("UPDATE personal_bests SET ranking_values = ranking_values[1:1]")
    player.execute("UPDATE sessions SET calculated_data = calculated_data - 'ProfileVF7'")
    player.execute("UPDATE user_game_stats SET ratings = ratings - 'VF7', rules = 0")


def play_sdvx(player: Follower) -> None:
    player.play(
        *(
            (1, difficulty, 9_000_000 + n * 10_000, "CLEAR", [("timeAchieved", NOW - n * 1000)])
            for n, difficulty in enumerate(("NOV", "ADV", "EXH", "INF"))
        )
    )


def test_what_was_stored_under_older_rules_becomes_what_would_be_stored_now(
    runtime: Runtime, catalogue: Catalogue
) -> None:
    player = Follower(runtime)
    play_sdvx(player)
    before = everything(player)
    make_outdated(player)
    assert everything(player) != before

    assert renew(player) == ["recalculation"]

    assert everything(player) == before
    assert renew(player) == []


def test_a_user_is_renewed_once_however_often_it_is_looked_for(
    runtime: Runtime, catalogue: Catalogue
) -> None:
    player = Follower(runtime)
    play_sdvx(player)
    make_outdated(player)

    assert len(schedule.accept_renewals(runtime)) == 1
    assert schedule.accept_renewals(runtime) == []
    assert settle(player) == ["recalculation"]


def test_who_plays_first_under_new_rules_has_nothing_to_renew(
    runtime: Runtime, catalogue: Catalogue
) -> None:
    player = Follower(runtime)
    play_sdvx(player)

    assert schedule.accept_renewals(runtime) == []
    assert player.query("SELECT rules FROM user_game_stats")[0].rules == get_game("sdvx").rules


def test_an_import_before_the_renewal_does_not_count_as_one(
    runtime: Runtime, catalogue: Catalogue
) -> None:
    player = Follower(runtime)
    play_sdvx(player)
    expected = Follower(runtime, "bob")
    play_sdvx(expected)
    more = (1, "EXH", 9_900_000, "CLEAR", [("timeAchieved", NOW)])
    expected.play(more)
    player.execute("UPDATE user_game_stats SET rules = 0 WHERE user_id = :id", id=player.user_id)
    player.execute(
        "UPDATE scores SET calculated_data = calculated_data - 'VF7' WHERE user_id = :id",
        id=player.user_id,
    )

    player.play(more)

    assert renew(player) == ["recalculation"]
    assert shared(player) == shared(expected)


def test_nobody_is_told_and_no_class_is_achieved(runtime: Runtime, catalogue: Catalogue) -> None:
    player = Follower(runtime)
    play_sdvx(player)
    make_outdated(player)
    player.execute("DELETE FROM outbox_events")
    player.execute("DELETE FROM class_achievements")
    player.execute("UPDATE user_game_stats SET classes = '{}'")

    renew(player)

    assert player.query("SELECT * FROM outbox_events") == []
    assert player.query("SELECT * FROM class_achievements") == []
    ((classes,),) = [tuple(row) for row in player.query("SELECT classes FROM user_game_stats")]
    assert classes == {"vfClass": "SIENNA_I"}


def test_a_score_that_newer_checks_refuse_is_rated_by_the_newer_rules_too(
    runtime: Runtime, catalogue: Catalogue
) -> None:
    """A chain whose misses were not looked at when it came."""
    player = Follower(runtime)
    play_sdvx(player)
    player.execute(
        'UPDATE scores SET score_data = score_data || \'{"lamp": "ULTIMATE CHAIN",'
        ' "judgements": {"miss": 3}}\''
    )
    make_outdated(player)

    renew(player)

    rated = player.query("SELECT calculated_data, score_data FROM scores")
    assert all(row.calculated_data["VF7"] > row.calculated_data["VF6"] - 0.001 for row in rated)
    assert {row.score_data["enumIndexes"]["lamp"] for row in rated} == {4}


@pytest.mark.parametrize("game", GAMES)
def test_every_game_counts_its_rules(game: str) -> None:
    assert get_game(game).rules >= 1
