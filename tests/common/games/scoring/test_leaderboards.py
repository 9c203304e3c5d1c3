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
    "optional": {"bp": 12, "exScore": 4000},
    "enumIndexes": {"lamp": 4, "noteLamp": 3, "clearLamp": 2, "bellLamp": 1, "clearMedal": 7},
}
WITHOUT = {**DATA, "optional": {"bp": None}}
LAST = float("-inf")


@pytest.mark.parametrize(
    ("gpt", "expected", "without"),
    [
        ("sdvx:Single", [1_000_000, 4, 4000], [1_000_000, 4, LAST]),
        # Whoever missed less is ahead.
        ("iidx:SP", [98.5, 4, -12], [98.5, 4, LAST]),
        ("bms:7K", [98.5, 4, -12], [98.5, 4, LAST]),
        ("usc:Keyboard", [1_000_000, 4], [1_000_000, 4]),
        ("maimaidx:Single", [98.5, 4], [98.5, 4]),
        ("itg:Stamina", [97.25, 4], [97.25, 4]),
        ("popn:9B", [1_000_000, 7], [1_000_000, 7]),
        ("jubeat:Single", [80.1, 1_000_000, 4], [80.1, 1_000_000, 4]),
        ("chunithm:Single", [1_000_000, 3, 2], [1_000_000, 3, 2]),
        ("ongeki:Single", [1_000_000, 4321, 3, 1], [1_000_000, 4321, 3, 1]),
    ],
)
def test_lamps_and_the_like_decide_among_equal_scores(
    gpt: str, expected: Any, without: Any
) -> None:
    assert ranking_values(gpt_by_id(gpt), DATA) == expected
    assert ranking_values(gpt_by_id(gpt), WITHOUT) == without
