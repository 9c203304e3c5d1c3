"""What orders the leaderboard of a chart."""

from __future__ import annotations

from typing import Any

import pytest

from common.games.registry import gpt_by_id
from common.games.scoring.leaderboards import ranking_values

DATA = {
    "score": 1_000_000,
    "percent": 98.5,
    "finalPercent": 97.25,
    "musicRate": 80.1,
    "platinumScore": 4321,
    "enumIndexes": {"noteLamp": 3, "clearLamp": 2},
}


@pytest.mark.parametrize(
    ("gpt", "expected"),
    [
        ("sdvx:Single", [1_000_000]),
        ("iidx:SP", [98.5]),
        ("itg:Stamina", [97.25]),
        ("jubeat:Single", [80.1]),
        ("chunithm:Single", [1_000_000, 3, 2]),
        ("ongeki:Single", [1_000_000, 4321]),
    ],
)
def test_the_default_metric_comes_first_and_some_games_have_more(gpt: str, expected: Any) -> None:
    assert ranking_values(gpt_by_id(gpt), DATA) == expected
