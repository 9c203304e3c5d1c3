from __future__ import annotations

from typing import Any

import pytest

from common.catalogue.documents import Chart
from common.errors import InvalidScore
from common.games.kit.goals import progress_text
from common.games.kit.ratings import profile_ratings, session_ratings
from common.games.model import RatedPB, ScoreData
from common.games.museca import GRADES
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate
from tests.common.games.charts import chart_of

MUSECA = gpt_by_id("museca:Single")


def chart(level: float = 15) -> Chart:
    return chart_of(MUSECA, {"inGameID": 1}, level=str(level), levelNum=level)


@pytest.mark.parametrize(
    ("points", "level", "expected"),
    [
        (1_000_000, 15, 1500),
        (999_999, 15, 1499),
        (987_654, 14, 1382),
        (974_999, 16, 1559),
        (950_000, 13, 1235),
        (900_000, 12, 1080),
        (800_000, 10, 800),
        (799_999, 10, 799),
        (765_432, 9, 688),
        (1, 1, 0),
        (0, 15, 0),
        # Exact arithmetic would give 984, 1014 and 123.
        (656_000, 15, 983),
        (676_000, 15, 1013),
        (82_000, 15, 122),
    ],
)
def test_skill_agrees_to_the_last_digit(points: int, level: float, expected: float) -> None:
    score = ScoreData({"score": points, "lamp": "FAILED"})

    assert rate(MUSECA, score, chart(level)) == {"curatorSkill": expected}


@pytest.mark.parametrize(
    ("values", "session", "profile"),
    [
        ([], None, None),
        ([1400 - 5 * i for i in range(9)], None, 12_420),
        ([1400 - 5 * i for i in range(10)], 1377.5, 13_775),
        ([1490 - 7 * i for i in range(33)], 1458.5, 28_470),
    ],
)
def test_the_best_ten_make_a_session_and_the_best_twenty_a_profile(
    values: list[float], session: float | None, profile: float | None
) -> None:
    pbs = [RatedPB(str(i), i, True, {"curatorSkill": value}) for i, value in enumerate(values)]

    assert session_ratings(MUSECA, [pb.calculatedData for pb in pbs]) == {"curatorSkill": session}
    assert profile_ratings(MUSECA, pbs) == {"curatorSkill": profile}


@pytest.mark.parametrize(
    ("points", "lamp", "grade"),
    [
        (0, "FAILED", "没"),
        (599_999, "FAILED", "没"),
        (600_000, "FAILED", "拙"),
        (799_999, "FAILED", "凡"),
        (800_000, "CLEAR", "佳"),
        (899_999, "CLEAR", "良"),
        (949_999, "CONNECT ALL", "優"),
        (999_999, "CONNECT ALL", "傑"),
        (1_000_000, "PERFECT CONNECT ALL", "傑G"),
    ],
)
def test_the_grade_follows_from_the_score(points: int, lamp: str, grade: str) -> None:
    stored = hydrate(MUSECA, chart(), ScoreData({"score": points, "lamp": lamp}), None, 0)

    assert stored.score_data["grade"] == grade
    assert stored.score_data["enumIndexes"]["grade"] == GRADES.names.index(grade)


PERFECT_LAMP = "A PERFECT CONNECT ALL must have a score of 1 million."
PERFECT_SCORE = "A perfect score of 1 million must have a lamp of PERFECT CONNECT ALL."
NEARS = "Cannot have a PERFECT CONNECT ALL with any nears or misses."
MISSES = "Cannot have a CONNECT ALL with any misses."
FAIL = "A score of <800k must be a fail."
CLEAR = "A score of >=800k must be a clear."


@pytest.mark.parametrize(
    ("points", "lamp", "judgements", "lines"),
    [
        (1_000_000, "CONNECT ALL", {}, [PERFECT_SCORE]),
        (999_999, "PERFECT CONNECT ALL", {"near": 1}, [PERFECT_LAMP, NEARS]),
        (799_999, "CONNECT ALL", {"miss": 1}, [MISSES, FAIL]),
        (800_000, "FAILED", {"miss": None}, [CLEAR]),
    ],
)
def test_lamps_must_fit_score_and_judgements(
    points: int, lamp: str, judgements: dict[str, Any], lines: list[str]
) -> None:
    with pytest.raises(InvalidScore) as failure:
        hydrate(MUSECA, chart(), ScoreData({"score": points, "lamp": lamp}, judgements), None, 0)

    assert failure.value.message.splitlines()[1:] == lines


@pytest.mark.parametrize(
    ("points", "grade", "goal", "expected"),
    [
        (912_345, "優", "秀", "秀-38K"),
        (960_000, "秀", "傑", "傑-15K"),
        (990_000, "傑", "傑G", "傑G-10K"),
        (1_000_000, "傑G", "傑G", "傑G+0"),
        (500_000, "没", "優", "拙-100K"),
    ],
)
def test_progress_towards_a_grade(points: int, grade: str, goal: str, expected: str) -> None:
    pb = ScoreData({"score": points, "lamp": "CLEAR", "grade": grade})

    assert progress_text(MUSECA, "grade", pb, GRADES.names.index(goal)) == expected
