"""What is stored of a user follows the catalogue: seeds are loaded, and the jobs of it run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import event

from common.jobs.accepting import NewJob, accept
from common.jobs.arguments import Recalculation
from common.jobs.job_tables import JobState
from common.text.canonical import new_job_id
from tests.seeds.catalogue import Catalogue
from tests.support.follower import NOW, Follower
from tests.support.importer import Importer
from tests.support.stack import batch_manual
from worker.runtime import Runtime

# All that is stored of a user and may follow the catalogue, in an order of its own.
STORED = {
    "scores": "chart_id, time_achieved",
    "personal_bests": "chart_id",
    "sessions": "time_started",
    "user_game_stats": "game, playtype",
    "goal_subscriptions": "goal_id",
    "quest_subscriptions": "quest_id",
    "class_achievements": "id",
    "outbox_events": "id",
}
# What of it is the same for all who played the same.
SHARED = {
    "scores": "chart_id, song_id, is_primary, score_data, calculated_data",
    "personal_bests": "chart_id, song_id, is_primary, score_data, calculated_data, ranking_values",
    "sessions": "time_started, time_ended, calculated_data",
    "user_game_stats": "game, playtype, ratings, classes",
}


@pytest.fixture
def catalogue(runtime: Runtime, tmp_path: Path) -> Catalogue:
    return Catalogue(runtime.engine, tmp_path / "seeds")


@pytest.fixture
def player(runtime: Runtime) -> Follower:
    return Follower(runtime)


@pytest.fixture
def beatmania_player(runtime: Runtime) -> Follower:
    return Follower(runtime, "bea", "iidx", "SP")


def settle(importer: Importer) -> list[str]:
    """Runs the user's queued jobs; their kinds."""
    kinds = []
    while queued := importer.query(
        "SELECT job_id, kind FROM jobs WHERE user_id = :user AND state = 'queued'"
        " ORDER BY sequence",
        user=importer.user_id,
    ):
        assert importer.run(queued[0].job_id).state == JobState.COMPLETED
        kinds.append(queued[0].kind)
    return kinds


def rows(importer: Importer, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    found = importer.query(
        f"SELECT {columns} FROM {table} WHERE user_id = :user ORDER BY {STORED[table]}",
        user=importer.user_id,
    )
    return [tuple(row) for row in found]


def everything(importer: Importer) -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows(importer, table) for table in STORED}


def shared(importer: Importer) -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows(importer, table, columns) for table, columns in SHARED.items()}


def recalculate(importer: Importer, concerned: Recalculation) -> str:
    """Accepts such a job."""
    job = NewJob(
        importer.user_id,
        new_job_id(),
        concerned,
    )
    with importer.runtime.engine.begin() as connection:
        accept(connection, job)
    return job.job_id


def rating(importer: Importer, name: str) -> float | None:
    ((ratings,),) = rows(importer, "user_game_stats", "ratings")
    value: float | None = ratings[name]
    return value


# --- scores and what follows from them ---------------------------------------------------

Change = Callable[[dict[str, Any]], None]


def harder(chart: dict[str, Any]) -> None:
    chart |= {"level": "17", "levelNum": 17}


def longer(chart: dict[str, Any]) -> None:
    chart["data"]["notecount"] += 200


def twelve_plays(game: str, playtype: str, difficulty: str, best: int) -> dict[str, Any]:
    """Enough for a session's rating."""
    document = batch_manual(12, game=game, playtype=playtype)
    for number, score in enumerate(document["scores"]):
        score |= {"score": best - 10 * number, "difficulty": difficulty}
    return document


@pytest.mark.parametrize(
    ("game", "playtype", "difficulty", "best", "change", "changed"),
    [
        pytest.param(
            "sdvx",
            "Single",
            "ADV",
            9_700_000,
            harder,
            {"scores", "personal_bests", "sessions", "user_game_stats"},
            id="another level: ratings",
        ),
        pytest.param(
            "iidx",
            "SP",
            "ANOTHER",
            2_300,
            longer,
            {"scores", "personal_bests", "sessions"},
            id="another number of notes: percent, grade and BPI",
        ),
    ],
)
def test_a_changed_chart_leaves_what_an_import_after_the_change_would_have_made(
    runtime: Runtime,
    catalogue: Catalogue,
    game: str,
    playtype: str,
    difficulty: str,
    best: int,
    change: Change,
    changed: set[str],
) -> None:
    plays = twelve_plays(game, playtype, difficulty, best)
    alice = Importer(runtime, "alice")
    alice.imported(plays)
    before = shared(alice)
    change(catalogue.chart(game, 1, difficulty, playtype))
    catalogue.load()
    assert settle(alice) == ["recalculation"]

    bob = Importer(runtime, "bob")
    bob.imported(plays)
    after = shared(alice)
    assert after == shared(bob)
    assert {table for table in SHARED if after[table] != before[table]} == changed


def test_a_profile_loses_a_superseded_chart_and_gets_it_back(
    beatmania_player: Follower, catalogue: Catalogue
) -> None:
    new = catalogue.chart("iidx", 3, "ANOTHER", "SP")
    [old] = (each for each in catalogue.documents["charts-iidx"] if not each["isPrimary"])
    beatmania_player.play((3, "ANOTHER", 2_000, "HARD CLEAR"))
    rated = rating(beatmania_player, "ktLampRating")
    assert rated is not None

    for new["isPrimary"], old["isPrimary"], expected in ((False, True, None), (True, False, rated)):
        catalogue.load()
        settle(beatmania_player)
        assert rating(beatmania_player, "ktLampRating") == expected


def test_a_retired_chart_keeps_its_scores_and_does_not_count_for_the_profile(
    beatmania_player: Follower, catalogue: Catalogue
) -> None:
    beatmania_player.play((7, "ANOTHER", 1_000, "HARD CLEAR"))
    catalogue.drop("charts-iidx", songID=7)
    catalogue.drop("songs-iidx", id=7)
    catalogue.load(retire=True)
    assert settle(beatmania_player) == ["recalculation"]
    assert rows(beatmania_player, "personal_bests", "is_primary") == [(False,)]
    assert rating(beatmania_player, "ktLampRating") is None


def test_a_score_that_its_chart_does_not_allow_any_more_stays_as_it_is(
    beatmania_player: Follower, catalogue: Catalogue, caplog: pytest.LogCaptureFixture
) -> None:
    beatmania_player.play((1, "HYPER", 1_500, "CLEAR"), (1, "HYPER", 900, "CLEAR"))
    too_good, fitting = sorted(
        rows(beatmania_player, "scores", "score_data"), key=lambda row: -row[0]["score"]
    )
    catalogue.chart("iidx", 1, "HYPER", "SP")["data"]["notecount"] = 500
    catalogue.load()
    with caplog.at_level(logging.WARNING):
        settle(beatmania_player)
    after = rows(beatmania_player, "scores", "score_data")
    assert too_good in after
    assert fitting not in after
    assert [record.message.count("kept as it is") for record in caplog.records] == [1]


def test_a_chart_that_is_gone_is_passed_over(
    player: Follower, caplog: pytest.LogCaptureFixture
) -> None:
    player.play((1, "ADV", 9_000_000, "CLEAR"))
    before = everything(player)
    concerned = Recalculation({"sdvx": ["gone", player.chart(1, "ADV")]})
    outcome = player.run(recalculate(player, concerned))
    assert outcome.state == JobState.COMPLETED
    assert "sdvx has no such charts any more: ['gone']" in caplog.text
    assert everything(player) == before


def test_a_class_that_a_changed_chart_brings_about_is_no_achievement(
    player: Follower, catalogue: Catalogue
) -> None:
    charts = [each for each in catalogue.documents["charts-sdvx"] if each["levelNum"] < 12]
    player.play(*((each["songID"], each["difficulty"], 9_990_000, "CLEAR") for each in charts))
    before = everything(player)
    classes = rows(player, "user_game_stats", "classes")
    for chart in charts:
        harder(chart)
    catalogue.load()
    settle(player)
    after = everything(player)
    assert (classes, rows(player, "user_game_stats", "classes")) == (
        [({"vfClass": "SIENNA_I"},)],
        [({"vfClass": "SIENNA_II"},)],
    )
    for table in ("class_achievements", "outbox_events"):
        assert after[table] == before[table]


def test_the_number_of_statements_does_not_depend_on_the_number_of_scores(
    player: Follower,
) -> None:
    def statements() -> int:
        job_id = recalculate(player, Recalculation({"sdvx": [player.chart(1, "ADV")]}))
        # Everything stored is out of date, as far as the job can see.
        player.execute("UPDATE scores SET calculated_data = '{}'")
        seen = []

        def note(*arguments: Any) -> None:
            seen.append(arguments[2])

        event.listen(player.runtime.engine, "before_cursor_execute", note)
        try:
            assert player.run(job_id).state == JobState.COMPLETED
        finally:
            event.remove(player.runtime.engine, "before_cursor_execute", note)
        return len(seen)

    player.imported(batch_manual(2))
    few = statements()
    player.imported(batch_manual(500, first=2))
    assert statements() == few


# --- goals on folders --------------------------------------------------------------------


def folder(catalogue: Catalogue, title: str) -> str:
    [found] = (
        each["folderID"]
        for each in catalogue.documents["folders"]
        if (each["game"], each["title"]) == ("sdvx", title)
    )
    return str(found)


def test_goals_on_folders_follow_a_chart_that_moves_between_them(
    player: Follower, catalogue: Catalogue
) -> None:
    two_clears = {"mode": "absolute", "countNum": 2, "key": "lamp", "value": 1}
    goals = [
        player.follow("folder", folder(catalogue, title), standalone=True, **criteria)
        for title, criteria in (
            ("Level 17 to 19", two_clears),
            ("Level 20", {"key": "score", "value": 9_000_000}),
        )
    ]
    player.play((5, "VVD", 9_000_000, "CLEAR"), (1, "MXM", 9_000_000, "CLEAR"))
    player.clock.now += 1_000

    def stored() -> list[tuple[bool, int | None]]:
        found = (player.goal(goal.goalID) for goal in goals)
        return [(goal.achieved, goal.time_achieved) for goal in found]

    assert stored() == [(True, NOW), (False, None)]
    catalogue.chart("sdvx", 5, "VVD").update(level="20", levelNum=20)
    catalogue.load()
    settle(player)
    # What the catalogue took away keeps its time, should it come back.
    assert stored() == [(False, NOW), (True, NOW + 1_000)]


def test_a_goal_on_a_folder_that_lost_all_its_charts_is_lost(
    player: Follower, catalogue: Catalogue
) -> None:
    goal = player.follow(
        "folder", folder(catalogue, "Level 11"), standalone=True, key="lamp", value=1
    )
    player.play((1, "ADV", 9_000_000, "CLEAR"))
    assert player.goal(goal.goalID).achieved
    for chart in catalogue.documents["charts-sdvx"]:
        if chart["level"] == "11":
            harder(chart)
    catalogue.load()
    settle(player)
    after = player.goal(goal.goalID)
    assert (after.progress, after.progress_human, after.achieved) == (None, "NO DATA", False)


# --- quests ------------------------------------------------------------------------------

SCORE_GOAL = "G9b526010b0a74842b2868f93ea2d3fdf7af2d8d3030ba6d8c773b07be8a8d06e"
LAMP_GOAL = "Gf79d1a335df54482d2e71c466bc0998ae2b16aa56879a5ba124c05b2ff50b39e"
FOLDER_GOAL = "G92ef46322e256fda9051f7a9210c98668bff6721ed935aa9b2c664b5d1b37930"


def make_quest(catalogue: Catalogue, *goal_ids: str, twin: bool = False) -> str:
    """Gives the quest of sdvx these goals, or a new one beside it; its questID."""
    quests = catalogue.documents["quests"]
    quest = next(each for each in quests if each["game"] == "sdvx")
    if twin:
        quest = quest | {"questID": "twin"}
        quests.append(quest)
    quest["questData"] = [{"title": "all", "goals": [{"goalID": each} for each in goal_ids]}]
    return str(quest["questID"])


def test_goals_that_a_quest_gains_are_followed_and_those_achieved_keep_their_time(
    player: Follower, catalogue: Catalogue
) -> None:
    quest = make_quest(catalogue, SCORE_GOAL)
    catalogue.load()
    player.join(quest)
    player.play((5, "VVD", 9_600_000, "CLEAR"))
    assert player.quest_row(quest).achieved
    player.clock.now += 1_000

    make_quest(catalogue, SCORE_GOAL, LAMP_GOAL)
    catalogue.load()
    assert settle(player) == ["recalculation"]

    assert player.goal_ids() == {SCORE_GOAL, LAMP_GOAL}
    assert player.goal(SCORE_GOAL).time_achieved == NOW
    assert not player.goal(LAMP_GOAL).was_assigned_standalone
    after = player.quest_row(quest)
    assert (after.progress, after.achieved, after.time_achieved) == (1, False, NOW)


def test_a_quest_that_only_lost_goals_stays_achieved_since_when_it_was(
    player: Follower, catalogue: Catalogue
) -> None:
    quest = make_quest(catalogue, SCORE_GOAL, LAMP_GOAL)
    catalogue.load()
    player.join(quest)
    player.play((5, "VVD", 9_600_000, "CLEAR"), (6, "ULT", 9_000_000, "CLEAR"))
    player.clock.now += 1_000

    make_quest(catalogue, LAMP_GOAL)
    catalogue.load()
    settle(player)

    after = player.quest_row(quest)
    assert (after.progress, after.achieved, after.time_achieved) == (1, True, NOW)


def test_a_quest_is_achieved_by_losing_the_goals_that_were_left_and_nobody_is_told(
    player: Follower, catalogue: Catalogue
) -> None:
    quest = make_quest(catalogue, SCORE_GOAL, LAMP_GOAL)
    catalogue.load()
    player.join(quest)
    player.play((5, "VVD", 9_600_000, "CLEAR"))
    told = rows(player, "outbox_events")
    player.clock.now += 1_000

    make_quest(catalogue, SCORE_GOAL)
    catalogue.load()
    settle(player)

    after = player.quest_row(quest)
    assert (after.achieved, after.time_achieved) == (True, NOW + 1_000)
    assert rows(player, "outbox_events") == told


@pytest.mark.parametrize(
    ("reason", "left"),
    [
        pytest.param("standalone", {SCORE_GOAL, LAMP_GOAL}, id="chosen for itself"),
        pytest.param("twin", {SCORE_GOAL, LAMP_GOAL}, id="another quest of the user holds it"),
        pytest.param(
            "none", {SCORE_GOAL}, id="only a quest that the user does not follow holds it"
        ),
    ],
)
def test_a_goal_that_a_quest_loses_is_followed_as_long_as_there_is_a_reason(
    player: Follower, catalogue: Catalogue, reason: str, left: set[str]
) -> None:
    quest = make_quest(catalogue, SCORE_GOAL, LAMP_GOAL)
    twin = make_quest(catalogue, LAMP_GOAL, twin=True)
    catalogue.load()
    player.join(quest)
    if reason == "standalone":
        player.follow("single", player.chart(6, "ULT"), standalone=True, key="lamp", value=1)
    if reason == "twin":
        player.join(twin)

    make_quest(catalogue, SCORE_GOAL)
    catalogue.load()
    settle(player)

    assert player.goal_ids() == left


# --- orphans -----------------------------------------------------------------------------


def test_orphans_become_scores_once_a_load_brings_their_chart(
    player: Follower, catalogue: Catalogue
) -> None:
    difficulty = {"difficulty": "ULT"}
    missing = batch_manual(3)
    for score in missing["scores"]:
        score |= difficulty
    assert len(player.imported(missing)["errors"]) == 3
    elsewhere = batch_manual(1, song="4242", game="iidx", playtype="SP")
    elsewhere["scores"][0] |= {"difficulty": "ANOTHER", "score": 1_000}
    player.imported(elsewhere)

    chart = catalogue.chart("sdvx", 1, "ADV")
    catalogue.documents["charts-sdvx"].append(chart | {"chartID": "new", **difficulty})
    catalogue.load()

    assert settle(player) == ["orphans"]
    assert {row[0] for row in rows(player, "scores", "chart_id")} == {"new"}
    assert [row.game for row in player.query("SELECT game FROM orphan_scores")] == ["iidx"]
    ((result,),) = player.query("SELECT result FROM jobs WHERE kind = 'orphans'")
    assert result["body"] == {"processed": 3, "failed": 0, "success": 3, "removed": 0}


# --- again -------------------------------------------------------------------------------


def test_running_a_recalculation_again_changes_nothing(
    player: Follower, catalogue: Catalogue
) -> None:
    quest = make_quest(catalogue, SCORE_GOAL, LAMP_GOAL)
    catalogue.load()
    player.join(quest)
    player.imported(twelve_plays("sdvx", "Single", "ADV", 9_700_000))
    player.play((5, "VVD", 9_600_000, "CLEAR"))
    level_17 = folder(catalogue, "Level 17 to 19")
    player.follow("folder", level_17, standalone=True, key="score", value=9_900_000)
    harder(catalogue.chart("sdvx", 1, "ADV"))
    make_quest(catalogue, SCORE_GOAL, FOLDER_GOAL)
    before = everything(player)
    catalogue.load()
    assert settle(player) == ["recalculation"]
    after = everything(player)
    assert after != before

    ((arguments,),) = player.query("SELECT arguments FROM jobs WHERE kind = 'recalculation'")
    concerned = msgspec.convert(arguments, Recalculation)
    assert concerned == Recalculation(
        {"sdvx": [player.chart(1, "ADV")]}, {"sdvx": [level_17]}, [quest]
    )
    player.clock.now += 1_000
    recalculate(player, concerned)
    settle(player)
    assert everything(player) == after
