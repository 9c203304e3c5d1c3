"""Worked examples of the specification, v3/games.md, of what version 3 rates otherwise."""

from __future__ import annotations

import pytest

from common.errors import InvalidScore
from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import ScoreData
from common.games.registry import gpt_by_v3_id
from common.games.scoring.hydration import hydrate, rate
from tests.common.games.charts import chart_of
from tests.common.games.plays import falling, pbs_with


@pytest.mark.parametrize("game", ["sdvx", "usc-controller"])
@pytest.mark.parametrize(
    ("points", "lamp", "level", "six", "seven"),
    [
        (10_000_000, "PERFECT ULTIMATE CHAIN", 20, 0.462, 0.462),
        (10_000_000, "PERFECT ULTIMATE CHAIN", 18.5, 0.415, 0.427),
        (9_950_000, "ULTIMATE CHAIN", 19, 0.416, 0.42),
        (9_950_000, "ULTIMATE CHAIN", 19.4, 0.416, 0.429),
        (9_876_543, "ULTIMATE CHAIN", 17, 0.359, 0.363),
        (9_900_000, "ULTIMATE CHAIN", 20.9, 0.436, 0.46),
        (9_900_000, "MAXXIVE CLEAR", 18, 0.389, 0.389),
        (9_900_000, "EXCESSIVE CLEAR", 18.5, 0.381, 0.392),
        (9_800_000, "CLEAR", 17.5, 0.339, 0.349),
        (9_700_000, "CLEAR", 17.5, 0.329, 0.339),
        (9_700_000, "CLEAR", 20, 0.387, 0.387),
        (9_654_321, "EXCESSIVE CLEAR", 17.5, 0.324, 0.334),
        (9_300_000, "CLEAR", 20.2, 0.349, 0.353),
        (9_123_456, "CLEAR", 18.6, 0.298, 0.308),
        (8_500_000, "FAILED", 18.2, 0.13, 0.131),
        (3_906_250, "CLEAR", 18.4, None, 0.114),
        (0, "FAILED", 1, 0, 0),
    ],
)
def test_volforce(
    game: str, points: int, lamp: str, level: float, six: float | None, seven: float
) -> None:
    gpt = gpt_by_v3_id(game)
    usc = {"hashSHA1": "x", "isOfficial": True, "effector": "someone", "tableFolders": []}
    data = {"inGameID": 1} if game == "sdvx" else usc
    score, chart = ScoreData({"score": points, "lamp": lamp}), chart_of(gpt, data, levelNum=level)
    if lamp == "MAXXIVE CLEAR" and game != "sdvx":
        # "usc still has no MAXXIVE CLEAR": nobody has such a score.
        with pytest.raises(InvalidScore, match="MAXXIVE CLEAR"):
            hydrate(gpt, chart, score, None, 0)
        return
    rated = rate(gpt, score, chart)
    assert rated["VF7"] == seven
    assert six is None or rated["VF6"] == six


@pytest.mark.parametrize(
    ("game", "key", "values", "session", "profile"),
    [
        ("sdvx", "VF7", falling(0.45, 0.001, 55), ("ProfileVF7", 22.275), ("VF7", 21.275)),
        ("sdvx", "VF7", falling(0.42, 0.002, 12), ("ProfileVF7", 20.55), ("VF7", 4.908)),
        ("sdvx", "VF7", falling(0.45, 0.001, 3), ("ProfileVF7", None), ("VF7", 1.347)),
        ("usc-keyboard", "VF7", falling(0.372, 0.001, 50), ("ProfileVF7", 18.375), ("VF7", 17.375)),
        (
            "iidx-sp",
            "ktLampRatingHC",
            [12.3, 0, 0, 12.6, 12.1, 11.9, 0, 12, 11.5, 12.4, 0, 0],
            ("ktLampRatingHC", 8.48),
            None,
        ),
        ("iidx-sp", "ktLampRatingHC", [12.3, 12, 11.9], None, ("ktLampRatingHC", 1.81)),
        ("iidx-dp", "ktLampRatingHC", [12.9, 0, 0], None, ("ktLampRatingHC", 0.645)),
        ("iidx-sp", "ktLampRatingHC", falling(12.5, 0.1, 25), None, ("ktLampRatingHC", 11.55)),
        ("maimaidx", "rate", falling(338, 1, 60), None, ("naiveRate", 15675)),
        ("maimaidx", "rate", [330] * 50, None, ("naiveRate", 16500)),
        ("arcaea", "potential", falling(13, 0.1, 12), None, ("naivePotential", 4.98)),
    ],
)
def test_sessions_and_profiles(
    game: str,
    key: str,
    values: list[float],
    session: tuple[str, float | None] | None,
    profile: tuple[str, float] | None,
) -> None:
    gpt = gpt_by_v3_id(game)
    if session is not None:
        rated = session_ratings(gpt, [{key: value} for value in values])[session[0]]
        assert rated == (None if session[1] is None else pytest.approx(session[1]))
    if profile is not None:
        assert profile_ratings(gpt, pbs_with(**{key: values}))[profile[0]] == pytest.approx(
            profile[1]
        )


@pytest.mark.parametrize(
    ("scores", "stars", "expected", "colour"),
    [
        (falling(17.5, 0.01, 60), falling(1.2, 0.004, 50), (17.205, 1.102, 21.748), "RAINBOW_EX"),
        (
            falling(18, 0.005, 60),
            falling(1.2, 0.002, 50),
            (17.852, 1.151, 22.573),
            "RAINBOW_EX_TRUE",
        ),
        ([16.9, 16.887, 16.874], [], (0.844, None, 1.012), "BLUE"),
    ],
)
def test_profiles_of_ongeki(
    scores: list[float],
    stars: list[float],
    expected: tuple[float | None, ...],
    colour: str,
) -> None:
    gpt = gpt_by_v3_id("ongeki")
    ratings = profile_ratings(gpt, pbs_with(scoreRating=scores, starRating=stars))
    names = ("scoreRating", "starRating", "naiveRatingRefresh")
    assert tuple(ratings[name] for name in names) == expected
    assert derived_classes(gpt, ratings)["colour"] == colour


@pytest.mark.parametrize(
    ("game", "rating", "classes"),
    [
        (
            "chunithm",
            "naiveRating",
            {
                15.05: "GOLD",
                15.35: "PLATINUM",
                15.6: "PLATINUM_II",
                15.75: "PLATINUM_III",
                15.85: "PLATINUM_III",
                16: "RAINBOW",
            },
        ),
        (
            "maimaidx",
            "naiveRate",
            {
                14249: "GOLD",
                14250: "GOLD_II",
                15675: "RAINBOW_III",
                16100: "RAINBOW_EX_I",
                16500: "RAINBOW_EX_III",
            },
        ),
    ],
)
def test_colours(game: str, rating: str, classes: dict[float, str]) -> None:
    gpt = gpt_by_v3_id(game)
    for value, colour in classes.items():
        assert derived_classes(gpt, {rating: value})["colour"] == colour
