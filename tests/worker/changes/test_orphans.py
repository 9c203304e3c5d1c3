"""Orphaned scores are tried again, and become scores once their chart is there."""

from __future__ import annotations

from typing import Any

from common.jobs.job_tables import JobKind
from tests.support.importer import Importer
from tests.support.stack import batch_manual
from worker.schedule import accept_orphan_jobs

NEW_SONG = """
    INSERT INTO songs (game, id, title, artist, alt_titles, search_terms, data, content_hash)
    SELECT game, 4242, 'A song that was missing', artist, '{}', '{}', data, ''
    FROM songs WHERE game = 'sdvx' AND id = 1
"""
NEW_CHART = """
    INSERT INTO charts (game, chart_id, song_id, playtype, difficulty, level, level_num,
                        is_primary, versions, data, content_hash)
    SELECT game, 'missing', 4242, playtype, difficulty, level, level_num, true, versions, data, ''
    FROM charts WHERE game = 'sdvx' AND song_id = 1 AND difficulty = 'ADV'
"""
NEW_VERSION = "UPDATE catalogue_versions SET version = version + 1 WHERE game = 'sdvx'"


def reprocess(importer: Importer) -> dict[str, int]:
    job_id = importer.accept(kind=JobKind.ORPHANS)
    assert importer.run(job_id).error_message is None
    result: Any = importer.query("SELECT result FROM jobs WHERE job_id = :id", id=job_id)[0].result
    return dict(result["body"])


def import_orphans(importer: Importer) -> None:
    document = batch_manual(3, song="4242")
    # One of them can never become a score, even once its chart is there.
    document["scores"][2]["lamp"] = "PERFECT ULTIMATE CHAIN"
    imported = importer.imported(document)
    assert [error["type"] for error in imported["errors"]] == ["SongOrChartNotFound"] * 3


def test_orphans_stay_while_their_chart_is_unknown(importer: Importer) -> None:
    import_orphans(importer)
    assert reprocess(importer) == {"processed": 3, "failed": 3, "success": 0, "removed": 0}
    assert len(importer.query("SELECT FROM orphan_scores")) == 3


def test_why_an_orphan_waits_is_told_as_it_is_now(importer: Importer) -> None:
    importer.imported(batch_manual(1, song="4242"))
    importer.execute(NEW_SONG)
    importer.execute(NEW_VERSION)

    assert reprocess(importer)["failed"] == 1

    (orphan,) = importer.query("SELECT err_msg FROM orphan_scores")
    assert orphan.err_msg == "Cannot find chart for A song that was missing (Single ADV)"


def test_orphans_become_scores_of_an_import_once_their_chart_is_known(importer: Importer) -> None:
    import_orphans(importer)
    for statement in (NEW_SONG, NEW_CHART, NEW_VERSION):
        importer.execute(statement)
    assert reprocess(importer) == {"processed": 3, "failed": 0, "success": 2, "removed": 1}
    assert importer.query("SELECT FROM orphan_scores") == []
    scores = importer.query("SELECT chart_id, service, import_id FROM scores")
    assert {score.chart_id for score in scores} == {"missing"}
    assert {score.service for score in scores} == {"tests (BATCH-MANUAL)"}
    imports = importer.query("SELECT * FROM imports WHERE import_id = :id", id=scores[0].import_id)
    assert [one.import_type for one in imports] == ["file/batch-manual"]
    assert reprocess(importer)["processed"] == 0
    # The user is told, once.
    (told,) = importer.query("SELECT * FROM notifications WHERE user_id = :u", u=importer.user_id)
    assert told.body == {"type": "ORPHANS_RESTORED", "content": {"scoreCount": 2}}


def test_an_orphan_that_was_imported_meanwhile_is_removed(importer: Importer) -> None:
    importer.imported(batch_manual(1, song="4242"))
    for statement in (NEW_SONG, NEW_CHART, NEW_VERSION):
        importer.execute(statement)
    importer.imported(batch_manual(1, song="4242"))
    assert reprocess(importer) == {"processed": 1, "failed": 0, "success": 0, "removed": 1}


def test_the_daily_schedule_accepts_one_job_for_each_user_with_orphans(
    importer: Importer,
) -> None:
    without = Importer(importer.runtime, "bob")
    without.imported(batch_manual(1))
    import_orphans(importer)
    accepted = accept_orphan_jobs(importer.runtime)
    assert [user_id for user_id, _ in accepted] == [importer.user_id]
    assert accept_orphan_jobs(importer.runtime) == [], "one waits already"
    importer.run(accepted[0][1])
    assert len(accept_orphan_jobs(importer.runtime)) == 1
