from __future__ import annotations

import sys
from typing import Any

import pytest
from msgspec import UNSET

from common.errors import MAX_MESSAGE_LENGTH
from common.validation import Violation, explain, text_of, type_of, utf16_length
from common.validation.violation import path_text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), "null"),
        (("meta", "service"), "meta.service"),
        (("scores", 3, "optional", "graph", 2), "scores[3].optional.graph[2]"),
        (("2dx-gsm", "EASY", 0), '["2dx-gsm"].EASY[0]'),
        (("a", "2dx-gsm"), "a[2dx-gsm]"),
        (("12",), "[12]"),
        (("a.b",), '["a.b"]'),
        (("a", "b.c", "d"), 'a["b.c"].d'),
        (("",), "null"),
    ],
)
def test_a_path_reads_like_code(path: tuple[str | int, ...], text: str) -> None:
    assert path_text(path) == text


@pytest.mark.parametrize(
    ("value", "received"),
    [
        ("ab", " | Received ab [type: string]"),
        ("", " | Received  [type: string]"),
        (5.0, " | Received 5 [type: number]"),
        (1e21, " | Received 1e+21 [type: number]"),
        (-0.0, " | Received 0 [type: number]"),
        (True, " | Received true [type: boolean]"),
        (None, " | Received null [type: null]"),
        (UNSET, " | Received undefined [type: undefined]"),
        ({}, ""),
        ([1], ""),
    ],
)
def test_an_explanation_quotes_what_it_received(value: Any, received: str) -> None:
    violation = Violation(("a",), "Expected string.", value)

    assert explain(violation, "Error") == f"Error: a | Expected string.{received}."


def test_the_label_of_the_type_can_be_left_out() -> None:
    violation = Violation((), "Expected number.", "x")

    assert explain(violation, "Invalid", type_label="") == (
        "Invalid: null | Expected number. | Received x [string]."
    )


def test_a_huge_value_is_not_quoted_in_full() -> None:
    text = explain(Violation((), "Expected number.", "x" * 10_000_000), "Error")

    assert len(text) == MAX_MESSAGE_LENGTH
    assert text.endswith("xxx...")


def test_a_violation_deeper_down_has_a_longer_path() -> None:
    assert Violation(("x",), "", None).under(0).under("a").path == ("a", 0, "x")


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ([], "object", ""),
        ([None, [1.5, [True]], {}, []], "object", ",1.5,true,[object Object],"),
        ({"a": 1}, "object", "[object Object]"),
        (UNSET, "undefined", "undefined"),
        (False, "boolean", "false"),
        (10**400, "number", "Infinity"),
    ],
)
def test_values_read_as_in_ecmascript(value: Any, kind: str, text: str) -> None:
    assert type_of(value) == kind
    assert text_of(value) == text


def test_lists_nested_beyond_the_stack_have_a_text() -> None:
    value: list[Any] = ["x"]
    for _ in range(sys.getrecursionlimit() * 10):
        value = [value]

    assert text_of(value) == "x"


@pytest.mark.parametrize(("text", "length"), [("", 0), ("abc", 3), ("é", 1), ("a😭", 3)])
def test_length_counts_utf16_units(text: str, length: int) -> None:
    assert utf16_length(text) == length
