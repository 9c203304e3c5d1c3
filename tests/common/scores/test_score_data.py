"""What version 2 has as numbers and version 3 as texts."""

from __future__ import annotations

import pytest

from common.games.registry import get_gpt
from common.scores.score_documents import score_data
from common.wire import Wire

STORED = {"score": 1, "platinumStars": "3-star", "enumIndexes": {"grade": 2, "platinumStars": 3}}


@pytest.mark.parametrize(
    ("wire", "stars", "indexes"),
    [
        (Wire.V2, 3, {"grade": 2}),
        (Wire.V3, "3-star", {"grade": 2, "platinumStars": 3}),
        (Wire.BOTH, 3, {"grade": 2, "platinumStars": 3}),
    ],
)
def test_platinum_stars_are_a_number_for_version_2(
    wire: Wire, stars: object, indexes: dict[str, int]
) -> None:
    told = score_data(get_gpt("ongeki", "Single"), STORED, wire)
    assert told == {"score": 1, "platinumStars": stars, "enumIndexes": indexes}
    assert STORED["platinumStars"] == "3-star"


@pytest.mark.parametrize("wire", Wire)
def test_other_enums_are_texts_for_both(wire: Wire) -> None:
    stored = {"lamp": "CLEAR", "enumIndexes": {"lamp": 1}}
    assert score_data(get_gpt("sdvx", "Single"), stored, wire) is stored
