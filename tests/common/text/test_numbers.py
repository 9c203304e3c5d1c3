from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.text.numbers import (
    compact,
    fixed,
    grouped,
    js_round,
    percent,
    plain,
    stars,
    stars_of_five,
)

doubles = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234, "1234"),
        (100.0, "100"),
        (2500.5, "2500.5"),
        (98.7654321, "98.7654321"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-6, "0.000001"),
        (0.00001234, "0.00001234"),
        (1e-7, "1e-7"),
        (-1.5e-10, "-1.5e-10"),
        (1e16, "10000000000000000"),
        (12345678901234567.0, "12345678901234568"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.5e300, "1.5e+300"),
        (0.0, "0"),
        (-0.0, "0"),
        (-5, "-5"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
    ],
)
def test_plain_is_the_number_text_of_ecmascript(value: float, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2**53, "9007199254740992"),
        (2**53 + 1, "9007199254740992"),
        (2**69, "590295810358705700000"),
        (-(10**400), "-Infinity"),
    ],
)
def test_plain_rounds_large_integers_to_doubles(value: int, text: str) -> None:
    assert plain(value) == text


@given(doubles)
def test_plain_reads_back_as_the_same_double(value: float) -> None:
    assert float(plain(value)) == value


@given(doubles)
def test_plain_never_has_a_trailing_zero_fraction(value: float) -> None:
    mantissa = plain(value).partition("e")[0]

    assert "." not in mantissa or not mantissa.endswith("0")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.125, 2, "0.13"),
        (1.005, 2, "1.00"),
        (94.425, 2, "94.42"),
        (85.55, 1, "85.5"),
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (-0.3, 0, "-0"),
        (-0.0, 2, "0.00"),
        (100, 2, "100.00"),
        (1e20, 3, "100000000000000000000.000"),
        (1e21, 2, "1e+21"),
        (math.nan, 2, "NaN"),
        (-math.inf, 2, "-Infinity"),
    ],
)
def test_fixed_rounds_the_exact_binary_value(value: float, decimals: int, text: str) -> None:
    assert fixed(value, decimals) == text


@given(st.floats(min_value=-1e15, max_value=1e15), st.integers(0, 4))
def test_fixed_is_within_half_a_unit(value: float, decimals: int) -> None:
    unit = Decimal(1).scaleb(-decimals)

    assert abs(Decimal(fixed(value, decimals)) - Decimal(value)) <= unit / 2


def test_percent_is_fixed_with_a_sign() -> None:
    assert percent(92.17572) == "92.18%"
    assert percent(98.7654, 4) == "98.7654%"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567.891, "1,234,567.891"),
        (9876543, "9,876,543"),
        (0.1235, "0.124"),
        (-1234, "-1,234"),
        (0.00049, "0"),
        (-0.0001, "-0"),
        (999, "999"),
        (math.inf, "∞"),
        (math.nan, "NaN"),
    ],
)
def test_grouped_separates_thousands(value: float, text: str) -> None:
    assert grouped(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0149, "0.015"),
        (1.25, "1.3"),
        (9.95, "10"),
        (99.5, "100"),
        (999.5, "1K"),
        (1049, "1K"),
        (1050, "1.1K"),
        (9949, "9.9K"),
        (12345, "12K"),
        (12500, "13K"),
        (999499, "999K"),
        (999500, "1M"),
        (3_600_000, "3.6M"),
        (-2658, "-2.7K"),
        (10**15, "1000T"),
        (123456789012345678, "123,457T"),
        (-math.inf, "-∞"),
    ],
)
def test_compact_keeps_two_digits_and_a_unit(value: float, text: str) -> None:
    assert compact(value) == text


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(2.5, 3), (-2.5, -2), (-0.5, 0), (0.49999999999999994, 0), (7, 7), (2**52 + 1.0, 2**52 + 1)],
)
def test_js_round_takes_ties_up(value: float, rounded: int) -> None:
    assert js_round(value) == rounded


@given(st.floats(min_value=0, max_value=1e15))
def test_js_round_of_positive_numbers_is_half_up(value: float) -> None:
    exact = Decimal(value).quantize(Decimal(1), rounding=ROUND_HALF_UP)

    assert js_round(value) == int(exact)


def test_six_stars_are_the_rainbow_five() -> None:
    assert [stars(n) for n in (0, 3, 5, 6)] == ["", "★★★", "★★★★★", "★★★★★(虹)"]
    assert [stars_of_five(n) for n in (0, 3, 6)] == ["☆☆☆☆☆", "★★★☆☆", "★★★★★(虹)"]
