"""How a score of a session compares with the personal best from before it."""

from __future__ import annotations

from typing import Any

import pytest

from common.games.registry import get_gpt
from common.sessions.session_info import entry

SDVX = get_gpt("sdvx", "Single")


def score(value: int, lamp: int, grade: int) -> dict[str, Any]:
    return {"score": value, "enumIndexes": {"lamp": lamp, "grade": grade}}


def test_a_score_on_a_chart_never_played_before_is_new() -> None:
    assert entry(SDVX, "T1", score(9_000_000, 1, 4), None) == {"scoreID": "T1", "isNewScore": True}


@pytest.mark.parametrize(
    ("before", "deltas"),
    [
        (score(8_900_000, 0, 4), {"score": 100_000, "lamp": 1, "grade": 0}),
        (score(9_900_000, 3, 8), {"score": -900_000, "lamp": -2, "grade": -4}),
        (score(9_000_000, 1, 4), {"score": 0, "lamp": 0, "grade": 0}),
    ],
)
def test_another_is_compared_in_every_metric(before: Any, deltas: Any) -> None:
    """Enums by their index; a session may well be worse than what was before."""
    compared = entry(SDVX, "T1", score(9_000_000, 1, 4), before)
    assert compared == {"scoreID": "T1", "isNewScore": False, "deltas": deltas}
