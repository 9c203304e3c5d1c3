from __future__ import annotations

import re
from typing import Any

import pytest

from common.catalogue.documents import Chart
from common.errors import InvalidScore
from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import RatedPB, ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate
from tests.common.games.charts import chart_of

SDVX = gpt_by_id("sdvx:Single")


def chart(level: float = 18) -> Chart:
    return chart_of(SDVX, {"inGameID": 1}, level=str(level), levelNum=level)


@pytest.mark.parametrize(
    ("points", "lamp", "level", "expected"),
    [
        (10_000_000, "PERFECT ULTIMATE CHAIN", 20, 0.462),
        (9_950_000, "ULTIMATE CHAIN", 19, 0.416),
        (9_900_000, "MAXXIVE CLEAR", 18, 0.389),
        (9_900_000, "EXCESSIVE CLEAR", 18, 0.381),
        (9_899_999, "EXCESSIVE CLEAR", 18, 0.37),
        (9_800_000, "CLEAR", 18, 0.359),
        (9_654_321, "EXCESSIVE CLEAR", 17, 0.324),
        (9_123_456, "CLEAR", 16, 0.265),
        (8_812_345, "CLEAR", 16, 0.248),
        (8_500_000, "FAILED", 16, 0.115),
        (7_654_321, "FAILED", 15, 0.094),
        (5_000_000, "FAILED", 10, 0.04),
        (0, "FAILED", 1, 0),
        # Exact arithmetic would give 0.388 and 0.194.
        (9_700_000, "CLEAR", 20, 0.387),
        (9_700_000, "FAILED", 20, 0.193),
    ],
)
def test_volforce_agrees_to_the_last_digit(
    points: int, lamp: str, level: float, expected: float
) -> None:
    score = ScoreData({"score": points, "lamp": lamp})

    assert rate(SDVX, score, chart(level))["VF6"] == expected


def steps(count: int) -> list[float]:
    return [round(0.4 - i * 0.001, 3) for i in range(count)]


@pytest.mark.parametrize(
    ("values", "session", "profile"),
    [
        ([], None, None),
        ([0.4] * 3, None, 1.2000000000000002),
        (steps(9), None, 3.5640000000000005),
        (steps(10), 19.775000000000002, 3.9550000000000005),
        (steps(50), 19.775000000000002, 18.775000000000002),
    ],
)
@pytest.mark.parametrize("key", ["VF6", "VF7"])
def test_sums_of_volforce_agree_to_the_last_digit(
    key: str, values: list[float], session: float | None, profile: float | None
) -> None:
    pbs = [RatedPB(str(i), i, True, {key: value}) for i, value in enumerate(values)]

    assert session_ratings(SDVX, [{key: value} for value in values])[f"Profile{key}"] == session
    assert profile_ratings(SDVX, pbs)[key] == profile


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (0, "SIENNA_I"),
        (-1, "SIENNA_I"),
        (2.4999, "SIENNA_I"),
        (3.564, "SIENNA_II"),
        (18.775, "ELDORA_IV"),
        (19.775, "CRIMSON_IV"),
        (20, "IMPERIAL_I"),
        (22.999, "IMPERIAL_III"),
        (23, "IMPERIAL_IV"),
        (99, "IMPERIAL_IV"),
    ],
)
def test_the_class_follows_from_volforce(value: float | None, expected: str | None) -> None:
    assert derived_classes(SDVX, {"VF7": value}) == {"vfClass": expected}


def test_a_profile_that_was_never_rated_has_no_class() -> None:
    assert derived_classes(SDVX, {}) == {"vfClass": None}


def test_every_class_tells_the_range_it_stands_for() -> None:
    for value in SDVX.classes["vfClass"].values[:-1]:
        assert value.hover is not None
        low, high = (float(bound) for bound in re.findall(r"\d+\.?\d*", value.hover))
        assert derived_classes(SDVX, {"VF7": low}) == {"vfClass": value.id}
        assert derived_classes(SDVX, {"VF7": high}) == {"vfClass": value.id}
        assert derived_classes(SDVX, {"VF7": high + 0.001}) != {"vfClass": value.id}


PERFECT = "Cannot have a PERFECT ULTIMATE CHAIN without a perfect score."
NEARS = "Cannot have a PERFECT ULTIMATE CHAIN with any nears or misses."
MISSES = "Cannot have an ULTIMATE CHAIN with non-zero miss count."
HALF = "Cannot have an ULTIMATE CHAIN with a score less than 5m."


@pytest.mark.parametrize(
    ("points", "lamp", "judgements", "lines"),
    [
        (9_999_999, "PERFECT ULTIMATE CHAIN", {"near": 1}, [PERFECT, NEARS]),
        (4_999_999, "ULTIMATE CHAIN", {"miss": 1}, [MISSES, HALF]),
        (9_000_000, "ULTIMATE CHAIN", {"near": 12, "miss": 0}, []),
        (9_000_000, "ULTIMATE CHAIN", {"miss": None}, []),
        (10_000_000, "CLEAR", {}, []),
    ],
)
def test_lamps_must_fit_score_and_judgements(
    points: int, lamp: str, judgements: dict[str, Any], lines: list[str]
) -> None:
    score = ScoreData({"score": points, "lamp": lamp}, judgements)
    if not lines:
        assert hydrate(SDVX, chart(), score, None, 0).score_data["score"] == points
        return

    with pytest.raises(InvalidScore) as failure:
        hydrate(SDVX, chart(), score, None, 0)

    assert failure.value.message.splitlines()[1:] == lines


def test_a_negative_ex_score_is_told_twice() -> None:
    score = ScoreData({"score": 9_000_000, "lamp": "CLEAR"}, optional={"exScore": -1})

    with pytest.raises(InvalidScore) as failure:
        hydrate(SDVX, chart(), score, None, 0)

    assert failure.value.message == (
        "Got 1 error when validating score:\n"
        "Invalid value for exScore, EX Score must be non-negative. Got -1 Got -1."
    )
