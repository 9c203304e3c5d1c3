from __future__ import annotations

import math

import pytest

from common.games.kit.goals import criteria_text, grade_distance, out_of_text, progress_text
from common.games.kit.grades import SDVX_LIKE, GradeTable
from common.games.model import ScoreData
from common.games.registry import gpt_by_id
from common.text.numbers import grouped

DDR = GradeTable.of(
    ("E", -math.inf),
    ("D", 0),
    ("A-", 790_000),
    ("A", 800_000),
    ("A+", 850_000),
    ("AA-", 890_000),
    ("AA", 900_000),
    ("AA+", 950_000),
    ("AAA", 990_000),
)


@pytest.mark.parametrize(
    ("value", "grade", "goal", "text"),
    [
        (9_876_543, "AAA+", "S", "S-23K"),
        (9_755_555, "AAA", "S", "(AAA+)-44K"),
        (9_730_000, "AAA", "AAA+", "AAA+30K"),
        (9_450_000, "AA", "AA+", "(AA+)-50K"),
        (9_550_000, "AA+", "AA+", "AAA-150K"),
        (9_950_000, "S", "PUC", "PUC-50K"),
        (10_000_000, "PUC", "PUC", "PUC+0"),
        (6_500_000, "D", "A", "C-500K"),
    ],
)
def test_grade_distances_of_sdvx(value: float, grade: str, goal: str, text: str) -> None:
    assert grade_distance(SDVX_LIKE, grade, value, goal) == text


@pytest.mark.parametrize(
    ("value", "grade", "goal", "text"),
    [
        (955_000, "AA+", "AAA", "AAA-35,000"),
        (995_000, "AAA", "AAA", "AAA+5,000"),
        (860_000, "A+", "A+", "(AA-)-30,000"),
        (920_000, "AA", "AA+", "AA+20,000"),
        (795_000, "A-", "A+", "A-5,000"),
        (500_000, "E", "AAA", "D500,000"),
    ],
)
def test_grade_distances_of_ddr(value: float, grade: str, goal: str, text: str) -> None:
    assert grade_distance(DDR, grade, value, goal, grouped) == text


def test_an_unknown_grade_is_an_error() -> None:
    with pytest.raises(ValueError, match="Passed a scoreGrade of Z but no such boundary"):
        grade_distance(SDVX_LIKE, "Z", 5, "S")


def test_enum_goals_are_named_after_the_value_at_the_index() -> None:
    gpt = gpt_by_id("sdvx:Single")

    assert criteria_text(gpt, "lamp", 2) == "EXCESSIVE CLEAR"
    assert out_of_text(gpt, "grade", 10) == "PUC"


def test_an_enum_goal_beyond_the_last_value_is_an_error() -> None:
    message = r"'lamp' but no such enum exists at index 6\. \(sdvx:Single\)"
    with pytest.raises(ValueError, match=message):
        out_of_text(gpt_by_id("sdvx:Single"), "lamp", 6)


def test_score_goals_have_thousands_separators() -> None:
    gpt = gpt_by_id("sdvx:Single")
    pb = ScoreData({"score": 9_876_543, "lamp": "CLEAR", "grade": "AAA+"})

    assert criteria_text(gpt, "score", 9_900_000) == "Get a score of 9,900,000 on"
    assert out_of_text(gpt, "score", 9_900_000) == "9,900,000"
    assert progress_text(gpt, "score", pb, 9_900_000) == "9,876,543"
    assert progress_text(gpt, "lamp", pb, 3) == "CLEAR"
    assert progress_text(gpt, "grade", pb, 9) == "S-23K"
