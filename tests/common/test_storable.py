"""U+0000 is replaced where it is one, and nothing else is."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.text.storable import storable, storable_json


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a\0b", "a\ufffdb"),
        (["a", "\0", 1], ["a", "\ufffd", 1]),
        ({"x": "\0", "y": [["\0"]]}, {"x": "\ufffd", "y": [["\ufffd"]]}),
        (("\0", None), ("\ufffd", None)),
        (b"\0", b"\0"),
        ("\\u0000", "\\u0000"),
    ],
)
def test_parameters(value: Any, expected: Any) -> None:
    assert storable(value) == expected


@given(st.text(alphabet='\\u0"a\0\n'))
def test_a_json_text_comes_out_as_its_value_does(text: str) -> None:
    assert orjson.loads(storable_json(orjson.dumps([text]))) == [text.replace("\0", "\ufffd")]
