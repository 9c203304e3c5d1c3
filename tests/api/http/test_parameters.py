"""How parameters are refused."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import Schema

from api.http.parameters import check, text_like
from common.errors import UserError

EXPECTATION = "Expected string to match /^[a-z]{2,3}$/u"


@pytest.mark.parametrize(
    ("given", "received"),
    [({}, "nothing (undefined)"), ({"name": None}, "null"), ({"name": "x"}, "x")],
)
def test_a_text_is_refused_in_the_words_of_its_pattern(given: Any, received: str) -> None:
    schema = Schema.from_dict({"name": text_like("[a-z]{2,3}", EXPECTATION, example="ab")})()
    with pytest.raises(UserError) as refused:
        check(schema, given)
    assert refused.value.message == f"[name] {EXPECTATION} (Received {received})"
