from __future__ import annotations

from typing import Any

import pytest

from common.catalogue.documents import Chart
from common.games.model import ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate
from common.targets.evaluate import (
    Best,
    GoalStanding,
    QuestStanding,
    chart_ids_of,
    evaluate,
    evaluate_quest,
    goal_ids_of,
)
from common.targets.target_documents import GoalCharts, GoalCriteria
from tests.common.games.charts import chart_of

SDVX = gpt_by_id("sdvx:Single")
CHART: Chart = chart_of(SDVX, {"inGameID": 1})
FOLDER = ["a", "b", "c", "d"]


def best(score: int, lamp: str = "CLEAR", time: float | None = None) -> Best:
    played = ScoreData({"score": score, "lamp": lamp})
    return Best(hydrate(SDVX, CHART, played, None, 0).score_data, time)


def criteria(**fields: Any) -> GoalCriteria:
    return GoalCriteria(**{"mode": "single", "key": "score", "value": 9_800_000, **fields})


# --- on one chart --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "standing"),
    [
        ("score", 9_800_000, GoalStanding(9_755_555, "9,755,555", 9_800_000, "9,800,000", False)),
        ("score", 9_755_555, GoalStanding(9_755_555, "9,755,555", 9_755_555, "9,755,555", True)),
        ("lamp", 1, GoalStanding(1, "CLEAR", 1, "CLEAR", True)),
        ("lamp", 4, GoalStanding(1, "CLEAR", 4, "ULTIMATE CHAIN", False)),
        ("grade", 9, GoalStanding(7, "(AAA+)-44K", 9, "S", False)),
    ],
)
def test_a_goal_is_achieved_when_its_value_is_reached(
    key: str, value: float, standing: GoalStanding
) -> None:
    goal = criteria(key=key, value=value)

    assert evaluate(SDVX, goal, ["a"], {"a": best(9_755_555), "z": best(10_000_000)}) == standing


def test_without_a_play_there_is_no_progress() -> None:
    standing = evaluate(SDVX, criteria(), ["a"], {"z": best(9_900_000)})

    assert standing == GoalStanding(None, "NO DATA", 9_800_000, "9,800,000", False)


def test_an_index_may_come_as_a_float() -> None:
    standing = evaluate(SDVX, criteria(key="grade", value=9.0), ["a"], {"a": best(9_755_555)})

    assert (standing.outOf, standing.outOfHuman) == (9, "S")


def test_of_several_charts_the_best_value_counts() -> None:
    bests = {"a": best(9_810_000), "b": best(9_850_000), "c": best(9_700_000)}

    standing = evaluate(SDVX, criteria(), FOLDER, bests)

    assert (standing.progress, standing.achieved) == (9_850_000, True)


def test_of_equal_values_the_earliest_counts() -> None:
    bests = {
        "a": best(9_850_000, time=None),
        "b": best(9_860_000, time=20),
        "c": best(9_870_000, time=10),
    }

    standing = evaluate(SDVX, criteria(key="grade", value=9), FOLDER, bests)

    assert standing.progressHuman == "S-30K"


@pytest.mark.parametrize(("key", "value"), [("bogus", 1), ("lamp", 99)])
def test_a_goal_that_no_longer_fits_the_game_is_an_error(key: str, value: int) -> None:
    with pytest.raises((LookupError, ValueError)):
        evaluate(SDVX, criteria(key=key, value=value), ["a"], {"a": best(5)})


# --- on many charts ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "count", "needed", "achieved"),
    [
        ("absolute", 2, 2, True),
        ("absolute", 3, 3, False),
        ("proportion", 0.5, 2, True),
        ("proportion", 0.74, 2, True),
        ("proportion", 0.75, 3, False),
        ("proportion", 1, 4, False),
    ],
)
def test_charts_that_reach_the_value_are_counted(
    mode: str, count: float, needed: int, achieved: bool
) -> None:
    bests = {"a": best(9_800_000), "b": best(9_799_999), "c": best(9_999_999), "z": best(9_900_000)}

    standing = evaluate(SDVX, criteria(mode=mode, countNum=count), FOLDER, bests)

    assert standing == GoalStanding(2, "2", needed, str(needed), achieved)


@pytest.mark.parametrize("mode", ["absolute", "proportion"])
def test_nothing_is_achieved_where_there_are_no_charts(mode: str) -> None:
    standing = evaluate(SDVX, criteria(mode=mode, countNum=1), [], {"a": best(10_000_000)})

    assert not standing.achieved


def test_a_goal_on_many_charts_without_a_count_is_an_error() -> None:
    with pytest.raises(ValueError, match="on how many charts"):
        evaluate(SDVX, criteria(mode="absolute"), FOLDER, {})


# --- the charts of a goal ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charts", "ids"),
    [
        (GoalCharts("single", "a"), ["a"]),
        (GoalCharts("multi", ["b", "a"]), ["b", "a"]),
        (GoalCharts("folder", "F"), FOLDER),
        (GoalCharts("folder", "gone"), []),
    ],
)
def test_a_goal_is_about_its_charts_or_those_of_its_folder(
    charts: GoalCharts, ids: list[str]
) -> None:
    assert list(chart_ids_of(charts, {"F": FOLDER, "a": ["x"]})) == ids


# --- quests --------------------------------------------------------------------------------

QUEST = [
    {"title": "First", "goals": [{"goalID": "g1"}, {"goalID": "g2", "note": "hard"}]},
    {"title": "Then", "goals": [{"goalID": "g3"}, {"goalID": "g1"}]},
]


def test_a_goal_that_a_quest_names_twice_is_one_goal() -> None:
    assert goal_ids_of(QUEST) == ["g1", "g2", "g3"]


@pytest.mark.parametrize(
    ("achieved", "standing"),
    [
        (set(), QuestStanding(0, 3, False)),
        ({"g1", "other"}, QuestStanding(1, 3, False)),
        ({"g1", "g2", "g3"}, QuestStanding(3, 3, True)),
    ],
)
def test_a_quest_is_achieved_with_all_its_goals(
    achieved: set[str], standing: QuestStanding
) -> None:
    assert evaluate_quest(goal_ids_of(QUEST), achieved) == standing


def test_a_quest_without_goals_is_never_achieved() -> None:
    assert not evaluate_quest([], {"g1"}).achieved
