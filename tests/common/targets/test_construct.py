from __future__ import annotations

from typing import Any

import pytest

from common.catalogue.documents import Song
from common.games.model import GPT
from common.games.registry import gpt_by_id
from common.targets.construct import GoalFolder, InvalidGoal, construct
from common.targets.target_documents import Goal, GoalCharts, GoalCriteria
from common.text.canonical import goal_id
from tests.common.games.charts import chart_of

SDVX, IIDX = gpt_by_id("sdvx:Single"), gpt_by_id("iidx:SP")

IIDX_DATA = {
    "notecount": 1000,
    "inGameID": 1,
    "hashSHA256": None,
    "2dxtraSet": None,
    "kaidenAverage": None,
    "worldRecord": None,
    "bpiCoefficient": None,
}

SONGS = {n: Song(n, title, "", [], [], None) for n, title in enumerate("ABC", start=1)}
CHARTS = {
    title.lower(): chart_of(SDVX, {"inGameID": n}, chartID=title.lower(), songID=n)
    for n, title in enumerate("ABC", start=1)
}
IIDX_CHARTS = {
    "sp": chart_of(IIDX, IIDX_DATA, chartID="sp"),
    "sp2": chart_of(IIDX, IIDX_DATA, chartID="sp2", songID=2),
    "dp": chart_of(gpt_by_id("iidx:DP"), IIDX_DATA, chartID="dp"),
}
FOLDERS = {"four": GoalFolder("Level 18", 4), "empty": GoalFolder("Nothing", 0)}


def goal(type: str, data: Any, gpt: GPT = SDVX, **criteria: Any) -> Goal:
    return construct(
        gpt,
        GoalCharts(type, data),
        GoalCriteria(**{"mode": "single", "key": "lamp", "value": 1, **criteria}),
        charts=CHARTS if gpt is SDVX else IIDX_CHARTS,
        songs=SONGS,
        folders=FOLDERS,
    )


def complaint(*args: Any, **criteria: Any) -> str:
    with pytest.raises(InvalidGoal) as refused:
        goal(*args, **criteria)
    assert refused.value.status == 400
    return refused.value.message


@pytest.mark.parametrize(
    ("type", "data", "criteria", "name"),
    [
        ("single", "a", {}, "CLEAR A (EXH 10)"),
        (
            "single",
            "b",
            {"key": "score", "value": 9_900_000},
            "Get a score of 9,900,000 on B (EXH 10)",
        ),
        ("multi", ["a", "b"], {}, "CLEAR either A (EXH 10) or B (EXH 10)"),
        ("multi", ["b", "a", "c"], {}, "CLEAR any one of B (EXH 10), A (EXH 10) or C (EXH 10)"),
        (
            "multi",
            ["a", "b", "c"],
            {"mode": "absolute", "countNum": 2},
            "CLEAR any 2 of A (EXH 10), B (EXH 10) or C (EXH 10)",
        ),
        (
            "multi",
            ["a", "b", "c"],
            {"mode": "absolute", "countNum": 3},
            "CLEAR A (EXH 10), B (EXH 10) and C (EXH 10)",
        ),
        ("folder", "four", {}, "CLEAR any chart in the Level 18 folder"),
        (
            "folder",
            "four",
            {"mode": "absolute", "countNum": 4},
            "CLEAR 4 charts in the Level 18 folder",
        ),
        (
            "folder",
            "four",
            {"mode": "proportion", "countNum": 0.75},
            "CLEAR 75% of the charts in the Level 18 folder",
        ),
        (
            "folder",
            "four",
            {"mode": "proportion", "countNum": 1 / 3},
            "CLEAR 33.33% of the charts in the Level 18 folder",
        ),
        (
            "folder",
            "four",
            {"mode": "proportion", "countNum": 0.29},
            "CLEAR 29.00% of the charts in the Level 18 folder",
        ),
    ],
)
def test_goals_are_called_by_what_is_to_be_done_where(
    type: str, data: Any, criteria: dict[str, Any], name: str
) -> None:
    assert goal(type, data, **criteria).name == name


def test_a_goal_is_identified_by_its_charts_and_criteria() -> None:
    made = goal("multi", ["b", "a"], mode="absolute", countNum=2)

    assert made.goalID == goal_id(
        "sdvx",
        "Single",
        {"type": "multi", "data": ["b", "a"]},
        {"mode": "absolute", "key": "lamp", "value": 1, "countNum": 2},
    )
    assert made.goalID != goal("multi", ["a", "b"], mode="absolute", countNum=2).goalID


def test_numbers_without_a_fraction_are_whole() -> None:
    made = goal("folder", "four", mode="absolute", value=1.0, countNum=2.0)

    assert (type(made.criteria.value), type(made.criteria.countNum)) == (int, int)
    assert made == goal("folder", "four", mode="absolute", value=1, countNum=2)


def test_a_count_means_nothing_for_a_single_chart() -> None:
    assert goal("single", "a", countNum=5) == goal("single", "a")


@pytest.mark.parametrize(
    ("type", "data", "text"),
    [
        ("single", "x", "A chart with id x does not exist for sdvx:Single."),
        ("folder", "x", "A folder with id x does not exist for sdvx:Single."),
        ("multi", [], "Invalid charts.data for 'multi' charts. Must specify atleast two charts."),
        (
            "multi",
            ["a"],
            "Invalid charts.data for 'multi' charts. Must specify atleast two charts.",
        ),
        (
            "multi",
            ["a", "x", "y"],
            "Expected charts.data to match 3 charts. Instead, it only matched 1. "
            "Are all of these chartIDs valid?",
        ),
        (
            "multi",
            ["a", "a"],
            "Expected charts.data to match 2 charts. Instead, it only matched 1. "
            "Are all of these chartIDs valid?",
        ),
        ("any", "a", "Invalid goal.charts.type of any."),
        ("single", ["a"], "Invalid goal.charts.type of single."),
    ],
)
def test_the_charts_must_exist(type: str, data: Any, text: str) -> None:
    assert complaint(type, data) == text


def test_charts_of_another_playtype_do_not_exist() -> None:
    assert complaint("single", "dp", IIDX) == "A chart with id dp does not exist for iidx:SP."


@pytest.mark.parametrize("count", [1, 2.5, 5, -1, None])
def test_an_absolute_goal_is_about_two_to_all_charts(count: float | None) -> None:
    given = {} if count is None else {"countNum": count}
    shown = "undefined" if count is None else f"{count:g}"

    assert complaint("folder", "four", mode="absolute", **given) == (
        "Invalid countNum for goal with criteria.mode of 'absolute'. Expected a whole number less "
        "than the total amount of charts available and greater than 1. "
        f"(Got {shown}, while total charts was 4.)"
    )


@pytest.mark.parametrize("count", [0, -0.5, 1.1, None])
def test_a_proportion_is_above_zero_and_at_most_one(count: float | None) -> None:
    given = {} if count is None else {"countNum": count}

    assert complaint("folder", "four", mode="proportion", **given) == (
        "Invalid countNum for goal with criteria.mode of 'proportion'. Expected a decimal in (0, 1]"
    )


@pytest.mark.parametrize(("folder", "charts"), [("four", 4), ("empty", 0)])
def test_a_proportion_asks_for_at_least_one_chart(folder: str, charts: int) -> None:
    assert complaint("folder", folder, mode="proportion", countNum=0.2) == (
        f"countNum (0.2) is too small for a goal with {charts} charts. "
        "Would result in requiring 0 charts to achieve the goal."
    )


@pytest.mark.parametrize("key", ["bogus", "exScore", "VF6"])
def test_goals_are_on_provided_and_derived_metrics(key: str) -> None:
    assert (
        complaint("single", "a", key=key) == f"Invalid criteria.key for SOUND VOLTEX (Got {key})."
    )


@pytest.mark.parametrize("value", [6, -1, 1.5])
def test_an_enum_goal_is_on_a_value_that_exists(value: float) -> None:
    assert complaint("single", "a", value=value) == (
        f"Invalid value of {value} for lamp goal. No such lamp exists at that index."
    )


def test_a_number_to_reach_must_be_possible() -> None:
    assert complaint("folder", "four", key="score", value=10_000_001) == (
        "Invalid value 10000001 for score, Expected a number between 0 and 10000000."
    )


def test_a_number_to_reach_must_be_possible_on_the_chart() -> None:
    assert goal("single", "sp", IIDX, key="score", value=2000).criteria.value == 2000
    assert complaint("single", "sp", IIDX, key="score", value=2001) == (
        "Invalid value 2001 for score, EX Score cannot be greater than 2000 for this chart."
    )


@pytest.mark.parametrize(("type", "data"), [("folder", "four"), ("multi", ["sp", "sp2"])])
def test_what_depends_on_the_chart_is_no_goal_on_several(type: str, data: Any) -> None:
    assert complaint(type, data, IIDX, key="score", value=5) == (
        "Creating score goals on multiple charts where the maximum value is relative to the chart "
        "is a terrible idea, and has been disabled."
    )


TERRIBLE = (
    "Creating {} goals on multiple charts where the maximum value is relative to the chart is a "
    "terrible idea, and has been disabled."
)
POSITIVE_INTEGER = "Invalid value {} for score, Expected a positive integer."


@pytest.mark.parametrize(
    ("game", "type", "key", "value", "refusal"),
    [
        ("arcaea:Touch", "folder", "score", 9_900_000, None),
        ("arcaea:Touch", "folder", "score", 10_000_000, TERRIBLE.format("score")),
        ("arcaea:Touch", "folder", "score", -1, TERRIBLE.format("score")),
        ("arcaea:Touch", "folder", "score", 0.5, POSITIVE_INTEGER.format("0.5")),
        ("arcaea:Touch", "single", "score", 10_001_000, None),
        ("arcaea:Touch", "single", "score", -1, POSITIVE_INTEGER.format("-1")),
        ("arcaea:Touch", "single", "score", 0.5, POSITIVE_INTEGER.format("0.5")),
        ("maimai:Single", "folder", "percent", 97.5, None),
        ("maimai:Single", "folder", "percent", 100, TERRIBLE.format("percent")),
        ("maimai:Single", "folder", "percent", -1, TERRIBLE.format("percent")),
    ],
)
def test_goals_on_several_charts_that_any_chart_allows(
    game: str, type: str, key: str, value: float, refusal: str | None
) -> None:
    gpt = gpt_by_id(game)
    data: dict[str, Any] = {"inGameStrID": "a"}
    data |= {"notecount": 1200} if game == "arcaea:Touch" else {"inGameID": 1, "maxPercent": 104}
    played = chart_of(gpt, data, chartID="it")

    def make() -> Goal:
        return construct(
            gpt,
            GoalCharts(type, "it" if type == "single" else "four"),
            GoalCriteria(mode="single", key=key, value=value),
            charts={"it": played},
            songs=SONGS,
            folders=FOLDERS,
        )

    if refusal is None:
        assert make().criteria.value == value
        return
    with pytest.raises(InvalidGoal) as refused:
        make()
    assert refused.value.message == refusal


def test_a_proportion_of_one_chart_is_refused() -> None:
    assert complaint("single", "a", mode="proportion", countNum=1) == (
        "Criteria Mode must be 'single' if Charts Type is 'single'."
    )


def test_a_proportion_of_a_few_charts_is_refused() -> None:
    assert complaint("multi", ["a", "b"], mode="proportion", countNum=0.5) == (
        "Criteria Mode must be 'single' or 'absolute' if Charts Type is 'multi'. Doesn't make "
        "sense to have proportional goals when you're capped at 10 charts."
    )


def test_what_is_wrong_with_the_charts_is_said_first() -> None:
    assert complaint("single", "x", mode="absolute", key="bogus").startswith("A chart with id x")
    assert complaint("single", "a", mode="absolute", key="bogus").startswith("Invalid countNum")
