from __future__ import annotations

from typing import Any

import msgspec
import pytest

from common.catalogue.documents import Chart, Song
from common.errors import InvalidScore
from common.games.itg import GRADES, SongData
from common.games.kit.goals import criteria_text, out_of_text, progress_text
from common.games.kit.ratings import profile_ratings, session_ratings
from common.games.model import RatedPB, ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate, stored_score_data
from common.games.scoring.personal_bests import PlayedScore, merge
from tests.common.games.charts import chart_of

ITG = gpt_by_id("itg:Stamina")

# Measures in a row that are alike: how many, notes in each, notes per second.
Measures = tuple[int, float, float]


def bpm(speed: float) -> float:
    """Notes per second of 16ths."""
    return speed * 4 / 60


def stream(count: int, speed: float) -> Measures:
    return count, 16, bpm(speed)


EMPTY: Measures = (1, 0, 0)


def chart(*measures: Measures, **data: Any) -> Chart:
    document = {
        "rankedLevel": 15,
        "chartLevel": 14,
        "hashGSv3": "0123456789abcdef",
        "difficultyTag": "Expert",
        "length": 100,
        "charter": "Someone",
        "streamBPM": 190,
        "breakdown": None,
        "npsPerMeasure": [nps for count, _, nps in measures for _ in range(count)],
        "notesPerMeasure": [notes for count, notes, _ in measures for _ in range(count)],
        "bannerLocationOverride": None,
        "originalPack": "Pack",
        "packs": ["Pack"],
    }
    return chart_of(ITG, {**document, **data}, level="14", levelNum=14)


def score(
    lamp: str, percent: float = 90, survived: float = 100, **judgements: int | None
) -> ScoreData:
    metrics = {"scorePercent": percent, "survivedPercent": survived, "lamp": lamp}
    return ScoreData(metrics, judgements)


@pytest.mark.parametrize(
    ("lamp", "percent", "survived", "final", "grade"),
    [
        ("CLEAR", 90.5, 100, 190.5, "S"),
        ("FAILED", 70, 40.25, 40.25, "F"),
        ("QUAD", 100, 100, 200, "★★★★"),
        ("FULL COMBO", 98.99, 100, 198.99, "★★"),
        ("CLEAR", 54.99, 100, 154.99, "D"),
        ("FAILED", 99, 100, 100, "F"),
    ],
)
def test_clears_are_above_fails_and_graded(
    lamp: str, percent: float, survived: float, final: float, grade: str
) -> None:
    stored = hydrate(ITG, chart(), score(lamp, percent, survived), None, 0).score_data

    assert (stored["finalPercent"], stored["grade"]) == (final, grade)


@pytest.mark.parametrize(
    ("lamp", "ranked", "expected"),
    [("CLEAR", 14, 14), ("FULL COMBO", 12.5, 12.5), ("FAILED", 14, None), ("QUAD", None, None)],
)
def test_clears_of_ranked_charts_are_worth_their_level(
    lamp: str, ranked: float | None, expected: float | None
) -> None:
    assert rate(ITG, score(lamp), chart(rankedLevel=ranked))["blockRating"] == expected


@pytest.mark.parametrize(
    ("measures", "survived", "expected"),
    [
        ([stream(40, 190)], None, 190),
        ([stream(32, 200), stream(32, 220)], None, 220),
        ([stream(31, 190)], None, None),
        ([stream(31, 190), stream(1, 50)], None, None),
        ([stream(16, 190), EMPTY, stream(31, 190)], None, None),
        ([stream(16, 190), EMPTY, stream(32, 190)], None, 190),
        ([stream(96, 190)], 33, 190),
        ([stream(96, 190)], 32.2, None),
        ([(22, 24, 15)], None, 225),
        ([(21, 24, 15)], None, None),
        ([(1, 600, 30)], None, None),
        ([(2, 600, 30)], None, 450),
        ([], None, None),
    ],
)
def test_streams_of_32_measures_are_rated_by_their_slowest(
    measures: list[Measures], survived: float | None, expected: float | None
) -> None:
    played = score("CLEAR") if survived is None else score("FAILED", survived=survived)

    rated = rate(ITG, played, chart(*measures))["fastest32"]

    assert rated == (None if expected is None else pytest.approx(expected, rel=1e-12))


def test_measures_of_unknown_speed_are_not_rated() -> None:
    broken = chart(stream(40, 190), npsPerMeasure=[12.0] * 39)

    assert rate(ITG, score("CLEAR"), broken) == {"blockRating": 15, "fastest32": None}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([14, 15, None, 13, 12, 16, 11], 14),
        ([14, 15, None, 13, 12], None),
        ([13, 13, 13, 13, 13], 13),
    ],
)
def test_five_clears_make_a_session(values: list[float | None], expected: float | None) -> None:
    calculated = [{"blockRating": value} for value in values]

    assert session_ratings(ITG, calculated) == {"blockRating": expected}


@pytest.mark.parametrize(
    ("blocks", "streams", "expected"),
    [
        ([12, 15, 14], [190, 202.5, None], (15, 202.5)),
        ([None], [None], (None, None)),
        ([], [], (None, None)),
    ],
)
def test_a_profile_is_as_good_as_its_best(
    blocks: list[float | None], streams: list[float | None], expected: tuple[Any, Any]
) -> None:
    pbs = [
        RatedPB(str(i), i, True, {"blockRating": block, "fastest32": speed})
        for i, (block, speed) in enumerate(zip(blocks, streams, strict=True))
    ]

    ratings = profile_ratings(ITG, pbs)

    assert (ratings["highestBlock"], ratings["fastest32"]) == expected


SURVIVE = "Cannot clear a chart that you didn't survive 100% of."
BREAKS = "Cannot have a FULL COMBO with any combo breaks."


@pytest.mark.parametrize(
    ("played", "lines"),
    [
        (score("CLEAR", survived=99.9), [SURVIVE]),
        (score("FULL COMBO", survived=50, decent=1), [SURVIVE, BREAKS]),
        (score("FULL COMBO", great=4), []),
        (
            score("FULL EXCELLENT COMBO", great=1),
            ["Cannot have a FULL EXCELLENT COMBO with any great (or worse) judgements."],
        ),
        (
            score("QUAD", excellent=1),
            ["Cannot have a QUAD with any excellent (or worse) judgements."],
        ),
        (
            score("QUINT", fantastic=1),
            ["Cannot have a QUINT with any fantastic (or worse) judgements."],
        ),
        (score("QUINT", **{"fantastic+": 600}), []),
        (score("CLEAR", miss=90), []),
        (
            score("CLEAR", percent=101),
            [
                "Invalid value for scorePercent, Expected a number between 0 and 100. Got 101.",
                "Invalid value for finalPercent, Expected a number between 0 and 200. Got 201.",
            ],
        ),
    ],
)
def test_lamps_must_fit_survival_and_judgements(played: ScoreData, lines: list[str]) -> None:
    if not lines:
        stored = hydrate(ITG, chart(), played, None, 0).score_data
        assert stored["lamp"] == played.metrics["lamp"]
        return

    with pytest.raises(InvalidScore) as failure:
        hydrate(ITG, chart(), played, None, 0)

    assert failure.value.message.splitlines()[1:] == lines


@pytest.mark.parametrize(
    ("plays", "expected"),
    [
        ([score("CLEAR", 92), score("FULL COMBO", 90.1)], (192, 92, "S", "FULL COMBO")),
        (
            [score("FAILED", 60, survived=80), score("FAILED", 50, survived=95)],
            (95, 50, "F", "FAILED"),
        ),
        ([score("FAILED", 60, survived=99), score("CLEAR", 40)], (140, 40, "D", "CLEAR")),
    ],
)
def test_a_personal_best_is_the_best_result_with_the_best_lamp(
    plays: list[ScoreData], expected: tuple[Any, ...]
) -> None:
    played = []
    for number, play in enumerate(plays):
        play = ScoreData(
            {
                **play.metrics,
                **{name: derived.derive(play, chart()) for name, derived in ITG.derived.items()},
            }
        )
        played.append(PlayedScore(str(number), stored_score_data(ITG, play), timeAchieved=number))

    best = merge(ITG, chart(), played)

    assert best is not None
    assert best.composedFrom[0].name == "Best Result"
    names = ("finalPercent", "scorePercent", "grade", "lamp")
    assert tuple(best.scoreData[name] for name in names) == expected


@pytest.mark.parametrize(
    ("subtitle", "ranked", "expected"),
    [
        ("(Sub)", 15, "Example (Sub) Expert 15"),
        (None, None, "Example Expert 14?"),
        ("", 12.5, "Example Expert 12.5"),
    ],
)
def test_charts_are_named_by_what_they_are_ranked(
    subtitle: str | None, ranked: float | None, expected: str
) -> None:
    song = Song(1, "Example", "Someone", [], [], SongData(subtitle))

    assert ITG.chart_text(song, chart(rankedLevel=ranked)) == expected


def test_difficulties_are_the_six_of_the_game() -> None:
    with pytest.raises(msgspec.ValidationError):
        chart(difficultyTag="Challenge")


@pytest.mark.parametrize(
    ("goal", "criteria", "out_of"),
    [
        (50, "Survive 50.00% through", "50.00%"),
        (100, "CLEAR", "CLEAR with 0.00%"),
        (196.5, "CLEAR, and get 96.50% on", "CLEAR with 96.50%"),
    ],
)
def test_goals_on_the_result_tell_fails_and_clears_apart(
    goal: float, criteria: str, out_of: str
) -> None:
    assert criteria_text(ITG, "finalPercent", goal) == criteria
    assert out_of_text(ITG, "finalPercent", goal) == out_of


def test_goals_on_survival() -> None:
    pb = score("FAILED", survived=30)

    assert criteria_text(ITG, "survivedPercent", 50) == "Survive 50.00% through"
    assert out_of_text(ITG, "survivedPercent", 50) == "50.00%"
    assert progress_text(ITG, "survivedPercent", pb, 50) == "30.00%"


@pytest.mark.parametrize(
    ("lamp", "percent", "survived", "grade", "goal", "by_grade", "by_result"),
    [
        ("CLEAR", 94.5, 100, "S", "★", "★-1.50%", "CLEAR with 94.50%"),
        ("CLEAR", 96.25, 100, "★", "★★★★", "★+0.25%", "CLEAR with 96.25%"),
        ("QUAD", 100, 100, "★★★★", "★★★★", "★★★★+0.00%", "QUAD with 100.00%"),
        ("CLEAR", 60, 100, "C", "S", "C+5.00%", "CLEAR with 60.00%"),
        ("CLEAR", 79.995, 100, "B", "A", "A-0.00%", "CLEAR with 80.00%"),
        ("FAILED", 45, 30, "F", "A", "D45.00%", "Died 30.00% in"),
        ("FAILED", 45, 100, "F", "A", "D45.00%", "FAILED with 45.00%"),
    ],
)
def test_progress(
    lamp: str,
    percent: float,
    survived: float,
    grade: str,
    goal: str,
    by_grade: str,
    by_result: str,
) -> None:
    pb = score(lamp, percent, survived)
    pb.metrics["grade"] = grade
    pb.metrics["finalPercent"] = survived if lamp == "FAILED" else 100 + percent

    assert progress_text(ITG, "grade", pb, GRADES.names.index(goal)) == by_grade
    assert progress_text(ITG, "finalPercent", pb, 200) == by_result


def test_progress_of_a_failed_play_is_where_it_ended() -> None:
    assert progress_text(ITG, "lamp", score("FAILED", survived=30), 2) == "Died 30.00% in"
    assert progress_text(ITG, "lamp", score("CLEAR"), 2) == "CLEAR"
