from __future__ import annotations

from typing import Any

import pytest

from common.catalogue.documents import Chart
from common.games.kit.goals import criteria_text, out_of_text, progress_text
from common.games.kit.ongeki_ratings import STARS
from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import ScoreData
from common.games.ongeki import GAME
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate, score_id
from tests.common.games.charts import chart_of
from tests.common.games.plays import complaints, falling, pbs_with

ONGEKI = gpt_by_id("ongeki:Single")

BONUS_TRACK = 7000


def chart(level: float = 14.5, most: int = 2500, in_game_id: int = 30) -> Chart:
    data = {"displayVersion": "オンゲキ", "maxPlatScore": most, "inGameID": in_game_id}
    return chart_of(ONGEKI, data, levelNum=level)


def score_of(
    points: int,
    note_lamp: str = "CLEAR",
    bell_lamp: str = "NONE",
    platinum: int = 0,
    **judgements: Any,
) -> ScoreData:
    metrics = {
        "score": points,
        "noteLamp": note_lamp,
        "bellLamp": bell_lamp,
        "platinumScore": platinum,
    }
    return ScoreData(metrics, judgements)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (0, "D"),
        (499_999, "D"),
        (500_000, "C"),
        (749_999, "B"),
        (940_000, "AAA"),
        (969_999, "AAA"),
        (990_000, "SS"),
        (1_007_499, "SSS"),
        (1_007_500, "SSS+"),
    ],
)
def test_grades_begin_at_their_bound(points: int, expected: str) -> None:
    stored = hydrate(ONGEKI, chart(), score_of(points), None, 0).score_data

    assert stored["grade"] == expected


@pytest.mark.parametrize(
    ("platinum", "most", "expected"),
    [
        (0, 2500, 0),
        (2349, 2500, 0),
        (2350, 2500, 1),
        (2375, 2500, 2),
        (2400, 2500, 3),
        (2425, 2500, 4),
        (2450, 2500, 5),
        (2474, 2500, 5),
        (2475, 2500, 6),
        (2500, 2500, 6),
        (2838, 3019, 1),
        (1723, 1833, 0),
    ],
)
def test_stars_are_percents_from_94_on(platinum: int, most: int, expected: int) -> None:
    score = score_of(900_000, platinum=platinum)

    stored = hydrate(ONGEKI, chart(most=most), score, None, 0).score_data

    assert stored["platinumStars"] == STARS[expected]
    assert stored["enumIndexes"]["platinumStars"] == expected


@pytest.mark.parametrize(
    ("points", "level", "expected"),
    [
        (1_010_000, 14.5, 16.5),
        (1_007_500, 14.5, 16.5),
        (1_007_499, 14.5, 16.49),
        (1_003_000, 14.5, 16.2),
        (1_000_000, 14.5, 16),
        (999_999, 14.5, 15.99),
        (990_000, 14.5, 15.5),
        (970_000, 14.5, 14.5),
        (969_999, 14.5, 14.49),
        (950_000, 14.5, 13.35),
        (900_000, 14.5, 10.5),
        (899_999, 14.5, 10.49),
        (850_000, 14.5, 9.5),
        (800_000, 14.5, 8.5),
        (799_999, 14.5, 0),
        (850_000, 4, 0),
        (1_002_345, 12.9, 14.55),
        (987_654, 13.7, 14.58),
        (1_010_000, 0, 0),
    ],
)
def test_ratings_agree_to_the_last_digit(points: int, level: float, expected: float) -> None:
    assert rate(ONGEKI, score_of(points), chart(level))["rating"] == expected


@pytest.mark.parametrize(
    ("points", "level", "note_lamp", "bell_lamp", "expected"),
    [
        (1_010_000, 14.5, "ALL BREAK+", "FULL BELL", 17.2),
        (1_009_999, 14.5, "ALL BREAK", "FULL BELL", 17.149),
        (1_008_765, 14.5, "FULL COMBO", "FULL BELL", 16.826),
        (1_007_500, 14.5, "CLEAR", "NONE", 16.55),
        (1_007_499, 14.5, "FULL COMBO", "NONE", 16.549),
        (1_000_000, 14.5, "CLEAR", "FULL BELL", 16),
        (999_999, 14.5, "CLEAR", "NONE", 15.849),
        (995_000, 14.5, "ALL BREAK", "NONE", 15.9),
        (990_000, 14.5, "LOSS", "NONE", 15.35),
        (989_999, 14.5, "CLEAR", "NONE", 15.249),
        (970_000, 14.5, "CLEAR", "NONE", 14.5),
        (969_999, 14.5, "CLEAR", "NONE", 14.499),
        (950_000, 14.5, "CLEAR", "NONE", 13.357),
        (900_000, 14.5, "CLEAR", "NONE", 10.5),
        (899_999, 14.5, "LOSS", "NONE", 10.499),
        (850_000, 14.5, "LOSS", "NONE", 9.5),
        (800_000, 14.5, "LOSS", "NONE", 8.5),
        (799_999, 14.5, "FULL COMBO", "FULL BELL", 0),
        (1_002_345, 12.9, "FULL COMBO", "FULL BELL", 14.656),
        (987_654, 13.7, "CLEAR", "FULL BELL", 14.412),
        (820_000, 3, "CLEAR", "FULL BELL", 0),
        # What contradicts itself is not rated.
        (1_010_000, 14.5, "CLEAR", "FULL BELL", None),
        (1_010_000, 14.5, "ALL BREAK+", "NONE", None),
        (1_009_999, 14.5, "ALL BREAK+", "FULL BELL", None),
        (900_000, 14.5, "LOSS", "FULL BELL", None),
        (900_000, -1, "CLEAR", "NONE", None),
    ],
)
def test_score_ratings_count_score_and_lamps(
    points: int, level: float, note_lamp: str, bell_lamp: str, expected: float | None
) -> None:
    rated = rate(ONGEKI, score_of(points, note_lamp, bell_lamp), chart(level))

    assert rated["scoreRating"] == expected


@pytest.mark.parametrize(
    ("stars", "level", "expected"),
    [
        (0, 14.5, 0),
        (1, 14.5, 0.21),
        (3, 14.5, 0.63),
        (5, 14.5, 1.051),
        (6, 14.5, 1.051),
        (4, 13.7, 0.75),
        (5, 15.7, 1.232),
        (2, 12.9, 0.332),
    ],
)
def test_star_ratings_count_five_stars(stars: int, level: float, expected: float) -> None:
    score = score_of(900_000, platinum=93 + stars)

    assert rate(ONGEKI, score, chart(level, most=100))["starRating"] == expected


@pytest.mark.parametrize(("level", "in_game_id"), [(0, 30), (13, BONUS_TRACK), (13, 7999)])
def test_unranked_charts_are_worth_nothing(level: float, in_game_id: int) -> None:
    score = score_of(1_010_000, "ALL BREAK+", "NONE", 2500)

    rated = rate(ONGEKI, score, chart(level, in_game_id=in_game_id))

    assert rated == {"rating": 0, "scoreRating": 0, "starRating": 0}


@pytest.mark.parametrize(
    ("key", "values", "name", "expected"),
    [
        ("rating", falling(16.2, 0.03, 10), "naiveRating", 16.065),
        ("scoreRating", falling(16.9, 0.013, 10), "naiveScoreRating", 16.841500000000003),
        ("scoreRating", falling(17.1, 0.021, 14), "naiveScoreRating", 17.005499999999998),
        ("starRating", falling(1.051, 0.004, 10), "starRating", 1.033),
        ("starRating", falling(1.051, 0.004, 4), "starRating", None),
    ],
)
def test_sessions_average_ten_scores(
    key: str, values: list[float], name: str, expected: float | None
) -> None:
    assert session_ratings(ONGEKI, [{key: value} for value in values])[name] == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        ([16] * 3, 1.06),
        (falling(16.2, 0.03, 10), 3.57),
        (falling(16.2, 0.03, 45), 15.54),
        (falling(16.2, 0.03, 60), 15.54),
    ],
)
def test_profiles_divide_by_forty_five(values: list[float], expected: float | None) -> None:
    assert profile_ratings(ONGEKI, pbs_with(rating=values))["naiveRating"] == expected


@pytest.mark.parametrize(
    ("by_score", "by_stars", "expected", "colour"),
    [
        ([], [], 0, "BLUE"),
        (falling(16.9, 0.013, 10), [], 3.367, "BLUE"),
        (falling(17.1, 0.013, 60), falling(1.051, 0.004, 50), 21.012, "RAINBOW_EX"),
        (falling(17.1, 0.013, 80), falling(1.2, 0.004, 70), 21.161, "RAINBOW_EX"),
        (falling(16.123, 0.011, 60), falling(1.1, 0.003, 30), 19.59, "RAINBOW"),
    ],
)
def test_the_colour_follows_from_score_and_stars(
    by_score: list[float], by_stars: list[float], expected: float, colour: str
) -> None:
    ratings = profile_ratings(ONGEKI, pbs_with(scoreRating=by_score, starRating=by_stars))

    assert ratings["naiveRatingRefresh"] == expected
    assert derived_classes(ONGEKI, ratings) == {"colour": colour}


NOT_ALL_CRITICAL = "Cannot have an ALL BREAK+ if not all hits were critical break or better."
NOT_FULL_SCORE = "Cannot have an ALL BREAK+ if the score is not 1,010,000"
NOT_FBAB = "Cannot have a perfect score without FBAB+"


@pytest.mark.parametrize(
    ("score", "lines"),
    [
        (score_of(1_010_000, "ALL BREAK+", "FULL BELL", **{"break": 1}), [NOT_ALL_CRITICAL]),
        (score_of(1_000_000, "ALL BREAK+", "FULL BELL"), [NOT_FULL_SCORE]),
        (score_of(1_010_000, "ALL BREAK", "FULL BELL"), [NOT_FBAB]),
        (score_of(1_010_000, "ALL BREAK+", "NONE"), [NOT_FBAB]),
        (score_of(1_010_000, "ALL BREAK+", "FULL BELL", miss=None), []),
        (
            score_of(900_000, "ALL BREAK", hit=1),
            ["Cannot have an ALL BREAK if not all hits were break or better."],
        ),
        (
            score_of(900_000, "FULL COMBO", hit=1, miss=1),
            ["Cannot have a FULL COMBO if the score has misses."],
        ),
        (
            score_of(900_000, "LOSS", "FULL BELL", 2500),
            ["Cannot have a LOSS with a FULL BELL."],
        ),
        (
            score_of(900_000, platinum=2501),
            [
                "Invalid value for platinumScore, Platinum Score must not exceed the chart's "
                "maximum Platinum Score. Got 2501/2500 Got 2501.",
                "Cannot have 2501/2500 Platinum Score.",
            ],
        ),
        (
            score_of(900_000, platinum=-1),
            [
                "Invalid value for platinumScore, Platinum Score must be non-negative. "
                "Got -1 Got -1."
            ],
        ),
    ],
)
def test_lamps_must_fit_the_score(score: ScoreData, lines: list[str]) -> None:
    assert complaints(ONGEKI, chart(), score) == lines


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("damage", "Damage must be non-negative."),
        ("bellCount", "Bell Count must be non-negative."),
        ("totalBellCount", "Total bell Count must be non-negative."),
    ],
)
def test_counts_are_not_negative(name: str, text: str) -> None:
    score = score_of(900_000)
    score.optional[name] = -1

    assert complaints(ONGEKI, chart(), score) == [
        f"Invalid value for {name}, {text} Got -1 Got -1."
    ]


def test_a_chart_that_gives_no_platinum_score_has_no_stars() -> None:
    stored = hydrate(ONGEKI, chart(most=0), score_of(900_000), None, 0).score_data

    assert stored["platinumStars"] == "0-star"


@pytest.mark.parametrize(
    ("optional", "same"),
    [({}, True), ({"damage": None, "totalBellCount": 5}, True), ({"damage": 0}, False)],
)
def test_damage_is_a_part_of_what_a_score_is(optional: dict[str, Any], same: bool) -> None:
    plain, other = score_of(900_000), score_of(900_000)
    other.optional.update(optional)

    assert (score_id(1, ONGEKI, "c", plain) == score_id(1, ONGEKI, "c", other)) is same


@pytest.mark.parametrize(
    ("points", "grade", "goal", "text"),
    [
        (998_765, "SS", "SSS", "SSS-1.2K"),
        (1_003_000, "SSS", "SSS+", "SSS+3K"),
        (1_005_000, "SSS", "SSS+", "(SSS+)-2.5K"),
        (1_009_000, "SSS+", "SSS+", "(SSS+)+1.5K"),
        (965_000, "AAA", "S", "S-5K"),
        (500_000, "C", "SSS", "C+0"),
        (992_000, "SS", "SSS+", "SSS-8K"),
    ],
)
def test_grade_progress_counts_score(points: int, grade: str, goal: str, text: str) -> None:
    pb = ScoreData({"score": points, "grade": grade})
    goal_value = ONGEKI.derived["grade"].metric.index[goal]  # type: ignore[union-attr]

    assert progress_text(ONGEKI, "grade", pb, goal_value) == text


@pytest.mark.parametrize("goal", [12, -1])
def test_progress_to_a_grade_that_there_is_not_is_that_to_the_worst(goal: int) -> None:
    pb = ScoreData({"score": 998_765, "grade": "SS"})

    assert progress_text(ONGEKI, "grade", pb, goal) == progress_text(ONGEKI, "grade", pb, 0)


@pytest.mark.parametrize(
    ("stars", "criteria", "progress"),
    [
        (0, "Get ☆☆☆☆☆ on", "☆☆☆☆☆"),
        (1, "Get ★☆☆☆☆ on", "★☆☆☆☆"),
        (3, "Get ★★★☆☆ on", "★★★☆☆"),
        (4, "Get ★★★★☆ on", "★★★★☆"),
        (5, "Get ★★★★★ on", "★★★★★"),
        (6, "Get ★★★★★(虹) on", "★★★★★(虹)"),
    ],
)
def test_goals_on_stars(stars: int, criteria: str, progress: str) -> None:
    pb = ScoreData({"platinumStars": STARS[stars]})

    assert criteria_text(ONGEKI, "platinumStars", stars) == criteria
    assert out_of_text(ONGEKI, "platinumStars", stars) == progress
    assert progress_text(ONGEKI, "platinumStars", pb, 3) == progress


def test_goals_on_platinum_score() -> None:
    assert criteria_text(ONGEKI, "platinumScore", 2345) == "Get 2,345 Platinum Score on"
    assert out_of_text(ONGEKI, "platinumScore", 2345) == "2,345"


def test_a_marked_chart_of_older_seeds_is_a_re_master() -> None:
    assert GAME.renew_chart is not None
    older = {"difficulty": "LUNATIC", "data": {"inGameID": 1, "isReMaster": True}}
    plain = {"difficulty": "LUNATIC", "data": {"inGameID": 1, "isReMaster": False}}

    assert GAME.renew_chart(older) == {"difficulty": "Re:MASTER", "data": {"inGameID": 1}}
    assert GAME.renew_chart(plain) == {"difficulty": "LUNATIC", "data": {"inGameID": 1}}
    assert older["data"] == {"inGameID": 1, "isReMaster": True}
