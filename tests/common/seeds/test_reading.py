"""Reading a folder: which files are collections, and what is wrong with their documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from common.games.registry import GAMES
from common.seeds.reading import SeedFiles, parse, read_files
from common.seeds.seed_documents import CHARTS, COURSES, kind_of
from common.seeds.violations import SeedsError, Violation
from tests.common.seeds.seeds import example


def shapes(collection: str, *documents: Any) -> list[Violation]:
    files = SeedFiles({collection: orjson.dumps(documents)})
    return parse(files, GAMES)[1]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("charts-iidx", (CHARTS, "iidx")),
        ("charts-pong", (CHARTS, "pong")),
        ("bms-course-lookup", (COURSES, None)),
        ("charts", None),
        ("charts-", None),
        ("charts-IIDX", None),
        ("folders-iidx", None),
        ("readme", None),
    ],
)
def test_a_collection_is_known_by_its_name(name: str, kind: Any) -> None:
    assert kind_of(name) == kind


def test_files_that_are_no_collection_are_named(tmp_path: Path) -> None:
    for name in ("songs-iidx.json", "package.json", "README.md"):
        (tmp_path / name).write_text("[]")

    files = read_files(tmp_path)

    assert list(files.collections) == ["songs-iidx"]
    assert files.ignored == ("package.json",)
    assert files.games == ["iidx"]


def test_a_folder_without_collections_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SeedsError, match="there is no collection in it"):
        read_files(tmp_path)
    with pytest.raises(SeedsError, match="there is no such folder"):
        read_files(tmp_path / "nowhere")
    (inner := tmp_path / "collections").mkdir()
    (inner / "songs-iidx.json").write_text("[]")
    with pytest.raises(SeedsError, match=f"but there are some in {inner}$"):
        read_files(tmp_path)


@pytest.mark.parametrize(
    ("content", "detail"),
    [(b"[{]", "not valid JSON"), (b'{"id": 1}', "not an array"), (b'["\xff"]', "not valid JSON")],
)
def test_a_file_that_is_no_list_of_documents_is_told_of(content: bytes, detail: str) -> None:
    seeds, [violation] = parse(SeedFiles({"goals": content}), GAMES)

    assert violation[:3] == ("goals.json", "", "file")
    assert detail in violation.detail
    assert seeds.collections["goals"].documents == []
    assert seeds.broken


def test_every_field_that_is_wrong_is_told_of() -> None:
    song = example()["songs-iidx"][0] | {"title": 5, "nickname": "S", "altTitles": ["a", 1]}
    del song["artist"]

    found = shapes("songs-iidx", song)

    assert {(each.key, each.rule) for each in found} == {("1", "shape")}
    assert [each.detail for each in found] == [
        "title: Expected `str`, got `int`",
        "artist is missing",
        "altTitles[1]: Expected `str`, got `int`",
        "nickname is an unknown key",
    ]


def test_the_data_of_a_known_game_is_held_against_its_types() -> None:
    chart = example()["charts-iidx"][0]
    chart["data"] |= {"notecount": -1, "colour": "red"}
    del chart["data"]["2dxtraSet"]

    assert [each.detail for each in shapes("charts-iidx", chart)] == [
        "data.notecount: Expected `int` >= 0",
        "data.2dxtraSet is missing",
        "data.colour is an unknown key",
    ]


def test_the_data_of_an_unknown_game_may_be_anything() -> None:
    chart = example()["charts-iidx"][0] | {"data": {"colour": "red"}, "difficulty": "HARD"}

    assert shapes("charts-pong", chart) == []


@pytest.mark.parametrize("document", [5, None, "x", [], {}])
def test_a_document_without_a_key_is_known_by_its_place(document: Any) -> None:
    found = shapes("tables", example()["tables"][0], document)

    assert {each.key for each in found} == {"document 2"}


@pytest.mark.parametrize(
    ("field", "value", "detail"),
    [
        ("charts", {"type": "any", "data": "x"}, "charts.type: Invalid value 'any'"),
        ("charts", {"type": "single", "data": ["x"]}, "charts.data: Expected `str`, got `array`"),
        ("criteria", {"mode": "single", "key": "lamp"}, "missing required field `value`"),
        ("criteria", {"mode": "absolute", "key": "lamp", "value": 1}, "required field `countNum`"),
        (
            "criteria",
            {"mode": "single", "key": "lamp", "value": 1, "countNum": 2},
            "unknown field `countNum`",
        ),
        (
            "criteria",
            {"mode": "proportion", "key": "lamp", "value": 1, "countNum": -1},
            "criteria.countNum: Expected `float` >= 0",
        ),
    ],
)
def test_goals_have_one_of_their_forms(field: str, value: Any, detail: str) -> None:
    [violation] = shapes("goals", example()["goals"][0] | {field: value})

    assert detail in violation.detail


@pytest.mark.parametrize(
    ("md5sums", "fine"),
    [("0" * 128, True), ("0" * 64, True), ("0" * 32, False), ("0" * 65, False), ("A" * 64, False)],
)
def test_a_course_joins_the_hashes_of_two_charts_or_more(md5sums: str, fine: bool) -> None:
    course = {
        "title": "",
        "md5sums": md5sums,
        "playtype": "7K",
        "set": "genocideDan",
        "value": "NORMAL_1",
    }

    assert (shapes("bms-course-lookup", course) == []) is fine


def test_a_text_that_the_database_cannot_hold_is_told_of() -> None:
    song = example()["songs-iidx"][0] | {"searchTerms": ["a\0b"]}
    innocent = example()["songs-iidx"][1] | {"searchTerms": ["a\\u0000b"]}

    [violation] = shapes("songs-iidx", song, innocent)

    assert violation[:3] == ("songs-iidx.json", "1", "text")


def test_the_fingerprint_of_a_file_changes_with_its_bytes_and_the_context() -> None:
    files = SeedFiles({"goals": b"[]", "quests": b"[]", "tables": b"[ ]"})

    prints = files.fingerprints()

    assert prints["goals"] == prints["quests"] != prints["tables"]
    assert files.fingerprints(b"1") != files.fingerprints(b"2")
