from __future__ import annotations

from typing import Any

import msgspec
import pytest

from common.catalogue.documents import Chart
from common.errors import InvalidScore
from common.games.kit.goals import criteria_text, out_of_text, progress_text
from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import RatedPB, ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate
from common.games.scoring.personal_bests import PlayedScore, merge
from tests.common.games.charts import chart_of

POPN = gpt_by_id("popn:9B")


def chart(level: float = 40) -> Chart:
    data = {"hashSHA256": None, "inGameID": 1}
    return chart_of(POPN, data, level=str(level), levelNum=level)


@pytest.mark.parametrize(
    ("points", "medal", "lamp", "grade"),
    [
        (98000, "clearStar", "CLEAR", "S"),
        (93001, "clearCircle", "CLEAR", "AA"),
        (94999, "clearCircle", "CLEAR", "AA"),
        (90000, "failedStar", "FAILED", "A"),
        (100000, "failedDiamond", "FAILED", "A"),
        (89999, "failedStar", "FAILED", "A"),
        (50001, "failedCircle", "FAILED", "D"),
        (49999, "easyClear", "EASY CLEAR", "E"),
        (45000, "clearDiamond", "CLEAR", "E"),
        (90000, "fullComboCircle", "FULL COMBO", "AA"),
        (0, "perfect", "PERFECT", "E"),
    ],
)
def test_the_medal_makes_the_lamp_and_failing_limits_the_grade(
    points: int, medal: str, lamp: str, grade: str
) -> None:
    score = ScoreData({"score": points, "clearMedal": medal})

    stored = hydrate(POPN, chart(), score, None, 0).score_data

    assert (stored["lamp"], stored["grade"]) == (lamp, grade)


@pytest.mark.parametrize(
    ("points", "medal", "level", "expected"),
    [
        (93001, "clearCircle", 41, 83.82371323529412),
        (98500, "perfect", 50, 101.74632352941177),
        (91234, "fullComboDiamond", 35, 72.83713235294118),
        (87500, "easyClear", 38, 77.29779411764706),
        (50001, "failedCircle", 30, 55.147242647058825),
        (50000, "clearStar", 45, 0),
        (90000, "clearStar", -1, None),
    ],
)
def test_class_points_agree_to_the_last_digit(
    points: int, medal: str, level: float, expected: float | None
) -> None:
    score = ScoreData({"score": points, "clearMedal": medal})

    assert rate(POPN, score, chart(level)) == {"classPoints": expected}


@pytest.mark.parametrize(
    ("values", "expected"),
    [(list(range(80, 68, -1)), 75.5), (list(range(80, 71, -1)), None), ([0] * 10, 0)],
)
def test_sessions_are_rated_by_their_ten_best_scores(
    values: list[float], expected: float | None
) -> None:
    rated = session_ratings(POPN, [{"classPoints": value} for value in values])

    assert rated == {"classPoints": expected}


@pytest.mark.parametrize(
    ("values", "expected", "rank"),
    [
        ([80, 79, 78], 11.85, "KITTY"),
        ([85 - i / 2 for i in range(24)], 80.25, "HERMIT"),
        ([], None, None),
    ],
)
def test_profiles_divide_by_twenty(
    values: list[float], expected: float | None, rank: str | None
) -> None:
    pbs = [RatedPB(str(i), i, True, {"classPoints": value}) for i, value in enumerate(values)]

    ratings = profile_ratings(POPN, pbs)

    assert ratings == {"naiveClassPoints": expected}
    assert derived_classes(POPN, ratings) == {"class": rank}


@pytest.mark.parametrize(
    ("points", "rank"),
    [
        (0, "KITTY"),
        (20.99, "KITTY"),
        (21, "STUDENT"),
        (34, "DELINQUENT"),
        (46, "DETECTIVE"),
        (59, "IDOL"),
        (68, "GENERAL"),
        (79, "HERMIT"),
        (90.99, "HERMIT"),
        (91, "GOD"),
    ],
)
def test_a_class_starts_where_the_one_below_ends(points: float, rank: str) -> None:
    assert derived_classes(POPN, {"naiveClassPoints": points}) == {"class": rank}


NO_BADS = "Cannot have a FULL COMBO lamp with any bads."
PERFECT = "Cannot have a PERFECT lamp with any bads or goods."
FC_STAR = "Must have between 1-5 goods for a full combo star."
FC_DIAMOND = "Must have between 6-20 goods for a full combo diamond."
FC_CIRCLE = "Must have >21 goods for a full combo circle."
STAR = "Must have between 1-5 bads for a clear star."
DIAMOND = "Must have between 6-20 bads for a clear diamond."
CIRCLE = "Must have between >21 bads for a clear circle."


@pytest.mark.parametrize(
    ("medal", "judgements", "lines"),
    [
        ("perfect", {"good": 1}, [PERFECT]),
        ("perfect", {"bad": 1}, [PERFECT]),
        ("perfect", {"good": 0, "bad": None}, []),
        ("fullComboStar", {"good": 6, "bad": 1}, [NO_BADS, FC_STAR]),
        ("fullComboStar", {"good": 0, "bad": 0}, [FC_STAR]),
        ("fullComboStar", {"good": 5, "bad": 0}, []),
        ("fullComboDiamond", {"good": 5, "bad": 0}, [FC_DIAMOND]),
        ("fullComboDiamond", {"good": 20, "bad": 0}, []),
        ("fullComboCircle", {"good": 20, "bad": 0}, [FC_CIRCLE]),
        ("fullComboCircle", {"good": 21, "bad": 0}, []),
        ("clearStar", {"good": 9, "bad": 6}, [STAR]),
        ("clearDiamond", {"good": 9, "bad": 21}, [DIAMOND]),
        ("clearCircle", {"good": 20, "bad": 20}, [CIRCLE]),
        ("clearCircle", {"good": 20, "bad": 21}, []),
        ("clearCircle", {"bad": 20}, []),
        ("easyClear", {"good": 0, "bad": 0}, []),
        ("failedStar", {"good": 0, "bad": 0}, []),
        ("clearStar", {}, []),
    ],
)
def test_medals_must_fit_judgements(
    medal: str, judgements: dict[str, Any], lines: list[str]
) -> None:
    score = ScoreData({"score": 95_000, "clearMedal": medal}, judgements)
    if not lines:
        assert hydrate(POPN, chart(), score, None, 0).score_data["clearMedal"] == medal
        return

    with pytest.raises(InvalidScore) as failure:
        hydrate(POPN, chart(), score, None, 0)

    assert failure.value.message.splitlines()[1:] == lines


def test_a_score_that_cannot_be_is_told_and_not_derived_from() -> None:
    with pytest.raises(InvalidScore) as failure:
        hydrate(POPN, chart(), ScoreData({"score": 100_001, "clearMedal": "perfect"}), None, 0)

    assert failure.value.message == (
        "Got 1 error when validating score:\n"
        "Invalid value for score, Expected a number between 0 and 100000. Got 100001."
    )


def played(score_id: str, points: int, medal: str) -> PlayedScore:
    score = ScoreData({"score": points, "clearMedal": medal})
    stored = hydrate(POPN, chart(), score, None, 0).score_data
    return PlayedScore(score_id, stored, timeAchieved=None)


@pytest.mark.parametrize(
    ("plays", "expected", "points"),
    [
        (
            [(97_000, "failedStar"), (88_000, "clearDiamond")],
            (97_000, "clearDiamond", "CLEAR", "A"),
            82.72058823529412,
        ),
        (
            [(84_020, "clearCircle"), (80_000, "perfect")],
            (84_020, "perfect", "PERFECT", "A"),
            80.70220588235294,
        ),
    ],
)
def test_a_better_medal_is_merged_and_the_grade_stays(
    plays: list[tuple[int, str]], expected: tuple[Any, ...], points: float
) -> None:
    scores = [played(str(i), points, medal) for i, (points, medal) in enumerate(plays)]

    best = merge(POPN, chart(), scores)

    assert best is not None
    stored = best.scoreData
    names = ("score", "clearMedal", "lamp", "grade")
    assert tuple(stored[name] for name in names) == expected
    assert stored["enumIndexes"]["lamp"] == POPN.metrics["lamp"].index[stored["lamp"]]  # type: ignore[union-attr]
    assert best.calculatedData == {"classPoints": points}
    assert [part.name for part in best.composedFrom] == ["Best Score", "Best Clear"]


@pytest.mark.parametrize(
    ("points", "grade", "goal", "text"),
    [
        (95_342, "AAA", "S", "S-2.7K"),
        (93_000, "AA", "S", "AAA-2K"),
        (89_500, "A", "AA", "AA-500"),
        (83_000, "A", "AA", "AA-7K"),
        (12_345, "E", "D", "D-38K"),
        (61_999, "D", "C", "C-1"),
        (100_000, "S", "S", "S+2K"),
        (97_000, "A", "AAA", "AA7K"),
    ],
)
def test_grade_progress_counts_points(points: int, grade: str, goal: str, text: str) -> None:
    pb = ScoreData({"score": points, "grade": grade})
    goal_value = POPN.derived["grade"].metric.index[goal]  # type: ignore[union-attr]

    assert progress_text(POPN, "grade", pb, goal_value) == text


def test_other_goals() -> None:
    pb = ScoreData({"score": 98_123, "clearMedal": "clearStar", "lamp": "CLEAR"})

    assert criteria_text(POPN, "score", 95_000) == "Get a score of 95,000 on"
    assert out_of_text(POPN, "score", 95_000) == "95,000"
    assert progress_text(POPN, "score", pb, 95_000) == "98,123"
    assert criteria_text(POPN, "clearMedal", 6) == "clearStar"
    assert progress_text(POPN, "clearMedal", pb, 10) == "clearStar"
    assert progress_text(POPN, "lamp", pb, 4) == "CLEAR"


@pytest.mark.parametrize(
    ("meta", "accepted"),
    [
        ({"hiSpeed": 3.5, "hidden": 100, "sudden": None, "random": "MIRROR"}, True),
        ({"gauge": None, "random": None}, True),
        ({"gauge": "EX-HARD"}, False),
        ({"random": "R-RANDOM"}, False),
    ],
)
def test_score_meta_is_strict(meta: dict[str, Any], accepted: bool) -> None:
    try:
        read = msgspec.convert(meta, POPN.score_meta)
    except msgspec.ValidationError:
        assert not accepted
    else:
        assert accepted
        assert msgspec.to_builtins(read) == meta
