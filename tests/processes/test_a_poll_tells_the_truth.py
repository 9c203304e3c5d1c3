"""A poll tells the truth, for ever: an ended import answers its end, whatever Redis holds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from redis import Redis

from api.jobs.kept import LONG
from common.jobs.progress import answer_key, seal, text_key
from score_import_client import ApiError, Submitted
from tests.support import redis_faults
from tests.support.http import Answer, Http
from tests.support.mid_import import Reached
from tests.support.stack import Stack, batch_manual, kill, wait_for

pytestmark = pytest.mark.processes

HeldUp = Callable[[], AbstractContextManager[Reached]]

# Seconds after which no text of an ended import is left anywhere, with some to spare.
A_SECOND = 1.5


@pytest.fixture
def redis(stack: Stack) -> Redis:
    return redis_faults.client(stack.redis)


def poll(stack: Stack, submitted: Submitted) -> Answer:
    return Http(stack.port).get(f"/api/v1/imports/{submitted.import_id}/poll-status")


def is_ongoing(answer: Answer) -> bool:
    return answer.status == 200 and answer.json["body"].get("importStatus") == "ongoing"


def is_completed(answer: Answer) -> bool:
    return answer.status == 200 and answer.json["body"].get("importStatus") == "completed"


def ended_in_database(stack: Stack, submitted: Submitted) -> bool:
    state = stack.scalar("SELECT state FROM jobs WHERE job_id = :id", id=submitted.import_id)
    return state in ("completed", "failed")


def wait_until_texts_are_gone(stack: Stack) -> None:
    """What was said last is gone a second later, by nobody's doing."""
    with redis_faults.client(stack.redis) as redis:
        left = [redis.pttl(key) for key in redis.scan_iter(text_key("*"))]
        assert all(milliseconds <= 1000 and milliseconds != -1 for milliseconds in left)
        wait_for(lambda: not list(redis.scan_iter(text_key("*"))), "the end of all texts")


def never_ongoing_again(stack: Stack, submitted: Submitted, seconds: float = A_SECOND) -> Answer:
    """Polls for longer than any text lives; the answer, which was the same every time."""
    first = poll(stack, submitted)
    for _ in now_and_then(seconds):
        assert not is_ongoing(first)
        assert poll(stack, submitted).raw == first.raw
    return first


def now_and_then(seconds: float) -> Iterator[None]:
    """Moments of this time, with pauses that leave the processor to the service."""
    pause, until = threading.Event(), time.monotonic() + seconds
    while time.monotonic() < until:
        yield
        pause.wait(0.03)


def test_an_ended_import_answers_its_end_when_nothing_of_it_is_left_in_redis(
    stack: Stack, redis: Redis
) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    with_errors = batch_manual(5)
    with_errors["scores"][0]["identifier"] = "999999"
    completed = player.submit(with_errors)
    failed = player.submit(
        {
            "meta": {"game": "iidx", "playtype": "SP", "service": "tests"},
            "scores": [],
            "classes": ["\0\u3042" * 9000],
        }
    )
    player.wait(completed)
    with pytest.raises(ApiError):
        player.wait(failed)
    for submitted in (completed, failed):
        from_redis = never_ongoing_again(stack, submitted)
        redis.flushall()
        from_postgres = never_ongoing_again(stack, submitted)
        assert (from_redis.status, from_redis.raw) == (from_postgres.status, from_postgres.raw)
        assert redis.get(text_key(submitted.import_id)) is None


def test_everything_redis_says_of_an_import_is_gone_within_seconds(
    stack: Stack, redis: Redis
) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    submitted = player.submit(batch_manual(5))
    player.wait(submitted)
    poll(stack, submitted)
    for key in redis.scan_iter("score-import:*"):
        if submitted.import_id.encode() in key:
            assert 0 < redis.pttl(key) <= 10_000
    # A month later is no different: nothing is left but PostgreSQL.
    redis.delete(answer_key(submitted.import_id), text_key(submitted.import_id))
    assert is_completed(never_ongoing_again(stack, submitted))


def test_a_running_import_is_ongoing_with_its_step_however_long_the_step_is_silent(
    stack: Stack, held_up: HeldUp, redis: Redis
) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    with held_up() as reached:
        submitted = player.submit(batch_manual(5))
        reached()
        for _ in now_and_then(3):
            answer = poll(stack, submitted)
            assert is_ongoing(answer)
        said = answer.json["body"]["progress"]["description"]
        assert said != "Importing Scores.", "said by the worker, not derived from the job's state"
        redis.delete(text_key(submitted.import_id))
    player.wait(submitted)


def test_a_worker_killed_right_after_its_commit_leaves_no_import_ongoing(
    stack: Stack, held_up: HeldUp
) -> None:
    stack.start_web()
    worker = stack.start_worker()
    player = stack.user("alice")
    with held_up() as reached:
        submitted = player.submit(batch_manual(5))
        reached()
        hang = redis_faults.hung(stack.redis)
        hang.__enter__()
    try:
        wait_for(lambda: ended_in_database(stack, submitted), "the commit")
        kill(worker)
    finally:
        hang.__exit__(None, None, None)
    wait_until_texts_are_gone(stack)
    assert is_completed(never_ongoing_again(stack, submitted))


@pytest.mark.parametrize("fault", [redis_faults.full, redis_faults.refusing_writes])
def test_an_import_that_ends_while_redis_refuses_writes_answers_its_end(
    stack: Stack,
    held_up: HeldUp,
    fault: Callable[..., AbstractContextManager[None]],
) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    with held_up() as reached:
        submitted = player.submit(batch_manual(5))
        reached()
        refusal = fault(stack.redis)
        refusal.__enter__()
    try:
        wait_for(lambda: ended_in_database(stack, submitted), "the commit")
        wait_until_texts_are_gone(stack)
        during = never_ongoing_again(stack, submitted)
    finally:
        refusal.__exit__(None, None, None)
    after = never_ongoing_again(stack, submitted)
    assert is_completed(during)
    assert during.raw == after.raw


def test_an_import_that_ends_while_redis_hangs_answers_its_end_then_and_later(
    stack: Stack, held_up: HeldUp
) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    with held_up() as reached:
        submitted = player.submit(batch_manual(5))
        reached()
        hang = redis_faults.hung(stack.redis)
        hang.__enter__()
    try:
        wait_for(lambda: ended_in_database(stack, submitted), "the commit")
        during = never_ongoing_again(stack, submitted)
    finally:
        hang.__exit__(None, None, None)
    wait_until_texts_are_gone(stack)
    after = never_ongoing_again(stack, submitted)
    assert is_completed(during)
    assert during.raw == after.raw


def test_an_import_that_ended_since_the_copy_that_redis_came_back_with_answers_its_end(
    stack: Stack, held_up: HeldUp
) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    with held_up() as reached:
        submitted = player.submit(batch_manual(5))
        reached()
        assert is_ongoing(poll(stack, submitted))
        copy = redis_faults.Copy(stack.redis)
    before = player.wait(submitted)
    copy.restore()
    wait_until_texts_are_gone(stack)
    assert never_ongoing_again(stack, submitted).json["body"]["import"] == before


DAMAGED = {
    "empty": b"",
    "no status": b"x",
    "another program's": b'{"importStatus":"completed"}',
    "not UTF-8": b"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6\xf5\xf4",
    "cut off": seal(200, b'{"success":true,"body":{"importStatus":"completed"}}')[:-5],
    "one bit": seal(500, b'{"success":false}').replace(b"s", b"r", 1),
    "an unsealed text": b"Importing Scores.",
}


def test_a_damaged_value_counts_as_missing(stack: Stack, redis: Redis) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    submitted = player.submit(batch_manual(3))
    player.wait(submitted)
    keys = answer_key(submitted.import_id), text_key(submitted.import_id)
    for damage, value in DAMAGED.items():
        for key in keys:
            redis.delete(*keys)
            redis.set(key, value)
            assert is_completed(poll(stack, submitted)), damage
            redis.delete(*keys)
            redis.rpush(key, value)
            assert is_completed(poll(stack, submitted)), damage


def test_an_import_that_is_run_again_is_ongoing_until_its_new_end(
    stack: Stack, held_up: HeldUp, redis: Redis
) -> None:
    stack.start_web()
    stack.start_beat()
    player = stack.user("alice")
    submitted = player.submit(batch_manual(3))
    earlier = seal(500, b'{"success":false,"description":"stopped"}')
    redis.set(answer_key(submitted.import_id), earlier)
    with held_up() as reached:
        stack.start_worker()
        reached()
        assert is_ongoing(poll(stack, submitted))
    assert len(player.wait(submitted)["scoreIDs"]) == 3


def test_a_long_answer_that_was_read_before_is_the_one_that_redis_has_now(
    stack: Stack, redis: Redis
) -> None:
    """It is kept by the process that answers, which asks Redis only whether it is still that."""
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice", "submit_score", "delete_score")
    submitted = player.submit(batch_manual(600))
    player.wait(submitted)
    key = answer_key(submitted.import_id)
    first = poll(stack, submitted)
    assert is_completed(first)
    assert len(first.raw) > LONG
    assert poll(stack, submitted).raw == first.raw

    other = b'{"success":true,"body":{"importStatus":"completed"}}'
    redis.set(key, seal(200, other))
    # PostgreSQL is asked, and Redis told.
    assert poll(stack, submitted).raw == first.raw
    assert poll(stack, submitted).raw == first.raw
    redis.delete(key)
    assert poll(stack, submitted).raw == first.raw

    player.client.revert(submitted.import_id)
    assert poll(stack, submitted).status == 404
