"""Score lists of a retired service, which scripts turn into BATCH-MANUAL documents.

No import type reads such a list itself. What becomes of the documents is seen in a database
with the full catalogue of iidx.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from tests.golden.pipelines.catalogue import add_catalogue
from tests.support.importer import Importer
from tests.support.shared_data import seeds, shared_file
from worker.runtime import Runtime

# By `clear_type_id`.
LAMPS = (
    "NO PLAY",
    "FAILED",
    "ASSIST CLEAR",
    "EASY CLEAR",
    "CLEAR",
    "HARD CLEAR",
    "EX HARD CLEAR",
    "FULL COMBO",
)
UNKNOWN = -1  # a `miss_count`


@pytest.fixture
def player(runtime: Runtime) -> Importer:
    catalogue = {kind: {"iidx": seeds(f"{kind}-iidx")} for kind in ("songs", "charts")}
    with runtime.engine.begin() as connection:
        connection.execute(text("DELETE FROM charts WHERE game = 'iidx'"))
        connection.execute(text("DELETE FROM songs WHERE game = 'iidx'"))
        add_catalogue(connection, catalogue)
    return Importer(runtime)


def content(path: str) -> bytes:
    return shared_file(f"fixtures/{path}").read_bytes()


def batch_manual(records: list[dict[str, Any]]) -> dict[str, Any]:
    assert {record["play_type"] for record in records} == {"SINGLE"}
    return {
        "meta": {"game": "iidx", "playtype": "SP", "service": "a score list"},
        "scores": [
            {
                "matchType": "inGameID",
                "identifier": str(record["music_id"]),
                "difficulty": record["diff_type"],
                "score": record["score"],
                "lamp": LAMPS[record["clear_type_id"]],
                "timeAchieved": milliseconds(record["update_time"]),
                "optional": {"bp": None if is_unknown(record) else record["miss_count"]},
            }
            for record in records
        ],
    }


def is_unknown(record: dict[str, Any]) -> bool:
    return bool(record["miss_count"] == UNKNOWN)


def milliseconds(time: str) -> int:
    return int(datetime.fromisoformat(time).replace(tzinfo=UTC).timestamp() * 1000)


STORED = """
    SELECT title, difficulty, score_data, (charts.data ->> 'notecount')::int AS notecount
    FROM scores
    JOIN songs ON songs.game = scores.game AND songs.id = scores.song_id
    JOIN charts ON charts.game = scores.game AND charts.chart_id = scores.chart_id
    ORDER BY position
"""


def test_every_score_of_a_short_list_is_found(player: Importer) -> None:
    document = player.imported(batch_manual(json.loads(content("mer/base.json"))))

    assert document["errors"] == []
    assert [
        (row.title, row.difficulty, row.score_data["lamp"], row.score_data["score"])
        for row in player.query(STORED)
    ] == [
        ("Presto", "HYPER", "NO PLAY", 566),
        ("THE SAFARI", "NORMAL", "FAILED", 681),
        ("TAKE ON ME", "ANOTHER", "CLEAR", 922),
    ]


def test_every_score_of_a_long_list_is_found_but_one_is_impossible(player: Importer) -> None:
    records = json.loads(content("mer/large.json"))
    assert len(records) == 627
    assert sum(map(is_unknown, records)) == 57
    impossible = next(place for place, it in enumerate(records) if it["score"] > 2 * it["note"])

    document = player.imported(batch_manual(records))

    assert [(it["type"], it["index"]) for it in document["errors"]] == [
        ("InvalidDatapoint", impossible)
    ]
    assert player.query("SELECT FROM orphan_scores") == []
    stored = player.query(STORED)
    del records[impossible]
    assert [(it.title, it.difficulty, it.notecount) for it in stored] == [
        (it["music_name"], it["diff_type"], it["note"]) for it in records
    ]
    assert Counter(it.difficulty for it in stored) == {
        "ANOTHER": 561,
        "LEGGENDARIA": 54,
        "HYPER": 10,
        "NORMAL": 1,
    }
    assert Counter(it.score_data["lamp"] for it in stored) == {
        "CLEAR": 362,
        "HARD CLEAR": 95,
        "FAILED": 83,
        "FULL COMBO": 51,
        "EX HARD CLEAR": 32,
        "EASY CLEAR": 1,
        "ASSIST CLEAR": 1,
        "NO PLAY": 1,
    }
    assert [it.score_data["optional"]["bp"] for it in stored] == [
        None if is_unknown(it) else it["miss_count"] for it in records
    ]


@pytest.mark.parametrize("path", ["mer/base.json", "mer/large.json"])
def test_a_list_itself_is_refused(importer: Importer, path: str) -> None:
    outcome = importer.run(importer.accept(content(path), "file/batch-manual"))

    assert (outcome.error_status, outcome.error_message) == (
        400,
        "Could not retrieve meta.game - is this valid BATCH-MANUAL?",
    )
