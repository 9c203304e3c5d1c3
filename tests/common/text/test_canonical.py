from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.text.canonical import (
    canonical_text,
    folder_id,
    goal_id,
    new_job_id,
    new_session_id,
    orphan_id,
)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (100.0, "100"),
        (1e-7, "1e-7"),
        (-0.0, "0"),
        ([3, [], {}], "[3,[],{}]"),
        ({"b": 1, "a": {"d": None, "c": "x"}}, '{"a":{"c":"x","d":null},"b":1}'),
        ({"a": 1, "B": 2}, '{"B":2,"a":1}'),
        ('"\\/\b\f\n\r\t\x00\x1f\x7f', '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f"'),
        ("夜\u2028é", '"夜\u2028é"'),
        ("\ud83d", '"\\ud83d"'),
        ("\ude00\ud83d", '"\\ude00\\ud83d"'),
        ("\ud83d\ude00", '"\U0001f600"'),
    ],
)
def test_the_text_is_defined_to_the_character(value: Any, text: str) -> None:
    assert canonical_text(value) == text


def test_keys_are_ordered_by_utf16_code_units() -> None:
    # By code points the key outside the BMP would be the last.
    assert canonical_text({"\uffff": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\uffff":1}'


@given(json_values)
def test_the_text_is_json_of_the_same_value(value: Any) -> None:
    # Digits beyond 2^53 stand for the nearest double.
    assert json.loads(canonical_text(value), parse_int=float) == value


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_numbers_that_json_lacks_have_no_text(value: float) -> None:
    with pytest.raises(ValueError, match="no canonical text"):
        canonical_text({"a": value})


def test_objects_that_json_lacks_have_no_text() -> None:
    with pytest.raises(TypeError, match="set has no canonical text"):
        canonical_text([{1}])


def test_orphan_ids_are_those_of_other_implementations() -> None:
    data = {
        "matchType": "songTitle",
        "identifier": 'Café "夜"\n',
        "difficulty": "ANOTHER",
        "score": 100,
        "lamp": "FAILED",
        "timeAchieved": None,
    }
    context = {"game": "iidx", "playtype": "SP", "service": "my tool", "version": None}

    assert orphan_id("ir/direct-manual", data, context, 3) == (
        "O6deca3e2cf22326e4b5aa17ff85b580473bf96d72bd03709143748c7df065142"
    )


def test_orphans_are_the_same_whenever_they_arrived() -> None:
    def received(time: int) -> str:
        data = {"score": 1, "timeReceived": 5}
        return orphan_id("ir/usc", data, {"chartHash": "a", "timeReceived": time}, 3)

    assert received(1) == received(2)
    assert received(1) != orphan_id("ir/usc", {"score": 1}, {"chartHash": "a"}, 3)


@pytest.mark.parametrize(
    ("charts", "criteria", "expected"),
    [
        (
            {"type": "single", "data": "exampleChartA"},
            {"key": "lamp", "value": 5, "mode": "single"},
            "Ga53331a42758f6e67385f54a9536b9ce0034fbc57d745a107fe63cf234845b3c",
        ),
        (
            {"type": "multi", "data": ["b", "a"]},
            {"key": "score", "value": 1000, "mode": "absolute", "countNum": 2},
            "G14d3cc553bb988f4e2d492f7c4fbc5c0160362da7e4c3bb3f60d2d90d265db00",
        ),
        (
            {"type": "folder", "data": "exampleFolder"},
            {"key": "grade", "value": 7, "mode": "proportion", "countNum": 0.25},
            "G3e066bf328a371fbcfd0612dd53aaed5ccdd09c637e7818d2c3cd5a4748214f9",
        ),
    ],
)
def test_goal_ids_are_those_of_other_implementations(
    charts: dict[str, Any], criteria: dict[str, Any], expected: str
) -> None:
    assert goal_id("iidx", "SP", charts, criteria) == expected


def test_folder_ids_are_those_of_other_implementations() -> None:
    assert folder_id("iidx", "SP", {"level": "12"}) == (
        "Fa381b9d7680003af5a6c5623487f5d99acf17c0ca1b9e15f08b51bd75f404a43"
    )


def test_random_ids_have_their_form_and_do_not_repeat() -> None:
    assert re.fullmatch("[0-9a-f]{40}", new_job_id())
    assert re.fullmatch("Q[0-9a-f]{40}", new_session_id())
    assert new_job_id() != new_job_id()
