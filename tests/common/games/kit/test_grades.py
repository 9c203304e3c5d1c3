from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.games.kit.grades import IIDX_LIKE, SDVX_LIKE, GradeTable


@pytest.mark.parametrize(
    ("table", "value", "grade"),
    [
        (IIDX_LIKE, 0, "F"),
        (IIDX_LIKE, 100 * 2000 / 3000, "A"),
        (IIDX_LIKE, 88.88, "AA"),
        (IIDX_LIKE, 100 * 3778 / 4000, "MAX-"),
        (IIDX_LIKE, 100, "MAX"),
        (SDVX_LIKE, 6_999_999, "D"),
        (SDVX_LIKE, 7_000_000, "C"),
        (SDVX_LIKE, 8_699_999, "B"),
        (SDVX_LIKE, 9_299_999, "A+"),
        (SDVX_LIKE, 9_999_999, "S"),
        (SDVX_LIKE, 10_000_000, "PUC"),
    ],
)
def test_a_value_has_the_grade_with_the_greatest_bound_below_it(
    table: GradeTable, value: float, grade: str
) -> None:
    assert table.grade(value) == grade


@pytest.mark.parametrize("value", [-1, -0.5, math.nan, -math.inf])
def test_below_all_bounds_there_is_no_grade(value: float) -> None:
    with pytest.raises(ValueError, match="Could not resolve grade for score"):
        SDVX_LIKE.grade(value)


def test_a_bound_of_minus_infinity_grades_everything() -> None:
    table = GradeTable.of(("E", -math.inf), ("D", 0))

    assert table.grade(-1e300) == "E"


@pytest.mark.parametrize("table", [IIDX_LIKE, SDVX_LIKE])
@given(data=st.data())
def test_more_is_never_graded_worse(table: GradeTable, data: st.DataObject) -> None:
    values = st.floats(min_value=0, max_value=table.bounds[-1] * 2)
    less, more = sorted([data.draw(values), data.draw(values)])

    assert table.position(table.grade(less)) <= table.position(table.grade(more))
