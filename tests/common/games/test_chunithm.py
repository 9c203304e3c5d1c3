from __future__ import annotations

from typing import Any

import pytest

from common.catalogue.documents import Chart
from common.games.kit.goals import progress_text
from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate
from tests.common.games.charts import chart_of
from tests.common.games.plays import complaints, falling, pbs_with

CHUNITHM = gpt_by_id("chunithm:Single")


def chart(level: float = 14.5) -> Chart:
    return chart_of(CHUNITHM, {"inGameID": 1}, levelNum=level)


def score_of(
    points: int, note_lamp: str = "NONE", clear_lamp: str = "CLEAR", **judgements: Any
) -> ScoreData:
    metrics = {"score": points, "noteLamp": note_lamp, "clearLamp": clear_lamp}
    return ScoreData(metrics, judgements)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (0, "D"),
        (499_999, "D"),
        (500_000, "C"),
        (899_999, "BBB"),
        (975_000, "S"),
        (1_004_999, "SS"),
        (1_007_500, "SSS"),
        (1_009_000, "SSS+"),
    ],
)
def test_grades_begin_at_their_bound(points: int, expected: str) -> None:
    stored = hydrate(CHUNITHM, chart(), score_of(points), None, 0).score_data

    assert stored["grade"] == expected


@pytest.mark.parametrize(
    ("points", "level", "expected"),
    [
        (1_010_000, 14.5, 16.65),
        (1_009_000, 14.5, 16.65),
        (1_008_999, 14.5, 16.64),
        (1_008_000, 14.5, 16.55),
        (1_007_500, 14.5, 16.5),
        (1_007_499, 14.5, 16.49),
        (1_006_000, 14.5, 16.2),
        (1_005_000, 14.5, 16),
        (1_002_500, 14.5, 15.75),
        (1_000_000, 14.5, 15.5),
        (999_999, 14.5, 15.49),
        (987_500, 14.5, 15),
        (975_000, 14.5, 14.5),
        (974_999, 14.5, 14.49),
        (950_000, 14.5, 12.83),
        (900_000, 14.5, 9.5),
        (899_999, 14.5, 9.49),
        (850_000, 14.5, 7.12),
        (800_000, 14.5, 4.75),
        (799_999, 14.5, 4.74),
        (650_000, 14.5, 2.37),
        (500_000, 14.5, 0),
        (499_999, 14.5, 0),
        (1_003_210, 12.7, 14.02),
        (950_000, 3, 1.33),
        # Below level 5 the lines would go under zero.
        (600_000, 4, 0),
        # Exact arithmetic would give 10.2, 8.7 and 0.13.
        (975_000, 10.2, 10.19),
        (975_000, 8.7, 8.69),
        (515_000, 10.2, 0.12),
        (975_000, 10.3, 10.3),
    ],
)
def test_ratings_agree_to_the_last_digit(points: int, level: float, expected: float) -> None:
    assert rate(CHUNITHM, score_of(points), chart(level)) == {"rating": expected}


def test_charts_without_a_level_give_nothing() -> None:
    for level in (-1, 0):
        assert rate(CHUNITHM, score_of(1_009_000), chart(level)) == {"rating": 0}


@pytest.mark.parametrize(
    ("values", "session", "profile"),
    [
        ([], None, None),
        ([16.5] * 3, None, 0.99),
        (falling(15.37, 0.13, 7), None, 2.09),
        (falling(16.5, 0.05, 10), 16.275, 3.25),
        (falling(16.5, 0.01, 50), 16.455, 16.25),
        (falling(16.65, 0.02, 50), 16.560000000000002, 16.16),
        (falling(16.5, 0.01, 60), 16.455, 16.25),
    ],
)
def test_profiles_divide_by_fifty_and_cut_to_hundredths(
    values: list[float], session: float | None, profile: float | None
) -> None:
    calculated = [{"rating": value} for value in values]

    assert session_ratings(CHUNITHM, calculated) == {"naiveRating": session}
    assert profile_ratings(CHUNITHM, pbs_with(rating=values)) == {"naiveRating": profile}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (1.99, "BLUE"),
        (2, "GREEN"),
        (13.25, "SILVER"),
        (15.249, "GOLD"),
        (16.16, "RAINBOW"),
        (16.999, "RAINBOW_IV"),
        (17, "RAINBOW_EX_I"),
        (99, "RAINBOW_EX_III"),
    ],
)
def test_the_colour_follows_from_the_rating(value: float | None, expected: str | None) -> None:
    assert derived_classes(CHUNITHM, {"naiveRating": value}) == {"colour": expected}


IS_PERFECT = "A score of 1.01 million must have a lamp of ALL JUSTICE CRITICAL."
HARD = "Cannot have a HARD clear with 300 or more non-jcrit judgements, and over 20 misses."


@pytest.mark.parametrize(
    ("points", "note_lamp", "clear_lamp", "judgements", "lines"),
    [
        (1_010_000, "ALL JUSTICE", "CLEAR", {}, [IS_PERFECT]),
        (1_010_000, "NONE", "CLEAR", {}, [IS_PERFECT]),
        (
            1_009_999,
            "ALL JUSTICE CRITICAL",
            "CLEAR",
            {"justice": 1},
            [
                "An ALL JUSTICE CRITICAL must have a score of 1.01 million.",
                "Cannot have an ALL JUSTICE CRITICAL with any non-jcrit judgements.",
            ],
        ),
        (
            999_999,
            "ALL JUSTICE",
            "CLEAR",
            {"attack": 1},
            [
                "A score of 999999 cannot be an ALL JUSTICE.",
                "Cannot have an ALL JUSTICE if not all hits were justice or better.",
            ],
        ),
        (1_000_000, "ALL JUSTICE", "CLEAR", {"justice": 9, "miss": None}, []),
        (
            499_999,
            "FULL COMBO",
            "CLEAR",
            {"miss": 1},
            [
                "A score of 499999 cannot be a FULL COMBO.",
                "Cannot have a FULL COMBO if the score has misses.",
            ],
        ),
        (990_000, "NONE", "HARD", {"jcrit": 10, "justice": 280, "attack": 0, "miss": 20}, [HARD]),
        (990_000, "NONE", "HARD", {"justice": 300, "attack": 0, "miss": 19}, []),
        (990_000, "NONE", "HARD", {"justice": 279, "attack": 0, "miss": 20}, []),
        (
            990_000,
            "NONE",
            "CATASTROPHY",
            {"justice": 10, "attack": 0, "miss": 0},
            ["Cannot have a CATASTROPHY clear with 10 or more non-jcrit judgements."],
        ),
        (990_000, "NONE", "CATASTROPHY", {"justice": 9, "attack": 0, "miss": 0}, []),
        (990_000, "NONE", "CATASTROPHY", {"justice": 99, "attack": 0}, []),
        (
            990_000,
            "NONE",
            "ABSOLUTE",
            {"justice": 10, "attack": 30, "miss": 10},
            ["Cannot have an ABSOLUTE clear with 50 or more non-jcrit judgements."],
        ),
        (
            990_000,
            "NONE",
            "BRAVE",
            {"justice": 150, "attack": 0, "miss": 0},
            ["Cannot have a BRAVE clear with 150 or more non-jcrit judgements."],
        ),
    ],
)
def test_lamps_must_fit_score_and_judgements(
    points: int, note_lamp: str, clear_lamp: str, judgements: dict[str, Any], lines: list[str]
) -> None:
    score = score_of(points, note_lamp, clear_lamp, **judgements)

    assert complaints(CHUNITHM, chart(), score) == lines


@pytest.mark.parametrize(
    ("points", "lamp", "combo", "judgements", "text"),
    [
        (990_000, "FULL COMBO", 16, {"jcrit": 10, "justice": 5, "attack": 2, "miss": 0}, "a FULL"),
        (
            1_005_000,
            "ALL JUSTICE",
            16,
            {"jcrit": 10, "justice": 5, "attack": 0, "miss": 0},
            "an ALL",
        ),
        (990_000, "FULL COMBO", 17, {"jcrit": 10, "justice": 5, "attack": 2, "miss": 0}, None),
        (990_000, "FULL COMBO", 16, {"jcrit": 10, "justice": 5, "attack": 2}, None),
        (990_000, "FULL COMBO", None, {"jcrit": 10, "justice": 5, "attack": 2, "miss": 0}, None),
        (990_000, "NONE", 3, {"jcrit": 10, "justice": 5, "attack": 2, "miss": 0}, None),
    ],
)
def test_a_full_combo_is_as_long_as_the_chart(
    points: int, lamp: str, combo: int | None, judgements: dict[str, Any], text: str | None
) -> None:
    score = score_of(points, lamp, **judgements)
    score.optional["maxCombo"] = combo

    lines = complaints(CHUNITHM, chart(), score)

    if text is None:
        assert lines == []
    else:
        assert len(lines) == 1
        assert lines[0].startswith(f"Cannot have {text}")
        assert lines[0].endswith("if maxCombo is not equal to the sum of judgements.")


@pytest.mark.parametrize(
    ("points", "grade", "goal", "text"),
    [
        (998_765, "S+", "SS", "SS-1.2K"),
        (998_765, "S+", "SSS", "SS-1.2K"),
        (1_002_000, "SS", "SS+", "SS+2K"),
        (1_006_200, "SS+", "SSS", "SSS-1.3K"),
        (940_000, "AA", "S", "AAA-10K"),
        (976_000, "S", "S+", "S+1K"),
        (990_500, "S+", "S+", "SS-9.5K"),
        (966_000, "AAA", "S+", "S-9K"),
        (1_010_000, "SSS+", "SSS+", "(SSS+)+1K"),
        (1_009_500, "SSS+", "SSS", "(SSS+)+500"),
    ],
)
def test_grade_progress_counts_score(points: int, grade: str, goal: str, text: str) -> None:
    pb = ScoreData({"score": points, "grade": grade})
    goal_value = CHUNITHM.derived["grade"].metric.index[goal]  # type: ignore[union-attr]

    assert progress_text(CHUNITHM, "grade", pb, goal_value) == text


def test_versions_stand_in_the_order_of_their_release() -> None:
    versions = list(CHUNITHM.versions)

    assert versions[:6] == ["paradiselost", "new", "newplus", "sun", "sun-intl", "sun-omni"]
    assert CHUNITHM.versions["luminousplus-intl"] == "LUMINOUS PLUS International"
    assert versions[-1] == "xversex-omni"
    assert len(versions) == 24
