"""Operators cancel jobs and have them run again; every attempt is written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from common.database.engine import autocommit, open_engine
from common.jobs import listing_rows, managing, managing_rows, progress
from common.jobs.accepting import NewJob, accept_or_join
from common.jobs.arguments import Import
from common.jobs.job_documents import JobsChanged, WholeJob
from common.jobs.job_tables import JobKind
from common.jobs.managing import Manager
from common.jobs.managing_rows import Wanted
from common.jobs.progress import FinalAnswer
from tests.support.importer import Importer, impatient_runtime
from tests.support.stack import batch_manual
from worker import jobs, retention, turns, upkeep
from worker.imports import pipeline
from worker.queues import RedisQueues


@pytest.fixture
def manager(importer: Importer) -> Manager:
    return Manager(importer.runtime.engine, importer.runtime.redis, lambda user_id, job_id: None)


def shown(importer: Importer, wanted: str) -> WholeJob:
    with importer.runtime.engine.connect() as connection:
        found = managing.show(connection, wanted)
    assert found is not None
    return found


def reasons(done: JobsChanged) -> list[str]:
    return [refused.code for refused in done.refused]


def broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError("the cause")


def failed_internally(importer: Importer, patch: pytest.MonkeyPatch, document: Any) -> str:
    """An import that failed through no fault of its user."""
    with patch.context() as broken_pipeline:
        broken_pipeline.setattr(pipeline, "convert", broken)
        job_id = importer.accept(document)
        importer.run(job_id)
    return job_id


def test_a_job_shows_every_attempt_with_its_time_and_cause(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = importer.accept(batch_manual(1))
    engine = importer.runtime.engine
    # A worker that died, found by the upkeep; and one, found by who comes next.
    for found_by_upkeep in (True, False):
        with engine.begin() as connection:
            assert jobs.claim_oldest(connection, importer.user_id, 5) is not None
        if found_by_upkeep:
            upkeep.sweep(engine, RedisQueues(importer.runtime.redis), 0)
    # One that was told to stop.
    with engine.begin() as connection:
        claimed = jobs.claim_oldest(connection, importer.user_id, 5)
        assert claimed is not None
        jobs.release(connection, claimed)
    # One that met a fault of ours.
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "convert", broken)
        importer.run(job_id)
    job = shown(importer, job_id)
    assert [run.outcome for run in job.runs] == [
        *("worker died", "worker died", "worker stopped", "failed")
    ]
    assert job.runs[-1].cause == "RuntimeError: the cause"
    assert all(run.endedAt is not None and run.endedAt >= run.beganAt for run in job.runs)
    assert {run.worker for run in job.runs} == {jobs.worker_name()}
    assert job.error is not None
    assert job.error.reference is not None
    assert shown(importer, job.error.reference) == job
    assert job.canRetry


def test_trouble_with_the_database_is_an_attempt_with_a_cause(
    database: str, redis_for_workers: Any
) -> None:
    with impatient_runtime(database, redis_for_workers) as runtime:
        importer = Importer(runtime)
        job_id = importer.accept(batch_manual(1))
        with open_engine(database).connect() as blocker, pytest.MonkeyPatch.context() as patch:
            blocker.exec_driver_sql("LOCK TABLE imports IN SHARE ROW EXCLUSIVE MODE")

            def pause(tries: int, age: float) -> float:
                blocker.rollback()
                return 0

            patch.setattr(turns, "pause", pause)
            importer.run(job_id)
        troubled, completed = shown(importer, job_id).runs
    assert (troubled.outcome, completed.outcome) == ("database trouble", "completed")
    assert "lock timeout" in (troubled.cause or "")


def test_a_retried_import_runs_once_and_in_its_place(
    importer: Importer, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = failed_internally(importer, monkeypatch, batch_manual(2))
    second = importer.accept(batch_manual(2, first=1))
    said = progress.read(importer.runtime.redis, first)
    assert isinstance(said, FinalAnswer)
    assert manager.retry([first]).changed == [first]
    assert reasons(manager.retry([first])) == ["JOB_HAS_NOT_FAILED"]
    assert progress.read(importer.runtime.redis, first) is None
    # Whichever of them is named, the older one goes first.
    importer.run(second)
    assert [shown(importer, each).state for each in (first, second)] == ["completed", "queued"]
    importer.run(second)
    assert len(importer.query("SELECT FROM scores")) == 3
    assert importer.query("SELECT FROM job_payloads") == []
    assert [run.outcome for run in shown(importer, first).runs] == ["failed", "completed"]


def test_what_was_no_fault_of_ours_is_not_run_again(importer: Importer, manager: Manager) -> None:
    refused, done, cancelled = (importer.accept(each) for each in (b"null", batch_manual(1), b""))
    importer.run(refused)
    importer.run(done)
    manager.cancel([cancelled])
    answer = manager.retry([refused, done, cancelled, "nothing"])
    assert reasons(answer) == [
        *("JOB_IS_AT_FAULT", "JOB_HAS_NOT_FAILED", "JOB_IS_CANCELLED", "NOT_FOUND")
    ]
    assert not shown(importer, refused).canRetry


def test_what_is_not_kept_any_more_cannot_be_run_again(
    importer: Importer, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = failed_internally(importer, monkeypatch, batch_manual(1))
    wanted = Wanted(error="THE CAUSE")
    assert managing.purge(importer.runtime.engine, wanted, payloads_only=True) == 1
    assert reasons(manager.retry([job_id])) == ["PAYLOAD_GONE"]
    assert managing.purge(importer.runtime.engine, wanted) == 1
    assert importer.query("SELECT FROM job_attempts") == []
    # What polls say of it stays, and it is still found.
    left = shown(importer, job_id)
    assert (left.state, left.acceptedAt, left.canRetry) == ("failed", None, False)


def test_a_sync_is_not_retried_beside_another(importer: Importer, manager: Manager) -> None:
    first = importer.accept(None, "api/flo-iidx")
    importer.execute("UPDATE jobs SET state = 'failed', error_status = 500")
    second = importer.accept(None, "api/flo-iidx")
    assert reasons(manager.retry([first])) == ["SYNC_IS_ON"]
    manager.cancel([second])
    assert manager.retry([first]).changed == [first]


@pytest.mark.parametrize("said", [True, False])
def test_a_sync_is_joined_also_where_the_last_release_accepted_it(
    importer: Importer, *, said: bool
) -> None:
    first = importer.accept(None, "api/flo-iidx")
    importer.execute(f"UPDATE jobs SET fetches = {said}")
    again = NewJob(importer.user_id, "again", Import(), "api/flo-iidx", fetches=True)
    other = NewJob(importer.user_id, "other", Import(), "api/flo-sdvx", fetches=True)
    with importer.runtime.engine.connect() as connection, autocommit(connection):
        assert accept_or_join(connection, again) == (first, None)
        assert accept_or_join(connection, other)[0] == "other"


def test_a_cancelled_job_never_runs_and_the_next_one_does(
    importer: Importer, manager: Manager
) -> None:
    first, second = importer.accept(batch_manual(1)), importer.accept(batch_manual(1, first=1))
    assert manager.cancel([first], "A test.").changed == [first]
    answer = progress.read(importer.runtime.redis, first)
    assert isinstance(answer, FinalAnswer)
    assert answer.status == 410
    assert b"IMPORT_CANCELLED" in answer.body
    assert b"A test." in answer.body
    importer.run(second)
    assert [shown(importer, each).state for each in (first, second)] == ["cancelled", "completed"]
    assert reasons(manager.cancel([first, second])) == ["JOB_HAS_ENDED", "JOB_HAS_ENDED"]
    assert importer.query("SELECT FROM job_payloads") == []


def test_a_cancelled_import_that_runs_stores_nothing_and_stops(
    importer: Importer, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled in its middle, it stops where it next says how far it is."""
    reached: list[str] = []

    def cancelled_within(step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            manager.cancel([job_id])
            return step(*args, **kwargs)

        return run

    job_id = importer.accept(batch_manual(3))
    monkeypatch.setattr(pipeline, "convert", cancelled_within(pipeline.convert))
    monkeypatch.setattr(progress, "WRITES_PER_SECOND", 10**9)
    monkeypatch.setattr(pipeline, "update_goals", lambda *_, **__: reached.append("the end"))
    outcome = importer.run(job_id)
    assert (outcome.state, outcome.error_status) == ("failed", 410)
    assert importer.query("SELECT FROM scores") == []
    assert reached == []
    assert shown(importer, job_id).runs[0].outcome == "cancelled"
    answer = progress.read(importer.runtime.redis, job_id)
    assert isinstance(answer, FinalAnswer)
    assert answer.status == 410


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Wanted(), 3),
        (Wanted(states=["failed"]), 1),
        (Wanted(states=["cancelled"]), 1),
        (Wanted(states=["failed", "cancelled", "queued"]), 3),
        (Wanted(types=["file/batch-manual"]), 2),
        (Wanted(types=["revert"]), 1),
        (Wanted(types=["import"]), 2),
        (Wanted(older=0), 3),
        (Wanted(older=60_000), 0),
        (Wanted(newer=60_000), 3),
        (Wanted(error="the CAUSE"), 1),
        (Wanted(error="500"), 1),
        (Wanted(error="nothing of it was"), 1),
        (Wanted(user_id=0), 0),
    ],
)
def test_jobs_are_found_by(jobs_of_each_kind: Importer, wanted: Wanted, count: int) -> None:
    with jobs_of_each_kind.runtime.engine.connect() as connection:
        assert len(listing_rows.page(connection, wanted, 10)) == count
        assert managing_rows.count(connection, wanted) == count
        assert len(managing_rows.ids(connection, wanted, 10, newest_first=True)) == count


@pytest.fixture
def jobs_of_each_kind(
    importer: Importer, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> Importer:
    failed_internally(importer, monkeypatch, batch_manual(1))
    manager.cancel([importer.accept(batch_manual(1))])
    importer.accept(kind=JobKind.ORPHANS)
    importer.execute("UPDATE jobs SET kind = 'revert' WHERE kind = 'orphans'")
    return importer


def test_locks_say_whose_they_are(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(1))
    with importer.runtime.engine.connect() as connection:
        assert jobs.try_lock(connection, importer.user_id)
        jobs.claim_oldest(connection, importer.user_id, 5)
        connection.commit()
        (lock,) = managing.held_locks(connection)
        connection.invalidate()
    assert (lock.lock, lock.userID, lock.jobID) == ("user", importer.user_id, job_id)
    assert (lock.application, lock.isHeld) == ("score-import worker", True)


def test_attempts_go_with_their_job(importer: Importer) -> None:
    importer.imported(batch_manual(1))
    importer.execute("UPDATE jobs SET accepted_at = 0, finished_at = 0")
    assert retention.remove_ended(importer.runtime) == 1
    assert importer.query("SELECT FROM job_attempts") == []
