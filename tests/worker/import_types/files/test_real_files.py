"""Real files against the full catalogue: every score of them is accounted for."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from pathlib import Path

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
from common.games.registry import GAMES, get_game
from tests.common.catalogue.documents import chart, song
from tests.support.shared_data import seeds, shared_file, shared_folder
from worker.import_types import registry
from worker.import_types.base import Body, DryScore, RefusedEntry, Upload


def catalogue_of(game: str) -> GameCatalogue:
    return GameCatalogue.from_documents(
        get_game(game), seeds(f"songs-{game}"), seeds(f"charts-{game}")
    )


def import_file(
    import_type: str, path: str, **fields: str
) -> tuple[list[DryScore], Counter[type[ConversionFailure]]]:
    """What the entries of a file became: scores, and failures by type."""
    content = shared_file(f"fixtures/{path}").read_bytes()
    file = path, content
    kind = registry.get(import_type)
    parsed = kind.parse(Upload(1, 0, tuple(GAMES), *file, fields))
    convert = kind.converter(parsed.context, catalogue_of(parsed.game))
    scores, failures = [], Counter[type[ConversionFailure]]()
    for entry in parsed.entries:
        if isinstance(entry, RefusedEntry):
            failures[InvalidScore] += 1
            continue
        try:
            scores.append(convert(entry))
        except ConversionFailure as failure:
            failures[type(failure)] += 1
    return scores, failures


@pytest.mark.parametrize(
    ("path", "entries", "difficulties", "without_bp"),
    [
        (
            "eamusement-iidx-csv/post-leggendaria.csv",
            6285,
            {"ANOTHER": 251, "HYPER": 24, "LEGGENDARIA": 18},
            5,
        ),
        (
            "eamusement-iidx-csv/pre-leggendaria.csv",
            456,
            {"ANOTHER": 113, "HYPER": 58, "NORMAL": 6, "LEGGENDARIA": 3},
            21,
        ),
        ("eamusement-iidx-csv/small-hv-file.csv", 10, {"ANOTHER": 2}, 0),
    ],
)
def test_every_score_of_an_iidx_csv_is_found(
    path: str, entries: int, difficulties: dict[str, int], without_bp: int
) -> None:
    scores, failures = import_file("file/eamusement-iidx-csv", path, playtype="SP")

    assert Counter(score.chart.difficulty for score in scores) == difficulties
    assert sum("bp" not in score.scoreData.optional for score in scores) == without_bp
    assert failures == {SkipScore: entries - len(scores)}


@pytest.mark.parametrize(
    ("path", "entries", "played"),
    [
        ("eamusement-iidx-csv/invalid/small-duplicate.csv", 15, 3),
        ("eamusement-iidx-csv/invalid/large-duplicates.csv", 555, 111),
    ],
)
def test_a_repeated_row_gives_the_same_score_again(path: str, entries: int, played: int) -> None:
    scores, failures = import_file("file/eamusement-iidx-csv", path, playtype="SP")

    assert len(scores) == played
    assert len({(it.chart.chartID, str(it.scoreData)) for it in scores}) == 2
    assert failures == {SkipScore: entries - played}


@pytest.mark.parametrize(
    ("path", "scores"),
    [
        ("batch-manual/small-file.json", [("5.1.1.", "ANOTHER", 500)]),
        ("batch-manual/empty-file.json", []),
        ("batch-manual/sdvx-in-game-id.json", [("ALBIDA Powerless Mix", "ADV", 9_000_000)]),
        ("batch-manual/chunitachi.json", [("B.B.K.K.B.K.K.", "BASIC", 900_000)]),
    ],
)
def test_every_score_of_a_batch_manual_file_is_found(
    path: str, scores: list[tuple[str, str, int]]
) -> None:
    found, failures = import_file("file/batch-manual", path)

    assert not failures
    assert [
        (it.song.title, it.chart.difficulty, it.scoreData.metrics["score"]) for it in found
    ] == scores


def test_all_scores_of_a_sdvx_csv_but_one_are_found() -> None:
    scores, failures = import_file(
        "file/eamusement-sdvx-csv", "eamusement-sdvx-csv/exceed-gear-score.csv"
    )

    assert failures == {AmbiguousTitle: 1}
    assert len(scores) == 203
    assert Counter(score.chart.difficulty for score in scores) == {
        "EXH": 132,
        "MXM": 63,
        "ADV": 3,
        "GRV": 2,
        "INF": 2,
        "VVD": 1,
    }
    assert all(score.scoreData.optional == {"exScore": None} for score in scores)


def test_every_score_of_a_wacca_csv_is_found() -> None:
    scores, failures = import_file(
        "file/mypagescraper-records-csv", "wacca-mypage-scraper/records.csv"
    )

    assert not failures
    assert Counter(score.chart.difficulty for score in scores) == {
        "NORMAL": 2,
        "HARD": 28,
        "EXPERT": 224,
        "INFERNO": 26,
    }
    assert Counter(score.scoreData.metrics["lamp"] for score in scores) == {
        "FAILED": 3,
        "CLEAR": 112,
        "MISSLESS": 128,
        "FULL COMBO": 34,
        "ALL MARVELOUS": 3,
    }


def test_the_scores_of_a_large_s3_file_are_found_as_far_as_the_catalogue_goes() -> None:
    scores, failures = import_file("file/solid-state-squad", "s3/large-example.xml")

    assert len(scores) == 1977
    # Of the 28 five-key scores, 11 are of songs that are not found.
    assert failures == {SongOrChartNotFound: 97, SkipScore: 17}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("s3/valid.xml", [("GAMBOL", "HARD CLEAR"), ("GAMBOL", "FULL COMBO")]),
        ("s3/one-score.xml", [("GAMBOL", "FULL COMBO")]),
        ("s3/point-five-nine.xml", [(".59", "FULL COMBO")]),
    ],
)
def test_every_score_of_a_small_s3_file_is_found(path: str, found: list[tuple[str, str]]) -> None:
    scores, failures = import_file("file/solid-state-squad", path)

    assert not failures
    assert [(it.song.title, it.scoreData.metrics["lamp"]) for it in scores] == found


NO_SONGS = "Invalid S3 XML, no s3data -> scoredata -> song?"
FIRST_SONG = "Invalid S3 XML.: s3data.scoredata.song[0]"
NO_OBJECT = (
    "Object does not match structure of schema, expected this location to have an object."
    " | Received 1 [type: number]."
)


@pytest.mark.parametrize(
    ("path", "messages"),
    [
        ("s3/no-score-data.xml", [NO_SONGS]),
        ("s3/danger/billion-laughs.xml", [NO_SONGS, "Could not parse XML."]),
        ("s3/danger/specific-blaugh.xml", ["Could not parse XML."]),
    ],
)
def test_bad_s3_files_are_refused_at_once(path: str, messages: list[str]) -> None:
    started = time.monotonic()
    with pytest.raises(FatalImportError) as failure:
        import_file("file/solid-state-squad", path)

    assert time.monotonic() - started < 1
    assert failure.value.status == 400
    assert failure.value.message in messages


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (
            "s3/invalid-lamp.xml",
            f"{FIRST_SONG}.cleartype | Expected any of played, cleared, combo, comboed,"
            " perfect, perfected. | Received BAD LAMP [type: string].",
        ),
        (
            "s3/invalid-exscore.xml",
            f"{FIRST_SONG}.exscore | Expected a positive integer. | Received -1 [type: number].",
        ),
        ("s3/malicious-mods.xml", f"{FIRST_SONG}.mods | {NO_OBJECT}"),
        ("s3/malicious-scorebreakdown.xml", f"{FIRST_SONG}.scorebreakdown | {NO_OBJECT}"),
    ],
)
def test_a_bad_song_of_an_s3_file_refuses_itself(path: str, message: str) -> None:
    content = shared_file(f"fixtures/{path}").read_bytes()
    kind = registry.get("file/solid-state-squad")
    parsed = kind.parse(Upload(1, 0, tuple(GAMES), path, content))

    refused = [entry for entry in parsed.entries if isinstance(entry, RefusedEntry)]
    assert refused[0].message == message


def test_the_score_of_a_usc_client_is_read() -> None:
    """Its chart is in no catalogue that we have, so here it gets one."""
    given = json.loads(shared_file("fixtures/usc/base.json").read_bytes())
    chart_hash = given["chart"]["chartHash"]
    kind = registry.get("ir/usc")
    options = {"chartHash": chart_hash, "playtype": "Controller"}
    parsed = kind.parse(Body(1, 0, tuple(GAMES), given, options))
    (entry,) = parsed.entries

    with pytest.raises(SongOrChartNotFound):
        kind.converter(parsed.context, catalogue_of("usc"))(entry)
    its_chart = chart("hard bit", 1, "INF", playtype="Controller", hashSHA1=chart_hash)
    catalogue = GameCatalogue("usc", 0, [song(1, given["chart"]["title"])], [its_chart])
    score = kind.converter(parsed.context, catalogue)(entry)

    assert score.scoreData.metrics == {"score": 3_157_894, "lamp": "FAILED"}
    assert score.scoreData.judgements == {"critical": 12, "near": 0, "miss": 26}
    assert score.scoreData.optional == {
        "gauge": pytest.approx(20.07396),
        "fast": None,
        "slow": None,
        "maxCombo": None,
    }
    assert score.scoreMeta == {"noteMod": "NORMAL", "gaugeMod": "NORMAL"}


def test_no_real_file_is_left_out() -> None:
    """Each is named by a test, here or among those of score lists."""
    shared_file("fixtures/README.md")
    folder = shared_folder() / "fixtures"
    files = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "README.md"
    }
    here = Path(__file__)
    tests = here.read_text() + here.with_name("test_mer.py").read_text()
    assert {path for path in files if not re.search(rf'["/]{re.escape(path)}"', tests)} == set()
