from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from common.catalogue.documents import Chart
from common.errors import InvalidScore
from common.games.jubeat import GRADES, SongData
from common.games.kit.goals import criteria_text, out_of_text, progress_text
from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import RatedPB, ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate, stored_score_data
from common.games.scoring.personal_bests import PlayedScore, merge
from tests.common.games.charts import chart_of

JUBEAT = gpt_by_id("jubeat:Single")


def chart(level: float = 10, difficulty: str = "EXT") -> Chart:
    data = {"inGameID": [1, 2], "noteCount": 500, "musicBar": [3, 0, 8]}
    return chart_of(JUBEAT, data, difficulty=difficulty, level=str(level), levelNum=level)


def score(points: int, music_rate: float, lamp: str, **judgements: int | None) -> ScoreData:
    return ScoreData({"score": points, "musicRate": music_rate, "lamp": lamp}, judgements)


@pytest.mark.parametrize(
    ("points", "music_rate", "level", "expected"),
    [
        (1_000_000, 100, 10.9, 137.6),
        (1_000_000, 120, 10.9, 165.1),
        (987_654, 98.3, 10.5, 130.3),
        (987_654, 98.39, 10.5, 130.3),
        (987_654, 101.4, 10.7, 136.9),
        (951_234, 90.7, 9.8, 112.2),
        (900_000, 80.1, 9, 91),
        (850_000, 70.5, 8, 71.2),
        (812_345, 66.6, 6, 50.4),
        (700_000, 50, 7, 44.1),
        (699_999, 99, 10, 0),
    ],
)
def test_jubility_follows_from_music_rate_and_level(
    points: int, music_rate: float, level: float, expected: float
) -> None:
    rated = rate(JUBEAT, score(points, music_rate, "CLEAR"), chart(level))

    assert rated == {"jubility": expected}


def steps(count: int, first: float, step: float) -> list[float]:
    return [round(first - i * step, 1) for i in range(count)]


def pbs(
    version: str, difficulties: Iterable[tuple[int, str, float | None]], is_primary: bool = True
) -> list[RatedPB]:
    return [
        RatedPB(
            f"{song}-{difficulty}",
            song,
            is_primary,
            {"jubility": jubility},
            SongData(version),
            difficulty,
        )
        for song, difficulty, jubility in difficulties
    ]


@pytest.mark.parametrize(
    ("values", "session", "naive"),
    [
        ([], None, None),
        (steps(9, 130, 0.5), None, 1152),
        (steps(10, 130, 0.5), 127.75, 1277.5),
        (steps(60, 130, 0.5), 127.75, 6915),
        (steps(75, 140.4, 0.7), 137.25, 7185.000000000001),
    ],
)
def test_the_naive_rating_is_the_sum_of_the_best_sixty(
    values: list[float], session: float | None, naive: float | None
) -> None:
    best = pbs("festo", ((song, "EXT", value) for song, value in enumerate(values)))

    assert session_ratings(JUBEAT, [pb.calculatedData for pb in best]) == {"jubility": session}
    assert profile_ratings(JUBEAT, best)["naiveJubility"] == naive


HOT = [(1, "EXT", 130.3), (1, "HARD EXT", 136.9), (2, "EXT", 112.2)]
COLD = [(3, "EXT", 91.0), (3, "ADV", 71.2), (4, "HARD BSC", 44.1), (4, "BSC", 50.4)]


@pytest.mark.parametrize(
    ("hot", "cold", "expected", "colour"),
    [
        (HOT, COLD, 461.70000000000005, "YELLOW_GREEN"),
        (
            [(i, "EXT", 140 - i * 0.5) for i in range(40)],
            [(100 + i, "EXT", 150.0 - i) for i in range(35)],
            8047.5,
            "PINK",
        ),
        ([], [(i, "EXT", 150.0 - i) for i in range(60)], 4065, "VIOLET"),
        ([], [], 0, "BLACK"),
        ([(1, "EXT", None)], [], 0, "BLACK"),
    ],
)
def test_jubility_takes_thirty_pick_up_songs_and_thirty_others(
    hot: list[Any], cold: list[Any], expected: float, colour: str
) -> None:
    ratings = profile_ratings(JUBEAT, pbs("beyond", hot) + pbs("ave", cold))

    assert ratings["jubility"] == expected
    assert derived_classes(JUBEAT, ratings) == {"colour": colour}


def test_superseded_charts_count_for_jubility_but_not_for_the_naive_rating() -> None:
    superseded = pbs("ave", [(1, "EXT", 130.0)], is_primary=False)

    assert profile_ratings(JUBEAT, superseded) == {"jubility": 130, "naiveJubility": None}


def test_personal_bests_whose_chart_is_gone_do_not_count_for_jubility() -> None:
    gone = RatedPB("gone", 1, True, {"jubility": 130})

    assert profile_ratings(JUBEAT, [gone]) == {"jubility": 0, "naiveJubility": 130}


@pytest.mark.parametrize(
    ("points", "lamp", "grade"),
    [
        (0, "FAILED", "E"),
        (499_999, "FAILED", "E"),
        (500_000, "FAILED", "D"),
        (699_999, "FAILED", "D"),
        (700_000, "CLEAR", "C"),
        (849_999, "CLEAR", "B"),
        (900_000, "CLEAR", "S"),
        (979_999, "FULL COMBO", "SS"),
        (999_999, "FULL COMBO", "SSS"),
        (1_000_000, "EXCELLENT", "EXC"),
    ],
)
def test_the_grade_follows_from_the_score(points: int, lamp: str, grade: str) -> None:
    hydrated = hydrate(JUBEAT, chart(), score(points, 50, lamp), None, 0)

    assert hydrated.score_data["grade"] == grade


EXCELLENT = "An EXCELLENT lamp must be accompanied with a score of 1 million."
MILLION = "A score of 1 million must be accompanied with an EXCELLENT lamp."
NON_PERFECT = "An EXCELLENT lamp can't have any non-perfect judgements."
MISSES = "A FULL COMBO cannot have any misses."
FAIL = "A score of <700k must be a fail."
CLEAR = "A score >=700k must be a clear."


@pytest.mark.parametrize(
    ("points", "lamp", "judgements", "lines"),
    [
        (999_999, "EXCELLENT", {"great": 1}, [EXCELLENT, NON_PERFECT]),
        (1_000_000, "FULL COMBO", {}, [MILLION]),
        (650_000, "FULL COMBO", {"miss": 1}, [MISSES, FAIL]),
        (700_000, "FAILED", {"miss": None}, [CLEAR]),
    ],
)
def test_lamps_must_fit_score_and_judgements(
    points: int, lamp: str, judgements: dict[str, Any], lines: list[str]
) -> None:
    with pytest.raises(InvalidScore) as failure:
        hydrate(JUBEAT, chart(), score(points, 80, lamp, **judgements), None, 0)

    assert failure.value.message.splitlines()[1:] == lines


@pytest.mark.parametrize(
    ("difficulty", "music_rate", "line"),
    [
        ("EXT", 100, None),
        ("EXT", 110, "Expected a number between 0 and 100. Got 110."),
        ("HARD EXT", 120, None),
        ("HARD EXT", 120.1, "Expected a number between 0 and 120. Got 120.1."),
        ("HARD BSC", -1, "Expected a number between 0 and 120. Got -1."),
    ],
)
def test_hard_mode_allows_more_music_rate(
    difficulty: str, music_rate: float, line: str | None
) -> None:
    played = score(900_000, music_rate, "CLEAR")
    if line is None:
        stored = hydrate(JUBEAT, chart(difficulty=difficulty), played, None, 0).score_data
        assert stored["musicRate"] == music_rate
        return

    with pytest.raises(InvalidScore) as failure:
        hydrate(JUBEAT, chart(difficulty=difficulty), played, None, 0)

    assert failure.value.message == (
        f"Got 1 error when validating score:\nInvalid value for musicRate, {line}"
    )


def test_segments_have_results_from_zero_to_three() -> None:
    played = score(900_000, 80, "CLEAR")
    played.optional["musicBar"] = [0, 3, 4]

    with pytest.raises(InvalidScore) as failure:
        hydrate(JUBEAT, chart(), played, None, 0)

    assert failure.value.message.splitlines()[1:] == [
        "Invalid value for metric musicBar, Expected an integer between 0 and 3., got 4."
    ]


def stored(score_id: str, points: int, music_rate: float, lamp: str, grade: str) -> PlayedScore:
    played = score(points, music_rate, lamp)
    played.metrics["grade"] = grade
    return PlayedScore(score_id, stored_score_data(JUBEAT, played), timeAchieved=1)


def test_a_personal_best_has_the_best_of_rate_lamp_and_score() -> None:
    best = merge(
        JUBEAT,
        chart(10.5),
        [
            stored("rate", 930_000, 98.3, "CLEAR", "S"),
            stored("lamp", 905_000, 70, "FULL COMBO", "S"),
            stored("score", 987_654, 90, "CLEAR", "SSS"),
        ],
    )

    assert best is not None
    assert [(part.name, part.scoreID) for part in best.composedFrom] == [
        ("Best Music Rate", "rate"),
        ("Best Lamp", "lamp"),
        ("Best Score", "score"),
    ]
    assert best.calculatedData == {"jubility": 130.3}
    assert best.scoreData == {
        "score": 987_654,
        "musicRate": 98.3,
        "lamp": "FULL COMBO",
        "grade": "SSS",
        "judgements": {},
        "optional": {"enumIndexes": {}},
        "enumIndexes": {"lamp": 2, "grade": 7},
    }


def test_goals_on_the_music_rate_have_one_decimal() -> None:
    assert criteria_text(JUBEAT, "musicRate", 99) == "Get a music rate of 99.0% on"
    assert out_of_text(JUBEAT, "musicRate", 85.5) == "85.5%"
    # Its binary value is below the half.
    assert progress_text(JUBEAT, "musicRate", ScoreData({"musicRate": 85.55}), 99) == "85.5%"


@pytest.mark.parametrize(
    ("points", "grade", "goal", "expected"),
    [
        (876_543, "A", "S", "S-23K"),
        (876_543, "A", "SS", "S-23K"),
        (975_000, "SS", "SSS", "SSS-5K"),
        (990_000, "SSS", "EXC", "EXC-10K"),
        (1_000_000, "EXC", "EXC", "EXC+0"),
        (650_000, "D", "A", "C-50K"),
    ],
)
def test_progress_towards_a_grade(points: int, grade: str, goal: str, expected: str) -> None:
    pb = ScoreData({"score": points, "musicRate": 80, "lamp": "CLEAR", "grade": grade})

    assert progress_text(JUBEAT, "grade", pb, GRADES.names.index(goal)) == expected
