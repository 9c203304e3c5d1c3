"""Goals and quests follow the user's personal bests."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from sqlalchemy import event

from common.webhooks import outbox
from tests.support.follower import NOW, Follower, stat
from worker.imports.steps import write_document as document
from worker.runtime import Runtime
from worker.targets import goal_rows


@pytest.fixture
def player(runtime: Runtime) -> Follower:
    return Follower(runtime)


@pytest.fixture
def folder(player: Follower) -> str:
    """Four charts: those of difficulty ADV of songs 1 to 4."""
    return player.folder("four", [player.chart(song, "ADV") for song in (1, 2, 3, 4)])


# --- goals ---------------------------------------------------------------------------------

SCORE = {"key": "score", "value": 9_000_000}
CLEAR = {"key": "lamp", "value": 1}


@pytest.mark.parametrize(
    ("charts", "criteria", "scores", "expected"),
    [
        pytest.param("single", SCORE, [], (None, "NO DATA", 9_000_000, "9,000,000", False), id="-"),
        pytest.param(
            "single",
            SCORE,
            [(1, 8_999_999)],
            (8_999_999, "8,999,999", 9_000_000, "9,000,000", False),
            id="score below",
        ),
        pytest.param(
            "single",
            SCORE,
            [(1, 9_000_000)],
            (9_000_000, "9,000,000", 9_000_000, "9,000,000", True),
            id="score reached",
        ),
        pytest.param(
            "single", CLEAR, [(1, 8_000_000)], (1, "CLEAR", 1, "CLEAR", True), id="lamp reached"
        ),
        pytest.param(
            "single",
            {"key": "grade", "value": 9},
            [(1, 9_755_555)],
            (7, "(AAA+)-44K", 9, "S", False),
            id="grade below",
        ),
        pytest.param(
            "multi",
            SCORE,
            [(1, 9_100_000), (2, 9_200_000)],
            (9_200_000, "9,200,000", 9_000_000, "9,000,000", True),
            id="the best of two charts",
        ),
        pytest.param(
            "multi",
            {**SCORE, "mode": "absolute", "countNum": 2},
            [(1, 9_100_000), (3, 9_200_000)],
            (1, "1", 2, "2", False),
            id="one of two charts, and one that does not count",
        ),
        pytest.param(
            "folder",
            SCORE,
            [(1, 8_100_000), (4, 8_200_000), (5, 9_900_000)],
            (8_200_000, "8,200,000", 9_000_000, "9,000,000", False),
            id="the best in a folder",
        ),
        pytest.param(
            "folder",
            {**SCORE, "mode": "absolute", "countNum": 2},
            [(1, 9_100_000), (4, 9_200_000), (3, 8_000_000)],
            (2, "2", 2, "2", True),
            id="two in a folder",
        ),
        pytest.param(
            "folder",
            {**CLEAR, "mode": "proportion", "countNum": 0.8},
            [(1, 9_100_000), (4, 9_200_000)],
            (2, "2", 3, "3", False),
            id="80% of a folder of four is three",
        ),
    ],
)
def test_a_goal_shows_how_far_the_user_is(
    player: Follower,
    folder: str,
    charts: str,
    criteria: dict[str, Any],
    scores: list[tuple[int, int]],
    expected: tuple[Any, ...],
) -> None:
    data = {
        "single": player.chart(1, "ADV"),
        "multi": [player.chart(1, "ADV"), player.chart(2, "ADV")],
        "folder": folder,
    }[charts]
    before = player.follow(charts, data, **criteria)
    imported = player.play(*((song, "ADV", score, "CLEAR") for song, score in scores))
    after = stat(player.goal(before.goalID))
    assert tuple(after.values()) == expected
    if scores:
        assert imported["goalInfo"] == [
            {"goalID": before.goalID, "old": stat(before), "new": after}
        ]
    else:
        assert imported["goalInfo"] == []

    # Whoever subscribes afterwards sees the same.
    player.execute("DELETE FROM goal_subscriptions")
    assert stat(player.follow(charts, data, **criteria)) == after


@pytest.mark.parametrize("many_charts", [0, 50])
def test_only_goals_on_the_played_charts_are_looked_at(
    player: Follower, folder: str, many_charts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(goal_rows, "MANY_CHARTS", many_charts)
    player.play((1, "ADV", 9_100_000, "CLEAR"))
    elsewhere = player.folder("elsewhere", [player.chart(1, "ADV"), player.chart(2, "NOV")])
    goals = [
        player.follow("single", player.chart(1, "ADV"), **SCORE),
        player.follow("multi", [player.chart(1, "ADV"), player.chart(1, "NOV")], **SCORE),
        player.follow("folder", elsewhere, **SCORE),
    ]
    touched = player.follow("folder", folder, **SCORE)
    # So that each would change if it were looked at.
    player.execute("UPDATE goal_subscriptions SET progress = 1")
    imported = player.play((2, "ADV", 9_300_000, "CLEAR"))
    assert [entry["goalID"] for entry in imported["goalInfo"]] == [touched.goalID]
    assert [player.goal(goal.goalID).progress for goal in goals] == [1, 1, 1]


def test_the_goals_of_other_users_are_left_alone(player: Follower, runtime: Runtime) -> None:
    other = Follower(runtime, "bob")
    theirs = other.follow("single", other.chart(1, "ADV"), **SCORE)
    player.follow("single", player.chart(1, "ADV"), **SCORE)
    player.play((1, "ADV", 9_100_000, "CLEAR"))
    assert stat(other.goal(theirs.goalID)) == stat(theirs)


def test_times_tell_when_a_goal_moved_and_when_it_was_achieved(player: Follower) -> None:
    goal_id = player.follow("single", player.chart(1, "ADV"), **SCORE).goalID

    def play(score: int) -> tuple[int | None, int | None]:
        player.clock.now += 1
        player.play((1, "ADV", score, "CLEAR"))
        row = player.goal(goal_id)
        return row.last_interaction, row.time_achieved

    row = player.goal(goal_id)
    assert (row.last_interaction, row.time_achieved) == (None, None)
    assert play(8_000_000) == (NOW + 1, None)
    assert play(7_000_000) == (NOW + 1, None), "no progress"
    assert play(9_000_000) == (NOW + 3, NOW + 3)
    assert play(9_500_000) == (NOW + 4, NOW + 3), "achieved before"


def test_a_goal_that_is_lost_and_reached_again_is_achieved_anew(player: Follower) -> None:
    chart = player.chart(1, "ADV")
    player.play((1, "ADV", 9_100_000, "CLEAR"))
    goal = player.follow("single", chart, **SCORE)
    assert goal.wasInstantlyAchieved
    assert goal.timeAchieved == NOW

    player.lose(chart)
    player.clock.now += 1
    player.re_evaluate(chart)
    row = player.goal(goal.goalID)
    assert row.progress_human == "NO DATA"
    assert (row.achieved, row.progress, row.time_achieved) == (False, None, None)
    assert row.last_interaction == NOW + 1
    assert row.was_instantly_achieved is False
    assert player.events(outbox.GOALS_ACHIEVED) == []

    player.clock.now += 1
    player.play((1, "ADV", 9_200_000, "CLEAR"))
    row = player.goal(goal.goalID)
    assert (row.achieved, row.time_achieved) == (True, NOW + 2)
    assert row.was_instantly_achieved is False
    assert len(player.events(outbox.GOALS_ACHIEVED)) == 1


def test_a_change_of_the_text_alone_is_stored_without_being_told(runtime: Runtime) -> None:
    player = Follower(runtime, game="iidx", playtype="SP")
    chart = player.chart(1, "ANOTHER")
    goal = player.follow("single", chart, key="lamp", value=5)
    player.play((1, "ANOTHER", 1000, "CLEAR", {"hitMeta": {"bp": 30}}))
    first = player.goal(goal.goalID)
    assert first.progress_human == "CLEAR (BP: 30)"
    player.clock.now += 1
    imported = player.play((1, "ANOTHER", 1001, "CLEAR", {"hitMeta": {"bp": 20}}))
    second = player.goal(goal.goalID)
    assert second.progress_human == "CLEAR (BP: 20)"
    assert second.last_interaction == first.last_interaction
    assert imported["goalInfo"] == []


def test_graphs_do_not_get_in_the_way_of_texts(runtime: Runtime) -> None:
    player = Follower(runtime, game="iidx", playtype="SP")
    goal = player.follow("single", player.chart(1, "ANOTHER"), key="lamp", value=5)
    optional = {"bp": 7, "gsmNormal": [22, 30, None], "gaugeHistory": [22, 30, None]}
    player.play((1, "ANOTHER", 1000, "CLEAR", {"optional": optional}))
    assert player.goal(goal.goalID).progress_human == "CLEAR (BP: 7)"


def test_a_goal_that_does_not_fit_its_game_is_skipped_and_logged(
    player: Follower, caplog: pytest.LogCaptureFixture
) -> None:
    chart = player.chart(1, "ADV")
    good = player.follow("single", chart, **SCORE)
    bad = [
        player.follow("single", chart, key="lamp", value=5),
        player.follow("single", chart, key="lamp", value=4),
    ]
    change = "UPDATE goals SET criteria = criteria || :new WHERE goal_id = :id"
    player.execute(change, new='{"key": "gone"}', id=bad[0].goalID)
    player.execute(change, new='{"value": 99}', id=bad[1].goalID)
    with caplog.at_level(logging.WARNING):
        imported = player.play((1, "ADV", 9_100_000, "CLEAR"))
    assert [entry["goalID"] for entry in imported["goalInfo"]] == [good.goalID]
    for goal in bad:
        assert f"goal {goal.goalID} cannot be evaluated" in caplog.text
        assert stat(player.goal(goal.goalID)) == stat(goal)


def test_a_goal_on_a_folder_that_lost_its_charts_is_never_achieved(
    player: Follower, folder: str
) -> None:
    goal = player.follow("folder", folder, **CLEAR, mode="proportion", countNum=0.5)
    player.play((1, "ADV", 9_100_000, "CLEAR"), (2, "ADV", 9_100_000, "CLEAR"))
    assert player.goal(goal.goalID).achieved
    player.execute(
        "DELETE FROM folder_charts WHERE folder_id = 'four' AND chart_id <> :chart",
        chart=player.chart(1, "ADV"),
    )
    player.play((1, "ADV", 9_200_000, "CLEAR"))
    row = player.goal(goal.goalID)
    assert (row.progress, row.out_of, row.achieved, row.time_achieved) == (1, 0, False, None)


def test_the_number_of_statements_depends_neither_on_goals_nor_on_charts(
    player: Follower, folder: str
) -> None:
    songs = [(song, difficulty) for song in (1, 2, 3, 4) for difficulty in ("NOV", "ADV", "EXH")]

    def statements(goals: int, scores: int, base: int) -> int:
        player.execute("DELETE FROM goal_subscriptions")
        player.execute("DELETE FROM quest_subscriptions")
        followed = [
            player.follow(kind, data, key="score", value=base + number)
            for number in range(goals)
            for kind, data in (
                ("folder", folder),
                ("multi", [player.chart(1, "ADV"), player.chart(3, "ADV")]),
                ("single", player.chart(1, "ADV")),
            )
        ]
        for number in range(goals):
            player.join(player.quest(f"quest {base} {number}", [each.goalID for each in followed]))
        seen: list[str] = []

        def note(*arguments: Any) -> None:
            seen.append(arguments[2])

        event.listen(player.runtime.engine, "before_cursor_execute", note)
        imported = player.play(
            *((*song, base + 9, "CLEAR") for song in songs[:scores] + songs[1:2])
        )
        event.remove(player.runtime.engine, "before_cursor_execute", note)
        assert len(imported["goalInfo"]) == goals * 3
        assert len(imported["questInfo"]) == goals
        return len(seen)

    # Loads the catalogue, and leaves something to be better than on every chart.
    player.play(*((*song, 7_000_000, "CLEAR") for song in songs))
    assert statements(1, 1, 8_000_000) == statements(8, 12, 9_000_000)


# --- news of goals -------------------------------------------------------------------------


def test_one_event_tells_of_all_goals_that_an_import_achieved(
    player: Follower, folder: str
) -> None:
    first = player.follow("single", player.chart(1, "ADV"), **SCORE)
    second = player.follow("folder", folder, **CLEAR)
    player.follow("single", player.chart(1, "ADV"), key="score", value=9_900_000)
    imported = player.play((1, "ADV", 9_100_000, "CLEAR"))
    (content,) = player.events(outbox.GOALS_ACHIEVED)
    entries = {entry["goalID"]: entry for entry in imported["goalInfo"]}
    assert len(entries) == 3
    assert content == {
        "userID": player.user_id,
        "game": "sdvx",
        "goals": [
            {**entries[goal_id], "playtype": "Single"}
            for goal_id in sorted((first.goalID, second.goalID))
        ],
    }


def test_what_was_achieved_before_is_no_news(player: Follower) -> None:
    player.follow("single", player.chart(1, "ADV"), **SCORE)
    player.play((1, "ADV", 9_100_000, "CLEAR"))
    player.play((1, "ADV", 9_200_000, "CLEAR"))
    player.play((2, "ADV", 9_200_000, "CLEAR"))
    assert len(player.events(outbox.GOALS_ACHIEVED)) == 1


def test_subscribing_to_what_is_achieved_is_no_news(player: Follower) -> None:
    player.play((1, "ADV", 9_100_000, "CLEAR"))
    goal = player.follow("single", player.chart(1, "ADV"), **SCORE)
    player.join(player.quest("quest", [goal.goalID]))
    assert player.events(outbox.GOALS_ACHIEVED) == []
    assert player.events(outbox.QUEST_ACHIEVED) == []


def test_a_failed_import_makes_no_news(player: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError

    goal = player.follow("single", player.chart(1, "ADV"), **SCORE)
    with monkeypatch.context() as patch:
        patch.setattr(document, "store", fail)
        with pytest.raises(AssertionError):
            player.play((1, "ADV", 9_100_000, "CLEAR"))
    assert player.query("SELECT * FROM outbox_events") == []
    assert stat(player.goal(goal.goalID)) == stat(goal)


# --- quests --------------------------------------------------------------------------------


@pytest.fixture
def steps(player: Follower) -> list[str]:
    """The goalIDs of three goals: a score on songs 1, 2 and 3."""
    goals = [player.follow("single", player.chart(song, "ADV"), **SCORE) for song in (1, 2, 3)]
    player.execute("DELETE FROM goal_subscriptions")
    return [goal.goalID for goal in goals]


def play_well(player: Follower, *songs: int) -> Any:
    player.clock.now += 1
    return player.play(
        *((song, "ADV", 9_000_000 + player.clock.now % 1000, "CLEAR") for song in songs)
    )


def test_a_quest_counts_its_achieved_goals(player: Follower, steps: list[str]) -> None:
    player.join(player.quest("quest", steps))

    imported = play_well(player, 1)
    assert imported["questInfo"] == [
        {
            "questID": "quest",
            "old": {"progress": 0, "achieved": False},
            "new": {"progress": 1, "achieved": False},
        }
    ]
    row = player.quest_row("quest")
    assert (row.progress, row.achieved, row.time_achieved) == (1, False, None)
    assert row.last_interaction == NOW + 1
    assert player.events(outbox.QUEST_ACHIEVED) == []

    imported = play_well(player, 2, 3)
    new = {"progress": 3, "achieved": True}
    (entry,) = imported["questInfo"]
    assert entry == {"questID": "quest", "old": {"progress": 1, "achieved": False}, "new": new}
    row = player.quest_row("quest")
    assert (row.progress, row.achieved) == (3, True)
    assert (row.time_achieved, row.last_interaction) == (NOW + 2, NOW + 2)
    assert player.events(outbox.QUEST_ACHIEVED) == [
        {"userID": player.user_id, "game": "sdvx", "playtype": "Single", **entry}
    ]

    imported = play_well(player, 1)
    assert len(imported["goalInfo"]) == 1
    assert imported["questInfo"] == []
    assert player.quest_row("quest").last_interaction == NOW + 2


def test_a_quest_that_is_lost_loses_its_time_and_can_be_achieved_again(
    player: Follower, steps: list[str]
) -> None:
    player.join(player.quest("quest", steps[:1]))
    play_well(player, 1)
    player.lose(player.chart(1, "ADV"))
    player.re_evaluate(player.chart(1, "ADV"))
    row = player.quest_row("quest")
    assert (row.progress, row.achieved, row.time_achieved) == (0, False, None)
    play_well(player, 1)
    assert player.quest_row("quest").time_achieved == player.clock.now
    assert len(player.events(outbox.QUEST_ACHIEVED)) == 2


def test_quests_that_share_a_goal_move_together(player: Follower, steps: list[str]) -> None:
    for name, goals in (("a", steps[:2]), ("b", steps[1:]), ("c", steps[:1])):
        player.join(player.quest(name, goals))
    imported = play_well(player, 2)
    assert [entry["questID"] for entry in imported["questInfo"]] == ["a", "b"]


def test_a_goal_that_a_quest_names_twice_counts_once(player: Follower, steps: list[str]) -> None:
    player.join(player.quest("quest", [steps[0], steps[1], steps[0]]))
    play_well(player, 1)
    assert player.quest_row("quest").progress == 1
    play_well(player, 2)
    row = player.quest_row("quest")
    assert (row.progress, row.achieved) == (2, True)


def test_a_quest_whose_goals_are_missing_is_skipped_and_logged(
    player: Follower, steps: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("broken", "whole"):
        player.join(player.quest(name, steps[:2]))
    player.execute(
        "UPDATE quests SET quest_data = jsonb_set(quest_data, '{1,goals,0,goalID}', '\"Gone\"')"
        " WHERE quest_id = 'broken'"
    )
    imported = play_well(player, 1)
    assert [entry["questID"] for entry in imported["questInfo"]] == ["whole"]
    assert "quest broken names goals that cannot be followed: ['Gone']" in caplog.text
    assert player.quest_row("broken").progress == 0


def test_a_missing_subscription_to_a_goal_of_a_quest_is_mended(
    player: Follower, steps: list[str]
) -> None:
    player.join(player.quest("quest", steps))
    play_well(player, 2)
    player.execute("DELETE FROM goal_subscriptions WHERE goal_id = :goal_id", goal_id=steps[1])
    imported = play_well(player, 1)
    assert imported["questInfo"][0]["new"] == {"progress": 2, "achieved": False}
    mended = player.goal(steps[1])
    assert mended.achieved
    assert mended.was_assigned_standalone is False
    assert [len(content["goals"]) for content in player.events(outbox.GOALS_ACHIEVED)] == [1, 1]


def test_a_quest_that_is_gone_is_no_obstacle(player: Follower, steps: list[str]) -> None:
    player.join(player.quest("quest", steps))
    player.execute("DELETE FROM quests WHERE quest_id = 'quest'")
    imported = play_well(player, 1)
    assert len(imported["goalInfo"]) == 1
    assert imported["questInfo"] == []
