"""Which charts a folder holds."""

from __future__ import annotations

from typing import Any

import pytest

from common.catalogue.folders import compile_folder, resolve
from common.catalogue.queries import QueryError


def chart(chart_id: str, song: int, playtype: str = "SP", **fields: Any) -> dict[str, Any]:
    return {"chartID": chart_id, "songID": song, "playtype": playtype, "data": {}, **fields}


def folder(kind: str, data: Any, playtype: str = "SP", folder_id: str = "F") -> dict[str, Any]:
    return {"folderID": folder_id, "playtype": playtype, "type": kind, "data": data}


SONGS = [
    {"id": 1, "title": "One", "data": {"genre": "POP", "duration": 90}},
    {"id": 2, "title": "Two", "data": {"genre": "ROCK", "duration": 90}},
    {"id": 3, "title": "Three", "data": {"genre": "POP", "duration": 120}},
]
CHARTS = [
    chart("a", 1, level="5", isPrimary=True),
    chart("b", 1, level="6", isPrimary=False),
    chart("c", 2, level="5", isPrimary=True),
    chart("d", 3, "DP", level="5", isPrimary=True),
    chart("e", 1, "DP", level="7", isPrimary=True),
]


def members(*folders: dict[str, Any]) -> dict[str, set[str]]:
    return resolve(folders, SONGS, CHARTS)


def test_a_charts_folder_holds_charts_of_its_playtype_only() -> None:
    assert members(folder("charts", {"level": "5"})) == {"F": {"a", "c"}}
    assert members(folder("charts", {"level": "5"}, "DP")) == {"F": {"d"}}


def test_charts_that_are_not_primary_are_members() -> None:
    assert members(folder("charts", {"level": "6"})) == {"F": {"b"}}


def test_a_songs_folder_holds_all_charts_of_the_songs() -> None:
    assert members(folder("songs", {"title": "One"})) == {"F": {"a", "b"}}


def test_a_songs_query_may_nest_or_name_paths() -> None:
    nested, path = folder("songs", {"data": {"genre": "POP"}}, "DP"), {"data¬genre": "POP"}

    assert members(nested) == {"F": {"d", "e"}}
    assert members(folder("songs", path, "DP")) == {"F": {"d", "e"}}


def test_a_static_folder_holds_the_listed_charts_that_exist_in_its_playtype() -> None:
    assert members(folder("static", ["c", "a", "d", "nope", "a"])) == {"F": {"a", "c"}}


def test_a_folder_may_be_empty() -> None:
    assert members(folder("charts", {"level": "99"})) == {"F": set()}
    assert members(folder("charts", {}, "Nobody plays this")) == {"F": set()}


def test_each_folder_is_resolved_by_itself() -> None:
    several = [
        folder("charts", {"level": "5"}, "SP", "F1"),
        folder("charts", {"level": "5"}, "DP", "F2"),
        folder("static", ["b"], "SP", "F3"),
    ]

    assert members(*several) == {"F1": {"a", "c"}, "F2": {"d"}, "F3": {"b"}}


@pytest.mark.parametrize(
    ("kind", "data", "complaint"),
    [
        ("charts", {"level": {"~regex": "5"}}, "folder F: operator ~regex is not supported"),
        ("charts", ["a"], "folder F: a folder of type charts needs a query object"),
        ("songs", ["a"], "folder F: a folder of type songs needs a query object"),
        ("static", {"level": "5"}, "folder F: a static folder needs a list of chartIDs"),
    ],
)
def test_a_folder_without_meaning_is_refused_by_name(kind: str, data: Any, complaint: str) -> None:
    with pytest.raises(QueryError, match=complaint):
        compile_folder(folder(kind, data))
