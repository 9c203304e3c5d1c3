from __future__ import annotations

from typing import Any

import msgspec
import pytest

from common.catalogue.documents import Chart
from common.games.iidx import beat_power_indicator
from common.games.kit.goals import criteria_text, out_of_text, progress_text
from common.games.kit.ratings import profile_ratings, session_ratings
from common.games.model import RatedPB, ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate
from tests.common.games.charts import chart_of

SP, DP = gpt_by_id("iidx:SP"), gpt_by_id("iidx:DP")


def chart(gpt: Any = SP, level: float = 12, **data: Any) -> Chart:
    plain = {
        "notecount": 786,
        "inGameID": 1000,
        "hashSHA256": None,
        "2dxtraSet": None,
        "kaidenAverage": None,
        "worldRecord": None,
        "bpiCoefficient": None,
    }
    return chart_of(gpt, {**plain, **data}, level=str(level), levelNum=level)


def tier(value: float | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"value": value, "text": "地力A", "individualDifference": False}


@pytest.mark.parametrize(
    ("ex", "notes", "percent", "grade"),
    [
        (1000, 786, 63.61323155216285, "B"),
        (1572, 786, 100, "MAX"),
        (2222, 1250, 88.88, "AA"),
        (3700, 2000, 92.5, "AAA"),
        (2831, 1773, 79.83643542019176, "AA"),
        (349, 786, 22.201017811704833, "F"),
        (350, 786, 22.264631043256998, "E"),
        (3777, 2000, 94.425, "AAA"),
        (3778, 2000, 94.45, "MAX-"),
    ],
)
def test_percent_and_grade_follow_from_the_ex_score(
    ex: int, notes: int, percent: float, grade: str
) -> None:
    score = ScoreData({"score": ex, "lamp": "CLEAR"})

    stored = hydrate(SP, chart(notecount=notes), score, None, 0).score_data

    assert (stored["percent"], stored["grade"]) == (percent, grade)


@pytest.mark.parametrize(
    ("lamp", "nc", "hc", "exhc", "expected"),
    [
        ("CLEAR", None, None, None, 12),
        ("HARD CLEAR", 11.8, 12.3, None, 12.3),
        ("EX HARD CLEAR", 12.4, 12.1, 13, 13),
        ("FULL COMBO", None, 12.6, None, 12.6),
        ("HARD CLEAR", None, 11.2, None, 12),
        ("EASY CLEAR", None, None, None, 0),
        ("CLEAR", 0, None, None, 0),
    ],
)
def test_sp_lamps_are_worth_their_tier(
    lamp: str, nc: float | None, hc: float | None, exhc: float | None, expected: float
) -> None:
    played = chart(ncTier=tier(nc), hcTier=tier(hc), exhcTier=tier(exhc))

    rated = rate(SP, ScoreData({"score": 0, "lamp": lamp}), played)

    assert rated["ktLampRating"] == expected


@pytest.mark.parametrize(
    ("lamp", "value", "level", "expected"),
    [
        ("EASY CLEAR", 11.4, 11, 11.4),
        ("ASSIST CLEAR", 11.4, 11, 0),
        ("FULL COMBO", None, 12, 12),
    ],
)
def test_dp_lamps_are_worth_clearing_at_all(
    lamp: str, value: float | None, level: float, expected: float
) -> None:
    played = chart(DP, level, dpTier=tier(value))

    rated = rate(DP, ScoreData({"score": 0, "lamp": lamp}), played)

    assert rated["ktLampRating"] == expected


@pytest.mark.parametrize(
    ("ex", "average", "record", "notes", "coefficient", "expected"),
    [
        (3200, 3000, 3800, 2000, None, 9.811702756242738),
        (2800, 3000, 3800, 2000, None, -7.738244661975939),
        (2950, 3000, 3800, 2000, 1.05, -2.5453115869617426),
        (2000, 3000, 3800, 2000, None, -15),
        (3000, 3000, 3800, 2000, None, 0),
        (3800, 3000, 3800, 2000, 1.2, 100),
        (3900, 3000, 3800, 2000, None, 152.32150319287837),
        (4000, 3000, 3800, 2000, None, 598.368912496294),
        (3500, 3000, 4000, 2000, None, 6.2109592121101755),
        (180, 123, 200, 786, None, 69.64067840359507),
    ],
)
def test_bpi_lies_between_average_and_record(
    ex: int, average: int, record: int, notes: int, coefficient: float | None, expected: float
) -> None:
    played = chart(
        notecount=notes,
        kaidenAverage=average,
        worldRecord=record,
        bpiCoefficient=coefficient,
    )

    bpi = beat_power_indicator(ScoreData({"score": ex, "lamp": "CLEAR"}), played)

    assert bpi == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("average", "record"), [(None, 3800), (3000, None), (3800, 3000), (3000, 3000), (3000, 4001)]
)
def test_charts_without_sensible_figures_have_no_bpi(
    average: int | None, record: int | None
) -> None:
    played = chart(notecount=2000, kaidenAverage=average, worldRecord=record)

    assert rate(SP, ScoreData({"score": 3200, "lamp": "CLEAR"}), played)["BPI"] is None


def test_sessions_are_rated_by_their_ten_best_scores() -> None:
    lamps = [12, 11.8, 12.3, 11, 10, 12.6, 11.5, 12.1, 0, 12.4, 11.9, 9]

    rated = session_ratings(SP, [{"ktLampRating": value, "BPI": None} for value in lamps])

    assert rated["ktLampRating"] == pytest.approx(11.76, rel=1e-12)
    assert rated["BPI"] is None


@pytest.mark.parametrize(
    ("rating", "values", "expected"),
    [
        ("ktLampRating", [12.3, 12, 11.9], 1.81),
        ("ktLampRating", [12.5 - i / 10 for i in range(25)], 11.55),
        ("ktLampRating", [], None),
        ("ktLampRating", [0], 0),
        ("BPI", [40 - i for i in range(19)], None),
        ("BPI", [40 - 2 * i for i in range(20)], 21),
        ("BPI", [*(40 - 2 * i for i in range(22)), None], 21),
    ],
)
def test_profiles_are_rated_by_twenty_charts(
    rating: str, values: list[float | None], expected: float | None
) -> None:
    pbs = [RatedPB(str(i), i, True, {rating: value}) for i, value in enumerate(values)]

    assert profile_ratings(SP, pbs)[rating] == (
        None if expected is None else pytest.approx(expected, rel=1e-12)
    )


@pytest.mark.parametrize(
    ("ex", "notes", "grade", "goal", "text"),
    [
        (1333, 786, "AA", "AAA", "AAA-64"),
        (1400, 786, "AAA", "AAA", "AAA+3"),
        (2831, 1773, "AA", "AA", "AA+73"),
        (1484, 786, "AAA", "MAX-", "(MAX-)-1"),
        (1500, 786, "MAX-", "MAX", "MAX-72"),
        (1500, 786, "MAX-", "MAX-", "MAX-72"),
        (1572, 786, "MAX", "MAX", "MAX+0"),
        (786, 786, "C", "AAA", "B-87"),
        (1397, 786, "AA", "AAA", "AAA0"),
        (0, 786, "F", "AAA", "F+NaN"),
        (175, 701, "F", "E", "E-136"),
    ],
)
def test_grade_progress_counts_ex_score(
    ex: int, notes: int, grade: str, goal: str, text: str
) -> None:
    pb = ScoreData({"score": ex, "percent": (100 * ex) / (notes * 2), "grade": grade})
    goal_value = SP.derived["grade"].metric.index[goal]  # type: ignore[union-attr]

    assert progress_text(SP, "grade", pb, goal_value) == text


@pytest.mark.parametrize(
    ("optional", "text"),
    [({}, "HARD CLEAR"), ({"bp": None}, "HARD CLEAR"), ({"bp": 0}, "HARD CLEAR (BP: 0)")],
)
def test_lamp_progress_tells_the_bp(optional: dict[str, Any], text: str) -> None:
    pb = ScoreData({"lamp": "HARD CLEAR"}, optional=optional)

    assert progress_text(SP, "lamp", pb, 7) == text


def test_goals_on_numbers() -> None:
    assert criteria_text(SP, "percent", 94.425) == "Get 94.42% on"
    assert criteria_text(SP, "score", 1234) == "Get a score of 1234 on"
    assert out_of_text(SP, "score", 1234) == "1234"


@pytest.mark.parametrize(
    ("gpt", "meta", "accepted"),
    [
        (SP, {}, True),
        (SP, {"random": "MIRROR", "gauge": "EX-HARD"}, True),
        (SP, {"random": None}, False),
        (SP, {"random": "SPIRAL"}, False),
        (SP, {"unknown": 1}, False),
        (DP, {"random": ["MIRROR", "RANDOM"]}, True),
        (DP, {"random": ["MIRROR"]}, False),
        (DP, {"random": "MIRROR"}, False),
    ],
)
def test_score_meta_is_strict(gpt: Any, meta: dict[str, Any], accepted: bool) -> None:
    try:
        read = msgspec.convert(meta, gpt.score_meta)
    except msgspec.ValidationError:
        assert not accepted
    else:
        assert accepted
        assert msgspec.to_builtins(read) == meta
