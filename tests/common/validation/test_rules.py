from __future__ import annotations

import math
from typing import Any

import pytest
from msgspec import UNSET

from common.validation import all_violations, first_violation
from common.validation.rules import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    NUMBER,
    POSITIVE_INTEGER,
    POSITIVE_NUMBER,
    STRING,
    ListOf,
    Record,
    Rule,
    all_of,
    either,
    exactly,
    integer_between,
    length_between,
    matching,
    nullable,
    number_between,
    number_within,
    one_of,
    optional,
)

ACCEPTED: list[tuple[Rule, list[Any]]] = [
    (STRING, ["", "x"]),
    (NUMBER, [0, -1.5, 10**30, math.inf]),
    (BOOLEAN, [True, False]),
    (ANYTHING, [UNSET, None, {}]),
    (optional(STRING), ["x", UNSET]),
    (nullable(STRING), ["x", None]),
    (optional(nullable(STRING)), ["x", None, UNSET]),
    (nullable(optional(INTEGER)), [1, None, UNSET]),
    (INTEGER, [0, -5, 5.0, 1e3, 2**53 - 1]),
    (POSITIVE_INTEGER, [0, -0.0, 7]),
    (POSITIVE_NUMBER, [0, 0.5, math.inf]),
    (integer_between(1, 20), [1, 20, 20.0]),
    (number_between(0, 100), [0, 100, 61.5]),
    (number_within(None, 3, "?"), [-math.inf, 3]),
    (one_of("A", "B"), ["A", "B"]),
    (one_of(0, 1), [0, 1.0]),
    (length_between(3, 4), ["abc", "😭😭", "a😭b"]),
    (matching("^[0-9a-f]{4}$"), ["00ff"]),
    (exactly(0), [0, 0.0]),
    (either(number_between(0, 100), exactly(-1)), [-1, 50]),
    (ListOf(INTEGER), [[], [1, 2]]),
    (Record({"a": INTEGER, "b": optional(STRING)}), [{"a": 1}, {"b": "x", "a": 1}]),
    (Record({"a": INTEGER}, others=True), [{"a": 1, "z": 2}]),
    (Record({"a": optional(INTEGER)}), [{}, []]),
]

REFUSED: list[tuple[Rule, Any, str]] = [
    (STRING, 5, "Expected string."),
    (STRING, UNSET, "Expected string."),
    (NUMBER, True, "Expected number."),
    (NUMBER, "5", "Expected number."),
    (BOOLEAN, 0, "Expected boolean."),
    (optional(BOOLEAN), None, "Expected *boolean or no value."),
    (nullable(NUMBER), "x", "Expected ?number or null."),
    (nullable(NUMBER), UNSET, "Expected ?number or null."),
    (optional(nullable(STRING)), 1, "Expected *?string, null or no value."),
    (optional(INTEGER), None, "Expected an integer."),
    (INTEGER, 5.5, "Expected an integer."),
    (INTEGER, 2**53, "Expected an integer."),
    (INTEGER, True, "Expected an integer."),
    (INTEGER, math.nan, "Expected an integer."),
    (INTEGER, math.inf, "Expected an integer."),
    (POSITIVE_INTEGER, -1, "Expected a positive integer."),
    (POSITIVE_NUMBER, -0.5, "Expected a positive number."),
    (POSITIVE_NUMBER, math.nan, "Expected a positive number."),
    (integer_between(1, 20), 1.5, "Expected an integer between 1 and 20."),
    (integer_between(1, 20), 21, "Expected an integer between 1 and 20."),
    (number_between(0, 100), 100.1, "Expected a number between 0 and 100."),
    (number_between(0.5, 1), math.nan, "Expected a number between 0.5 and 1."),
    (one_of("A", "B"), "a", "Expected any of A, B."),
    (one_of("A", "B"), ["A"], "Expected any of A, B."),
    (one_of(0, 1), True, "Expected any of 0, 1."),
    (one_of(0, 1), "1", "Expected any of 0, 1."),
    (length_between(3, 4), "ab", "Expected a string with length between 3 and 4."),
    (length_between(3, 4), "a😭😭", "Expected a string with length between 3 and 4."),
    (length_between(3, 4), 333, "Expected a string with length between 3 and 4."),
    (matching("^[0-9]$"), "٣", "Expected string to match /^[0-9]$/u"),
    (exactly(0), False, "Invalid Input, but no error message is available."),
    (exactly("x"), UNSET, "Invalid Input, but no error message is available."),
    (either(STRING, NUMBER), None, "The input was invalid, but no error message is available."),
    (one_of(0).says("Turn it off."), 1, "Turn it off."),
    (ListOf(INTEGER), {}, "Value was not an array."),
    (ListOf(INTEGER), UNSET, "Value was not an array."),
    (all_of(INTEGER, number_between(0, 9)), 0.5, "Expected an integer."),
    (all_of(INTEGER, number_between(0, 9)), 10, "Expected a number between 0 and 9."),
    (Record({}), "x", "Non-object provided for validation."),
    (Record({}), {"k": 1, "l": 2}, "Unexpected properties inside object: k, l."),
    (Record({}), ["x"], "Unexpected properties inside object: 0."),
]


@pytest.mark.parametrize(("rule", "values"), ACCEPTED)
def test_a_rule_accepts(rule: Rule, values: list[Any]) -> None:
    assert [first_violation(rule, value) for value in values] == [None] * len(values)


@pytest.mark.parametrize(("rule", "value", "message"), REFUSED)
def test_a_rule_refuses_with_its_text(rule: Rule, value: Any, message: str) -> None:
    violation = first_violation(rule, value)

    assert violation is not None
    assert violation.message == message
    assert violation.path == ()
    assert violation.value is value


SCHEMA = Record(
    {
        "head": Record({"b": STRING, "a": INTEGER}),
        "graph": all_of(ListOf(nullable(NUMBER)), ListOf(nullable(number_between(0, 9)))),
        "tail": optional(nullable(Record({"x": BOOLEAN}))),
    }
)


@pytest.mark.parametrize(
    ("value", "path", "message"),
    [
        ({}, ("head",), "Object does not match structure of schema, expected this location to"),
        ({"head": []}, ("head", "b"), "Expected string."),
        ({"head": {"a": "?", "b": 1}}, ("head", "b"), "Expected string."),
        ({"head": {"z": 1, "a": "?", "b": ""}}, ("head", "a"), "Expected an integer."),
        ({"head": {"z": 1, "a": 1, "b": ""}}, ("head",), "Unexpected properties inside object: z"),
        ({"x": 0, "head": {"a": 1, "b": ""}}, ("graph",), "Value was not an array."),
        ({"head": {"a": 1, "b": ""}, "graph": [99, "?"]}, ("graph", 1), "Expected ?number or"),
        ({"head": {"a": 1, "b": ""}, "graph": [None, 99]}, ("graph", 1), "Expected a number bet"),
        ({"head": {"a": 1, "b": ""}, "graph": [], "tail": {}}, ("tail", "x"), "Expected boolean."),
        ({"head": {"a": 1, "b": ""}, "graph": [], "y": 1}, (), "Unexpected properties inside obj"),
    ],
)
def test_the_first_violation_in_declared_order_wins(
    value: Any, path: tuple[str | int, ...], message: str
) -> None:
    violation = first_violation(SCHEMA, value)

    assert violation is not None
    assert violation.path == path
    assert violation.message.startswith(message)


def test_what_keeps_the_schema_has_no_violation() -> None:
    value = {"tail": None, "graph": [None, 0, 9.0], "head": {"a": 1, "b": ""}}

    assert first_violation(SCHEMA, value) is None


def test_all_violations_are_found_in_the_order_of_the_schema() -> None:
    schema = Record(
        {
            "name": STRING,
            "sizes": ListOf(all_of(INTEGER, integer_between(1, 3))),
            "parts": optional(nullable(ListOf(Record({"lamp": one_of("A", "B")})))),
        }
    )
    value = {"sizes": [1, "x", 9], "parts": [{"lamp": "A"}, {"lamp": "C", "more": 1}, 5], "z": 0}
    assert [(found.path, found.message) for found in all_violations(schema, value)] == [
        (("name",), "Expected string."),
        (("sizes", 1), "Expected an integer."),
        (("sizes", 2), "Expected an integer between 1 and 3."),
        (("parts", 1, "lamp"), "Expected any of A, B."),
        (("parts", 1), "Unexpected properties inside object: more."),
        (
            ("parts", 2),
            "Object does not match structure of schema, expected this location to have an object.",
        ),
        ((), "Unexpected properties inside object: z."),
    ]
    assert list(all_violations(schema, {"name": "", "sizes": [], "parts": None})) == []
    assert first_violation(schema, value) == next(all_violations(schema, value))
