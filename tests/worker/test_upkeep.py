"""The sweeper finds what lost its message or its worker, and leaves the rest alone."""

from __future__ import annotations

import logging

import orjson
import pytest

from common.jobs import arguments as job_arguments
from common.jobs.accepting import Message, NewJob, accept_in_background, next_message
from common.text.canonical import new_job_id
from tests.support.importer import Importer
from tests.support.stack import batch_manual
from worker import jobs, queues, runner
from worker import upkeep as sweeper
from worker.messaging import AGAIN_QUEUE, JOBS_QUEUE
from worker.queues import RedisQueues

PATIENCE = 2.0


def sweep(importer: Importer) -> list[tuple[int, str]]:
    """(user, job) of the messages that are to be sent."""
    due = sweeper.sweep(importer.runtime.engine, RedisQueues(importer.runtime.redis), PATIENCE)
    return [(one.message.user_id, one.message.job_id) for one in due]


def age(importer: Importer, seconds: int) -> None:
    importer.execute(
        "UPDATE jobs SET dispatched_at = dispatched_at - :ms WHERE dispatched_at > 0",
        ms=seconds * 1000,
    )


def message_of(importer: Importer, job_id: str) -> Message:
    stamp = importer.query("SELECT dispatched_at FROM jobs WHERE job_id = :id", id=job_id)[0][0]
    return Message(importer.user_id, job_id, stamp)


def put(importer: Importer, message_id: str, queue: str = JOBS_QUEUE) -> None:
    """A message waits in Redis."""
    importer.runtime.redis.lpush(queue, orjson.dumps({"headers": {"id": message_id}}))


def test_a_job_whose_message_may_be_under_way_is_left_alone(importer: Importer) -> None:
    importer.accept(batch_manual(1))
    assert sweep(importer) == []


def test_a_job_whose_message_is_nowhere_is_sent_again_once(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(1))
    age(importer, 5)
    assert sweep(importer) == [(importer.user_id, job_id)]
    assert sweep(importer) == []


@pytest.mark.parametrize("queue", [JOBS_QUEUE, AGAIN_QUEUE])
def test_a_message_that_waits_is_never_sent_again(importer: Importer, queue: str) -> None:
    job_id = importer.accept(batch_manual(1))
    age(importer, 3600)
    put(importer, message_of(importer, job_id).id, queue)
    assert sweep(importer) == []


def test_a_lost_message_is_found_among_thousands_that_wait(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(1))
    for number in range(3 * queues.CHUNK):
        put(importer, f"another-{number}.1")
    age(importer, 5)
    assert sweep(importer) == [(importer.user_id, job_id)]


def test_what_nobody_can_read_in_the_queue_stands_for_nobody(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(1))
    importer.runtime.redis.lpush(JOBS_QUEUE, b"\xff\x00", b'{"id": 3}', b'{"id": "\xff"}', b"")
    age(importer, 5)
    assert sweep(importer) == [(importer.user_id, job_id)]


def test_a_lost_message_is_found_after_the_servers_clock_was_set_back(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(1))
    age(importer, -3600)
    importer.execute("UPDATE jobs SET started_at = dispatched_at, troubled_since = dispatched_at")
    put(importer, message_of(importer, job_id).id)
    assert sweep(importer) == []
    importer.runtime.redis.flushdb()
    assert sweep(importer) == [(importer.user_id, job_id)]
    assert sweep(importer) == []


def test_a_message_that_was_replaced_counts_no_more(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(1))
    lost = message_of(importer, job_id)
    age(importer, 5)
    assert sweep(importer) == [(importer.user_id, job_id)]
    assert runner.run(importer.runtime, importer.user_id, job_id, lost.stamp) is None
    assert importer.query("SELECT state FROM jobs")[0].state == "queued"
    sent = message_of(importer, job_id)
    assert runner.run(importer.runtime, importer.user_id, job_id, sent.stamp) is None
    assert importer.query("SELECT state FROM jobs")[0].state == "completed"


def test_of_a_users_jobs_only_the_oldest_is_sent_and_the_others_follow_it(
    importer: Importer,
) -> None:
    first, second = (importer.accept(batch_manual(1, first=n)) for n in range(2))
    age(importer, 5)
    assert sweep(importer) == [(importer.user_id, first)]
    following = runner.run(importer.runtime, importer.user_id, first)
    assert following is not None
    assert following.job_id == second


def test_a_message_that_was_owed_when_its_debtor_died_is_sent(importer: Importer) -> None:
    """The worker ended a job and was killed before it sent the next one."""
    first, second = (importer.accept(batch_manual(1, first=n)) for n in range(2))
    importer.execute("UPDATE jobs SET state = 'completed' WHERE job_id = :id", id=first)
    put(importer, "another.1")
    assert sweep(importer) == [(importer.user_id, second)]


def test_the_job_of_a_dead_worker_is_queued_again_and_sent(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(1))
    importer.execute("UPDATE jobs SET state = 'running', attempts = 1")
    assert sweep(importer) == [(importer.user_id, job_id)]
    assert importer.query("SELECT state FROM jobs")[0].state == "queued"


def test_the_job_of_a_living_worker_is_left_alone(importer: Importer) -> None:
    importer.accept(batch_manual(1))
    age(importer, 3600)
    with importer.runtime.engine.connect() as worker:
        jobs.try_lock(worker, importer.user_id)
        jobs.claim_oldest(worker, importer.user_id, 5)
        worker.commit()
        assert sweep(importer) == []
        assert importer.query("SELECT state FROM jobs")[0].state == "running"
        jobs.unlock(worker, importer.user_id)
        worker.commit()


def test_finished_jobs_are_nobodys_business(importer: Importer) -> None:
    importer.run(importer.accept(batch_manual(1)))
    importer.run(importer.accept(b"null"))
    age(importer, 3600)
    assert sweep(importer) == []


def test_what_redis_does_not_say_is_not_guessed(importer: Importer) -> None:
    """A hash where the queue should be: no message is sent on suspicion, nothing fails."""
    importer.accept(batch_manual(1))
    age(importer, 5)
    importer.runtime.redis.hset(JOBS_QUEUE, "a", "b")
    assert sweep(importer) == []


# --- one message a user -------------------------------------------------------------------


def marked(importer: Importer) -> list[str]:
    return [
        row.job_id
        for row in importer.query(
            "SELECT job_id FROM jobs WHERE state = 'queued' AND dispatched_at > 0 ORDER BY sequence"
        )
    ]


def test_a_user_has_one_message_however_many_jobs_wait(importer: Importer) -> None:
    jobs_of_user = [importer.accept(batch_manual(1, first=n)) for n in range(5)]
    for job_id in jobs_of_user:
        assert marked(importer) == [job_id]
        stamp = message_of(importer, job_id).stamp
        runner.run(importer.runtime, importer.user_id, job_id, stamp)
    assert importer.query("SELECT FROM jobs WHERE state <> 'completed'") == []


def test_two_messages_of_jobs_accepted_at_the_same_moment_become_one(importer: Importer) -> None:
    first, second = (importer.accept(batch_manual(1, first=n)) for n in range(2))
    importer.execute("UPDATE jobs SET dispatched_at = 7, deferred = false")
    following = runner.run(importer.runtime, importer.user_id, second, 7)
    assert following is not None
    assert following.job_id == second, "the message that named it ran the older one"
    assert runner.run(importer.runtime, importer.user_id, first, 7) is None
    assert importer.query("SELECT state FROM jobs WHERE job_id = :id", id=second)[0][0] == "queued"
    assert runner.run(importer.runtime, importer.user_id, second, following.stamp) is None
    assert importer.query("SELECT FROM jobs WHERE state <> 'completed'") == []


def test_a_job_accepted_just_when_the_one_before_ended_gets_its_message(
    importer: Importer,
) -> None:
    """It saw a running job, whose worker looked for what follows before this one was there."""
    first = importer.accept(batch_manual(1))
    second = importer.accept(batch_manual(1, first=1))
    importer.execute("UPDATE jobs SET state = 'completed' WHERE job_id = :id", id=first)
    with importer.runtime.engine.begin() as connection:
        message = next_message(connection, importer.user_id)
        assert message is not None
        assert message.job_id == second
        assert next_message(connection, importer.user_id) is None


# --- background jobs, which have no message of their own ----------------------------------


def accept_background_job(importer: Importer) -> str:
    job = NewJob(importer.user_id, new_job_id(), job_arguments.Orphans())
    with importer.runtime.engine.begin() as connection:
        assert accept_in_background(connection, [job]) == [(importer.user_id, job.job_id)]
    return job.job_id


def test_a_background_job_is_sent_at_once_and_is_nothing_to_warn_of(
    importer: Importer, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = accept_background_job(importer)
    with caplog.at_level(logging.INFO, "worker.upkeep"):
        assert sweep(importer) == [(importer.user_id, job_id)]
        assert sweep(importer) == []
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "sweeper: 1 background jobs sent")
    ]


def test_a_time_of_0_is_no_message_either(importer: Importer) -> None:
    """So wrote workers of an earlier release, and so may an operator who runs a job again."""
    job_id = accept_background_job(importer)
    importer.execute("UPDATE jobs SET dispatched_at = 0")
    assert sweep(importer) == [(importer.user_id, job_id)]


def test_background_jobs_wait_while_messages_of_others_do(importer: Importer) -> None:
    job_id = accept_background_job(importer)
    put(importer, "another.1")
    assert sweep(importer) == []
    importer.runtime.redis.delete(JOBS_QUEUE)
    assert sweep(importer) == [(importer.user_id, job_id)]


def test_an_import_whose_message_ran_an_older_background_job_gets_another_message(
    importer: Importer,
) -> None:
    accept_background_job(importer)
    job_id = importer.accept(batch_manual(1))
    stamp = message_of(importer, job_id).stamp
    following = runner.run(importer.runtime, importer.user_id, job_id, stamp)
    assert following == message_of(importer, job_id)
    assert runner.run(importer.runtime, importer.user_id, job_id, following.stamp) is None
    assert importer.query("SELECT FROM jobs WHERE state <> 'completed'") == []


def test_no_background_job_is_accepted_for_a_user_who_does_not_exist(importer: Importer) -> None:
    job = NewJob(importer.user_id + 1, new_job_id(), job_arguments.Orphans())
    with importer.runtime.engine.begin() as connection:
        assert accept_in_background(connection, [job]) == []
