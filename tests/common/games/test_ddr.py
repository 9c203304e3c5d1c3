from __future__ import annotations

from typing import Any

import msgspec
import pytest

from common.catalogue.documents import Chart
from common.errors import InvalidScore
from common.games.kit.goals import criteria_text, progress_text
from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import GPT, RatedPB, ScoreData
from common.games.registry import get_game, gpt_by_id
from common.games.scoring.hydration import hydrate, rate, score_id
from common.games.scoring.personal_bests import PlayedScore, merge
from tests.common.games.charts import chart_of

SP, DP = gpt_by_id("ddr:SP"), gpt_by_id("ddr:DP")

each_gpt = pytest.mark.parametrize("gpt", [SP, DP])


def chart(gpt: GPT = SP, level: float = 14, **data: Any) -> Chart:
    return chart_of(gpt, {"inGameID": 10, **data}, level=str(level), levelNum=level)


@each_gpt
@pytest.mark.parametrize(
    ("points", "lamp", "grade"),
    [
        (990_000, "CLEAR", "AAA"),
        (989_990, "CLEAR", "AA+"),
        (549_990, "CLEAR", "D"),
        (890_000, "ASSIST", "AA-"),
        (0, "CLEAR", "D"),
        (1_000_000, "FAILED", "E"),
    ],
)
def test_failing_is_an_e_whatever_the_score(gpt: GPT, points: int, lamp: str, grade: str) -> None:
    stored = hydrate(gpt, chart(gpt), ScoreData({"score": points, "lamp": lamp}), None, 0)

    assert stored.score_data["grade"] == grade


@each_gpt
@pytest.mark.parametrize(
    ("lamp", "flare", "level", "expected"),
    [
        ("CLEAR", None, 14, 575),
        ("CLEAR", "0", 14, 575),
        ("MARVELOUS FULL COMBO", "II", 6, 257),
        ("ASSIST", "IX", 15, 924),
        ("CLEAR", "EX", 18, 1040),
        ("LIFE4", "VII", 19, 944),
        ("CLEAR", "I", 1, 153),
        ("FAILED", "EX", 18, 0),
        ("FAILED", None, 20, 0),
        ("CLEAR", None, 20, None),
        ("CLEAR", None, 0, None),
        ("CLEAR", None, 14.5, None),
    ],
)
def test_flare_skill_of_one_play(
    gpt: GPT, lamp: str, flare: str | None, level: float, expected: float | None
) -> None:
    score = ScoreData({"score": 900_000, "lamp": lamp}, optional={"flare": flare})

    assert rate(gpt, score, chart(gpt, level)) == {"flareSkill": expected}


def test_levels_are_found_as_they_are_stored() -> None:
    assert rate(SP, ScoreData({"score": 0, "lamp": "CLEAR"}), chart(level=14.0)) == {
        "flareSkill": 575
    }


def test_sessions_are_rated_by_their_ten_best_scores() -> None:
    values = [1040, 900, 850, 800, 750, 700, 650, 600, 550, 500, 450]
    calculated = [{"flareSkill": value} for value in values]

    assert session_ratings(SP, calculated) == {"flareSkill": 734}
    assert session_ratings(SP, calculated[:9]) == {"flareSkill": None}
    assert session_ratings(SP, [{"flareSkill": 0}] * 10) == {"flareSkill": 0}


def pbs(category: str | None, highest: int, count: int, *, primary: bool = True) -> list[RatedPB]:
    """Personal bests from `highest` down; None = on songs that the catalogue no longer has."""
    song = (
        msgspec.convert({"inGameID": 1, "flareCategory": category}, get_game("ddr").song_data)
        if category
        else None
    )
    return [
        RatedPB(f"{category}{i}", i, primary, {"flareSkill": highest - i}, songData=song)
        for i in range(count)
    ]


@pytest.mark.parametrize(
    ("played", "expected", "rank"),
    [
        (
            pbs("CLASSIC", 800, 35)
            + pbs("WHITE", 700, 10)
            + pbs("GOLD", 900, 31)
            + pbs("NONE", 1000, 5),
            57085,
            "URANUS+++",
        ),
        (pbs("CLASSIC", 400, 2) + pbs("GOLD", 500, 3), 2296, "MERCURY"),
        (pbs("NONE", 1000, 5), 0, "NONE"),
        (pbs("GOLD", 1000, 5, primary=False), None, None),
        (pbs(None, 1000, 5), None, None),
        ([], None, None),
    ],
)
def test_profiles_count_the_thirty_best_of_each_era(
    played: list[RatedPB], expected: float | None, rank: str | None
) -> None:
    ratings = profile_ratings(SP, played)

    assert ratings == {"flareSkill": expected}
    assert derived_classes(SP, ratings) == {"flare": rank}


@pytest.mark.parametrize(
    ("skill", "rank"),
    [
        (0, "NONE"),
        (499.9, "NONE"),
        (500, "NONE+"),
        (1999, "NONE+++"),
        (2000, "MERCURY"),
        (6000, "VENUS"),
        (11499, "EARTH"),
        (11500, "EARTH+"),
        (22000, "MARS+++"),
        (31500, "JUPITER+++"),
        (36750, "SATURN+"),
        (45000, "URANUS"),
        (71250, "NEPTUNE+++"),
        (89999, "SUN+++"),
        (90000, "WORLD"),
    ],
)
def test_a_class_starts_where_the_one_below_ends(skill: float, rank: str) -> None:
    assert derived_classes(SP, {"flareSkill": skill}) == {"flare": rank}


def test_classes_are_shown_with_their_planet() -> None:
    shown = {value.id: value.display for value in SP.classes["flare"].values}

    assert len(shown) == 41
    assert (shown["NONE+"], shown["SUN+++"]) == ("NONE+", "太陽 / SUN+++")
    assert shown["WORLD"] == "世界 / WORLD"


def counts(marvelous: int, perfect: int, great: int, good: int, ok: int, miss: int) -> Any:
    names = ("MARVELOUS", "PERFECT", "GREAT", "GOOD", "OK", "MISS")
    return dict(zip(names, (marvelous, perfect, great, good, ok, miss), strict=True))


JUDGED = [
    (counts(90, 5, 3, 1, 0, 1), 969_910, 283),
    (counts(70, 20, 5, 2, 3, 0), 963_730, 264),
    (counts(97, 0, 0, 0, 2, 1), 990_000, 297),
    (counts(100, 0, 0, 0, 0, 0), 1_000_000, 300),
]


@pytest.mark.parametrize(("judgements", "points", "ex"), JUDGED)
def test_judgements_make_score_and_ex_score(
    judgements: dict[str, Any], points: int, ex: int
) -> None:
    played = chart(stepCount=100)
    fine = ScoreData({"score": points, "lamp": "CLEAR"}, judgements, {"exScore": ex})
    off = ScoreData({"score": points - 10, "lamp": "CLEAR"}, judgements, {"exScore": ex + 1})

    assert hydrate(SP, played, fine, None, 0).score_data["score"] == points
    assert failures(played, off) == [
        f"Expected calculated score from judgements of {points} to equal score of {points - 10}.",
        f"EXScore expected to be {ex} instead of {ex + 1}",
    ]


def failures(played: Chart, score: ScoreData) -> list[str]:
    with pytest.raises(InvalidScore) as failure:
        hydrate(SP, played, score, None, 0)
    return failure.value.message.splitlines()[1:]


@pytest.mark.parametrize(
    ("lamp", "judgements", "data"),
    [
        ("FAILED", counts(90, 5, 3, 1, 0, 1), {"stepCount": 100}),
        ("CLEAR", counts(90, 5, 3, 1, 0, 1), {}),
        ("CLEAR", counts(90, 5, 3, 1, 0, 1), {"stepCount": 0}),
        ("CLEAR", {**counts(90, 5, 3, 1, 0, 1), "OK": None}, {"stepCount": 100}),
        ("CLEAR", {"MARVELOUS": 90}, {"stepCount": 100}),
    ],
)
def test_what_is_not_known_is_not_held_against_the_score(
    lamp: str, judgements: dict[str, Any], data: dict[str, Any]
) -> None:
    score = ScoreData({"score": 123_450, "lamp": lamp}, judgements)

    assert hydrate(SP, chart(**data), score, None, 0).score_data["score"] == 123_450


@pytest.mark.parametrize(
    ("lamp", "judgements", "text"),
    [
        (
            "FULL COMBO",
            counts(0, 0, 0, 0, 0, 1),
            "Cannot have a FULL COMBO with more than 0 MISS",
        ),
        (
            "GREAT FULL COMBO",
            counts(0, 0, 0, 1, 0, 0),
            "Cannot have a GREAT FULL COMBO with more than 0 MISS and GOOD",
        ),
        (
            "PERFECT FULL COMBO",
            counts(0, 0, 1, 0, 0, 0),
            "Cannot have a PERFECT FULL COMBO with more than 0 MISS, GOOD and GREAT",
        ),
        (
            "MARVELOUS FULL COMBO",
            counts(0, 1, 0, 0, 0, 0),
            "Cannot have a MARVELOUS FULL COMBO with anyhing else than MARVELOUS judgements",
        ),
        ("FULL COMBO", counts(0, 1, 1, 1, 1, 0), None),
        ("LIFE4", counts(0, 0, 0, 0, 0, 3), None),
        ("FULL COMBO", {"MISS": 1}, None),
    ],
)
def test_full_combos_must_fit_judgements(
    lamp: str, judgements: dict[str, Any], text: str | None
) -> None:
    score = ScoreData({"score": 900_000, "lamp": lamp}, judgements)

    if text is None:
        assert hydrate(SP, chart(), score, None, 0).score_data["lamp"] == lamp
    else:
        assert failures(chart(), score) == [text]


def test_the_ex_score_is_part_of_the_identity_and_the_flare_is_not() -> None:
    def identity(**optional: Any) -> str:
        return score_id(1, SP, "c", ScoreData({"score": 1, "lamp": "CLEAR"}, optional=optional))

    assert identity(flare="EX") == identity() == identity(exScore=None)
    assert identity(exScore=1) != identity()


def test_an_unknown_flare_is_told() -> None:
    score = ScoreData({"score": 900_000, "lamp": "CLEAR"}, optional={"flare": "XI"})

    assert failures(chart(), score) == [
        "Invalid value for flare, got XI, but expected any of "
        "0, I, II, III, IV, V, VI, VII, VIII, IX, EX."
    ]


def played(score_id: str, points: int, lamp: str, **optional: Any) -> PlayedScore:
    score = ScoreData({"score": points, "lamp": lamp}, optional=optional)
    stored = hydrate(SP, chart(level=18), score, None, 0).score_data
    return PlayedScore(score_id, stored, timeAchieved=None)


def test_a_personal_best_has_the_best_flare_that_was_not_failed() -> None:
    best = merge(
        SP,
        chart(level=18),
        [
            played("base", 950_000, "FAILED", flare="EX"),
            played("lamp", 800_000, "CLEAR", flare="V"),
            played("ex", 700_000, "FAILED", exScore=300),
            played("flare", 790_000, "CLEAR", flare="VII"),
        ],
    )

    assert best is not None
    assert [(part.name, part.scoreID) for part in best.composedFrom] == [
        ("Best Score", "base"),
        ("Best Lamp", "flare"),
        ("Best EX Score", "ex"),
    ]
    # The grade is that of the best score.
    assert (best.scoreData["lamp"], best.scoreData["grade"]) == ("CLEAR", "E")
    assert best.scoreData["optional"] == {
        "flare": "VII",
        "exScore": 300,
        "enumIndexes": {"flare": 7},
    }
    assert best.calculatedData == {"flareSkill": 923}


@pytest.mark.parametrize(
    ("scores", "flare_skill", "lamp", "grade"),
    [
        ([(960_000, "CLEAR", None), (900_000, "CLEAR", "VII")], 923, "CLEAR", "AA+"),
        (
            [(960_000, "CLEAR", "V"), (940_000, "FAILED", "IX"), (900_000, "CLEAR", "VII")],
            923,
            "CLEAR",
            "AA+",
        ),
        ([(950_000, "FAILED", "EX"), (800_000, "CLEAR", None)], 650, "CLEAR", "E"),
        ([(950_000, "FAILED", "EX"), (800_000, "FAILED", "I")], 0, "FAILED", "E"),
        (
            [(850_110, "LIFE4", None), (1_000_000, "MARVELOUS FULL COMBO", None)],
            650,
            "MARVELOUS FULL COMBO",
            "AAA",
        ),
        ([(850_110, "LIFE4", None), (840_000, "CLEAR", None)], 650, "LIFE4", "A+"),
    ],
)
def test_flares_and_lamps_of_several_plays(
    scores: list[tuple[int, str, str | None]], flare_skill: int, lamp: str, grade: str
) -> None:
    best = merge(
        SP,
        chart(level=18),
        [
            played(str(i), points, given, **({} if flare is None else {"flare": flare}))
            for i, (points, given, flare) in enumerate(scores)
        ],
    )

    assert best is not None
    assert best.calculatedData == {"flareSkill": flare_skill}
    assert (best.scoreData["lamp"], best.scoreData["grade"]) == (lamp, grade)


def test_a_life_four_is_less_than_a_full_combo() -> None:
    assert SP.provided["lamp"].values == (  # type: ignore[union-attr]
        "FAILED",
        "ASSIST",
        "CLEAR",
        "LIFE4",
        "FULL COMBO",
        "GREAT FULL COMBO",
        "PERFECT FULL COMBO",
        "MARVELOUS FULL COMBO",
    )


@pytest.mark.parametrize(
    ("points", "grade", "goal", "text"),
    [
        (955_000, "AA+", "AAA", "AAA-35,000"),
        (995_000, "AAA", "AAA", "AAA+5,000"),
        (600_000, "C", "AAA", "C+0"),
        (840_000, "A", "A+", "(A+)-10,000"),
        (860_000, "A+", "A+", "(AA-)-30,000"),
        (860_000, "A+", "AA", "(AA-)-30,000"),
        (920_000, "AA", "AA+", "AA+20,000"),
        (795_000, "A-", "A+", "A-5,000"),
        (500_000, "E", "A", "D500,000"),
        (0, "E", "D", "D0"),
    ],
)
def test_grade_progress_counts_points(points: int, grade: str, goal: str, text: str) -> None:
    pb = ScoreData({"score": points, "grade": grade})
    goal_value = SP.derived["grade"].metric.index[goal]  # type: ignore[union-attr]

    assert progress_text(SP, "grade", pb, goal_value) == text


def test_other_goals() -> None:
    pb = ScoreData({"score": 987_650, "lamp": "CLEAR"})

    assert criteria_text(SP, "score", 900_000) == "Get a score of 900,000 on"
    assert progress_text(SP, "score", pb, 900_000) == "987,650"
    assert progress_text(SP, "lamp", pb, 7) == "CLEAR"
    assert criteria_text(SP, "lamp", 3) == "LIFE4"
