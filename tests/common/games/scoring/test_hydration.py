from __future__ import annotations

import math
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.catalogue.documents import Chart
from common.errors import InternalFailure, InvalidScore
from common.games.model import GPT, Enum, Integer, Optional, ScoreData, ScoreRating
from common.games.registry import all_gpts, gpt_by_id
from common.games.scoring.hydration import FUTURE_TOLERANCE, hydrate, rate, score_data_of, score_id
from common.text.canonical import canonical_text
from tests.common.games.charts import chart_of

IIDX, SDVX = gpt_by_id("iidx:SP"), gpt_by_id("sdvx:Single")

NOW = 1_700_000_000_000


def iidx_chart(notes: int = 786) -> Chart:
    data = {
        "notecount": notes,
        "inGameID": 1,
        "hashSHA256": None,
        "2dxtraSet": None,
        "kaidenAverage": None,
        "worldRecord": None,
        "bpiCoefficient": None,
    }
    return chart_of(IIDX, data)


def sdvx_chart() -> Chart:
    return chart_of(SDVX, {"inGameID": 1})


def lines_of(gpt: GPT, chart: Chart, score: ScoreData) -> list[str]:
    with pytest.raises(InvalidScore) as failure:
        hydrate(gpt, chart, score, None, NOW)
    head, *lines = failure.value.message.splitlines()
    noun = "error" if len(lines) == 1 else "errors"
    assert head == f"Got {len(lines)} {noun} when validating score:"
    return lines


# --- identity ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gpt", "user", "chart", "metrics", "optional", "expected"),
    [
        (
            IIDX,
            42,
            "exampleChartA",
            {"score": 1234, "lamp": "FULL COMBO"},
            {},
            "T1752f13af5c61a5da28f138120e5557fb9fdba51168b8e82354d3529039bbeed",
        ),
        (
            SDVX,
            42,
            "exampleChartB",
            {"score": 9876543, "lamp": "CLEAR"},
            {},
            "Tc3fb4acb46a8fb7e7219eda60f3a4998ebcdf9bd4b152dc24dcbcf774b969ec1",
        ),
        (
            SDVX,
            42,
            "exampleChartB",
            {"score": 9876543, "lamp": "CLEAR"},
            {"exScore": 3210, "fast": 5},
            "Ta60e76e9174e9a5153cb6e49496883c2f05c4ca75ffc96891e8b1e02ff050b8a",
        ),
        (
            IIDX,
            1,
            "c2311194e3897ddb5745b1760d2c0141f933e683",
            {"score": 786, "lamp": "CLEAR"},
            {},
            "T5d669c4d5d6ca80761e87698acd77c51d2bed95b64ab76e65952dbca7c26bc81",
        ),
        (
            IIDX,
            1,
            "c2311194e3897ddb5745b1760d2c0141f933e683",
            {"score": 500.0, "lamp": "HARD CLEAR"},
            {"bp": 5},
            "Tecc9141bfbc12fcc1ead785c13c4cf15a5c8a04d8d431e208ffe8c9d0df2080d",
        ),
    ],
)
def test_score_ids_are_those_of_other_implementations(
    gpt: GPT,
    user: int,
    chart: str,
    metrics: dict[str, Any],
    optional: dict[str, Any],
    expected: str,
) -> None:
    assert score_id(user, gpt, chart, ScoreData(metrics, {"great": 3}, optional)) == expected


values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)


@pytest.mark.parametrize("gpt", all_gpts(), ids=lambda gpt: gpt.id)
@given(data=st.data())
def test_a_score_id_is_the_hash_of_its_canonical_object(gpt: GPT, data: st.DataObject) -> None:
    user, chart = data.draw(st.integers(0, 2**31)), data.draw(st.text())
    metrics = {name: data.draw(values) for name in gpt.provided}
    optional = {name: data.draw(values) for name in gpt.optional if data.draw(st.booleans())}
    identity = {"userID": user, "chartID": chart, **metrics}
    for name, declared in gpt.optional.items():
        if declared.in_score_id:
            identity[f"optional.{name}"] = optional.get(name)

    expected = "T" + sha256(canonical_text(identity).encode()).hexdigest()

    assert score_id(user, gpt, chart, ScoreData(metrics, {}, optional)) == expected


def test_a_score_without_a_provided_metric_has_no_id() -> None:
    with pytest.raises(InternalFailure, match="A score of iidx:SP lacks 'lamp'"):
        score_id(1, IIDX, "x", ScoreData({"score": 5}))


# --- the stored document -----------------------------------------------------------------


def test_a_stored_score_is_complete() -> None:
    score = ScoreData(
        {"score": 1205.0, "lamp": "HARD CLEAR"},
        {"pgreat": 480, "great": 245, "good": None},
        {"bp": 5.0, "gauge": 42, "fast": None},
    )

    hydrated = hydrate(IIDX, iidx_chart(), score, None, NOW)

    assert hydrated.score_data == {
        "score": 1205,
        "lamp": "HARD CLEAR",
        "percent": 100 * 1205 / 1572,
        "grade": "A",
        "judgements": {"pgreat": 480, "great": 245, "good": None},
        "optional": {"bp": 5, "gauge": 42, "fast": None, "enumIndexes": {}},
        "enumIndexes": {"lamp": 5, "grade": 5},
    }
    assert type(hydrated.score_data["score"]) is int
    assert type(hydrated.score_data["optional"]["bp"]) is int
    assert hydrated.calculated == {
        "ktLampRating": 10,
        "ktLampRatingHC": 10,
        "ktLampRatingEXHC": 0,
        "BPI": None,
    }


def test_the_dry_score_is_left_as_it_was() -> None:
    score = ScoreData({"score": 1205.0, "lamp": "CLEAR"}, {}, {"gauge": 42.5})

    hydrate(IIDX, iidx_chart(), score, None, NOW)

    assert score == ScoreData({"score": 1205.0, "lamp": "CLEAR"}, {}, {"gauge": 42.5})


def test_a_stored_score_reads_back_as_formulas_see_it() -> None:
    score = ScoreData({"score": 1205, "lamp": "CLEAR"}, {}, {"gauge": 42.5})
    stored = hydrate(IIDX, iidx_chart(), score, None, NOW).score_data

    read = score_data_of(IIDX, stored)

    assert read.metrics.keys() == {"score", "lamp", "percent", "grade"}
    assert read.optional == {"gauge": 42.5}


def test_optional_enums_are_indexed_whether_present_or_not() -> None:
    flare = Optional(Enum(("0", "I", "II")))
    gpt = replace(SDVX, optional={"flare": flare, "other": flare, "third": flare})
    score = ScoreData({"score": 5, "lamp": "CLEAR"}, optional={"flare": "II", "other": None})

    stored = hydrate(gpt, sdvx_chart(), score, None, NOW).score_data

    assert stored["optional"]["enumIndexes"] == {"flare": 2, "other": -1, "third": -1}


@pytest.mark.parametrize("raised", [ValueError, ZeroDivisionError, KeyError, TypeError])
def test_a_rating_that_cannot_be_computed_is_none(raised: type[Exception]) -> None:
    def rating(score: ScoreData, chart: Chart) -> float | None:
        raise raised

    gpt = replace(SDVX, score_ratings={"broken": ScoreRating("", rating)})

    assert rate(gpt, ScoreData({}), sdvx_chart()) == {"broken": None}


def test_a_rating_that_is_not_a_number_is_none() -> None:
    gpt = replace(SDVX, score_ratings={"nan": ScoreRating("", lambda score, chart: math.nan)})

    assert rate(gpt, ScoreData({}), sdvx_chart()) == {"nan": None}


# --- validation --------------------------------------------------------------------------


@pytest.mark.parametrize("late", [None, NOW, NOW + FUTURE_TOLERANCE])
def test_a_score_may_be_up_to_a_day_ahead(late: int | None) -> None:
    score = ScoreData({"score": 5, "lamp": "CLEAR"})

    assert hydrate(SDVX, sdvx_chart(), score, late, NOW).score_data["score"] == 5


def test_a_score_further_in_the_future_is_told_nothing_else() -> None:
    with pytest.raises(InvalidScore) as failure:
        hydrate(SDVX, sdvx_chart(), ScoreData({}), NOW + FUTURE_TOLERANCE + 1, NOW)

    assert failure.value.message == "Invalid timestamp: score happens in the future."


def test_what_follows_from_a_bad_metric_is_told_with_it() -> None:
    lines = lines_of(IIDX, iidx_chart(786), ScoreData({"score": 1573, "lamp": "CLEAR"}))

    assert lines == [
        "Invalid value for score, EX Score cannot be greater than 1572 for this chart. Got 1573.",
        "Invalid value for percent, Expected a number between 0 and 100. Got 100.06361323155217.",
    ]


def test_everything_wrong_is_told_in_order() -> None:
    score = ScoreData(
        {"score": 10_000_001, "lamp": "PERFECT ULTIMATE CHAIN"},
        {"near": 1},
        {"exScore": -2, "fast": 1.5, "slow": None},
    )

    assert lines_of(SDVX, sdvx_chart(), score) == [
        "Invalid value for score, Expected a number between 0 and 10000000. Got 10000001.",
        "Invalid value for fast, got 1.5, but expected an integer.",
        "Invalid value for fast, Expected a positive integer. Got 1.5.",
        "Invalid value for exScore, EX Score must be non-negative. Got -2 Got -2.",
        "Cannot have a PERFECT ULTIMATE CHAIN without a perfect score.",
        "Cannot have a PERFECT ULTIMATE CHAIN with any nears or misses.",
    ]


@pytest.mark.parametrize(
    ("metrics", "lines"),
    [
        (
            {"score": -1, "lamp": "CLEAR"},
            ["Invalid value for score, Expected a number between 0 and 10000000. Got -1."],
        ),
        (
            {"lamp": "CLEAR"},
            [
                "Invalid value for score, got undefined, but expected an integer.",
                "Invalid value for score, Expected a number between 0 and 10000000. Got undefined.",
            ],
        ),
        (
            {"score": 5, "lamp": None},
            [
                "Invalid value for lamp, got null, but expected any of FAILED, CLEAR, "
                "EXCESSIVE CLEAR, MAXXIVE CLEAR, ULTIMATE CHAIN, PERFECT ULTIMATE CHAIN."
            ],
        ),
    ],
)
def test_what_cannot_be_derived_is_told_by_its_cause(
    metrics: dict[str, Any], lines: list[str]
) -> None:
    assert lines_of(SDVX, sdvx_chart(), ScoreData(metrics)) == lines


def test_a_derived_metric_out_of_bounds_is_refused() -> None:
    grade = SDVX.derived["grade"]
    gpt = replace(SDVX, derived={"stars": replace(grade, metric=Integer(), derive=half_a_star)})

    lines = lines_of(gpt, sdvx_chart(), ScoreData({"score": 5, "lamp": "CLEAR"}))

    assert lines == ["Invalid value for stars, got 0.5, but expected an integer."]


def half_a_star(score: ScoreData, chart: Chart) -> float:
    return 0.5


def test_judgements_must_make_the_ex_score() -> None:
    score = ScoreData({"score": 100, "lamp": "CLEAR"}, {"pgreat": 40, "great": 19})

    assert lines_of(IIDX, iidx_chart(), score) == [
        "Expected PGreat*2 + Great to equal EX score. "
        "Got 40*2 + 19 but that wasn't equal to the EX score of 100."
    ]


def test_a_chart_without_notes_has_no_scores() -> None:
    lines = lines_of(IIDX, iidx_chart(notes=0), ScoreData({"score": 0, "lamp": "CLEAR"}))

    assert lines == ["Invalid value for score, This chart has no notes. Got 0."]


BAD_VALUES: list[Any] = [
    None,
    True,
    -1,
    0.5,
    math.nan,
    math.inf,
    10**20,
    "",
    "x",
    [],
    [5],
    {},
]


@pytest.mark.parametrize("value", BAD_VALUES, ids=repr)
@pytest.mark.parametrize("metric", ["score", "lamp"])
@pytest.mark.parametrize(
    ("gpt", "chart"), [(IIDX, iidx_chart()), (SDVX, sdvx_chart())], ids=["iidx", "sdvx"]
)
def test_any_bad_value_is_an_invalid_score(gpt: GPT, chart: Chart, metric: str, value: Any) -> None:
    metrics = {"score": 500, "lamp": "CLEAR", metric: value}

    lines = lines_of(gpt, chart, ScoreData(metrics))

    assert lines[0].startswith(f"Invalid value for {metric}, ")
