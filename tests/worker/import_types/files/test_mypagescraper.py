from __future__ import annotations

from typing import Any

import pytest

from common.catalogue.index import GameCatalogue
from common.errors import (
    ConversionFailure,
    FatalImportError,
    InvalidScore,
    SongOrChartNotFound,
)
from tests.common.catalogue.documents import chart, song
from worker.import_types.base import DryScore, ImportType, Parsed, RefusedEntry, Upload
from worker.import_types.files.mypagescraper_player_csv import MyPageScraperPlayerCSV
from worker.import_types.files.mypagescraper_records_csv import MyPageScraperRecordsCSV

CATALOGUE = GameCatalogue(
    "wacca",
    0,
    [song(1, "Song, with comma"), song(2, "Short")],
    [chart("normal", 1, "NORMAL"), chart("expert", 1, "EXPERT"), chart("short", 2, "NORMAL")],
)
RECORDS = MyPageScraperRecordsCSV()
HEADER = "music_id,music_title,music_levels,music_scores,music_achieves"


def parse(text: str, import_type: ImportType = RECORDS) -> Parsed:
    file = "f.csv", text.encode()
    return import_type.parse(Upload(1, 0, ("wacca",), *file))


def refusal(text: str, import_type: ImportType = RECORDS) -> str:
    with pytest.raises(FatalImportError) as failure:
        parse(text, import_type)
    assert failure.value.status == 400
    return failure.value.message


def row(
    levels: str = "[10,8,10,0]",
    scores: str = "[812345,0,987654]",
    achieves: str = "[1,0,3]",
    title: str = "Song, with comma",
) -> str:
    return f'{HEADER}\n9001,"{title}","{levels}","{scores}","{achieves}"\n'


def entries(text: str) -> list[Any]:
    return [RECORDS.orphan_data(entry) for entry in parse(text).entries]


def convert_first(text: str) -> DryScore:
    return RECORDS.converter({}, CATALOGUE)(next(iter(parse(text).entries)))


def test_a_row_becomes_an_entry_for_each_difficulty_played() -> None:
    common = {"songId": 9001, "songTitle": "Song, with comma"}
    assert entries(row()) == [
        {**common, "diffIndex": 0, "level": "10", "score": 812345, "lamp": 1},
        {**common, "diffIndex": 2, "level": "10", "score": 987654, "lamp": 3},
    ]


def test_an_entry_becomes_a_score_without_a_time() -> None:
    score = convert_first(row())

    assert score.chart.chartID == "normal"
    assert (score.service, score.comment, score.timeAchieved) == ("mypage-scraper", None, None)
    assert score.scoreData.metrics == {"score": 812345, "lamp": "CLEAR"}


@pytest.mark.parametrize(
    ("title", "music_id", "chart_id"),
    [
        ("As it was called", "9001", "renamed"),
        ("Twice", "9003", "other"),
        ("Renamed", "9002", "renamed"),
    ],
)
def test_a_title_that_no_song_has_or_several_is_made_up_for_by_the_number(
    title: str, music_id: str, chart_id: str
) -> None:
    catalogue = GameCatalogue(
        "wacca",
        0,
        [song(1, "Renamed"), song(2, "Twice"), song(3, "Twice")],
        [
            chart("renamed", 1, "NORMAL", inGameID=9001),
            chart("one", 2, "NORMAL", inGameID=9002),
            chart("other", 3, "NORMAL", inGameID=9003),
        ],
    )
    (entry, _) = parse(row(title=title).replace("9001", music_id)).entries
    assert RECORDS.converter({}, catalogue)(entry).chart.chartID == chart_id


def test_difficulties_that_the_scores_do_not_reach_were_not_played() -> None:
    found = entries(row(levels="[10,8,10,13]", scores="[0,0,1]", achieves="[0,0,1]"))
    assert [entry["diffIndex"] for entry in found] == [2]


def test_a_score_whose_level_is_not_there_is_a_score_all_the_same() -> None:
    found = entries(row(levels="[10,8,10]", scores="[0,0,0,1,2]", achieves="[0,0,0,1,1]"))
    assert [(entry["diffIndex"], entry["level"]) for entry in found] == [(3, ""), (4, "")]


@pytest.mark.parametrize("nothing", ["", "0", "None", "null", "nan", "-"])
def test_what_is_no_score_was_not_played(nothing: str) -> None:
    found = entries(row(scores=f"[{nothing},８１２,7x]", achieves="[1,1,1]"))
    assert [(entry["diffIndex"], entry["score"]) for entry in found] == [(1, 812), (2, None)]


@pytest.mark.parametrize(
    ("levels", "read"),
    [
        ("x [a,b,c] y", ["a", "b", "c", ""]),
        ("[a, b ,c,d]", ["a", " b ", "c", "d"]),
        ("[1,2,3,4,5]", ["1", "2", "3", "4"]),
    ],
)
def test_lists_are_read(levels: str, read: list[str]) -> None:
    found = entries(row(levels=levels, scores="[1,1,1,1]", achieves="[1,1,1,1]"))
    assert [entry["level"] for entry in found] == read


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (row(title="x"), SongOrChartNotFound, "Could not find song for x."),
        (
            row(scores="[0,1,0]"),
            SongOrChartNotFound,
            "Could not find chart for Song, with comma [HARD].",
        ),
        (
            row(achieves="[5,0,0]"),
            InvalidScore,
            "Song, with comma [NORMAL] - Invalid lamp of 5.",
        ),
        (
            row(achieves="[x,0,0]"),
            InvalidScore,
            "Song, with comma [NORMAL] - Invalid lamp of NaN.",
        ),
        (
            row(scores="[x,0,0]"),
            InvalidScore,
            "Song, with comma [NORMAL] - Invalid score of NaN.",
        ),
        (
            row(achieves="[,0,0]"),
            InvalidScore,
            "Song, with comma [NORMAL] - Invalid lamp of NaN.",
        ),
    ],
)
def test_what_is_wrong_with_a_record_is_said(
    text: str, kind: type[ConversionFailure], message: str
) -> None:
    with pytest.raises(kind) as failure:
        convert_first(text)
    assert failure.value.message == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (row(scores="812345"), "Song, with comma - Invalid music_scores of 812345."),
        (row(levels="[1,2]"), "Song, with comma - Invalid music_levels of [1,2]."),
        (row() + "9001,x\n", "Row 2 has an invalid amount of cells (2, expected 5)."),
    ],
)
def test_a_broken_row_is_one_broken_entry(text: str, message: str) -> None:
    *_, last = parse(text).entries
    assert isinstance(last, RefusedEntry)
    assert last.message == message


@pytest.mark.parametrize("levels", ["[12,8,10]", "[0,8,10]", "[,8,10]"])
def test_a_level_is_no_condition(levels: str) -> None:
    assert convert_first(row(levels=levels)).chart.chartID == "normal"


def test_an_orphan_is_an_entry_again() -> None:
    entry = next(iter(parse(row(scores="[x,1,1]", title="y")).entries))
    assert RECORDS.entry_from_orphan(RECORDS.orphan_data(entry)) == entry


def test_a_missing_column_is_named() -> None:
    assert refusal(row().replace("music_title", "title")) == (
        "Malformed CSV, invalid column(s) (music_title: undefined): Expected string."
    )
    assert entries("title\n") == []


# --- the player --------------------------------------------------------------------------

PLAYER = MyPageScraperPlayerCSV()


def stage(cell: str) -> str:
    return f'player_name,player_stage\nsomeone,"{cell}"\n'


@pytest.mark.parametrize(
    ("cell", "provided"),
    [
        ("[1,ステージI,3]", {"stageUp": "I"}),
        ("stage: [14,x,0]!", {"stageUp": "XIV"}),
        ("[009,x,0]", {"stageUp": "IX"}),
        ("[0,-,0]", {}),
    ],
)
def test_a_stage_is_a_class(cell: str, provided: dict[str, str]) -> None:
    parsed = parse(stage(cell), PLAYER)

    assert list(parsed.entries) == []
    assert parsed.class_provider is not None
    assert parsed.class_provider("Single") == provided


@pytest.mark.parametrize("number", ["15", "9" * 50])
def test_a_stage_that_nobody_knows_is_told_of(number: str) -> None:
    parsed = parse(stage(f"[{number},x,1]"), PLAYER)

    assert parsed.class_provider is not None
    assert parsed.class_provider("Single") == {}
    assert parsed.warnings == [
        f"player_stage: unknown stage up id {number}; no class was taken of it."
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expected headers, but received nothing in the first row."),
        ("player_stage\n", "Found 0 records instead of exactly 1 in the player CSV."),
        (stage("[1,x,1]") + "a,b\n", "Found 2 records instead of exactly 1 in the player CSV."),
        ("player_name\nx\n", "Malformed CSV: no player_stage column."),
        (stage("[9,ステージIX]"), "Malformed player_stage entry."),
        (stage("[ 9,x,1]"), "Malformed player_stage entry."),
        ("a,b\n1", "Failed to parse CSV: Row 1 has an invalid amount of cells (1, expected 2)."),
    ],
)
def test_a_player_file_of_another_shape_is_refused(text: str, message: str) -> None:
    assert refusal(text, PLAYER) == message
