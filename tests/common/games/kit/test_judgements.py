"""What judgements must agree with, and that nothing is concluded from half of them."""

from __future__ import annotations

import pytest

from common.games.kit.iidx_like import judgements_add_up
from common.games.model import ScoreData
from common.games.registry import gpt_by_id
from tests.common.games.charts import chart_of

BMS = gpt_by_id("bms:7K")
CHART = chart_of(
    BMS,
    {
        "notecount": 1000,
        "hashMD5": "0" * 32,
        "hashSHA256": "0" * 64,
        "tableFolders": [],
        "sglEC": None,
        "sglHC": None,
    },
)


@pytest.mark.parametrize(
    ("judgements", "agree"),
    [
        ({"pgreat": 400, "great": 200}, True),
        ({"pgreat": 400, "great": 201}, False),
        ({"pgreat": 401, "great": 200}, False),
        ({"pgreat": 0, "great": 0}, False),
        # Of one alone nothing follows, however far off it is.
        ({"pgreat": 400}, True),
        ({"pgreat": 1}, True),
        ({"great": 200}, True),
        ({"great": 1}, True),
        ({"pgreat": 1, "great": None}, True),
        ({"pgreat": None, "great": 1}, True),
        ({}, True),
    ],
)
def test_pgreats_and_greats_make_the_score(judgements: dict[str, int | None], agree: bool) -> None:
    score = ScoreData({"score": 1000, "lamp": "CLEAR"}, judgements, {})
    assert (judgements_add_up(score, CHART) is None) is agree
