from __future__ import annotations

from typing import Any

import pytest

from common.catalogue.documents import Chart
from common.errors import InvalidScore
from common.games.kit.goals import progress_text
from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import RatedPB, ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate
from common.games.wacca import GRADES
from tests.common.games.charts import chart_of

WACCA = gpt_by_id("wacca:Single")


def chart(level: float = 12) -> Chart:
    return chart_of(WACCA, {"inGameID": 1}, level=str(level), levelNum=level)


@pytest.mark.parametrize(
    ("points", "level", "expected"),
    [
        (1_000_000, 14, 56),
        (990_000, 14, 56),
        (989_999, 14, 52.5),
        (980_000, 13.5, 50.625),
        (979_999, 13.5, 47.25),
        (970_000, 13.2, 46.2),
        (960_000, 13.2, 42.9),
        (955_555, 12.8, 38.4),
        (940_000, 12.8, 35.2),
        (939_999, 12.8, 32),
        (920_000, 12.3, 30.75),
        (919_999, 12.3, 24.6),
        (900_000, 12.3, 24.6),
        (899_999, 12.3, 18.45),
        (850_000, 11.7, 17.55),
        (849_999, 11.7, 11.7),
        (0, 11.7, 11.7),
        (975_000, 12.37, 43.295),
    ],
)
def test_rate_is_the_level_times_a_coefficient(points: int, level: float, expected: float) -> None:
    score = ScoreData({"score": points, "lamp": "CLEAR"})

    assert rate(WACCA, score, chart(level)) == {"rate": expected}


def steps(count: int, first: float, step: float) -> list[float]:
    return [first - i * step for i in range(count)]


@pytest.mark.parametrize(
    ("values", "session", "profile", "colour"),
    [
        ([], None, None, None),
        (steps(9, 52.5, 0.25), None, 463.5, "NAVY"),
        (steps(10, 52.5, 0.25), 51.375, 513.75, "NAVY"),
        (steps(50, 52.5, 0.25), 51.375, 2318.75, "GOLD"),
        (steps(64, 56, 0.125), 55.4375, 2646.875, "RAINBOW"),
    ],
)
def test_the_best_ten_make_a_session_and_the_best_fifty_a_profile(
    values: list[float], session: float | None, profile: float | None, colour: str | None
) -> None:
    pbs = [RatedPB(str(i), i, True, {"rate": value}) for i, value in enumerate(values)]

    assert session_ratings(WACCA, [pb.calculatedData for pb in pbs]) == {"rate": session}
    assert profile_ratings(WACCA, pbs) == {"naiveRate": profile}
    assert derived_classes(WACCA, profile_ratings(WACCA, pbs)) == {"colour": colour}


@pytest.mark.parametrize(
    ("points", "grade"),
    [
        (0, "D"),
        (1, "C"),
        (300_099, "C"),
        (300_100, "B"),
        (699_999, "B"),
        (849_999, "AA"),
        (900_000, "S"),
        (929_999, "S"),
        (969_999, "SS"),
        (990_000, "SSS+"),
        (999_999, "SSS+"),
    ],
)
def test_the_grade_follows_from_the_score(points: int, grade: str) -> None:
    stored = hydrate(WACCA, chart(), ScoreData({"score": points, "lamp": "CLEAR"}), None, 0)

    assert stored.score_data["grade"] == grade


IMPERFECT = "ALL MARVELOUS scores must have a perfect score. Got 999999 instead."
PERFECT = "Perfect scores of 1 million must have ALL MARVELOUS as their lamp. Got {} instead."
COMBO = "Cannot have a FULL COMBO with misses."
MISSLESS = "Cannot have a MISSLESS lamp with >5 misses."
MARVELOUS = "Cannot have an ALL MARVELOUS if all judgements were not marvelous."


@pytest.mark.parametrize(
    ("points", "lamp", "judgements", "lines"),
    [
        (999_999, "ALL MARVELOUS", {"great": 1}, [IMPERFECT, MARVELOUS]),
        (1_000_000, "FULL COMBO", {"miss": 1}, [PERFECT.format("FULL COMBO"), COMBO]),
        (900_000, "MISSLESS", {"miss": 6}, [MISSLESS]),
        (900_000, "MISSLESS", {"miss": 5}, []),
        (900_000, "FULL COMBO", {"miss": None}, []),
        (1_000_000, "ALL MARVELOUS", {"good": None}, []),
    ],
)
def test_lamps_must_fit_score_and_judgements(
    points: int, lamp: str, judgements: dict[str, Any], lines: list[str]
) -> None:
    score = ScoreData({"score": points, "lamp": lamp}, judgements)
    if not lines:
        assert hydrate(WACCA, chart(), score, None, 0).score_data["lamp"] == lamp
        return

    with pytest.raises(InvalidScore) as failure:
        hydrate(WACCA, chart(), score, None, 0)

    assert failure.value.message.splitlines()[1:] == lines


@pytest.mark.parametrize(
    ("points", "grade", "goal", "expected"),
    [
        (912_345, "S", "S+", "S+12K"),
        (935_000, "S+", "S+", "SS-15K"),
        (945_000, "S+", "SS", "SS-5K"),
        (978_000, "SS+", "SSS", "SSS-2K"),
        (995_000, "SSS+", "MASTER", "MASTER-5K"),
        (1_000_000, "MASTER", "MASTER", "MASTER+0"),
        (300_000, "C", "S", "B-100"),
        (0, "D", "S", "D+0"),
    ],
)
def test_progress_towards_a_grade(points: int, grade: str, goal: str, expected: str) -> None:
    pb = ScoreData({"score": points, "lamp": "CLEAR", "grade": grade})

    assert progress_text(WACCA, "grade", pb, GRADES.names.index(goal)) == expected
