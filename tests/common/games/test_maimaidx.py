from __future__ import annotations

import pytest

from common.catalogue.documents import Chart
from common.games.kit.goals import criteria_text, out_of_text, progress_text
from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate
from tests.common.games.charts import chart_of
from tests.common.games.plays import complaints, falling, pbs_with

MAIMAIDX = gpt_by_id("maimaidx:Single")


def chart(level: float = 14) -> Chart:
    data = {"displayVersion": "maimai", "inGameID": 8}
    return chart_of(MAIMAIDX, data, levelNum=level)


def score_of(percent: float, lamp: str = "CLEAR") -> ScoreData:
    return ScoreData({"percent": percent, "lamp": lamp})


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        (0, "D"),
        (49.9999, "D"),
        (50, "C"),
        (79.9999, "BBB"),
        (80, "A"),
        (96.9999, "AAA"),
        (97, "S"),
        (99.4999, "SS"),
        (100, "SSS"),
        (100.4999, "SSS"),
        (100.5, "SSS+"),
    ],
)
def test_grades_begin_at_their_bound(percent: float, expected: str) -> None:
    lamp = "CLEAR" if percent >= 80 else "FAILED"
    stored = hydrate(MAIMAIDX, chart(), score_of(percent, lamp), None, 0).score_data

    assert stored["grade"] == expected


@pytest.mark.parametrize(
    ("percent", "level", "expected"),
    [
        (101, 14, 315),
        (100.5, 14, 315),
        (100.4999, 14, 312),
        (100, 14, 302),
        (99.9999, 14, 299),
        (99.5, 14, 293),
        (99.4999, 14, 289),
        (99, 14, 288),
        (98.9999, 14, 285),
        (98, 14, 278),
        (97, 14, 271),
        (96.9999, 14, 239),
        (94, 14, 221),
        (90, 14, 191),
        (80, 14, 152),
        (79.9999, 14, 143),
        (75, 14, 126),
        (70, 14, 109),
        (60, 14, 80),
        (50, 14, 56),
        (40, 14, 35),
        (10, 14, 2),
        (9.9999, 14, 0),
        (100.7341, 13.6, 306),
        (99.8765, 12.3, 259),
        (97.1234, 14.9, 289),
        (88.4321, 11.7, 140),
        (100, -1, None),
    ],
)
def test_rates_agree_exactly(percent: float, level: float, expected: int | None) -> None:
    assert rate(MAIMAIDX, score_of(percent), chart(level)) == {"rate": expected}


@pytest.mark.parametrize(
    ("values", "session", "profile"),
    [
        ([], None, None),
        (falling(300, 1, 3), None, 897),
        (falling(300, 1, 9), None, 2664),
        (falling(300, 1, 10), 295.5, 2955),
        (falling(312, 1, 50), 307.5, 14_375),
        (falling(320, 1, 70), 315.5, 14_775),
    ],
)
def test_profiles_add_up_fifty_rates(
    values: list[float], session: float | None, profile: float | None
) -> None:
    assert session_ratings(MAIMAIDX, [{"rate": value} for value in values]) == {"rate": session}
    assert profile_ratings(MAIMAIDX, pbs_with(rate=values)) == {"naiveRate": profile}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, None), (897, "WHITE"), (2955, "GREEN"), (14_775, "PLATINUM_II"), (15_000, "RAINBOW")],
)
def test_the_colour_follows_from_the_rate(value: float | None, expected: str | None) -> None:
    assert derived_classes(MAIMAIDX, {"naiveRate": value}) == {"colour": expected}


def test_classes_stand_in_order() -> None:
    matching, dan = MAIMAIDX.classes["matchingClass"].ids, MAIMAIDX.classes["dan"].ids

    assert matching[:6] == ("B5", "B4", "B3", "B2", "B1", "A5")
    assert matching[-2:] == ("SSS1", "LEGEND")
    assert dan[9:11] == ("DAN_10", "SHINDAN_1")
    assert dan[-2:] == ("SHINKAIDEN", "URAKAIDEN")


@pytest.mark.parametrize(
    ("percent", "lamp", "lines"),
    [
        (100.9, "ALL PERFECT+", ["Cannot have an ALL PERFECT+ without 101%."]),
        (101, "ALL PERFECT", ["A score of 101% should be an ALL PERFECT+"]),
        (100.4, "ALL PERFECT", ["Cannot have an ALL PERFECT without at least 100.5%."]),
        (100.5, "ALL PERFECT", []),
        (101, "ALL PERFECT+", []),
        (
            101.0001,
            "CLEAR",
            ["Invalid value for percent, Expected a number between 0 and 101. Got 101.0001."],
        ),
    ],
)
def test_lamps_must_fit_the_percent(percent: float, lamp: str, lines: list[str]) -> None:
    assert complaints(MAIMAIDX, chart(), score_of(percent, lamp)) == lines


@pytest.mark.parametrize(
    ("percent", "grade", "goal", "text"),
    [
        (98.7654, "S+", "SS", "SS-0.2346%"),
        (98.2, "S+", "S+", "SS-0.8000%"),
        (99.5, "SS+", "SSS+", "SSS-0.5000%"),
        (100.45, "SSS", "SSS+", "(SSS+)-0.0500%"),
        (100.2, "SSS", "SSS+", "SSS+0.2000%"),
        (100.2, "SSS", "SSS", "SSS+0.2000%"),
        (101, "SSS+", "SSS+", "(SSS+)+0.5000%"),
        (78.1234, "BBB", "A", "A-1.8766%"),
        (71, "BB", "S", "BB+1.0000%"),
        (99.51, "SS+", "SS+", "SSS-0.4900%"),
    ],
)
def test_grade_progress_counts_percent(percent: float, grade: str, goal: str, text: str) -> None:
    pb = ScoreData({"percent": percent, "grade": grade})
    goal_value = MAIMAIDX.derived["grade"].metric.index[goal]  # type: ignore[union-attr]

    assert progress_text(MAIMAIDX, "grade", pb, goal_value) == text


def test_goals_on_percent_have_four_decimals() -> None:
    assert criteria_text(MAIMAIDX, "percent", 100.45678) == "Get 100.4568% on"
    assert out_of_text(MAIMAIDX, "percent", 99.5) == "99.5000%"
    assert progress_text(MAIMAIDX, "percent", ScoreData({"percent": 100}), 101) == "100.0000%"


def test_charts_of_both_kinds_have_their_difficulties() -> None:
    assert MAIMAIDX.difficulty_shorthand["Re:Master"] == "Re:MAS"
    assert MAIMAIDX.difficulty_shorthand["DX Re:Master"] == "DX Re:MAS"
    assert MAIMAIDX.difficulties is not None
    assert len(MAIMAIDX.difficulties) == 10
