"""Folder queries: what they match, and what the language does not have."""

from __future__ import annotations

from typing import Any

import pytest

from common.catalogue.folders import Index
from common.catalogue.queries import QueryError, compile_query

P = {
    "level": "12",
    "levelNum": 12.4,
    "difficulty": "EXT",
    "versions": ["a", "b"],
    "data": {
        "inGameID": 7005,
        "sgl": 13,
        "tableFolders": [{"table": "x", "level": "1"}, {"table": "y", "level": "2"}],
    },
}
Q = {
    "level": "12+",
    "levelNum": 12.5,
    "difficulty": "ADV",
    "versions": ["b"],
    "data": {"inGameID": [10, 7500], "sgl": None, "tableFolders": []},
}
R = {
    "level": "3",
    "levelNum": 3,
    "difficulty": "BSC",
    "versions": [],
    "data": {"inGameID": 9000, "flag": False},
}
CHARTS = {"P": P, "Q": Q, "R": R}

# Source: specification, seeds-format.md section 15.
VECTORS: list[tuple[dict[str, Any], str]] = [
    ({"versions": "b"}, "PQ"),
    ({"versions": ["b"]}, "Q"),
    ({"versions": []}, "R"),
    ({"level": "12"}, "P"),
    ({"level": 12}, ""),
    ({"levelNum": {"~gte": 12, "~lt": 12.5}}, "P"),
    ({"difficulty": {"~in": ["EXT", "ADV"]}, "versions": "a"}, "P"),
    ({"data¬inGameID": 10}, "Q"),
    ({"data¬inGameID": {"~not": {"~gte": 7000, "~lt": 8000}}}, "R"),
    ({"data¬inGameID": {"~gt": 100, "~lt": 50}}, "Q"),
    ({"data¬tableFolders": {"~elemMatch": {"table": "x", "level": "2"}}}, ""),
    ({"data¬tableFolders": {"~elemMatch": {"table": "y", "level": {"~in": ["2", "3"]}}}}, "P"),
    ({"data¬tableFolders¬table": "y"}, "P"),
    ({"data¬tableFolders¬table": "x", "data¬tableFolders¬level": "2"}, "P"),
    ({"data¬sgl": {"~lt": 20}}, "P"),
    ({"data¬sgl": None}, "QR"),
    ({"data¬flag": False}, "R"),
    ({"data¬nope": {"~not": {"~gte": 1}}}, "PQR"),
]

OURS: list[tuple[dict[str, Any], str]] = [
    ({}, "PQR"),
    ({"levelNum": 3.0}, "R"),
    ({"data¬flag": 0}, ""),
    ({"level": {"~gt": "12"}}, "QR"),
    ({"level": {"~gt": 12}}, ""),
    ({"level": {"~eq": "12"}}, "P"),
    ({"data¬sgl": {"~eq": None}}, "QR"),
    ({"level": {"~ne": "12"}}, "QR"),
    ({"versions": {"~ne": "b"}}, "R"),
    ({"difficulty": {"~nin": ["EXT", "BSC"]}}, "Q"),
    ({"data¬sgl": {"~nin": [None]}}, "P"),
    ({"data¬sgl": {"~in": [None]}}, "QR"),
    ({"data¬sgl": {"~exists": True}}, "PQ"),
    ({"data¬sgl": {"~exists": False}}, "R"),
    ({"data¬tableFolders": {"~exists": True}}, "PQ"),
    ({"~or": [{"level": "12"}, {"level": "3"}]}, "PR"),
    ({"~and": [{"versions": "b"}, {"data¬sgl": None}]}, "Q"),
    ({"versions": "b", "~or": [{"level": "3"}, {"level": "12+"}]}, "Q"),
    ({"~or": [{"~and": [{"level": "12"}, {"versions": "a"}]}, {"level": "3"}]}, "PR"),
    ({"data¬inGameID": {"~in": [10, 9000]}}, "QR"),
    ({"data¬inGameID": [10, 7500]}, "Q"),
    ({"data¬inGameID": [7500, 10]}, ""),
    ({"data": {"inGameID": 9000, "flag": False}}, "R"),
    ({"data": {"flag": False, "inGameID": 9000}}, ""),
    ({"data": {"inGameID": 9000}}, ""),
    ({"data¬tableFolders": {"table": "y", "level": "2"}}, "P"),
    ({"data¬tableFolders": {"~not": {"~elemMatch": {"table": "x"}}}}, "QR"),
    ({"data¬tableFolders": {"~elemMatch": {"~or": [{"level": "9"}, {"table": "y"}]}}}, "P"),
    ({"data¬tableFolders": {"~elemMatch": {"table": {"~not": {"~in": ["x", "y"]}}}}}, ""),
]


def matching(query: dict[str, Any], *, nested: bool = False) -> str:
    """The names of the charts that a query finds."""
    names = list(CHARTS)
    places = Index(list(CHARTS.values())).select(compile_query(query, nested=nested))
    return "".join(names[place] for place in sorted(places))


@pytest.mark.parametrize(("query", "expected"), VECTORS, ids=str)
def test_a_query_finds_what_the_specification_says(query: dict[str, Any], expected: str) -> None:
    assert matching(query) == expected


@pytest.mark.parametrize(("query", "expected"), OURS, ids=str)
def test_a_query_finds(query: dict[str, Any], expected: str) -> None:
    assert matching(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"data": {"inGameID": 9000}}, "R"),
        ({"data": {"flag": False, "inGameID": 9000}}, "R"),
        ({"data": {"inGameID": {"~gt": 8000}}}, "R"),
        ({"data¬flag": False}, "R"),
        ({"data": {}}, ""),
    ],
    ids=str,
)
def test_a_nested_object_in_a_query_on_songs_is_about_its_paths(
    query: dict[str, Any], expected: str
) -> None:
    assert matching(query, nested=True) == expected


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({"level": {"~regex": "1."}}, "operator ~regex is not supported"),
        ({"~nor": [{"level": "1"}]}, "operator ~nor is not supported here"),
        ({"level": {"~or": [{"~gte": 1}]}}, "operator ~or is not supported"),
        ({"level": {"~gte": 1, "lt": 2}}, "operator ~gte is mixed with the plain key lt"),
        ({"level": {"~in": "12"}}, "~in needs a list"),
        ({"level": {"~nin": None}}, "~nin needs a list"),
        ({"levelNum": {"~gte": None}}, "~gte needs a number or a text"),
        ({"levelNum": {"~lt": True}}, "~lt needs a number or a text"),
        ({"levelNum": {"~exists": 1}}, "~exists needs true or false"),
        ({"levelNum": {"~not": 5}}, "~not needs an object of operators"),
        ({"levelNum": {"~not": {}}}, "~not needs an object of operators"),
        ({"levelNum": {"~not": {"a": 1}}}, "~not needs an object of operators"),
        ({"data": {"~elemMatch": ["x"]}}, "~elemMatch needs a query object"),
        ({"~or": []}, "~or needs a list of queries, at least one"),
        ({"~and": [5]}, "~and needs a list of queries, each an object"),
    ],
    ids=str,
)
def test_what_the_language_lacks_is_refused(query: dict[str, Any], complaint: str) -> None:
    with pytest.raises(QueryError, match=complaint):
        compile_query(query)


def test_queries_that_say_the_same_are_equal() -> None:
    first = compile_query({"versions": "a", "levelNum": {"~gte": 12, "~lt": 13}})
    second = compile_query({"versions": "a", "levelNum": {"~gte": 12.0, "~lt": 13.0}})

    assert first == second
    assert hash(first) == hash(second)
