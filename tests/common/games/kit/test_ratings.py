from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from common.games.kit.ratings import best_n, session_average, session_ratings, total
from common.games.model import RatedPB
from common.games.registry import get_gpt


def pbs(values: Sequence[float | None], *, primary: bool = True) -> list[RatedPB]:
    return [RatedPB(str(i), i, primary, {"r": value}) for i, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([5, 1, None, 3, 4], 4), ([5, 1], None), ([0, 0, 0], 0)],
)
def test_a_session_is_rated_by_its_best_scores(
    values: list[float | None], expected: float | None
) -> None:
    gpt = dataclasses.replace(
        get_gpt("iidx", "SP"), session_ratings={"r": session_average("r", "", count=3)}
    )

    assert session_ratings(gpt, [{"r": value} for value in values] + [{"other": 9}]) == {
        "r": expected
    }


@pytest.mark.parametrize(
    ("count", "options", "expected"),
    [
        (5, {}, 49.527),
        (2, {}, 34.027),
        (5, {"average": True}, 9.9054),
        (5, {"average": True, "needs_all": True}, None),
        (3, {"average": True, "needs_all": True}, 16.509),
        (50, {"average": True, "multiplier": 100}, 0.99),
        (2, {"average": True, "multiplier": 100}, 17.01),
        (3, {"multiplier": 100}, 49.53),
    ],
)
def test_a_profile_is_rated_by_its_best_charts(
    count: int, options: dict[str, bool], expected: float | None
) -> None:
    rate = best_n("r", count=count, **options)

    assert rate(pbs([15.5, 17.04, 16.987])) == (
        None if expected is None else pytest.approx(expected, rel=1e-12)
    )


def test_charts_that_were_superseded_do_not_count() -> None:
    rate = best_n("r", count=5)

    assert rate(pbs([9], primary=False)) is None
    assert rate([*pbs([9], primary=False), *pbs([2])]) == 2


def test_a_profile_without_values_is_not_rated() -> None:
    assert best_n("r", count=5)(pbs([None, None])) is None


def test_sums_are_plain_double_additions() -> None:
    # An exact or compensated sum would give 0.6 and 1.
    assert total([0.3, 0.2, 0.1]) == 0.6
    assert total([0.1] * 10) == 0.9999999999999999
