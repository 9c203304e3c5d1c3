from __future__ import annotations

from typing import Any

import msgspec
import pytest

from common.catalogue.documents import Chart, Song
from common.errors import InvalidScore
from common.games.kit.goals import progress_text
from common.games.kit.ratings import derived_classes, profile_ratings, session_ratings
from common.games.model import GPT, RatedPB, ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate
from tests.common.games.charts import chart_of

CONTROLLER, KEYBOARD = gpt_by_id("usc:Controller"), gpt_by_id("usc:Keyboard")

each_gpt = pytest.mark.parametrize("gpt", [CONTROLLER, KEYBOARD])


def chart(gpt: GPT = CONTROLLER, *, level: float = 18, **data: Any) -> Chart:
    plain = {"hashSHA1": "h", "isOfficial": True, "effector": "E", "tableFolders": []}
    return chart_of(gpt, {**plain, **data}, level=str(level), levelNum=level, difficulty="INF")


@each_gpt
@pytest.mark.parametrize(
    ("points", "lamp", "level", "expected"),
    [
        (10_000_000, "PERFECT ULTIMATE CHAIN", 20, 0.462),
        (9_950_000, "ULTIMATE CHAIN", 17, 0.372),
        (9_876_543, "EXCESSIVE CLEAR", 16, 0.328),
        (9_654_321, "CLEAR", 15, 0.28),
        (8_765_432, "FAILED", 14, 0.107),
        (6_543_210, "FAILED", 12, 0.062),
    ],
)
def test_volforce_agrees_to_the_last_digit(
    gpt: GPT, points: int, lamp: str, level: float, expected: float
) -> None:
    score = ScoreData({"score": points, "lamp": lamp})

    assert rate(gpt, score, chart(gpt, level=level))["VF6"] == expected


def steps(count: int) -> list[float]:
    return [round(0.35 - i * 0.002, 3) for i in range(count)]


@each_gpt
@pytest.mark.parametrize(
    ("values", "session", "profile", "vf_class"),
    [
        ([], None, None, None),
        (steps(9), None, 3.078, "SIENNA_II"),
        (steps(10), 17.049999999999997, 3.4099999999999997, "SIENNA_II"),
        (steps(50), 17.049999999999997, 15.05, "SCARLET_I"),
        (steps(64), 17.049999999999997, 15.05, "SCARLET_I"),
    ],
)
def test_sums_of_volforce(
    gpt: GPT,
    values: list[float],
    session: float | None,
    profile: float | None,
    vf_class: str | None,
) -> None:
    pbs = [RatedPB(str(i), i, True, {"VF6": value, "VF7": value}) for i, value in enumerate(values)]

    ratings = profile_ratings(gpt, pbs)

    assert session_ratings(gpt, [pb.calculatedData for pb in pbs]) == {
        "ProfileVF6": session,
        "ProfileVF7": session,
    }
    assert ratings == {"VF6": profile, "VF7": profile}
    assert derived_classes(gpt, ratings) == {"vfClass": vf_class}


PERFECT = "Cannot have a PERFECT ULTIMATE CHAIN without a perfect score."
NEARS = "Cannot have a PERFECT ULTIMATE CHAIN with any nears or misses."
NO_NUMBER = "Invalid value for score, got 5, but expected an integer."
RANGE = "Invalid value for score, Expected a number between 0 and 10000000. Got 5."
HALF = "Cannot have an ULTIMATE CHAIN with a score less than 5m."
LAMP = (
    "Invalid value for lamp, got MAXXIVE CLEAR, but expected any of FAILED, CLEAR, "
    "EXCESSIVE CLEAR, ULTIMATE CHAIN, PERFECT ULTIMATE CHAIN."
)


@pytest.mark.parametrize(
    ("points", "lamp", "judgements", "lines"),
    [
        (9_999_999, "PERFECT ULTIMATE CHAIN", {"miss": 1}, [PERFECT, NEARS]),
        (9_000_000, "MAXXIVE CLEAR", {}, [LAMP]),
        ("5", "ULTIMATE CHAIN", {}, [NO_NUMBER, RANGE, HALF]),
    ],
)
def test_what_does_not_fit_is_told(
    points: Any, lamp: str, judgements: dict[str, Any], lines: list[str]
) -> None:
    score = ScoreData({"score": points, "lamp": lamp}, judgements)

    with pytest.raises(InvalidScore) as failure:
        hydrate(CONTROLLER, chart(), score, None, 0)

    assert failure.value.message.splitlines()[1:] == lines


@pytest.mark.parametrize(
    ("points", "grade", "goal", "text"),
    [
        (9_876_543, "AAA+", "S", "S-23K"),
        (9_750_000, "AAA", "AAA+", "(AAA+)-50K"),
        (9_450_000, "AA", "AA+", "(AA+)-50K"),
        (9_950_000, "S", "PUC", "PUC-50K"),
        (10_000_000, "PUC", "PUC", "PUC+0"),
    ],
)
def test_grade_progress_counts_points(points: int, grade: str, goal: str, text: str) -> None:
    pb = ScoreData({"score": points, "grade": grade})
    goal_value = CONTROLLER.derived["grade"].metric.index[goal]  # type: ignore[union-attr]

    assert progress_text(CONTROLLER, "grade", pb, goal_value) == text


@pytest.mark.parametrize(
    ("gpt", "official", "tables", "text"),
    [
        (KEYBOARD, False, [("★", "5"), ("n", "2")], "Example Song (Keyboard INF ★5, n2)"),
        (KEYBOARD, True, [("★", "5"), ("n", "2")], "Example Song (Keyboard INF 18, ★5, n2)"),
        (CONTROLLER, True, [], "Example Song (Controller INF 18)"),
        (KEYBOARD, False, [], "Example Song (Keyboard INF)"),
    ],
)
def test_only_official_charts_are_named_by_their_level(
    gpt: GPT, official: bool, tables: list[tuple[str, str]], text: str
) -> None:
    folders = [{"table": table, "level": level} for table, level in tables]
    played = chart(gpt, isOfficial=official, tableFolders=folders)

    assert gpt.chart_text(Song(1, "Example Song", "A", [], [], None), played) == text


def test_the_keyboard_stands_for_everything_else() -> None:
    assert CONTROLLER.display_name == "USC (Controller)"
    assert KEYBOARD.display_name == "USC (Keyboard/Other)"


@pytest.mark.parametrize("sha1", ["a", ["a", "b"]])
def test_a_chart_may_have_several_files(sha1: str | list[str]) -> None:
    assert chart(hashSHA1=sha1).data.hashSHA1 == sha1


@pytest.mark.parametrize(
    ("meta", "accepted"),
    [
        ({"noteMod": "MIR-RAN", "gaugeMod": "PERMISSIVE"}, True),
        ({"noteMod": None}, False),
        ({"gaugeMod": "EASY"}, False),
    ],
)
def test_score_meta_is_strict(meta: dict[str, Any], accepted: bool) -> None:
    try:
        read = msgspec.convert(meta, CONTROLLER.score_meta)
    except msgspec.ValidationError:
        assert not accepted
    else:
        assert accepted
        assert msgspec.to_builtins(read) == meta
