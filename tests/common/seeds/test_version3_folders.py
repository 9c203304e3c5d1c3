"""Conditions of version 3's folders, read as queries."""

from __future__ import annotations

from typing import Any

import pytest

from common.games.registry import gpt_by_v3_id
from common.seeds.version3.conversion import folder_query
from common.seeds.version3.where import UnknownCondition, query_of
from common.text.canonical import folder_id

TABLE = {"~elemMatch": {"table": "★", "level": "5"}}
TABLES = {"~elemMatch": {"table": "★", "level": {"~in": ["5", "6"]}}}
NO_BONUS = {"~not": {"~gte": 7000, "~lt": 8000}}


@pytest.mark.parametrize(
    ("where", "query"),
    [
        ("chart.level = '12'", {"level": "12"}),
        ("chart.level = 'it''s'", {"level": "it's"}),
        ("chart.level IN ('10', '10+')", {"level": {"~in": ["10", "10+"]}}),
        (
            "chart.level_num >= 17 AND chart.level_num < 17.5",
            {"levelNum": {"~gte": 17, "~lt": 17.5}},
        ),
        ("(chart.data->>'K')::numeric = 3", {"data¬K": 3}),
        (
            "(chart.data->>'K')::numeric >= 3 AND (chart.data->>'K')::numeric = 4",
            {"~and": [{"data¬K": {"~gte": 3}}, {"data¬K": 4}]},
        ),
        (
            "NOT ((chart.data->>'inGameID')::numeric >= 7000 AND"
            " (chart.data->>'inGameID')::numeric < 8000) AND chart.level = '10'",
            {"data¬inGameID": NO_BONUS, "level": "10"},
        ),
        ("chart.data->>'isOfficial' = 'true'", {"data¬isOfficial": True}),
        ("(chart.data->'tableFolders'->>'★') = '5'", {"data¬tableFolders": TABLE}),
        ("(chart.data->'tableFolders'->>'★') IN ('5', '6')", {"data¬tableFolders": TABLES}),
        ("(chart.data->'tableFolders') ? '★'", {"data¬tableFolders¬table": "★"}),
        (
            "((jsonb_typeof(chart.data->'inGameID') = 'number' AND"
            " (chart.data->>'inGameID')::int >= 8000) OR (jsonb_typeof(chart.data->'inGameID')"
            " = 'array' AND jsonb_path_match(chart.data->'inGameID', '$[*] >= 8000')))",
            {"data¬inGameID": {"~gte": 8000}},
        ),
        (
            "(song.data->>'genre')::text = 'G' AND"
            " (chart.difficulty = 'A' OR chart.difficulty = 'B')",
            {"song¬data¬genre": "G", "difficulty": {"~in": ["A", "B"]}},
        ),
    ],
)
def test_every_form_has_its_query(where: str, query: dict[str, Any]) -> None:
    assert query_of(where) == query


@pytest.mark.parametrize(
    "where",
    [
        "",
        "true",
        "chart.level",
        "chart.level = 12",
        "chart.level_num >= '12'",
        "chart.level = '1' OR",
        "chart.level = '1')",
        "chart.level = '1'; DROP TABLE charts",
        "chart.secret = '1'",
        "pg_sleep(5) = '1'",
        "NOT (chart.level = '1' AND chart.difficulty = '2')",
    ],
)
def test_anything_else_is_refused(where: str) -> None:
    with pytest.raises(UnknownCondition):
        query_of(where)


def test_a_folder_of_both_versions_has_one_id() -> None:
    ongeki = gpt_by_v3_id("ongeki")
    where = (
        "NOT ((chart.data->>'inGameID')::numeric >= 7000 AND"
        " (chart.data->>'inGameID')::numeric < 8000) AND chart.level = '10'"
    )
    kind, query = folder_query(ongeki, where, ["refresh"])

    assert (kind, query) == (
        "charts",
        {"data¬inGameID": NO_BONUS, "level": "10", "versions": "refresh"},
    )
    assert folder_id("ongeki", "Single", query).startswith("F")


@pytest.mark.parametrize(
    ("where", "query"),
    [
        ("chart.difficulty = 'LUNATIC'", {"difficulty": "LUNATIC", "data¬isReMaster": False}),
        ("chart.difficulty = 'Re:MASTER'", {"difficulty": "LUNATIC", "data¬isReMaster": True}),
        ("chart.difficulty IN ('LUNATIC', 'Re:MASTER')", {"difficulty": "LUNATIC"}),
        ("chart.difficulty = 'MASTER'", {"difficulty": "MASTER"}),
    ],
)
def test_re_masters_are_spoken_of_as_before(where: str, query: dict[str, Any]) -> None:
    assert folder_query(gpt_by_v3_id("ongeki"), where, []) == ("charts", query)


def test_a_condition_on_songs_alone_is_a_folder_of_songs() -> None:
    assert folder_query(gpt_by_v3_id("ongeki"), "song.data->>'genre' = 'LUNATIC'", []) == (
        "songs",
        {"data": {"genre": "LUNATIC"}},
    )
