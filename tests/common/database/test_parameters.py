"""A list of texts reaches PostgreSQL as it is, whatever is in it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from common.database.engine import open_engine
from common.database.parameters import text_array


@pytest.mark.parametrize(
    "values",
    [
        [],
        ["a"],
        ["a", "b"],
        ["", " ", "NULL", "null"],
        ['"', '","', '\\"', "\\", "a\\b"],
        ["{", "}", "{a,b}", ",", "'", "%s", ":name", "\n\t"],
        ["あ", "🎵"],
    ],
    ids=str,
)
def test_texts_arrive_as_they_are(database: str, values: list[str]) -> None:
    engine = open_engine(database)
    with engine.connect() as connection:
        assert (
            connection.scalar(
                text("SELECT CAST(:values AS text[])"), {"values": text_array(values)}
            )
            == values
        )
    engine.dispose()


def test_a_text_that_postgresql_cannot_hold_is_equal_to_none() -> None:
    assert text_array(["a\0b"]) == '{"a\ufffdb"}'
