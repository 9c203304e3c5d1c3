"""What a file is taken for by how it begins."""

from __future__ import annotations

import re

import pytest

from tests.support.stack import ROOT
from worker.import_types.guessing import Guess, guess
from worker.import_types.reading.encodings import ENOUGH

IIDX = ("file/eamusement-iidx-csv", "file/pli-iidx-csv")
SDVX = ("file/eamusement-sdvx-csv",)
BATCH = ("file/batch-manual",)
HEADER = "バージョン,タイトル,ジャンル,アーティスト,プレー回数,HYPER スコア,HYPER クリアタイプ\n"
EXAMPLES = re.compile(r"^```\w+ import-type=(file/\S+).*?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
DOCUMENTED = EXAMPLES.findall((ROOT / "docs" / "import-types.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("import_type", "content"), DOCUMENTED)
def test_every_documented_file_is_known(import_type: str, content: str) -> None:
    assert guess("scores", content.encode()).import_types[0] == import_type


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"meta": {}, "scores": []}', BATCH),
        (b'\xef\xbb\xbf\r\n {"scores": [], "meta"', BATCH),
        ('{"meta": {}}'.encode("utf-16"), BATCH),
        (b'{"name": "something else"}', ()),
        (b"[1, 2]", ()),
        (HEADER.encode(), IIDX),
        (HEADER.encode("cp932"), IIDX),
        ("sep=,\n私のスコア\n\n".encode() + HEADER.encode(), IIDX),
        (HEADER.encode("utf-16"), IIDX),
        (b"\n" + HEADER.encode().replace(b",", b"\t"), IIDX),
        (",".join(["x"] * 41).encode(), IIDX),
        (";".join(["x"] * 27).encode(), IIDX),
        (",".join(["x"] * 11).encode(), SDVX),
        (",".join(["x"] * 12).encode(), ()),
        ("楽曲名,難易度,ハイスコア\n".encode("cp932"), SDVX),
        (b"player_name,player_stage\n", ("file/mypagescraper-player-csv",)),
        (b"<s3data><x/></s3data>", ("file/solid-state-squad",)),
        (b'<?xml version="1.0"?>\n<!-- mine -->\n<s3data>', ("file/solid-state-squad",)),
        (b"<html></html>", ()),
        (b"", ()),
        (b"\x89PNG\r\n\x1a\n\0\0\0\r", ()),
        (b"\xff\xfe\0\0", ()),
    ],
)
def test_a_file_is_known_by_its_beginning(content: bytes, expected: tuple[str, ...]) -> None:
    assert guess("file", content).import_types == expected


@pytest.mark.parametrize(
    ("filename", "fields"),
    [
        ("8192-3141_sp_score.csv", {"playtype": "SP"}),
        ("scores DP.csv", {"playtype": "DP"}),
        ("SP or DP.csv", {}),
        ("display.csv", {}),
    ],
)
def test_a_name_says_the_playtype(filename: str, fields: dict[str, str]) -> None:
    assert guess(filename, HEADER.encode()) == Guess(IIDX, fields)


def test_a_beginning_that_ends_within_a_character_is_fine() -> None:
    whole = (HEADER + "あ,い,う\n" * ENOUGH).encode()
    for cut in range(3):
        assert guess("scores", whole[: ENOUGH + cut]).import_types == IIDX


def test_very_many_comments_are_read_at_once() -> None:
    comments = b"<!-- -->" * 5000

    assert guess("scores", comments + b"<s3data>").import_types == ("file/solid-state-squad",)
    assert guess("scores", comments + b"<other>").import_types == ()
