"""The sweeper finds what lost its message or its worker, and leaves the rest alone."""

from __future__ import annotations

import logging

import pytest

from common.database.tables import JobKind
from common.jobs.accepting import NewJob, accept_in_background
from common.text.canonical import new_import_id
from tests.support.stack import batch_manual
from tests.worker.conftest import Importer
from worker import jobs, runner
from worker import upkeep as sweeper
from worker.messaging import JOBS_QUEUE


@pytest.fixture
def intact(importer: Importer) -> None:
    """Redis has not been wiped since the last sweep."""
    importer.runtime.redis.set(sweeper.MARKER, 1)


def age(importer: Importer, seconds: int) -> None:
    importer.execute("UPDATE jobs SET dispatched_at = dispatched_at - :ms", ms=seconds * 1000)


@pytest.mark.usefixtures("intact")
def test_a_job_whose_message_may_be_under_way_is_left_alone(importer: Importer) -> None:
    importer.accept(batch_manual(1))
    assert sweeper.sweep(importer.runtime) == []


@pytest.mark.usefixtures("intact")
def test_a_job_left_over_with_an_empty_queue_is_sent_again_once(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(1))
    age(importer, 5)
    assert sweeper.sweep(importer.runtime) == [(importer.user_id, job_id)]
    assert sweeper.sweep(importer.runtime) == []


@pytest.mark.usefixtures("intact")
def test_a_backlog_is_given_time(importer: Importer) -> None:
    importer.accept(batch_manual(1))
    importer.runtime.redis.lpush(JOBS_QUEUE, "a message")
    age(importer, 300)
    assert sweeper.sweep(importer.runtime) == []
    age(importer, 600)
    assert len(sweeper.sweep(importer.runtime)) == 1


def test_after_redis_was_wiped_everything_queued_is_sent_at_once(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(1))
    assert sweeper.sweep(importer.runtime) == [(importer.user_id, job_id)]
    assert importer.runtime.redis.exists(sweeper.MARKER)


@pytest.mark.usefixtures("intact")
def test_of_a_users_jobs_only_the_oldest_is_sent_and_the_others_follow_it(
    importer: Importer,
) -> None:
    first, second = (importer.accept(batch_manual(1, first=n)) for n in range(2))
    age(importer, 5)
    assert sweeper.sweep(importer.runtime) == [(importer.user_id, first)]
    importer.run(first)
    with importer.runtime.engine.connect() as connection:
        assert jobs.next_deferred(connection, importer.user_id) == second


@pytest.mark.usefixtures("intact")
def test_the_job_of_a_dead_worker_is_queued_again_and_sent(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(1))
    importer.execute("UPDATE jobs SET state = 'running', attempts = 1")
    assert sweeper.sweep(importer.runtime) == [(importer.user_id, job_id)]
    assert importer.query("SELECT state FROM jobs")[0].state == "queued"


@pytest.mark.usefixtures("intact")
def test_the_job_of_a_living_worker_is_left_alone(importer: Importer) -> None:
    importer.accept(batch_manual(1))
    age(importer, 3600)
    with importer.runtime.engine.connect() as worker:
        jobs.try_lock(worker, importer.user_id)
        jobs.claim_oldest(worker, importer.user_id, 5)
        worker.commit()
        assert sweeper.sweep(importer.runtime) == []
        assert importer.query("SELECT state FROM jobs")[0].state == "running"
        jobs.unlock(worker, importer.user_id)
        worker.commit()


def test_finished_jobs_are_nobodys_business(importer: Importer) -> None:
    importer.run(importer.accept(batch_manual(1)))
    importer.run(importer.accept(b"null"))
    age(importer, 3600)
    assert sweeper.sweep(importer.runtime) == []


# --- background jobs, which have no message of their own ----------------------------------


def accept_background_job(importer: Importer) -> str:
    job = NewJob(importer.user_id, new_import_id(), JobKind.ORPHANS)
    with importer.runtime.engine.begin() as connection:
        assert accept_in_background(connection, [job]) == [(importer.user_id, job.job_id)]
    return job.job_id


@pytest.mark.usefixtures("intact")
def test_a_background_job_is_sent_at_once_and_is_nothing_to_warn_of(
    importer: Importer, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = accept_background_job(importer)
    with caplog.at_level(logging.INFO, "worker.upkeep"):
        assert sweeper.sweep(importer.runtime) == [(importer.user_id, job_id)]
        assert sweeper.sweep(importer.runtime) == []
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "sweeper: 1 background jobs sent")
    ]


@pytest.mark.usefixtures("intact")
def test_background_jobs_wait_while_messages_of_others_do(importer: Importer) -> None:
    job_id = accept_background_job(importer)
    importer.runtime.redis.lpush(JOBS_QUEUE, "a message")
    assert sweeper.sweep(importer.runtime) == []
    importer.runtime.redis.delete(JOBS_QUEUE)
    assert sweeper.sweep(importer.runtime) == [(importer.user_id, job_id)]


@pytest.mark.usefixtures("intact")
def test_an_import_whose_message_ran_an_older_background_job_gets_another_message(
    importer: Importer,
) -> None:
    accept_background_job(importer)
    job_id = importer.accept(batch_manual(1))
    assert runner.run(importer.runtime, importer.user_id, job_id) == job_id
    assert runner.run(importer.runtime, importer.user_id, job_id) is None
    assert importer.query("SELECT FROM jobs WHERE state <> 'completed'") == []


def test_no_background_job_is_accepted_for_a_user_who_does_not_exist(importer: Importer) -> None:
    job = NewJob(importer.user_id + 1, new_import_id(), JobKind.ORPHANS)
    with importer.runtime.engine.begin() as connection:
        assert accept_in_background(connection, [job]) == []
