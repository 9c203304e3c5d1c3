"""A message or value in Redis that nobody can read is dropped with a log line; no worker ends."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from common.redis_client import open_redis
from tests.support.stack import Stack, batch_manual, wait_for
from worker.messaging import AGAIN_QUEUE, JOBS_QUEUE, RUN_JOB, UPKEEP_QUEUE

pytestmark = pytest.mark.processes


def message(**changes: Any) -> dict[str, Any]:
    """A message as a worker takes it, unless changed: it names a job that does not exist."""
    body = base64.b64encode(json.dumps([[1, "none"], {}, {}]).encode()).decode()
    return {
        "body": body,
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"lang": "py", "task": RUN_JOB, "id": "none.1"},
        "properties": {
            "correlation_id": "none.1",
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": JOBS_QUEUE},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": "tag",
        },
        **changes,
    }


def headers(**changes: Any) -> dict[str, Any]:
    return {"lang": "py", "task": RUN_JOB, "id": "none.1", **changes}


def properties(**changes: Any) -> dict[str, Any]:
    return {**message()["properties"], **changes}


def body(content: Any) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


NO_JSON = [b"", b"\xff\xfe\x00", b"{", b"not JSON", b"\x80" * 4000]
NO_MESSAGE: list[Any] = [
    None,
    17,
    "text",
    [],
    {},
    message(properties=None),
    message(headers=None),
    message(headers=[]),
    message(headers={}),
    message(headers={"task": RUN_JOB}),
    message(headers=headers(task=None)),
    message(headers=headers(task={"a": 1})),
    message(headers=headers(id=["x"])),
    message(headers=headers(task="no.such.task")),
    message(**{"content-type": None}),
    message(**{"content-type": "application/x-python-serialize"}),
    message(**{"content-type": 7}),
    message(**{"content-encoding": None}),
    message(**{"content-encoding": "rot13"}),
    message(**{"content-encoding": "binary"}),
    message(properties=properties(delivery_info=None)),
    message(properties=properties(delivery_info={})),
    message(properties=properties(delivery_tag=None)),
    message(properties=properties(delivery_tag={})),
    message(properties=properties(body_encoding="no-such")),
    message(body=None),
    message(body=[1]),
    message(body="%%%"),
    message(body=base64.b64encode(b"\xff\xfe").decode()),
    message(body=body("text")),
    message(body=body([])),
    message(body=body([1, 2, 3])),
    message(body=body([[1, "none"], {}, {"chain": [{"task": "x"}]}])),
    message(body=body([[], {}, {}])),
    message(body=body([["one", 2, 3, 4], {"five": 6}, {}])),
    message(body=body([[{"a": 1}, None], {}, {}])),
]
# These are readable, whatever they claim of times and limits.
HARMLESS: list[Any] = [
    message(headers=headers(expires="2001-01-01T00:00:00")),
    message(headers=headers(expires=[])),
    message(headers=headers(eta="never")),
    message(headers=headers(timelimit="long")),
    message(headers=headers(retries="many", group=3, shadow=[])),
]


def test_unreadable_messages_are_dropped_with_a_log_line_and_the_worker_lives(
    stack: Stack,
) -> None:
    stack.start_web()
    worker = stack.start_worker()
    player = stack.user("alice")
    payloads = NO_JSON + [json.dumps(one).encode() for one in NO_MESSAGE + HARMLESS]
    with open_redis(stack.redis.url) as redis:
        for queue in (JOBS_QUEUE, AGAIN_QUEUE, UPKEEP_QUEUE):
            redis.lpush(queue, *payloads)
        submitted = player.submit(batch_manual(10))
        assert len(player.wait(submitted, timeout=60)["scoreIDs"]) == 10
        wait_for(
            lambda: not any(redis.llen(q) for q in (JOBS_QUEUE, AGAIN_QUEUE, UPKEEP_QUEUE)),
            "the queues being empty",
            timeout=60,
        )
    # As often as the worker has processes, and more: no place was lost to a dropped message.
    for number in range(1, 4):
        later = player.submit(batch_manual(2, first=100 * number))
        assert len(player.wait(later, timeout=60)["scoreIDs"]) == 2
    assert worker.exit_code() is None
    log = worker.program.log.read_text()
    assert log.count("ready.") == 1, "it never had to connect again"
    assert log.count("dropped") >= 3 * (len(NO_JSON) + len(NO_MESSAGE) - 5)


@pytest.mark.parametrize("before_the_worker", [False, True])
@pytest.mark.parametrize("kind", ["string", "hash", "set"])
def test_a_value_of_another_kind_where_a_queue_should_be_is_dropped(
    stack: Stack, kind: str, *, before_the_worker: bool
) -> None:
    stack.start_web()
    player = stack.user("alice")
    worker = None if before_the_worker else stack.start_worker()
    with open_redis(stack.redis.url) as redis:
        for queue in (JOBS_QUEUE, AGAIN_QUEUE):
            redis.delete(queue)
            if kind == "string":
                redis.set(queue, "x")
            elif kind == "hash":
                redis.hset(queue, "unacked", b"\xff")
            else:
                redis.sadd(queue, "x")
    worker = worker or stack.start_worker()
    submitted = player.submit(batch_manual(5))
    assert len(player.wait(submitted, timeout=60)["scoreIDs"]) == 5
    assert worker.exit_code() is None
    # By whoever came to it first, web that sent the message or the worker that asked for it.
    logs = "".join(path.read_text() for path in stack.folder.glob("*.log"))
    assert "no list: dropped" in logs


def test_garbage_in_what_celery_keeps_in_redis_stops_nothing(stack: Stack) -> None:
    with open_redis(stack.redis.url) as redis:
        redis.hset("unacked", mapping={"a": b"\xff", "b": b"{"})
        redis.zadd("unacked_index", {"a": 0.0, "b": 0.0})
        redis.sadd(f"_kombu.binding.{JOBS_QUEUE}", b"\xff", "no separators")
        redis.sadd("_kombu.binding.celery.pidbox", b"\xff", "no separators")
    stack.start_web()
    worker = stack.start_worker()
    with open_redis(stack.redis.url) as redis:
        redis.publish("/0.celery.pidbox", b"\xff\x00")
        redis.publish("/0.celery.pidbox", b"{}")
        redis.publish("/0.celery.pidbox", b'{"body": null}')
    player = stack.user("alice")
    submitted = player.submit(batch_manual(5))
    assert len(player.wait(submitted, timeout=60)["scoreIDs"]) == 5
    assert worker.exit_code() is None
