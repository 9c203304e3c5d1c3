from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from common.games.kit.metric_checks import REJECTED, acceptor, failures, range_failure
from common.games.model import (
    PERCENTAGE,
    POSITIVE,
    POSITIVE_INTEGER,
    Decimal,
    Enum,
    Graph,
    Integer,
    Metric,
    between,
    bounded_integer,
)
from common.games.registry import gpt_by_id
from tests.common.games.charts import chart_of

CHART = chart_of(gpt_by_id("sdvx:Single"), {"inGameID": 1})

LAMP = Enum(("FAILED", "CLEAR"))

METRICS: list[Metric] = [
    Integer(POSITIVE_INTEGER),
    Integer(POSITIVE),
    Integer(between(0, 1000)),
    Integer(chart_check=lambda value, chart: "Too low." if value < 0 else None),
    Decimal(PERCENTAGE),
    Decimal(chart_check=lambda value, chart: "Too low." if value < 0 else None),
    LAMP,
    Graph(PERCENTAGE),
    Graph(PERCENTAGE, nullable=True),
    Graph(bounded_integer(0, 3)),
]

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-3, 3)
    | st.floats()
    | st.integers(-3, 3).map(float)
    | st.text(max_size=3)
    | st.sampled_from(LAMP.values),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=1), inner),
    max_leaves=4,
)


@pytest.mark.parametrize("metric", METRICS)
@given(value=anything)
def test_a_value_is_accepted_exactly_if_nothing_is_wrong_with_it(
    metric: Metric, value: Any
) -> None:
    accepted = acceptor(metric)(value, CHART) is not REJECTED

    assert accepted == (failures("m", metric, value, CHART) == [])


@pytest.mark.parametrize(("value", "stored"), [(5.0, 5), (-0.0, 0), (7, 7)])
def test_whole_numbers_are_stored_as_integers(value: float, stored: int) -> None:
    accepted = acceptor(Integer(POSITIVE_INTEGER))(value, CHART)

    assert type(accepted) is int
    assert accepted == stored


@pytest.mark.parametrize(
    ("metric", "value", "lines"),
    [
        (
            Integer(POSITIVE_INTEGER),
            1.5,
            [
                "Invalid value for m, got 1.5, but expected an integer.",
                "Invalid value for m, Expected a positive integer. Got 1.5.",
            ],
        ),
        (
            Integer(between(0, 10_000_000)),
            None,
            [
                "Invalid value for m, got null, but expected an integer.",
                "Invalid value for m, Expected a number between 0 and 10000000. Got null.",
            ],
        ),
        (Integer(POSITIVE), -1, ["Invalid value for m, Expected a positive number. Got -1."]),
        (
            Decimal(PERCENTAGE),
            math.nan,
            [
                "Invalid value for m, got NaN, but expected a finite number.",
                "Invalid value for m, Expected a number between 0 and 100. Got NaN.",
            ],
        ),
        (
            Decimal(PERCENTAGE),
            100.06361323155217,
            ["Invalid value for m, Expected a number between 0 and 100. Got 100.06361323155217."],
        ),
        (LAMP, "bogus", ["Invalid value for m, got bogus, but expected any of FAILED, CLEAR."]),
        (
            LAMP,
            UNSET,
            ["Invalid value for m, got undefined, but expected any of FAILED, CLEAR."],
        ),
        (Graph(PERCENTAGE), "x", ["Invalid value for metric m, expected an array."]),
        (
            Graph(PERCENTAGE, nullable=True),
            [10, None, 120],
            ["Invalid value for metric m, Expected a number between 0 and 100., got 120."],
        ),
        (
            Graph(PERCENTAGE),
            [10, None],
            ["Invalid value for metric m, Expected a number between 0 and 100., got null."],
        ),
    ],
)
def test_failures_are_told_line_by_line(metric: Metric, value: Any, lines: list[str]) -> None:
    assert failures("m", metric, value, CHART) == lines


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (5.0, "5"),
        ([1, None, [2, "a"]], "1,,2,a"),
        ({"a": 1}, "[object Object]"),
    ],
)
def test_values_are_quoted_as_clients_know_them(value: Any, text: str) -> None:
    assert failures("m", LAMP, value, CHART) == [
        f"Invalid value for m, got {text}, but expected any of FAILED, CLEAR."
    ]


def test_a_value_may_be_nested_deeper_than_the_stack() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]

    assert failures("m", Integer(POSITIVE), nested, CHART) == [
        "Invalid value for m, got , but expected an integer.",
        "Invalid value for m, Expected a positive number. Got .",
    ]


def test_infinity_is_a_positive_number_but_not_within_bounds() -> None:
    assert range_failure(POSITIVE, math.inf) is None
    assert range_failure(PERCENTAGE, math.inf) == "Expected a number between 0 and 100."
    assert range_failure(POSITIVE, True) == "Expected a positive number."
