"""The comparison itself: that it can fail, and forgives only what it should."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.golden.compare import first_difference


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (5, 5.0),
        (0.1 + 0.2, 0.3),
        ({"a": 1, "b": [1, None]}, {"b": [1, None], "a": 1}),
        ({"$float": "NaN"}, math.nan),
        ({"$float": "-Infinity"}, -math.inf),
        ({"plainError": True, "message": "x is undefined"}, {"plainError": True, "message": "?"}),
        ("Invalid JSON. (Unexpected token)", "Invalid JSON. (Expecting value)"),
    ],
)
def test_equal_values_agree(expected: Any, got: Any) -> None:
    assert first_difference(expected, got) is None


@pytest.mark.parametrize(
    ("expected", "got", "path"),
    [
        (1, 2, ""),
        (1, True, ""),
        (None, 0, ""),
        ("a", "b", ""),
        ({"a": None}, {}, "a"),
        ({}, {"a": None}, "a"),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "a[1].b"),
        ([1], [1, 2], "[1]"),
        ([1, 2], [2, 1], "[0]"),
        (1.0, 1.000001, ""),
        ({"$float": "NaN"}, 0.0, ""),
        ({"plainError": True, "message": "x"}, {"fine": 1}, ""),
    ],
)
def test_different_values_differ_at_a_place(expected: Any, got: Any, path: str) -> None:
    difference = first_difference(expected, got)

    assert difference is not None
    assert difference.path == path
