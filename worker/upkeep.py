"""The sweeper: finds jobs that lost their message or their worker, or never had a message.

Several at once do no harm; `worker.caretaker` sees to it that one is at it, and on time.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import cast

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Connection, Engine, text

from common import locks
from common.clock import NOW_MS
from common.jobs.accepting import Message
from worker.messaging import AGAIN_QUEUE, JOBS_QUEUE
from worker.turns import LONGEST_PAUSE, TURN

log = logging.getLogger(__name__)

# Messages sent by one sweep: the next ones are not far.
BATCH = 1000
# Milliseconds for which a worker may have such a job in its hands: see `worker.turns`.
TURN_AND_PAUSE = int(1000 * (TURN + 2 * LONGEST_PAUSE))
# Messages read from Redis in one go.
CHUNK = 500

_MESSAGE_ID = re.compile(rb'"id": *"([^"\\]{1,200})"')


@dataclass(frozen=True, slots=True)
class Due:
    """A message that was marked as sent and is to be. in_background: the job never had one,
    and nobody waits for it.
    """

    message: Message
    in_background: bool


def sweep(engine: Engine, redis: Redis, patience: float) -> list[Due]:
    """Puts back the jobs of dead workers; returns the messages that are to be sent.

    patience: seconds a message that was just sent may be on its way.
    """
    with engine.connect() as connection:
        # Stopped in here, we would keep others from it.
        connection.execute(text("SET idle_in_transaction_session_timeout = '15s'"))
        put_back = _put_back_abandoned(connection)
        # One sweep at a time: two could lock the rows of the same users in another order.
        locks.wait_for_transaction(connection, locks.SWEEP)
        waiting = _waiting(connection)
        try:
            due = _without_message(waiting, redis, put_back, int(patience * 1000))
        except RedisError as problem:
            log.warning("sweeper: Redis does not say what is in the queue: %r", problem)
            due = []
        marked = _mark_dispatched(connection, due[:BATCH])
        connection.commit()
    lost = sum(not job.in_background for job in marked)
    if lost:
        log.warning("sweeper: %d jobs without a message, sent again", lost)
    if lost < len(marked):
        log.info("sweeper: %d background jobs sent", len(marked) - lost)
    return marked


def _put_back_abandoned(connection: Connection) -> set[int]:
    """Queues again the running jobs whose user's lock is free: their worker died."""
    users = connection.scalars(
        text("SELECT DISTINCT user_id FROM jobs WHERE state = 'running'")
    ).all()
    connection.commit()
    put_back = set()
    for user_id in users:
        # Holding the lock ourselves is the one way to be sure that nobody does.
        if locks.try_for_transaction(connection, locks.USER, user_id):
            abandoned = connection.scalars(
                text(
                    "UPDATE jobs SET state = 'queued', deferred = true"
                    " WHERE user_id = :user_id AND state = 'running' RETURNING job_id"
                ),
                {"user_id": user_id},
            ).all()
            for job_id in abandoned:
                log.warning("sweeper: the worker of job %s is gone, queued again", job_id)
            if abandoned:
                put_back.add(user_id)
        connection.commit()
    return put_back


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A user who waits, with nobody at work. job_id: the oldest job.

    messages: the ids of those sent for the user's jobs. age: of the youngest, in milliseconds.
    tried: how long ago a job was begun that the database failed. owed: a message is due without
    any of those.
    """

    user_id: int
    job_id: str
    dispatched_at: int
    messages: list[str]
    age: int
    tried: int
    owed: bool


def _waiting(connection: Connection) -> list[_Waiting]:
    """Whoever waits, the one whose job is the oldest first."""
    rows = connection.execute(
        text(
            f"""
            SELECT user_id,
                   (array_agg(job_id ORDER BY sequence))[1],
                   (array_agg(dispatched_at ORDER BY sequence))[1],
                   coalesce(array_agg(job_id || '.' || dispatched_at)
                            FILTER (WHERE dispatched_at > 0 AND NOT deferred), '{{}}'),
                   {NOW_MS} - coalesce(max(dispatched_at) FILTER (WHERE NOT deferred), 0),
                   {NOW_MS} - coalesce(
                       max(started_at) FILTER (WHERE troubled_since IS NOT NULL), 0),
                   bool_or(deferred)
            FROM jobs WHERE state IN ('queued', 'running')
            GROUP BY user_id HAVING NOT bool_or(state = 'running')
            ORDER BY min(sequence)
            """  # noqa: S608 - a constant of ours
        )
    )
    return [_Waiting(*row) for row in rows]


def _without_message(
    waiting: list[_Waiting], redis: Redis, put_back: set[int], patience: int
) -> list[_Waiting]:
    """Of those who wait: the ones that no message stands for. Raises RedisError.

    Nobody waits for background jobs: while other messages do, they get none. So an import
    stands behind a batch of them at most.
    """
    idle = not redis.llen(JOBS_QUEUE) and not redis.llen(AGAIN_QUEUE)
    in_queue: set[str] | None = None
    due, background = [], []
    for user in waiting:
        if user.user_id in put_back or (user.owed and not user.messages):
            due.append(user)
        elif not user.messages:
            background.append(user)
        elif user.age >= patience and user.tried >= TURN_AND_PAUSE:
            in_queue = _message_ids(redis) if in_queue is None else in_queue
            if in_queue.isdisjoint(user.messages):
                due.append(user)
    return due + background if idle else due


def _message_ids(redis: Redis) -> set[str]:
    """The ids of all messages that no worker has taken yet.

    Read from the end where messages are added, so that none slips through while others are
    added or taken.
    """
    found: set[str] = set()
    for queue in (AGAIN_QUEUE, JOBS_QUEUE):
        start = 0
        while chunk := cast(list[bytes], redis.lrange(queue, start, start + CHUNK - 1)):
            for message in chunk:
                if (match := _MESSAGE_ID.search(message)) is not None:
                    found.add(match[1].decode("utf-8", "replace"))
            start += len(chunk)
    return found


def _mark_dispatched(connection: Connection, due: list[_Waiting]) -> list[Due]:
    """Marks their oldest jobs as sent, unless they changed since they were looked at.

    What was sent before for the same users counts no more: each job that ends will see to the
    next.
    """
    if not due:
        return []
    rows = connection.execute(
        text(
            f"""
            WITH due AS (
                SELECT user_id, job_id, dispatched_at
                FROM unnest(CAST(:users AS integer[]), CAST(:jobs AS text[]),
                            CAST(:stamps AS bigint[])) AS due (user_id, job_id, dispatched_at)),
            marked AS (
                UPDATE jobs SET dispatched_at = {NOW_MS}, deferred = false
                FROM due
                WHERE (jobs.user_id, jobs.job_id) = (due.user_id, due.job_id)
                  AND jobs.state = 'queued' AND jobs.dispatched_at = due.dispatched_at
                RETURNING jobs.user_id, jobs.job_id, jobs.dispatched_at),
            others AS (
                UPDATE jobs SET dispatched_at = 0, deferred = true
                FROM due
                WHERE jobs.user_id = due.user_id AND jobs.job_id <> due.job_id
                  AND jobs.state = 'queued' AND jobs.dispatched_at > 0)
            SELECT * FROM marked
            """  # noqa: S608 - a constant of ours
        ),
        {
            "users": [user.user_id for user in due],
            "jobs": [user.job_id for user in due],
            "stamps": [user.dispatched_at for user in due],
        },
    )
    background = {user.job_id for user in due if not user.owed and not user.messages}
    return [Due(Message(*row), in_background=row.job_id in background) for row in rows]
