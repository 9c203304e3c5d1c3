"""Every line of ImportDocument.errors says which entry it is about."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.support.importer import Importer

IIDX_HEADER = ",".join(["x"] * 41)


def manual(**score: Any) -> bytes:
    meta = {"game": "sdvx", "playtype": "Single", "service": "tests"}
    fine = {"score": 9_000_000, "lamp": "CLEAR", "matchType": "songTitle"}
    fine |= {"identifier": "Lighthouse Signal", "difficulty": "ADV"}
    return orjson.dumps({"meta": meta, "scores": [fine, fine | score]})


def iidx(title: str, exscore: str) -> bytes:
    unplayed = "0,0,0,0,---,NO PLAY,---"
    played = f"8,{exscore},600,0,12,HARD CLEAR,AAA"
    blocks = ",".join([unplayed, unplayed, played, unplayed, unplayed])
    row = f"Rootage,{title},GENRE,ARTIST,1,{blocks},2020-01-02 03:04"
    return f"{IIDX_HEADER}\n{row}\n".encode()


def solid_state_squad(title: str) -> bytes:
    return f"""<s3data><userdata><id>3</id><login>a</login><djname>A</djname></userdata><scoredata>
        <song><id>1</id><diff>7</diff><songname>{title}</songname><styles>9th</styles>
        <exscore>100</exscore><mods><highspeed>2</highspeed></mods><cleartype>cleared</cleartype>
        <date>2010-10-19 04:54:00</date></song></scoredata></s3data>""".encode()


def error(kind: str, index: int, identifier: str, difficulty: str | None) -> dict[str, Any]:
    return {"type": kind, "index": index, "identifier": identifier, "difficulty": difficulty}


@pytest.mark.parametrize(
    ("import_type", "content", "expected"),
    [
        (
            "file/batch-manual",
            manual(identifier="Nobody Wrote This"),
            error("SongOrChartNotFound", 1, "Nobody Wrote This", "ADV"),
        ),
        (
            "file/batch-manual",
            manual(difficulty="XXX"),
            error("SongOrChartNotFound", 1, "Lighthouse Signal", "XXX"),
        ),
        (
            "file/batch-manual",
            manual(score=9_000_001, timeAchieved=99_999_999_999_999),
            error("InvalidDatapoint", 1, "Lighthouse Signal", "ADV"),
        ),
        (
            "file/batch-manual",
            manual(matchType="inGameStrID", difficulty=None),
            error("InvalidDatapoint", 1, "Lighthouse Signal", None),
        ),
        (
            "file/eamusement-iidx-csv",
            iidx("Nobody Wrote This", "1200"),
            error("SongOrChartNotFound", 2, "Nobody Wrote This", "HYPER"),
        ),
        (
            "file/eamusement-iidx-csv",
            iidx("Glass Harbour", "1201"),
            error("InvalidDatapoint", 2, "Glass Harbour", "HYPER"),
        ),
        (
            "file/batch-manual",
            manual(difficulty="X" * 5000),
            error("SongOrChartNotFound", 1, "Lighthouse Signal", "X" * 2000),
        ),
        (
            "file/solid-state-squad",
            solid_state_squad("Nobody Wrote This"),
            error("SongOrChartNotFound", 0, "Nobody Wrote This", "7"),
        ),
    ],
)
def test_an_error_names_the_entry_it_is_about(
    importer: Importer, import_type: str, content: bytes, expected: dict[str, Any]
) -> None:
    document = importer.imported(content, import_type, playtype="SP")

    (line,) = document["errors"]
    assert line.pop("message")
    assert line == expected
