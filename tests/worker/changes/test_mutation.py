"""Taking scores away leaves everything as if they had never been."""

from __future__ import annotations

from typing import Any

import pytest

from common.jobs import arguments as job_arguments
from common.jobs.accepting import NewJob, accept
from common.jobs.job_tables import JobKind
from common.jobs.outcomes import JobOutcome
from common.text.canonical import new_job_id
from tests.support.importer import Importer
from tests.support.stack import batch_manual
from tests.worker.changes.test_orphans import NEW_CHART, NEW_SONG, NEW_VERSION, reprocess
from tests.worker.records.test_profile import sdvx


def run(importer: Importer, kind: JobKind, **arguments: Any) -> JobOutcome:
    job = NewJob(importer.user_id, new_job_id(), job_arguments.read(kind, arguments))
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


def test_ratings_fall_to_what_is_left_when_the_best_score_is_deleted(importer: Importer) -> None:
    """Of the personal best, of the profile; they rise again when it is imported again."""

    def ratings() -> list[float]:
        rows = importer.query(
            "SELECT calculated_data FROM personal_bests"
            " UNION ALL SELECT ratings FROM user_game_stats"
        )
        return [row[0]["VF6"] for row in rows]

    importer.imported(sdvx(8_000_000))
    lower = ratings()
    (best,) = importer.imported(sdvx(9_900_000))["scoreIDs"]
    higher = ratings()
    assert len(higher) == 2
    assert higher > lower
    run(importer, JobKind.DELETION, scoreIDs=[best])
    assert ratings() == lower
    importer.imported(sdvx(9_900_000))
    assert ratings() == higher


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


# --- orphans ---------------------------------------------------------------------------------


def orphans(importer: Importer) -> int:
    return len(importer.query("SELECT FROM orphan_scores"))


def test_orphans_go_with_the_import_that_brought_them_first(importer: Importer) -> None:
    first = importer.imported(batch_manual(2, song="4242"))
    again = importer.imported(batch_manual(3, song="4242"))
    assert [error["type"] for error in again["errors"]].count("OrphanExists") == 2
    revert(importer, again)
    assert orphans(importer) == 2
    revert(importer, first)
    assert orphans(importer) == 0


@pytest.mark.parametrize("first", ["the reprocessing", "the import"])
def test_orphans_that_became_scores_go_with_both_imports(importer: Importer, first: str) -> None:
    imported = importer.imported(batch_manual(2, song="4242"))
    for statement in (NEW_SONG, NEW_CHART, NEW_VERSION):
        importer.execute(statement)
    reprocess(importer)
    ((import_id,),) = importer.query("SELECT DISTINCT import_id FROM scores")
    both = [imported, {"importID": import_id}]
    if first == "the reprocessing":
        revert(importer, both.pop())
        assert orphans(importer) == 2, "they can be tried again"
    else:
        revert(importer, both.pop(0))
        assert len(importer.query("SELECT FROM scores")) == 2
    revert(importer, both[0])
    for table in ("scores", "orphan_scores", "resolved_orphans", "imports"):
        assert importer.query(f"SELECT FROM {table}") == [], table


def test_orphans_do_not_come_back_when_the_scores_they_became_are_deleted(
    importer: Importer,
) -> None:
    importer.imported(batch_manual(2, song="4242"))
    for statement in (NEW_SONG, NEW_CHART, NEW_VERSION):
        importer.execute(statement)
    reprocess(importer)
    scores = [row.score_id for row in importer.query("SELECT score_id FROM scores")]
    run(importer, JobKind.DELETION, scoreIDs=scores, blacklist=True)
    assert len(importer.query("SELECT FROM score_blacklist")) == 2
    for table in ("orphan_scores", "resolved_orphans"):
        assert importer.query(f"SELECT FROM {table}") == [], table
