from __future__ import annotations

import pytest

from common.catalogue.documents import Song
from common.games.gitadora import GRADES
from common.games.kit.goals import criteria_text, progress_text
from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.kit.shared import Empty
from common.games.model import GPT, RatedPB, ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate
from tests.common.games.charts import chart_of

GITA, DORA = gpt_by_id("gitadora:Gita"), gpt_by_id("gitadora:Dora")


@pytest.mark.parametrize(
    ("percent", "level", "expected"),
    [
        (100, 9.5, 190),
        (99.99, 9.99, 199.78),
        (95.43, 8.65, 165.09),
        (90.55, 9.1, 164.8),
        (83.33, 6.67, 111.16),
        (80, 7.25, 116),
        (73.21, 5.5, 80.53),
        (63, 4.3, 54.18),
        (62.99, 4.3, 54.17),
        (0, 9.9, 0),
        # Exact arithmetic would give 0.01 more.
        (90.05, 9, 162.08),
        (90.1, 7, 126.13),
        (90.24, 8.75, 157.91),
    ],
)
@pytest.mark.parametrize("gpt", [GITA, DORA], ids=lambda gpt: gpt.id)
def test_skill_agrees_to_the_last_digit(
    gpt: GPT, percent: float, level: float, expected: float
) -> None:
    chart = chart_of(gpt, {"inGameID": 1}, levelNum=level)

    assert rate(gpt, ScoreData({"percent": percent, "lamp": "CLEAR"}), chart) == {"skill": expected}


def steps(count: int, first: float, step: float) -> list[float]:
    return [round(first - i * step, 2) for i in range(count)]


@pytest.mark.parametrize(
    ("values", "session", "profile", "colour"),
    [
        ([], None, None, None),
        (steps(9, 165.09, 0.5), None, 1467.81, "ORANGE"),
        (steps(10, 165.09, 0.5), 162.83999999999997, 1628.3999999999999, "ORANGE_GRD"),
        (steps(50, 165.09, 0.5), 162.83999999999997, 7642.000000000005, "SILVER"),
        (steps(66, 180.3, 0.75), 176.92499999999998, 8096.250000000006, "GOLD"),
    ],
)
def test_sums_of_skill_agree_to_the_last_digit(
    values: list[float], session: float | None, profile: float | None, colour: str | None
) -> None:
    pbs = [RatedPB(str(i), i, True, {"skill": value}) for i, value in enumerate(values)]

    assert session_ratings(GITA, [pb.calculatedData for pb in pbs]) == {"skill": session}
    assert profile_ratings(GITA, pbs) == {"naiveSkill": profile}
    assert derived_classes(GITA, profile_ratings(GITA, pbs)) == {"colour": colour}


@pytest.mark.parametrize(
    ("percent", "grade"),
    [
        (0, "C"),
        (62.99, "C"),
        (63, "B"),
        (73, "A"),
        (79.99, "A"),
        (80, "S"),
        (94.99, "S"),
        (95, "SS"),
        (99.99, "SS"),
        (100, "MAX"),
    ],
)
def test_the_grade_follows_from_the_percent(percent: float, grade: str) -> None:
    chart = chart_of(GITA, {"inGameID": 1})
    score = ScoreData({"percent": percent, "lamp": "CLEAR"})

    assert hydrate(GITA, chart, score, None, 0).score_data["grade"] == grade


def test_lamps_and_judgements_are_not_held_against_the_percent() -> None:
    chart = chart_of(DORA, {"inGameID": 1})
    score = ScoreData({"percent": 99.5, "lamp": "EXCELLENT"}, {"miss": 3})

    assert hydrate(DORA, chart, score, None, 0).score_data["lamp"] == "EXCELLENT"


@pytest.mark.parametrize(
    ("gpt", "difficulty", "level", "expected"),
    [
        (GITA, "BASS EXTREME", "7.85", "Example Song (Gita BASS EXTREME 7.85)"),
        (DORA, "MASTER", "8.1", "Example Song (Dora MASTER 8.1)"),
    ],
)
def test_charts_are_named_with_their_playtype(
    gpt: GPT, difficulty: str, level: str, expected: str
) -> None:
    song = Song(1, "Example Song", "Example Artist", [], [], Empty())
    chart = chart_of(gpt, {"inGameID": 1}, difficulty=difficulty, level=level)

    assert gpt.chart_text(song, chart) == expected


@pytest.mark.parametrize(
    ("percent", "grade", "goal", "expected"),
    [
        (83.33, "S", "SS", "SS-11.67%"),
        (93.1, "S", "SS", "SS-1.90%"),
        (78.5, "A", "S", "S-1.50%"),
        (97, "SS", "MAX", "MAX-3.00%"),
        (100, "MAX", "MAX", "MAX+0.00%"),
        (40, "C", "A", "B-23.00%"),
    ],
)
def test_progress_towards_a_grade(percent: float, grade: str, goal: str, expected: str) -> None:
    pb = ScoreData({"percent": percent, "lamp": "CLEAR", "grade": grade})

    assert progress_text(GITA, "grade", pb, GRADES.names.index(goal)) == expected


def test_goals_on_percent_have_two_decimals() -> None:
    assert criteria_text(GITA, "percent", 90.126) == "Get 90.13% on"
    assert progress_text(GITA, "percent", ScoreData({"percent": 83.337}), 80) == "83.34%"
