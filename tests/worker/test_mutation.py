"""Taking scores away leaves everything as if they had never been."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.canonical import new_import_id
from common.jobs import NewJob, accept
from common.models import JobKind
from common.outcomes import JobOutcome
from tests.stack import batch_manual
from tests.worker.conftest import Importer

# What is derived from scores, and what of it tells one state from another.
DERIVED = {
    "scores": "score_id, chart_id, import_id, score_data, highlight, comment",
    "imports": "import_id, playtypes, errors, created_sessions, class_deltas",
    "sessions": "session_id, score_ids, time_started, time_ended, calculated_data, name",
    "personal_bests": "chart_id, time_achieved, ranking_values, score_data, calculated_data,"
    " composed_from, highlight",
    "user_game_stats": "game, playtype, ratings, classes",
    "goal_subscriptions": "goal_id, progress, progress_human, achieved",
    "quest_subscriptions": "quest_id, progress, achieved",
}


def snapshot(importer: Importer) -> dict[str, list[str]]:
    return {
        table: sorted(
            repr(tuple(row))
            for row in importer.query(
                f"SELECT {columns} FROM {table} WHERE user_id = :user_id", user_id=importer.user_id
            )
        )
        for table, columns in DERIVED.items()
    }


def run(importer: Importer, kind: JobKind, **arguments: Any) -> JobOutcome:
    job = NewJob(importer.user_id, new_import_id(), kind, arguments=arguments)
    with importer.runtime.engine.begin() as connection:
        accept(connection, job)
    return importer.run(job.job_id)


def revert(importer: Importer, document: dict[str, Any]) -> JobOutcome:
    return run(importer, JobKind.REVERT, importID=document["importID"])


def test_a_reverted_import_is_gone_with_its_scores_and_can_be_imported_again(
    importer: Importer,
) -> None:
    imported = importer.imported(batch_manual(5))
    outcome = revert(importer, imported)
    assert outcome.result == {"description": "Reverted import.", "body": {}}
    for table in ("scores", "imports", "sessions", "personal_bests"):
        assert importer.query(f"SELECT FROM {table}") == [], table
    again = importer.imported(batch_manual(5))
    assert again["scoreIDs"] == imported["scoreIDs"]


def test_reverting_twice_or_what_never_was_is_not_found(importer: Importer) -> None:
    imported = importer.imported(batch_manual(1))
    assert revert(importer, imported).error_status is None
    outcome = revert(importer, imported)
    assert (outcome.error_status, outcome.error_message) == (404, "This import does not exist.")


def test_an_import_without_scores_can_be_reverted(importer: Importer) -> None:
    imported = importer.imported(batch_manual(0))
    assert revert(importer, imported).error_status is None
    assert importer.query("SELECT FROM imports") == []


def test_deleting_the_last_score_of_an_import_deletes_the_import(importer: Importer) -> None:
    imported = importer.imported(batch_manual(2))
    first, second = imported["scoreIDs"]
    run(importer, JobKind.DELETION, scoreIDs=[first])
    assert len(importer.query("SELECT FROM imports")) == 1
    run(importer, JobKind.DELETION, scoreIDs=[second], blacklist=True)
    assert importer.query("SELECT FROM imports") == []
    again = importer.imported(batch_manual(2))
    assert again["scoreIDs"] == [first]
    assert again["skipped"]["blacklisted"] == 1


def test_a_personal_best_is_highlighted_iff_one_of_its_scores_is(importer: Importer) -> None:
    imported = importer.imported(batch_manual(2))
    worse, better = imported["scoreIDs"]

    def highlighted() -> bool:
        (row,) = importer.query("SELECT highlight FROM personal_bests")
        return bool(row.highlight)

    outcome = run(importer, JobKind.EDIT, scoreID=better, changes={"highlight": True})
    assert outcome.result is not None
    assert outcome.result["body"]["highlight"] is True
    assert highlighted()
    run(importer, JobKind.EDIT, scoreID=better, changes={"highlight": False, "comment": "oh"})
    assert not highlighted()
    (row,) = importer.query("SELECT comment FROM scores WHERE score_id = :id", id=better)
    assert row.comment == "oh"
    assert worse != better


@pytest.mark.parametrize("seed", range(3))
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_import_then_revert_gives_the_same_tables_after_any_history(
    importer: Importer, seed: int, data: st.DataObject
) -> None:
    for table in (*DERIVED, "orphan_scores", "jobs", "class_achievements", "outbox_events"):
        importer.execute(f"DELETE FROM {table}")
    rng = random.Random(data.draw(st.integers(0, 2**32)) + seed)
    kept: list[dict[str, Any]] = []
    for _ in range(rng.randrange(1, 5)):
        kept.append(importer.imported(_random_import(importer, rng)))
        if rng.random() < 0.3:
            revert(importer, kept.pop(rng.randrange(len(kept))))
    before = snapshot(importer)
    imported = importer.imported(_random_import(importer, rng))
    assert revert(importer, imported).error_status is None
    after = snapshot(importer)
    # A player who has played a game stays one, with empty ratings.
    if not before["user_game_stats"]:
        after["user_game_stats"] = []
    assert after == before


def _random_import(importer: Importer, rng: random.Random) -> bytes:
    charts = importer.query(
        "SELECT song_id, difficulty FROM charts WHERE game = 'sdvx' AND is_primary"
    )
    document = batch_manual(0)
    for _ in range(rng.randrange(1, 12)):
        chart = rng.choice(charts)
        score: dict[str, Any] = {
            "score": rng.randrange(8_000_000, 9_999_999, 250_000),
            "lamp": rng.choice(["FAILED", "CLEAR", "EXCESSIVE CLEAR"]),
            "matchType": "tachiSongID",
            "identifier": str(chart.song_id),
            "difficulty": chart.difficulty,
        }
        if rng.random() < 0.8:
            minutes = rng.randrange(0, 3000, 25)
            score["timeAchieved"] = 1_700_000_000_000 + minutes * 60_000
        if rng.random() < 0.3:
            score["optional"] = {"exScore": rng.randrange(4000)}
        document["scores"].append(score)
    return orjson.dumps(document)
