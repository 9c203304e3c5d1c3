from __future__ import annotations

from typing import Any

import pytest

from common.catalogue.documents import Chart
from common.errors import InvalidScore
from common.games.arcaea import GRADES
from common.games.kit.goals import progress_text
from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import RatedPB, ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate
from tests.common.games.charts import chart_of

ARCAEA = gpt_by_id("arcaea:Touch")


def chart(level: float = 10, notes: int = 1000) -> Chart:
    data = {"inGameStrID": "example", "notecount": notes}
    return chart_of(ARCAEA, data, level=str(level), levelNum=level)


@pytest.mark.parametrize(
    ("points", "level", "expected"),
    [
        (10_002_221, 11.5, 13.5),
        (10_000_000, 11.5, 13.5),
        (9_999_999, 11.5, 13.499995),
        (9_900_000, 11.5, 13),
        (9_850_001, 11.5, 12.750005),
        (9_800_000, 11.5, 12.5),
        (9_799_999, 11.5, 12.499996666666666),
        (9_654_321, 10.75, 11.264403333333334),
        (9_500_000, 11.5, 11.5),
        (9_499_999, 11.5, 11.499996666666666),
        (9_234_567, 10.8, 9.915223333333333),
        (8_900_000, 9.5, 7.5),
        (8_600_000, 8.4, 5.4),
        (7_000_000, 2, 0),
        (9_876_543, 11.3, 12.682715),
        (9_998_765, 12, 13.993825),
        (9_950_000, 0, 0),
        (0, 11.5, 0),
    ],
)
def test_potential_follows_from_score_and_constant(
    points: int, level: float, expected: float
) -> None:
    score = ScoreData({"score": points, "lamp": "CLEAR"})

    assert rate(ARCAEA, score, chart(level)) == {"potential": expected}


def steps(count: int, first: float, step: float) -> list[float]:
    return [round(first - i * step, 2) for i in range(count)]


@pytest.mark.parametrize(
    ("values", "session", "profile", "badge"),
    [
        ([], None, None, None),
        (steps(9, 12.5, 0.05), None, 3.69, "GREEN"),
        (steps(10, 12.5, 0.05), 12.275, 4.091666666666667, "GREEN"),
        (steps(12, 12.5, 0.05), 12.275, 4.89, "GREEN"),
        (steps(30, 12.5, 0.05), 12.275, 11.775, "RED"),
        (steps(45, 13.2, 0.03), 13.065000000000001, 12.765000000000002, "TWO_STARS"),
    ],
)
def test_a_profile_is_always_divided_by_thirty(
    values: list[float], session: float | None, profile: float | None, badge: str | None
) -> None:
    pbs = [RatedPB(str(i), i, True, {"potential": value}) for i, value in enumerate(values)]
    sessions = session_ratings(ARCAEA, [pb.calculatedData for pb in pbs])

    assert sessions == {"naivePotential": session}
    assert profile_ratings(ARCAEA, pbs) == {"naivePotential": profile}
    assert derived_classes(ARCAEA, profile_ratings(ARCAEA, pbs)) == {"badge": badge}


@pytest.mark.parametrize(
    ("points", "grade"),
    [
        (0, "D"),
        (8_599_999, "D"),
        (8_600_000, "C"),
        (9_199_999, "B"),
        (9_500_000, "AA"),
        (9_799_999, "AA"),
        (9_800_000, "EX"),
        (9_899_999, "EX"),
        (9_900_000, "EX+"),
        (10_001_000, "EX+"),
    ],
)
def test_the_grade_follows_from_the_score(points: int, grade: str) -> None:
    stored = hydrate(ARCAEA, chart(), ScoreData({"score": points, "lamp": "CLEAR"}), None, 0)

    assert stored.score_data["grade"] == grade


MOST = "Invalid value for score, Score cannot exceed 10001000 for this chart. Got 10001001."
NEGATIVE = "Invalid value for score, Score must be non-negative. Got -1 Got -1."
PURE = "PURE MEMORY scores must have a score larger than 10 million. Got 9999999 instead."
RECALL = "FULL RECALL scores must have a score larger than 5 million. Got 4999999 instead."
PURES = "Impossible PURE MEMORY. Got 10001000 with 999 pures."
TOO_MANY = "Too many judgements: received 1001 in total but the chart's note count is 1000."
FARS = "Cannot have a PURE MEMORY with any fars or losts."
LOSTS = "Cannot have a FULL RECALL with non-zero lost count."


@pytest.mark.parametrize(
    ("points", "lamp", "judgements", "lines"),
    [
        (9_999_999, "PURE MEMORY", {"far": 1}, [PURE, FARS]),
        (4_999_999, "FULL RECALL", {"lost": 1}, [RECALL, LOSTS]),
        (10_001_001, "PURE MEMORY", {}, [MOST]),
        (-1, "LOST", {}, [NEGATIVE]),
        (10_000_000, "FULL RECALL", {"far": 1}, []),
        (10_000_000, "PURE MEMORY", {"far": None}, []),
        (5_000_000, "FULL RECALL", {}, []),
        (10_001_000, "PURE MEMORY", {"pure": 999, "far": 0, "lost": 0}, [PURES]),
        (10_000_999, "PURE MEMORY", {"pure": 999, "far": 0, "lost": 0}, []),
        (9_900_000, "CLEAR", {"pure": 976, "far": 20, "lost": 5}, [TOO_MANY]),
        (9_900_000, "CLEAR", {"pure": 976, "far": 20, "lost": 4}, []),
    ],
)
def test_scores_must_fit_chart_lamp_and_judgements(
    points: int, lamp: str, judgements: dict[str, Any], lines: list[str]
) -> None:
    score = ScoreData({"score": points, "lamp": lamp}, judgements)
    if not lines:
        assert hydrate(ARCAEA, chart(), score, None, 0).score_data["lamp"] == lamp
        return

    with pytest.raises(InvalidScore) as failure:
        hydrate(ARCAEA, chart(), score, None, 0)

    assert failure.value.message.splitlines()[1:] == lines


def test_a_chart_of_unknown_notes_takes_any_score_and_judgements() -> None:
    joke = chart_of(ARCAEA, {"inGameStrID": "joke"}, level="?", levelNum=0)
    score = ScoreData({"score": 10_009_999, "lamp": "CLEAR"}, {"pure": 9999})

    stored = hydrate(ARCAEA, joke, score, None, 0)

    assert stored.calculated == {"potential": 0}


@pytest.mark.parametrize(
    ("points", "grade", "goal", "expected"),
    [
        (9_765_432, "AA", "EX", "EX-35K"),
        (9_765_432, "AA", "EX+", "EX-35K"),
        (9_830_000, "EX", "EX+", "EX+30K"),
        (9_850_000, "EX", "EX+", "(EX+)-50K"),
        (9_950_000, "EX+", "EX+", "(EX+)+50K"),
        (9_150_000, "B", "EX", "A-50K"),
        (5_000_000, "D", "AA", "C-3.6M"),
    ],
)
def test_progress_towards_a_grade(points: int, grade: str, goal: str, expected: str) -> None:
    pb = ScoreData({"score": points, "lamp": "CLEAR", "grade": grade})

    assert progress_text(ARCAEA, "grade", pb, GRADES.names.index(goal)) == expected
