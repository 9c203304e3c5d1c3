from __future__ import annotations

import pytest

from common.catalogue.index import GameCatalogue
from common.errors import (
    AmbiguousTitle,
    ConversionFailure,
    FatalImportError,
    InvalidScore,
    SkipScore,
    SongOrChartNotFound,
)
from common.games.model import ScoreData
from common.games.registry import get_gpt
from tests.common.catalogue.documents import chart, song
from worker.import_types.base import DryScore, Parsed, RefusedEntry, Upload
from worker.import_types.files.eamusement_sdvx_csv import EamusementSDVXCSV

CATALOGUE = GameCatalogue(
    "sdvx",
    0,
    [song(1, "Song", alt=['"Other" name']), song(2, "Twin"), song(3, "x", alt=["Twin"])],
    [
        chart("adv", 1, "ADV"),
        chart("ult", 1, "ULT"),
        chart("old", 1, "EXH", primary=False),
        chart("twin", 2, "ADV"),
        chart("other", 3, "ADV"),
    ],
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


@pytest.mark.parametrize("exscore", ["0", "", " ", "-", "---"])
def test_an_ex_score_of_zero_or_none_is_none(exscore: str) -> None:
    assert convert(row(exscore=exscore)).scoreData.optional == {"exScore": None}


@pytest.mark.parametrize("lamp", get_gpt("sdvx", "Single").provided["lamp"].values)
def test_a_clear_rank_may_have_our_name(lamp: str) -> None:
    assert convert(row(lamp=lamp.lower())).scoreData.metrics["lamp"] == lamp


def test_columns_that_a_spreadsheet_adds_do_not_count() -> None:
    (entry,) = parse(f"{HEADER},,\n{row()},,\n").entries

    assert entry.score == "9551234"


def test_ultimate_is_a_difficulty() -> None:
    assert convert(row(difficulty="ULTIMATE")).chart.chartID == "ult"


def test_a_title_keeps_the_quotes_inside_of_it() -> None:
    assert convert(row(title='"Other" name')).song.id == 1


@pytest.mark.parametrize(
    ("line", "kind", "message"),
    [
        (row(title="Sing"), SongOrChartNotFound, "Could not find song for Sing."),
        (row(difficulty="EXHAUST"), SongOrChartNotFound, "Could not find chart for Song [EXH]."),
        (
            row(difficulty="ADV."),
            SongOrChartNotFound,
            "Could not find chart for Song [ADV.]. ADV. is no difficulty known so far.",
        ),
        (row(difficulty="NABLA"), SongOrChartNotFound, "Could not find chart for Song [NBL]."),
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
        (row(lamp="CLEARED"), InvalidScore, "Song [ADV] - Invalid lamp of CLEARED."),
    ],
)
def test_what_is_wrong_with_a_row_is_said(
    line: str, kind: type[ConversionFailure], message: str
) -> None:
    with pytest.raises(kind) as failure:
        convert(line)
    assert failure.value.message == message


def test_a_title_of_two_songs_is_ambiguous_and_no_field_is_asked_for_that_there_is_not() -> None:
    with pytest.raises(AmbiguousTitle) as failure:
        convert(row(title="Twin"))
    assert failure.value.message == (
        "Multiple songs exist with the title Twin. We cannot resolve this."
        " They are Twin by Someone (songID 2), x by Someone (songID 3)."
    )


@pytest.mark.parametrize("level", ["18", "10.5", "", "?"])
def test_a_level_is_no_condition(level: str) -> None:
    assert convert(row(level=level)).chart.chartID == "adv"


@pytest.mark.parametrize("title", ["song", " Song ", "Ｓｏｎｇ\u3000", "\u00a0SONG"])
def test_a_title_is_found_however_it_is_spelled(title: str) -> None:
    assert convert(row(title=title)).chart.chartID == "adv"


def test_a_difficulty_that_only_the_catalogue_knows_is_found_there() -> None:
    catalogue = GameCatalogue("sdvx", 0, [song(1, "Song")], [chart("new", 1, "HYPERNOVA")])
    (entry,) = parse(f"{HEADER}\n{row(difficulty='HYPERNOVA')}\n").entries

    assert EamusementSDVXCSV().converter({}, catalogue)(entry).chart.chartID == "new"


def test_an_empty_cell_is_no_value() -> None:
    assert convert(row(exscore="")).scoreData.optional == {"exScore": None}
    with pytest.raises(SkipScore):
        convert(row(score=""))


SITE = (
    "楽曲名,難易度,楽曲レベル,クリアランク,スコアグレード,ハイスコア,EXスコア,プレー回数,クリア回数,"
    "ULTIMATE CHAIN,PERFECT"
)


@pytest.mark.parametrize(
    "text",
    [
        f"{SITE}\n{row(exscore='7')}",
        f"\ufeff          {SITE}\r\n{row(exscore='7')}\r\n\r\n",
        "EXスコア,クリアランク,その他,難易度,ハイスコア,楽曲名\n7,COMPLETE,x,ADVANCED,9551234,Song",
        f"{SITE},x,y\n{row(exscore='7')},,",
    ],
)
def test_columns_are_found_by_their_headers(text: str) -> None:
    (entry,) = parse(text).entries
    score = EamusementSDVXCSV().converter({}, CATALOGUE)(entry)

    assert score.scoreData == ScoreData({"score": 9551234, "lamp": "CLEAR"}, {}, {"exScore": 7})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expected headers, but received nothing in the first row."),
        (
            f"{HEADER},more",
            "Invalid CSV provided. CSV does not have the correct number of headers.",
        ),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, message: str) -> None:
    with pytest.raises(FatalImportError) as failure:
        parse(text)
    assert (failure.value.status, failure.value.message) == (400, message)


def test_a_broken_row_is_one_broken_entry() -> None:
    first, second = parse(f"{HEADER}\na,b,c,d\n{row()}").entries

    assert first == RefusedEntry(
        "Row 1 has an invalid amount of cells (4, expected 11).", "a,b,c,d"
    )
    assert second.title == "Song"


def test_a_file_of_a_header_alone_holds_nothing() -> None:
    assert list(parse(f"{HEADER}\r\n").entries) == []
