from __future__ import annotations

from typing import Any

import msgspec
import pytest

from common.catalogue.documents import Chart, Song
from common.errors import InvalidScore
from common.games.kit.bms_like import SongData
from common.games.kit.goals import criteria_text, out_of_text, progress_text
from common.games.kit.ratings import profile_ratings, session_ratings
from common.games.model import GPT, RatedPB, ScoreData
from common.games.registry import gpt_by_id
from common.games.scoring.hydration import hydrate, rate
from common.games.scoring.personal_bests import PlayedScore, merge
from tests.common.games.charts import chart_of

BMS_7K, BMS_14K = gpt_by_id("bms:7K"), gpt_by_id("bms:14K")
CONTROLLER, KEYBOARD = gpt_by_id("pms:Controller"), gpt_by_id("pms:Keyboard")

each_gpt = pytest.mark.parametrize("gpt", [BMS_7K, BMS_14K, CONTROLLER, KEYBOARD])


def chart(gpt: GPT, **data: Any) -> Chart:
    plain = {"notecount": 786, "hashMD5": "m", "hashSHA256": "s", "tableFolders": []}
    return chart_of(gpt, {**plain, **data}, level="38", levelNum=0)


def failures(gpt: GPT, score: ScoreData) -> list[str]:
    with pytest.raises(InvalidScore) as failure:
        hydrate(gpt, chart(gpt), score, None, 0)
    return failure.value.message.splitlines()[1:]


@each_gpt
@pytest.mark.parametrize(
    ("ex", "notes", "percent", "grade"),
    [
        (1000, 786, 63.61323155216285, "B"),
        (3700, 2000, 92.5, "AAA"),
        (3778, 2000, 94.45, "MAX-"),
        (0, 786, 0, "F"),
        (1572, 786, 100, "MAX"),
    ],
)
def test_percent_and_grade_follow_from_the_ex_score(
    gpt: GPT, ex: int, notes: int, percent: float, grade: str
) -> None:
    score = ScoreData({"score": ex, "lamp": "CLEAR"})

    stored = hydrate(gpt, chart(gpt, notecount=notes), score, None, 0).score_data

    assert (stored["percent"], stored["grade"]) == (percent, grade)


@each_gpt
def test_the_grade_is_declared_before_percent(gpt: GPT) -> None:
    assert list(gpt.metrics) == ["score", "lamp", "grade", "percent"]
    assert failures(gpt, ScoreData({"score": 1573, "lamp": "CLEAR"})) == [
        "Invalid value for score, EX Score cannot be greater than 1572 for this chart. Got 1573.",
        "Invalid value for percent, Expected a number between 0 and 100. Got 100.06361323155217.",
    ]


@each_gpt
def test_gauge_histories_have_no_gaps(gpt: GPT) -> None:
    score = ScoreData({"score": 0, "lamp": "FAILED"}, optional={"gaugeHistory": [20, None, 101]})

    assert failures(gpt, score) == [
        "Invalid value for metric gaugeHistory, Expected a number between 0 and 100., got null.",
        "Invalid value for metric gaugeHistory, Expected a number between 0 and 100., got 101.",
    ]


@each_gpt
def test_early_and_late_judgements_are_counts(gpt: GPT) -> None:
    score = ScoreData({"score": 0, "lamp": "FAILED"}, optional={"lpr": -1, "epg": 0, "bp": None})

    assert failures(gpt, score) == ["Invalid value for lpr, Expected a positive number. Got -1."]


@pytest.mark.parametrize("gpt", [BMS_7K, BMS_14K])
def test_bms_judgements_must_make_the_ex_score(gpt: GPT) -> None:
    score = ScoreData({"score": 999, "lamp": "CLEAR"}, {"pgreat": 400, "great": 200})

    assert failures(gpt, score) == [
        "Expected PGreat*2 + Great to equal EX score. Got 400*2 + 200 but that wasn't equal to "
        "the EX score of 999."
    ]


@pytest.mark.parametrize("gpt", [CONTROLLER, KEYBOARD])
def test_pms_judgements_need_not_make_the_ex_score(gpt: GPT) -> None:
    score = ScoreData({"score": 999, "lamp": "CLEAR"}, {"cool": 400, "great": 200})

    assert hydrate(gpt, chart(gpt), score, None, 0).score_data["score"] == 999


@each_gpt
@pytest.mark.parametrize(
    ("lamp", "easy", "hard", "expected"),
    [
        ("EASY CLEAR", 17.25, 18.5, 17.25),
        ("CLEAR", 17.25, 18.5, 17.25),
        ("HARD CLEAR", 17.25, 18.5, 18.5),
        ("FULL COMBO", 17.25, 16, 17.25),
        ("CLEAR", None, 18.5, 0),
        ("EX HARD CLEAR", None, 18.5, 18.5),
        ("ASSIST CLEAR", 17.25, 18.5, 0),
        ("FAILED", 17.25, 18.5, 0),
        ("NO PLAY", 17.25, 18.5, 0),
    ],
)
def test_sieglinde_is_how_hard_the_clear_was(
    gpt: GPT, lamp: str, easy: float | None, hard: float | None, expected: float
) -> None:
    score = ScoreData({"score": 0, "lamp": lamp})

    assert rate(gpt, score, chart(gpt, sglEC=easy, sglHC=hard)) == {"sieglinde": expected}


@each_gpt
def test_charts_that_nobody_judged_give_no_points(gpt: GPT) -> None:
    assert rate(gpt, ScoreData({"score": 0, "lamp": "HARD CLEAR"}), chart(gpt)) == {"sieglinde": 0}


@each_gpt
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([*(20 - i * 0.25 for i in range(10)), 0, 0], 18.875),
        ([20, 19], None),
        ([*[0] * 9, 14.5], 1.45),
    ],
)
def test_sessions_are_rated_by_their_ten_best_scores(
    gpt: GPT, values: list[float], expected: float | None
) -> None:
    rated = session_ratings(gpt, [{"sieglinde": value} for value in values])

    assert rated == {"sieglinde": expected}


@each_gpt
@pytest.mark.parametrize(
    ("values", "expected"),
    [([17.25, 18.5, 16], 2.5875), ([20 - i * 0.25 for i in range(30)], 17.625), ([], None)],
)
def test_profiles_divide_by_twenty(gpt: GPT, values: list[float], expected: float | None) -> None:
    pbs = [RatedPB(str(i), i, True, {"sieglinde": value}) for i, value in enumerate(values)]

    assert profile_ratings(gpt, pbs) == {"sieglinde": expected}


@each_gpt
def test_a_better_lamp_brings_its_gauges_and_the_lowest_bp_counts(gpt: GPT) -> None:
    def played(score_id: str, ex: int, lamp: str, **optional: Any) -> PlayedScore:
        score = ScoreData({"score": ex, "lamp": lamp}, optional=optional)
        stored = hydrate(gpt, chart(gpt), score, None, 0).score_data
        return PlayedScore(score_id, stored, timeAchieved=None)

    best = merge(
        gpt,
        chart(gpt),
        [
            played("base", 1000, "FAILED", gauge=0, gaugeHistory=[20, 0], bp=50),
            played("lamp", 900, "CLEAR", gauge=80, gaugeHistoryEasy=[20, 80], bp=40, epg=3),
            played("bp", 800, "FAILED", bp=30),
        ],
    )

    assert best is not None
    assert [(part.name, part.scoreID) for part in best.composedFrom] == [
        ("Best Score", "base"),
        ("Best Lamp", "lamp"),
        ("Lowest BP", "bp"),
    ]
    assert best.scoreData["lamp"] == "CLEAR"
    assert best.scoreData["optional"] == {
        "bp": 30,
        "gauge": 80,
        "gaugeHistoryEasy": [20, 80],
        "enumIndexes": {},
    }


@each_gpt
@pytest.mark.parametrize(
    ("ex", "grade", "goal", "text"),
    [
        (1333, "AA", "AAA", "AAA-64"),
        (1400, "AAA", "AAA", "AAA+3"),
        (1484, "AAA", "MAX-", "(MAX-)-1"),
        (1397, "AA", "AAA", "AAA-0"),
        (1572, "MAX", "MAX", "MAX+0"),
        (0, "F", "AAA", "F+NaN"),
    ],
)
def test_grade_progress_counts_ex_score(
    gpt: GPT, ex: int, grade: str, goal: str, text: str
) -> None:
    pb = ScoreData({"score": ex, "percent": (100 * ex) / (786 * 2), "grade": grade})
    goal_value = gpt.derived["grade"].metric.index[goal]  # type: ignore[union-attr]

    assert progress_text(gpt, "grade", pb, goal_value) == text


@each_gpt
def test_other_goals(gpt: GPT) -> None:
    pb = ScoreData({"score": 3570, "percent": 92.17572, "lamp": "HARD CLEAR"}, optional={"bp": 2})

    assert criteria_text(gpt, "percent", 94.425) == "Get 94.42% on"
    assert criteria_text(gpt, "score", 3570) == "Get a score of 3570 on"
    assert out_of_text(gpt, "lamp", 5) == "HARD CLEAR"
    assert progress_text(gpt, "percent", pb, 94.425) == "92.18%"
    assert progress_text(gpt, "score", pb, 3570) == "3570"
    assert progress_text(gpt, "lamp", pb, 5) == "HARD CLEAR (BP: 2)"


@pytest.mark.parametrize(
    ("subtitle", "genre", "tables", "text"),
    [
        ("Sub", "Core", [("★", "5"), ("sl", "3")], "Example - Sub [Core] (★5, sl3)"),
        (None, None, [], "Example"),
        ("", "", [("st", "0")], "Example (st0)"),
    ],
)
def test_bms_charts_are_named_by_their_tables(
    subtitle: str | None, genre: str | None, tables: list[tuple[str, str]], text: str
) -> None:
    folders = [{"table": table, "level": level} for table, level in tables]

    assert BMS_7K.chart_text(song(subtitle, genre), chart(BMS_7K, tableFolders=folders)) == text


def test_pms_charts_are_named_like_those_of_other_games() -> None:
    text = CONTROLLER.chart_text(song("Sub", "Core"), chart(CONTROLLER))

    assert text == "Example (Controller CHART 38)"


def song(subtitle: str | None, genre: str | None) -> Song:
    data = {"genre": genre, "subtitle": subtitle, "subartist": None, "tableString": None}
    return Song(1, "Example", "Artist", [], [], msgspec.convert(data, SongData))


def test_only_bms_charts_have_a_level_by_a_program() -> None:
    assert chart(BMS_14K, aiLevel="22").data.aiLevel == "22"
    with pytest.raises(msgspec.ValidationError):
        chart(KEYBOARD, aiLevel=None)


@pytest.mark.parametrize(
    ("gpt", "meta", "accepted"),
    [
        (BMS_7K, {"random": "R-RANDOM", "client": "LR2", "inputDevice": "MIDI"}, True),
        (BMS_7K, {"random": None, "client": None, "inputDevice": None, "gauge": None}, True),
        (BMS_7K, {"random": ["MIRROR", "RANDOM"]}, False),
        (BMS_7K, {"client": "beatoraja"}, False),
        (BMS_14K, {"random": ["MIRROR", "RANDOM"]}, True),
        (BMS_14K, {"random": None}, True),
        (BMS_14K, {"random": "MIRROR"}, False),
        (BMS_14K, {"random": ["MIRROR"] * 3}, False),
        (CONTROLLER, {"random": "MIRROR", "client": "beatoraja", "gauge": "EX-HARD"}, True),
        (CONTROLLER, {"random": None}, False),
        (CONTROLLER, {"inputDevice": "KEYBOARD"}, False),
    ],
)
def test_score_meta_is_strict(gpt: GPT, meta: dict[str, Any], accepted: bool) -> None:
    try:
        read = msgspec.convert(meta, gpt.score_meta)
    except msgspec.ValidationError:
        assert not accepted
    else:
        assert accepted
        assert msgspec.json.decode(msgspec.json.encode(read)) == meta


@pytest.mark.parametrize(
    ("gpt", "name", "count", "lowest", "highest"),
    [
        (BMS_7K, "genocideDan", 22, ("NORMAL_1", "☆1"), ("OVERJOY", "(^^)")),
        (BMS_7K, "stslDan", 26, ("SL0", "sl0"), ("ST12", "st12")),
        (BMS_7K, "newGenerationDan", 22, ("NORMAL_1", "▽1"), ("INSANE_KAIDEN", "▼皆伝")),
        (BMS_7K, "lnDan", 13, ("DAN_1", "◆1"), ("UDON", "◆うどん")),
        (BMS_7K, "scratchDan", 18, ("KYU_7", "七級"), ("KAIDEN", "皆伝")),
        (BMS_14K, "genocideDan", 22, ("NORMAL_1", "☆1"), ("OVERJOY", "(^^)")),
        (BMS_14K, "stslDan", 13, ("SL0", "sl0"), ("SL12", "sl12")),
        (CONTROLLER, "dan", 13, ("INSANE_1", "●1"), ("UNDEFINED", "●UNDF")),
    ],
)
def test_dan_courses_from_lowest_to_highest(
    gpt: GPT, name: str, count: int, lowest: tuple[str, str], highest: tuple[str, str]
) -> None:
    values = gpt.classes[name].values

    assert len(set(gpt.classes[name].ids)) == len(values) == count
    assert (values[0].id, values[0].display) == lowest
    assert (values[-1].id, values[-1].display) == highest


def test_dan_courses_tell_their_english_names() -> None:
    hovers = {value.id: value.hover for value in BMS_7K.classes["newGenerationDan"].values}

    assert hovers["NORMAL_3"] == "Normal 3rd Dan"
    assert hovers["INSANE_0"] == "Insane 0th Dan"
    assert BMS_7K.classes["scratchDan"].values[6].hover == "Scratch 1st Kyu"
    assert BMS_7K.classes["lnDan"].values[1].hover == "LN 2nd Dan"
    assert CONTROLLER.classes["dan"].values[-1].hover == "Undefined (Post-Overjoy)"
