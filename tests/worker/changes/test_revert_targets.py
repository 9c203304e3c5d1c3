"""Goals and quests when the import that moved them is taken back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from common.jobs.job_tables import JobKind
from tests.support.follower import NOW, Follower
from worker.runtime import Runtime

SCORE: dict[str, Any] = {"key": "score", "value": 9_000_000}


@pytest.fixture
def player(runtime: Runtime) -> Follower:
    return Follower(runtime)


@pytest.fixture
def goals(player: Follower) -> list[str]:
    """The goalIDs of a quest that the player follows: a score on songs 1, 2 and 3."""
    followed = [player.follow("single", player.chart(song, "ADV"), **SCORE) for song in (1, 2, 3)]
    goal_ids = [goal.goalID for goal in followed]
    player.join(player.quest("quest", goal_ids))
    return goal_ids


def play(player: Follower, *scores: tuple[int, int]) -> str:
    """The importID of an import a second later: songs and scores."""
    player.clock.now += 1000
    imported = player.play(*((song, "ADV", score, "CLEAR") for song, score in scores))
    return str(imported["importID"])


def revert(player: Follower, import_id: str) -> None:
    player.clock.now += 1000
    player.revert(import_id)


def stored(player: Follower) -> tuple[Any, ...]:
    """Subscriptions as stored, whole."""
    return (
        player.query("SELECT * FROM goal_subscriptions ORDER BY goal_id"),
        player.query("SELECT * FROM quest_subscriptions ORDER BY quest_id"),
    )


def test_what_an_import_moved_is_as_it_was_before_times_included(
    player: Follower, goals: list[str]
) -> None:
    play(player, (1, 9_100_000), (2, 8_000_000))
    before = stored(player)
    revert(player, play(player, (1, 9_200_000), (2, 9_000_000), (3, 9_900_000)))
    assert stored(player) == before
    assert player.goal(goals[0]).time_achieved == NOW + 1000


@pytest.mark.parametrize(
    "order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
)
def test_imports_that_surpass_each_other_can_be_reverted_in_any_order(
    player: Follower, goals: list[str], order: tuple[int, ...]
) -> None:
    first = play(player, (1, 8_000_000))
    before = stored(player)
    imports = [play(player, (1, score)) for score in (8_100_000, 8_200_000, 8_300_000)]
    for number in order:
        revert(player, imports[number])
    assert stored(player) == before
    assert player.query("SELECT DISTINCT import_id FROM subscription_changes") == [(first,)]


def test_goals_that_do_not_move_with_the_scores_stay_untouched(
    player: Follower, goals: list[str]
) -> None:
    first = play(player, (1, 9_100_000), (2, 8_000_000))
    player.clock.now += 1000
    player.play((1, "ADV", 9_100_000, "EXCESSIVE CLEAR"), (2, "ADV", 8_500_000, "CLEAR"))
    before = stored(player)
    revert(player, first)
    assert stored(player) == before


def test_what_moves_with_an_older_import_moves_now(player: Follower, goals: list[str]) -> None:
    goal = player.follow(
        "multi",
        [player.chart(song, "ADV") for song in (1, 2)],
        **{**SCORE, "mode": "absolute", "countNum": 2},
    )
    first = play(player, (1, 9_100_000))
    play(player, (2, 9_100_000))
    assert player.goal(goal.goalID).achieved
    revert(player, first)
    row = player.goal(goal.goalID)
    assert (row.progress, row.achieved, row.time_achieved) == (1, False, None)
    assert row.last_interaction == player.clock.now
    quest = player.quest_row("quest")
    assert (quest.progress, quest.last_interaction) == (1, player.clock.now)


def test_deleting_a_single_score_moves_goals_now(player: Follower, goals: list[str]) -> None:
    play(player, (1, 8_000_000))
    import_id = play(player, (1, 9_000_000))
    ((score_id,),) = player.query(
        "SELECT score_id FROM scores WHERE import_id = :import_id", import_id=import_id
    )
    player.clock.now += 1000
    player.do(JobKind.DELETION, scoreIDs=[score_id])
    row = player.goal(goals[0])
    assert (row.progress, row.time_achieved) == (8_000_000, None)
    assert row.last_interaction == player.clock.now
    noted = player.query("SELECT FROM subscription_changes WHERE import_id = :id", id=import_id)
    assert noted == [], "the import is gone"


def test_losing_scores_is_no_news(player: Follower, goals: list[str]) -> None:
    first = play(player, *((song, 9_000_000) for song in (1, 2, 3)))
    news = player.query("SELECT * FROM outbox_events ORDER BY id")
    assert {"goals-achieved/v1", "quest-achieved/v1"} <= {each.type for each in news}
    revert(player, first)
    assert player.query("SELECT * FROM outbox_events ORDER BY id") == news, "nor taken back"


# --- subscriptions that an import mended -----------------------------------------------------


def unsubscribe(player: Follower, goal_id: str) -> None:
    """As no user can: the quest needs it."""
    player.execute("DELETE FROM goal_subscriptions WHERE goal_id = :goal_id", goal_id=goal_id)


@pytest.mark.parametrize("score_there", [8_000_000, 9_500_000])
def test_a_goal_that_an_import_mended_a_quest_with_goes_with_it(
    player: Follower, goals: list[str], score_there: int
) -> None:
    play(player, (2, score_there))
    unsubscribe(player, goals[1])
    before = stored(player)
    import_id = play(player, (1, 9_100_000))
    assert player.goal_ids() == set(goals)
    revert(player, import_id)
    assert stored(player) == before


def test_a_mended_goal_stays_that_the_user_chose_since(player: Follower, goals: list[str]) -> None:
    unsubscribe(player, goals[1])
    import_id = play(player, (1, 9_100_000))
    player.follow("single", player.chart(2, "ADV"), standalone=True, **SCORE)
    revert(player, import_id)
    assert player.goal_ids() == set(goals)


def test_a_mended_goal_stays_that_moved_since(player: Follower, goals: list[str]) -> None:
    unsubscribe(player, goals[1])
    import_id = play(player, (1, 9_100_000))
    play(player, (2, 8_000_000))
    revert(player, import_id)
    assert player.goal(goals[1]).progress == 8_000_000


# --- cost ------------------------------------------------------------------------------------


def test_the_number_of_statements_does_not_depend_on_what_is_reverted(player: Follower) -> None:
    charts = [(song, difficulty) for song in (1, 2, 3, 4) for difficulty in ("NOV", "ADV", "EXH")]

    def statements(count: int) -> int:
        player.execute("DELETE FROM goal_subscriptions")
        player.execute("DELETE FROM quest_subscriptions")
        goals = [player.follow("single", player.chart(*chart), **SCORE) for chart in charts[:count]]
        for number in range(count):
            quest = player.quest(f"{count} {number}", [goal.goalID for goal in goals])
            player.join(quest)
        missing = player.follow("single", player.chart(5, "ADV"), **SCORE).goalID
        player.join(player.quest(f"{count} mended", [goals[0].goalID, missing]))
        unsubscribe(player, missing)
        imported = player.play(*((*chart, 9_000_000 + count, "CLEAR") for chart in charts[:count]))
        seen: list[str] = []

        def note(*arguments: Any) -> None:
            seen.append(arguments[2])

        event.listen(player.runtime.engine, "before_cursor_execute", note)
        player.revert(imported["importID"])
        event.remove(player.runtime.engine, "before_cursor_execute", note)
        return len(seen)

    assert statements(2) == statements(12)
