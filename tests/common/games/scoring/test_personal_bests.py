from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.games.model import ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring import personal_bests
from common.games.scoring.hydration import hydrate
from common.games.scoring.personal_bests import PlayedScore, Reference, merge
from tests.common.games.charts import chart_of

SDVX, IIDX = gpt_by_id("sdvx:Single"), gpt_by_id("iidx:SP")
CHART = chart_of(SDVX, {"inGameID": 1}, levelNum=18)
IIDX_CHART = chart_of(
    IIDX,
    {
        "notecount": 1000,
        "inGameID": 1,
        "hashSHA256": None,
        "2dxtraSet": None,
        "kaidenAverage": None,
        "worldRecord": None,
        "bpiCoefficient": None,
    },
)


def played(
    name: str, score: int, lamp: str, time: int | None = None, **optional: Any
) -> PlayedScore:
    dry = ScoreData({"score": score, "lamp": lamp}, optional=optional)
    return PlayedScore(name, hydrate(SDVX, CHART, dry, None, 0).score_data, time)


def iidx(name: str, score: int, lamp: str, **optional: Any) -> PlayedScore:
    dry = ScoreData({"score": score, "lamp": lamp}, optional=optional)
    return PlayedScore(name, hydrate(IIDX, IIDX_CHART, dry, None, 0).score_data, None)


def test_without_scores_there_is_no_personal_best() -> None:
    assert merge(SDVX, CHART, []) is None


def test_the_best_score_and_the_best_lamp_are_rated_together() -> None:
    best = merge(
        SDVX,
        CHART,
        [played("a", 9_850_000, "CLEAR"), played("b", 9_600_000, "EXCESSIVE CLEAR")],
    )

    assert best is not None
    assert best.composedFrom == [Reference("Best Score", "a"), Reference("Best Lamp", "b")]
    assert best.scoreData["score"] == 9_850_000
    assert best.scoreData["lamp"] == "EXCESSIVE CLEAR"
    assert best.scoreData["enumIndexes"] == {"lamp": 2, "grade": 8}
    assert best.calculatedData == {"VF6": 0.368, "VF7": 0.368}


def test_a_score_that_is_best_at_everything_is_named_once() -> None:
    best = merge(SDVX, CHART, [played("a", 9_000_000, "CLEAR", exScore=5)])

    assert best is not None
    assert best.composedFrom == [Reference("Best Score", "a")]


def test_what_the_picked_score_lacks_the_personal_best_lacks() -> None:
    best = merge(
        IIDX,
        IIDX_CHART,
        [
            iidx("a", 1900, "CLEAR", gauge=80, comboBreak=3, bp=9),
            iidx("b", 1800, "HARD CLEAR", gauge=50, bp=None),
        ],
    )

    assert best is not None
    assert best.scoreData["optional"] == {"gauge": 50, "bp": 9, "enumIndexes": {}}


def test_the_scores_are_left_as_they_were() -> None:
    base = iidx("a", 1900, "CLEAR", comboBreak=3)

    merge(IIDX, IIDX_CHART, [base, iidx("b", 1800, "HARD CLEAR", gauge=50)])

    assert base == iidx("a", 1900, "CLEAR", comboBreak=3)


@pytest.mark.parametrize(
    ("base", "picked", "expected"),
    [(5, 9, 9), (9, 5, 9), (None, 5, None), (5, None, 5)],
)
def test_a_personal_best_is_as_young_as_its_parts(
    base: int | None, picked: int | None, expected: int | None
) -> None:
    best = merge(
        SDVX,
        CHART,
        [played("a", 9_850_000, "CLEAR", base), played("b", 9_600_000, "MAXXIVE CLEAR", picked)],
    )

    assert best is not None
    assert best.timeAchieved == expected


def test_a_highlight_of_any_part_is_kept() -> None:
    lamp = played("b", 9_600_000, "MAXXIVE CLEAR")
    lamp.highlight = True

    best = merge(SDVX, CHART, [played("a", 9_850_000, "CLEAR"), lamp])

    assert best is not None
    assert best.highlight


def test_as_of_a_time_only_earlier_scores_count() -> None:
    scores = [
        played("now", 9_900_000, "CLEAR", 10),
        played("before", 9_000_000, "CLEAR", 9),
        played("unknown", 9_950_000, "CLEAR", None),
    ]

    best = merge(SDVX, CHART, scores, before=10)

    assert best is not None
    assert best.composedFrom == [Reference("Best Score", "before")]
    assert merge(SDVX, CHART, scores, before=9) is None


times = st.none() | st.integers(0, 2)


@given(st.lists(times, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_ties_do_not_depend_on_the_order_of_the_scores(
    achieved: list[int | None], rng: Any
) -> None:
    scores = [played(f"T{i}", 9_000_000, "CLEAR", time) for i, time in enumerate(achieved)]
    known = [(time, f"T{i}") for i, time in enumerate(achieved) if time is not None]
    earliest = min(known)[1] if known else "T0"
    rng.shuffle(scores)

    best = merge(SDVX, CHART, scores)

    assert best is not None
    assert best.composedFrom == [Reference("Best Score", earliest)]


def test_of_very_many_scores_the_same_are_picked_as_of_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lamps = ["FAILED", "CLEAR", "EXCESSIVE CLEAR", "ULTIMATE CHAIN"]
    several = [
        played(
            str(n), 9_000_000 + n * 7919 % 101, lamps[n % 3], n % 13 or None, exScore=n * 31 % 97
        )
        for n in range(500)
    ]
    at_once = merge(SDVX, CHART, several)

    for many in (2, 3, 7, 499):
        monkeypatch.setattr(personal_bests, "MANY", many)
        assert merge(SDVX, CHART, several) == at_once
