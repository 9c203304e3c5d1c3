"""Charts that players have scores on, and what is subscribed to: a load looks after them."""

from __future__ import annotations

from typing import Any

import pytest

from common.seeds.violations import SeedsError
from tests.seeds.catalogue import (
    Catalogue,
    add_score,
    changes,
    subscribe_to_goal,
    subscribe_to_quest,
)


def stored_chart(catalogue: Catalogue, chart: dict[str, Any]) -> list[tuple[bool, list[str]]]:
    query = "SELECT is_primary, versions FROM charts WHERE chart_id = :chart"
    return catalogue.rows(query, chart=chart["chartID"])


def primary_flags(catalogue: Catalogue, table: str) -> dict[tuple[int, str], bool]:
    found = catalogue.rows(f"SELECT user_id, chart_id, is_primary FROM {table}")
    return {(user, chart): flag for user, chart, flag in found}


# --- charts that vanish ----------------------------------------------------------------


def test_a_vanished_chart_with_scores_is_refused_by_name(catalogue: Catalogue) -> None:
    [chart, unused] = catalogue.drop("charts-iidx", songID=7)
    add_score(catalogue.engine, 1, "iidx", chart)
    add_score(catalogue.engine, 2, "iidx", chart)
    before = catalogue.state()

    with pytest.raises(SeedsError) as refused:
        catalogue.load()

    [violation] = refused.value.violations
    assert violation.file == "charts-iidx.json"
    assert violation.key == chart["chartID"] != unused["chartID"]
    assert violation.rule == "vanished"
    assert "2 scores, 2 personal bests" in violation.detail
    assert catalogue.state() == before


def test_a_vanished_chart_with_a_goal_is_refused_by_name(catalogue: Catalogue) -> None:
    [goal] = catalogue.rows(
        "SELECT charts FROM goals WHERE charts->>'type' = 'multi' AND game = 'iidx'"
    )
    catalogue.drop("quests")
    catalogue.drop("questlines")
    catalogue.drop("goals")
    for chart in goal["data"]:
        catalogue.drop("charts-iidx", chartID=chart)

    with pytest.raises(SeedsError) as refused:
        catalogue.load()

    assert {each.key for each in refused.value.violations} == set(goal["data"])
    assert "still has 1 goal;" in refused.value.violations[0].detail


def test_a_needed_chart_is_retired_on_request_and_its_song_kept(catalogue: Catalogue) -> None:
    song = catalogue.drop("songs-iidx", id=7)[0]
    [needed, unused] = catalogue.drop("charts-iidx", songID=7)
    add_score(catalogue.engine, 1, "iidx", needed)

    summary = catalogue.load(retire=True)

    assert changes(summary) == {"charts-iidx": (0, 0, 1, 1)}
    assert summary.rerated == {"iidx": {needed["chartID"]}}
    assert stored_chart(catalogue, needed) == [(False, [])]
    assert stored_chart(catalogue, unused) == []
    assert song["title"] in catalogue.rows("SELECT title FROM songs WHERE game = 'iidx'")
    assert primary_flags(catalogue, "scores") == {(1, needed["chartID"]): False}
    assert primary_flags(catalogue, "personal_bests") == {(1, needed["chartID"]): False}


def test_a_retired_chart_is_no_reason_to_refuse_the_next_load(catalogue: Catalogue) -> None:
    needed = catalogue.drop("charts-iidx", songID=7)[0]
    catalogue.drop("songs-iidx", id=7)
    add_score(catalogue.engine, 1, "iidx", needed)
    catalogue.load(retire=True)
    catalogue.documents["songs-iidx"][0]["title"] = "Paper Lantern"
    catalogue.documents["charts-iidx"][0]["data"]["notecount"] += 1

    summary = catalogue.load()

    assert changes(summary) == {"songs-iidx": (0, 1, 0, 0), "charts-iidx": (0, 1, 0, 0)}
    assert stored_chart(catalogue, needed) == [(False, [])]


def test_a_retired_chart_stays_in_folders_that_do_not_ask_for_a_version(
    catalogue: Catalogue,
) -> None:
    [chart] = catalogue.drop("charts-sdvx", difficulty="VVD")
    catalogue.drop("quests")
    catalogue.drop("questlines")
    catalogue.documents["goals"] = [
        goal for goal in catalogue.documents["goals"] if goal["charts"]["data"] != chart["chartID"]
    ]

    catalogue.load(retire=True)

    assert catalogue.rows(
        "SELECT title FROM folders JOIN folder_charts USING (folder_id)"
        " WHERE chart_id = :chart ORDER BY title",
        chart=chart["chartID"],
    ) == ["Level 17 to 19", "The fourth difficulty"]


def test_a_retired_chart_that_comes_back_is_taken_up_again(catalogue: Catalogue) -> None:
    dropped = catalogue.drop("charts-iidx", songID=7)
    add_score(catalogue.engine, 1, "iidx", dropped[0])
    catalogue.load(retire=True)
    catalogue.documents["charts-iidx"] += dropped

    summary = catalogue.load()

    assert changes(summary) == {"charts-iidx": (1, 1, 0, 0)}
    assert stored_chart(catalogue, dropped[0]) == [(True, dropped[0]["versions"])]
    assert primary_flags(catalogue, "scores") == {(1, dropped[0]["chartID"]): True}


def test_a_song_whose_charts_are_not_in_the_folder_cannot_vanish(catalogue: Catalogue) -> None:
    catalogue.documents = {"songs-iidx": catalogue.documents["songs-iidx"][:-1]}

    with pytest.raises(SeedsError) as refused:
        catalogue.load()

    [violation] = refused.value.violations
    assert (violation.file, violation.key, violation.rule) == ("songs-iidx.json", "7", "vanished")


# --- scores say whether their chart is primary -----------------------------------------


def test_scores_and_personal_bests_follow_their_charts_both_ways(catalogue: Catalogue) -> None:
    new = catalogue.chart("iidx", 3, "ANOTHER", "SP")
    [old] = (each for each in catalogue.documents["charts-iidx"] if not each["isPrimary"])
    other = catalogue.chart("iidx", 1, "ANOTHER", "SP")
    for user in (1, 2):
        for chart in (new, old, other):
            add_score(catalogue.engine, user, "iidx", chart)

    for now_new in (False, True):
        new["isPrimary"], old["isPrimary"] = now_new, not now_new
        summary = catalogue.load()

        assert summary.rerated["iidx"] == {new["chartID"], old["chartID"]}
        for table in ("scores", "personal_bests"):
            assert primary_flags(catalogue, table) == {
                (user, chart["chartID"]): chart["isPrimary"]
                for user in (1, 2)
                for chart in (new, old, other)
            }


def test_scores_follow_a_chart_to_the_song_it_turns_out_to_be_of(catalogue: Catalogue) -> None:
    chart = catalogue.chart("sdvx", 6, "ULT")
    add_score(catalogue.engine, 1, "sdvx", chart)
    chart["songID"] = 5
    chart["data"]["inGameID"] = 9005

    catalogue.load()

    assert catalogue.rows("SELECT song_id FROM scores") == [5]
    assert catalogue.rows("SELECT song_id FROM personal_bests") == [5]


# --- subscriptions ---------------------------------------------------------------------


def goal_subscriptions(catalogue: Catalogue) -> set[tuple[int, str]]:
    return set(catalogue.rows("SELECT user_id, goal_id FROM goal_subscriptions"))


def test_a_removed_quest_ends_its_subscriptions(catalogue: Catalogue) -> None:
    [quest] = catalogue.drop("quests", game="iidx")
    catalogue.drop("questlines")
    other = catalogue.documents["quests"][0]["questID"]
    goals = [goal["goalID"] for each in quest["questData"] for goal in each["goals"]]
    for user in (1, 2):
        subscribe_to_quest(catalogue.engine, user, quest["questID"])
        subscribe_to_goal(catalogue.engine, user, goals[0], standalone=user == 2)
    subscribe_to_goal(catalogue.engine, 3, goals[0], standalone=False)
    subscribe_to_quest(catalogue.engine, 3, other)

    catalogue.load()

    assert catalogue.rows("SELECT user_id, quest_id FROM quest_subscriptions") == [(3, other)]
    # User 2 chose the goal; user 3 never had the quest.
    assert goal_subscriptions(catalogue) == {(2, goals[0]), (3, goals[0])}


def test_goals_of_a_removed_quest_stay_while_another_quest_has_them(catalogue: Catalogue) -> None:
    twin = catalogue.documents["quests"][0] | {"questID": "twin"}
    catalogue.documents["quests"].append(twin)
    catalogue.load()
    goal = twin["questData"][0]["goals"][0]["goalID"]
    subscribe_to_goal(catalogue.engine, 1, goal, standalone=False)
    for quest in ("twin", catalogue.documents["quests"][0]["questID"]):
        subscribe_to_quest(catalogue.engine, 1, quest)
    catalogue.drop("quests", questID="twin")

    catalogue.load()

    assert goal_subscriptions(catalogue) == {(1, goal)}


def test_a_removed_folder_ends_the_subscriptions_to_goals_on_it(catalogue: Catalogue) -> None:
    [goal] = (
        each for each in catalogue.documents["goals"] if each["criteria"]["mode"] == "proportion"
    )
    on_a_chart = catalogue.documents["goals"][0]["goalID"]
    subscribe_to_goal(catalogue.engine, 1, goal["goalID"], standalone=True)
    subscribe_to_goal(catalogue.engine, 1, on_a_chart, standalone=True)
    catalogue.drop("quests")
    catalogue.drop("questlines")
    catalogue.drop("goals", goalID=goal["goalID"])
    catalogue.drop("folders", folderID=goal["charts"]["data"])
    for table in catalogue.documents["tables"]:
        table["folders"] = [each for each in table["folders"] if each != goal["charts"]["data"]]

    catalogue.load()

    assert goal_subscriptions(catalogue) == {(1, on_a_chart)}
    assert goal["goalID"] in catalogue.rows("SELECT goal_id FROM goals")
