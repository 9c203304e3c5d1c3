"""While the queue is paused nothing is claimed, and what stands for a job is not lost."""

from __future__ import annotations

import pytest

from common.imports.import_answers import answer_from_record
from common.jobs import pause_rows, progress
from common.jobs.pause_rows import Lane
from common.jobs.standing import standings
from common.wire import Wire
from tests.support.importer import Importer
from tests.support.stack import batch_manual
from worker import jobs, runner
from worker import upkeep as sweeper
from worker.queues import RedisQueues


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "SETTLED", 0.0)


def pause(importer: Importer, lane: Lane = Lane.ALL) -> None:
    with importer.runtime.engine.begin() as connection:
        pause_rows.pause(connection, lane, "somebody", "")


def resume(importer: Importer, lane: Lane = Lane.ALL) -> None:
    with importer.runtime.engine.begin() as connection:
        pause_rows.resume(connection, lane)


def sweep(importer: Importer) -> list[str]:
    """The jobs whose messages are to be sent."""
    due = sweeper.sweep(importer.runtime.engine, RedisQueues(importer.runtime.redis), 2.0)
    return [one.message.job_id for one in due]


def run(importer: Importer, job_id: str) -> object:
    """Has the job's message come to a worker."""
    query = "SELECT dispatched_at FROM jobs WHERE job_id = :id"
    stamp = importer.query(query, id=job_id)[0].dispatched_at
    return runner.run(importer.runtime, importer.user_id, job_id, stamp)


def states(importer: Importer) -> list[str]:
    return [row.state for row in importer.query("SELECT state FROM jobs ORDER BY sequence")]


def test_a_message_that_a_worker_took_just_before_is_sent_again(importer: Importer) -> None:
    first, second = (importer.accept(batch_manual(1, first=n)) for n in range(2))
    pause(importer)
    # Not on and on: it is the upkeep that sends another, to wait in the queue.
    assert run(importer, first) is None
    assert states(importer) == ["queued", "queued"]
    assert importer.query("SELECT FROM job_attempts") == []
    with importer.runtime.engine.connect() as connection:
        assert jobs.try_lock(connection, importer.user_id), "nobody holds the user's lock"
    assert sweep(importer) == [first]
    assert sweep(importer) == []
    resume(importer)
    following = run(importer, first)
    assert getattr(following, "job_id", None) == second
    assert run(importer, second) is None
    assert states(importer) == ["completed", "completed"]


def test_a_stale_message_is_no_reason_to_send_another(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(1))
    pause(importer)
    assert runner.run(importer.runtime, importer.user_id, job_id, 1) is None
    assert sweep(importer) == []


def test_nothing_that_may_be_lost_is_looked_for_in_a_pause(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(1))
    importer.execute("UPDATE jobs SET dispatched_at = dispatched_at - 3600000")
    pause(importer)
    assert sweep(importer) == []
    resume(importer)
    assert sweep(importer) == [job_id]


@pytest.mark.parametrize("lane", Lane)
def test_background_jobs_are_sent_in_no_pause(importer: Importer, lane: Lane) -> None:
    importer.execute(
        "INSERT INTO jobs (user_id, job_id, kind, state, user_intent, arguments, in_background,"
        " accepted_at) VALUES (:user, 'later', 'orphans', 'queued', false, '{}', true, 1)",
        user=importer.user_id,
    )
    pause(importer, lane)
    assert sweep(importer) == []
    resume(importer, lane)
    assert sweep(importer) == ["later"]


def test_imports_run_while_background_jobs_are_paused(importer: Importer) -> None:
    pause(importer, Lane.BACKGROUND)
    assert importer.run(importer.accept(batch_manual(1))).state == "completed"


def test_whoever_asks_is_told(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(1))
    engine = importer.runtime.engine
    with engine.connect() as connection:
        assert answer_from_record(connection, job_id, Wire.V2) == progress.STARTING
    pause(importer)
    with engine.connect() as connection:
        assert answer_from_record(connection, job_id, Wire.V2) == progress.PAUSED
        assert standings(connection, [job_id])[job_id].said == progress.PAUSED
    importer.execute("UPDATE jobs SET state = 'running'")
    with engine.connect() as connection:
        assert "paused" not in str(answer_from_record(connection, job_id, Wire.V2))
        assert "paused" not in standings(connection, [job_id])[job_id].said


def test_a_second_pause_keeps_the_time_of_the_first(importer: Importer) -> None:
    with importer.runtime.engine.begin() as connection:
        pause_rows.pause(connection, Lane.ALL, "first", "a disk")
        (before,) = pause_rows.pauses(connection)
    with importer.runtime.engine.begin() as connection:
        pause_rows.pause(connection, Lane.ALL, "second", "another disk")
        (after,) = pause_rows.pauses(connection)
        assert (after.since, after.by, after.reason) == (before.since, "second", "another disk")
        assert pause_rows.resume(connection, Lane.ALL)
        assert not pause_rows.resume(connection, Lane.ALL)
