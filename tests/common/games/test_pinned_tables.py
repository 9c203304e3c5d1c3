"""Tables of the games that are data: each entry stands here a second time, as specified."""

from __future__ import annotations

import pytest

from common.games.model import ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate
from tests.common.games.charts import chart_of

DDR = gpt_by_id("ddr:SP")
SDVX = gpt_by_id("sdvx:Single")
IIDX = gpt_by_id("iidx:SP")


# Source: specification, games/ddr.md.
BASE_POINTS = (
    *(145, 155, 170, 185, 205, 230, 255, 290, 335, 400),
    *(465, 510, 545, 575, 600, 620, 635, 650, 665),
)


@pytest.mark.parametrize(("level", "points"), list(enumerate(BASE_POINTS, start=1)))
def test_base_points_of_ddr(level: int, points: int) -> None:
    chart = chart_of(DDR, {"inGameID": 1}, levelNum=level, difficulty="EXPERT")
    score = ScoreData({"score": 900_000, "lamp": "CLEAR"}, {}, {})
    assert rate(DDR, score, chart) == {"flareSkill": points}


GRADES = (
    ("D+", 550_000),
    ("C-", 590_000),
    ("C", 600_000),
    ("C+", 650_000),
    ("B-", 690_000),
    ("B", 700_000),
    ("B+", 750_000),
    ("A-", 790_000),
    ("A", 800_000),
    ("A+", 850_000),
    ("AA-", 890_000),
    ("AA", 900_000),
    ("AA+", 950_000),
    ("AAA", 990_000),
)


@pytest.mark.parametrize(("grade", "bound"), GRADES)
def test_grade_bounds_of_ddr(grade: str, bound: int) -> None:
    chart = chart_of(DDR, {"inGameID": 1}, difficulty="EXPERT")

    def graded(points: int) -> str:
        score = ScoreData({"score": points, "lamp": "CLEAR"}, {}, {})
        found: str = hydrate(DDR, chart, score, None, 0).score_data["grade"]
        return found

    below = {bound: name for name, bound in (("D", 0), *GRADES)}
    lower = below[max(each for each in below if each < bound)]
    assert (graded(bound), graded(bound - 1)) == (grade, lower)


def test_match_types_of_sdvx() -> None:
    assert set(SDVX.match_types) == {"sdvxInGameID", "songTitle", "tachiSongID"}


def test_class_ids_of_sdvx() -> None:
    assert SDVX.classes["dan"].ids == (*(f"DAN_{number}" for number in range(1, 12)), "INF")
    colours = (
        *("SIENNA", "COBALT", "DANDELION", "CYAN", "SCARLET"),
        *("CORAL", "ARGENTO", "ELDORA", "CRIMSON", "IMPERIAL"),
    )
    numerals = ("I", "II", "III", "IV")
    assert SDVX.classes["vfClass"].ids == tuple(f"{c}_{n}" for c in colours for n in numerals)


# Source: specification, games/sdvx.md and games/iidx.md.
VERSIONS = {
    "sdvx:Single": {
        "booth": "BOOTH",
        "inf": "infinite infection",
        "gw": "GRAVITY WARS",
        "heaven": "HEAVENLY HAVEN",
        "vivid": "VIVID WAVE",
        "exceed": "EXCEED GEAR",
        "konaste": "Konaste",
    },
    "iidx:SP": {
        "26": "ROOTAGE",
        "27": "HEROIC VERSE",
        "28": "BISTROVER",
        "29": "CastHour",
        "30": "Resident",
        "31": "Epolis",
        "32": "Pinky Crush",
        "inf": "INFINITAS",
        "bmus": "BEATMANIA US",
    },
}


@pytest.mark.parametrize("gpt", VERSIONS)
def test_names_of_versions(gpt: str) -> None:
    versions = gpt_by_id(gpt).versions
    assert {name: versions[name] for name in VERSIONS[gpt]} == VERSIONS[gpt]


def bpi(ex: int, average: int, record: int) -> float | None:
    data = {
        "notecount": 1000,
        "inGameID": 1,
        "2dxtraSet": None,
        "kaidenAverage": average,
        "worldRecord": record,
        "bpiCoefficient": None,
        "hashSHA256": None,
    }
    chart = chart_of(IIDX, data, difficulty="ANOTHER")
    return rate(IIDX, ScoreData({"score": ex, "lamp": "CLEAR"}, {}, {}), chart)["BPI"]


@pytest.mark.parametrize("ex", [1400, 1500, 1501])
def test_no_bpi_where_the_average_equals_the_record(ex: int) -> None:
    """There is no scale between the two."""
    assert bpi(ex, 1500, 1500) is None


def test_bpi_is_0_at_the_average_and_100_at_the_record() -> None:
    assert bpi(1500, 1500, 1501) == 0
    assert bpi(1501, 1500, 1501) == pytest.approx(100)
    assert bpi(0, 1500, 1501) == -15
