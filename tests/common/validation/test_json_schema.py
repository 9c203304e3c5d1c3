"""What rules say in the words of JSON Schema."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from common.hooks.lr2hook_schema import SCORE
from common.validation import first_violation
from common.validation.json_schema import json_schema
from common.validation.rules import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    POSITIVE_INTEGER,
    STRING,
    ListOf,
    Record,
    Rule,
    either,
    exactly,
    integer_between,
    length_between,
    matching,
    nullable,
    number_between,
    one_of,
    optional,
)

RULE = Record(
    {
        "name": STRING,
        "level": integer_between(1, 20),
        "gauge": either(number_between(0, 100), exactly(-1)),
        "lamp": one_of("FAIL", "CLEAR"),
        "hash": optional(nullable(matching("^[0-9a-f]{4}$"))),
        "comment": optional(length_between(1, 5)),
        "notes": ListOf(POSITIVE_INTEGER),
        "others": ANYTHING,
    }
)
FINE = {"name": "", "level": 3, "gauge": -1, "lamp": "FAIL", "notes": [0]}


@pytest.mark.parametrize(
    "given",
    [
        FINE,
        {**FINE, "hash": None, "gauge": 50.5, "others": {}},
        {**FINE, "hash": "00ff", "comment": "12345"},
        {**FINE, "name": 1},
        {**FINE, "level": 21},
        {**FINE, "level": 1.5},
        {**FINE, "gauge": -2},
        {**FINE, "lamp": "clear"},
        {**FINE, "hash": "00fg"},
        {**FINE, "comment": None},
        {**FINE, "notes": [-1]},
        {**FINE, "notes": {}},
        {**FINE, "unknown": 1},
        {},
    ],
)
def test_both_take_the_same(given: Any) -> None:
    schema = json_schema(RULE)
    assert jsonschema_rs.is_valid(schema, given) is (first_violation(RULE, given) is None)


@pytest.mark.parametrize("rule", [BOOLEAN, INTEGER, nullable(STRING), SCORE])
def test_every_schema_is_one(rule: Rule) -> None:
    assert jsonschema_rs.meta.is_valid(json_schema(rule))
