from __future__ import annotations

from typing import Any

import pytest

from common.catalogue.documents import Chart
from common.games.kit.goals import criteria_text, progress_text
from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate
from tests.common.games.charts import chart_of
from tests.common.games.plays import complaints, falling, pbs_with

MAIMAI = gpt_by_id("maimai:Single")


def chart(most: float = 100.45, level: float = 13) -> Chart:
    data = {"inGameID": 8, "inGameStrID": "garia", "maxPercent": most}
    return chart_of(MAIMAI, data, levelNum=level)


def score_of(percent: float, lamp: str = "CLEAR", **judgements: Any) -> ScoreData:
    return ScoreData({"percent": percent, "lamp": lamp}, judgements)


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        (0, "F"),
        (9.99, "F"),
        (79.999, "B"),
        (80, "A"),
        (96.99, "AAA"),
        (97, "S"),
        (99.5, "SS+"),
        (100, "SSS"),
        (100.44, "SSS"),
        (100.45, "SSS+"),
    ],
)
def test_the_best_grade_is_for_the_most_a_chart_gives(percent: float, expected: str) -> None:
    lamp = "ALL PERFECT+" if expected == "SSS+" else "CLEAR"

    stored = hydrate(MAIMAI, chart(), score_of(percent, lamp), None, 0).score_data

    assert stored["grade"] == expected


@pytest.mark.parametrize(
    ("percent", "most", "level", "expected"),
    [
        (100.45, 100.45, 13, 17),
        (100.44, 100.45, 13, 16.97),
        (100.2, 100.45, 13, 16.44),
        (100, 100.45, 13, 16),
        (99.99, 100.45, 13, 15.75),
        (99.5, 100.45, 13, 15.37),
        (99, 100.45, 13, 15),
        (98.99, 100.45, 13, 14.75),
        (98.5, 100.45, 13, 14.44),
        (97, 100.45, 13, 13.5),
        (96.99, 100.45, 13, 12.5),
        (95, 100.45, 13, 11.83),
        (90, 100.45, 13, 11),
        (80, 100.45, 13, 10),
        (60, 100.45, 13, 5.2),
        (50, 100.45, 13, 3.9),
        (20, 100.45, 13, 1.3),
        (15, 100.45, 13, 0.65),
        (10, 100.45, 13, 0),
        # Between two whole levels, and beyond the last.
        (97, 100.8, 12.7, 13.05),
        (98.5, 101.2, 12.7, 13.87),
        (100.6, 101.2, 12.7, 15.9),
        (95.5, 100.9, 7.8, 7.32),
        (100.1, 100.8, 15.5, 21.12),
        (97, 100.8, 15.5, 17.25),
        # On a bound the curve is not cut to two decimals.
        (96.99, 100.8, 7.3, 7.325),
        (98.99, 101, 6.3, 7.875),
        (99.99, 100.8, 7.3, 9.9),
        # The chart's most is 100%, which is the start of the last stretch as well.
        (100, 100, 13, 17),
    ],
)
def test_rates_agree_to_the_last_digit(
    percent: float, most: float, level: float, expected: float
) -> None:
    assert rate(MAIMAI, score_of(percent), chart(most, level)) == {"rate": expected}


@pytest.mark.parametrize(("most", "level"), [(104.01, 13), (100.45, -1)])
def test_charts_with_impossible_figures_are_not_rated(most: float, level: float) -> None:
    assert rate(MAIMAI, score_of(90), chart(most, level)) == {"rate": None}


@pytest.mark.parametrize(
    ("values", "session", "profile"),
    [
        ([], None, None),
        ([16] * 3, None, 1.6),
        (falling(16, 0.07, 9), None, 4.716),
        (falling(16, 0.07, 10), 15.685000000000002, 5.228333333333334),
        (falling(16, 0.07, 30), 15.685000000000002, 14.985000000000003),
        (falling(16, 0.07, 45), 15.685000000000002, 14.985000000000003),
    ],
)
def test_profiles_divide_by_thirty(
    values: list[float], session: float | None, profile: float | None
) -> None:
    assert session_ratings(MAIMAI, [{"rate": value} for value in values]) == {"rate": session}
    assert profile_ratings(MAIMAI, pbs_with(rate=values)) == {"naiveRate": profile}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, None), (1.6, "WHITE"), (5.23, "GREEN"), (14.985, "GOLD"), (15, "RAINBOW")],
)
def test_the_colour_follows_from_the_rate(value: float | None, expected: str | None) -> None:
    assert derived_classes(MAIMAI, {"naiveRate": value}) == {"colour": expected}


def test_the_true_ranks_stand_above_the_ordinary_ones() -> None:
    dan = MAIMAI.classes["dan"]

    assert dan.ids[9:12] == ("DAN_10", "KAIDEN", "SHINDAN_1")
    assert [(value.display, value.hover) for value in dan.values[11:13]] == [
        ("真初段", "1st Shindan"),
        ("真二段", "2nd Shindan"),
    ]


@pytest.mark.parametrize(
    ("percent", "lamp", "judgements", "lines"),
    [
        (100.45, "ALL PERFECT", {}, ["Cannot have grade SSS+ without an ALL PERFECT+"]),
        (100.4, "ALL PERFECT+", {}, ["Cannot have an ALL PERFECT+ without grade SSS+."]),
        (
            99,
            "ALL PERFECT",
            {"good": 1},
            ["Cannot have an ALL PERFECT with any non-perfect judgements."],
        ),
        (100.45, "ALL PERFECT+", {}, []),
        (98, "FULL COMBO", {"great": 3, "miss": None}, []),
        (
            98,
            "FULL COMBO",
            {"miss": 1},
            ["Cannot have a FULL COMBO if the score has misses."],
        ),
        (
            100.46,
            "CLEAR",
            {},
            [
                "Invalid value for percent, Percent cannot be greater than 100.45 for this chart. "
                "Got 100.46."
            ],
        ),
        (
            -1,
            "CLEAR",
            {},
            ["Invalid value for percent, Percent cannot be negative. Got -1."],
        ),
    ],
)
def test_percent_and_lamp_must_be_possible(
    percent: float, lamp: str, judgements: dict[str, Any], lines: list[str]
) -> None:
    assert complaints(MAIMAI, chart(), score_of(percent, lamp, **judgements)) == lines


def test_no_chart_gives_more_than_104_percent() -> None:
    lines = complaints(MAIMAI, chart(most=105), score_of(104.5))

    assert lines[0] == "Score cannot be greater than 104%."


@pytest.mark.parametrize(
    ("percent", "grade", "goal", "text"),
    [
        (98.76, "S+", "SS", "SS-0.24%"),
        (98.76, "S+", "SSS", "SS-0.24%"),
        (98.2, "S+", "S+", "SS-0.80%"),
        (100.45, "SSS+", "SSS+", "SSS+"),
        (100.45, "SSS+", "A", "SSS+"),
        (100.2, "SSS", "SSS+", "SSS+0.20%"),
        (100.2, "SSS", "SSS", "SSS+0.20%"),
        (99.7, "SS+", "SSS+", "SSS-0.30%"),
        (85, "A", "AA", "AA-5.00%"),
        (93, "AA", "S", "AAA-1.00%"),
    ],
)
def test_grade_progress_counts_percent(percent: float, grade: str, goal: str, text: str) -> None:
    pb = ScoreData({"percent": percent, "grade": grade})
    goal_value = MAIMAI.derived["grade"].metric.index[goal]  # type: ignore[union-attr]

    assert progress_text(MAIMAI, "grade", pb, goal_value) == text


def test_goals_on_percent_have_two_decimals() -> None:
    assert criteria_text(MAIMAI, "percent", 100.456) == "Get 100.46% on"
