from __future__ import annotations

import pytest

from common.catalogue.index import GameCatalogue
from common.errors import (
    AmbiguousTitle,
    ConversionFailure,
    FatalImportError,
    InvalidScore,
    SongOrChartNotFound,
)
from tests.common.catalogue.documents import chart, song
from worker.import_types.base import DryScore, Parsed, Upload
from worker.import_types.files.eamusement_sdvx_csv import EamusementSDVXCSV

CATALOGUE = GameCatalogue(
    "sdvx",
    0,
    [song(1, "Song", alt=['"Other" name']), song(2, "Twin"), song(3, "x", alt=["Twin"])],
    [chart("adv", 1, "ADV"), chart("ult", 1, "ULT"), chart("old", 1, "EXH", primary=False)],
)
HEADER = "title,difficulty,level,rank,grade,score,exscore,plays,clears,uc,puc"


def row(
    title: str = "Song",
    difficulty: str = "ADVANCED",
    level: str = "10",
    lamp: str = "COMPLETE",
    score: str = "9551234",
    exscore: str = "0",
) -> str:
    return f"{title},{difficulty},{level},{lamp},AA+,{score},{exscore},3,2,0,0"


def parse(text: str) -> Parsed:
    file = "f.csv", text.encode()
    return EamusementSDVXCSV().parse(Upload(1, 0, ("sdvx",), *file))


def convert(line: str) -> DryScore:
    (entry,) = parse(f"{HEADER}\n{line}\n").entries
    return EamusementSDVXCSV().converter({}, CATALOGUE)(entry)


def test_a_row_becomes_a_score_without_a_time() -> None:
    score = convert(row(lamp="EXCESSIVE COMPLETE", exscore="4000"))

    assert (score.song.id, score.chart.chartID) == (1, "adv")
    assert (score.service, score.comment, score.timeAchieved) == ("e-amusement", None, None)
    assert score.scoreData.metrics == {"score": 9551234, "lamp": "EXCESSIVE CLEAR"}
    assert score.scoreData.judgements == {}
    assert score.scoreData.optional == {"exScore": 4000}


def test_an_ex_score_of_zero_is_none() -> None:
    assert convert(row()).scoreData.optional == {"exScore": None}


def test_ultimate_is_a_difficulty() -> None:
    assert convert(row(difficulty="ULTIMATE")).chart.chartID == "ult"


def test_a_title_keeps_the_quotes_inside_of_it() -> None:
    assert convert(row(title='"Other" name')).song.id == 1


@pytest.mark.parametrize(
    ("line", "kind", "message"),
    [
        (row(title=" Song"), SongOrChartNotFound, "Could not find song for  Song."),
        (row(difficulty="EXHAUST"), SongOrChartNotFound, "Could not find chart for Song [EXH]."),
        (row(difficulty="ADV"), InvalidScore, "Song - Invalid difficulty of ADV."),
        (row(level="18"), InvalidScore, "Song [ADV] - Should be level 10, but found level 18."),
        (
            row(score="1.5"),
            InvalidScore,
            "Song [ADV] - Invalid score of 1.5. (Not an integer -- 1.5.)",
        ),
        (row(score="-1"), InvalidScore, "Song [ADV] - Invalid score of -1. (Was negative -- -1.)"),
        (
            row(score="10000001"),
            InvalidScore,
            "Song [ADV] - Invalid score of 10000001 (was greater than 10,000,000).",
        ),
        (
            row(exscore="x"),
            InvalidScore,
            "Song [ADV] - Invalid EX score of 9551234. (Not an integer -- x.)",
        ),
        (row(lamp="CLEAR"), InvalidScore, "Song [ADV] - Invalid lamp of CLEAR."),
    ],
)
def test_what_is_wrong_with_a_row_is_said(
    line: str, kind: type[ConversionFailure], message: str
) -> None:
    with pytest.raises(kind) as failure:
        convert(line)
    assert failure.value.message == message


def test_a_title_of_two_songs_is_ambiguous() -> None:
    with pytest.raises(AmbiguousTitle):
        convert(row(title="Twin"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expected headers, but received nothing in the first row."),
        (
            f"{HEADER},more",
            "Invalid CSV provided. CSV does not have the correct number of headers.",
        ),
        (f"{HEADER}\na,b,c,d", "Row 1 has an invalid amount of cells (4, expected 11)."),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, message: str) -> None:
    with pytest.raises(FatalImportError) as failure:
        parse(text)
    assert (failure.value.status, failure.value.message) == (400, message)


def test_a_file_of_a_header_alone_holds_nothing() -> None:
    assert list(parse(f"{HEADER}\r\n").entries) == []
