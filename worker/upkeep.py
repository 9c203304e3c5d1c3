"""The sweeper: finds jobs that lost their message or their worker, or never had a message.

Several at once do no harm; `worker.caretaker` sees to it that one is at it, and on time.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from common import locks
from common.database.engine import end_when_stopped
from common.jobs import pause_rows, sweeping_rows
from common.jobs.accepting import Message
from common.jobs.pause_rows import Lane
from common.jobs.sweeping_rows import WaitingUser
from common.metrics.measures import RESENT
from worker.queues import BrokerAway, Queues
from worker.turns import LONGEST_PAUSE, TURN

log = logging.getLogger(__name__)

# Messages sent by one sweep: the next ones are not far.
BATCH = 1000
# Milliseconds for which a worker may have such a job in its hands: see `worker.turns`.
TURN_AND_PAUSE = int(1000 * (TURN + 2 * LONGEST_PAUSE))
# Milliseconds after which a message that nobody can look for is taken for lost: longer than many
# wait, and than a job may take.
UNSEEN = 1_200_000


@dataclass(frozen=True, slots=True)
class Due:
    """A message that was marked as sent and is to be. in_background: the job never had one,
    and nobody waits for it.
    """

    message: Message
    in_background: bool


def sweep(engine: Engine, queues: Queues, patience: float) -> list[Due]:
    """Puts back the jobs of dead workers; returns the messages that are to be sent.

    patience: seconds a message that was just sent may be on its way.
    """
    with engine.connect() as connection:
        # Stopped in here, we would keep others from it.
        end_when_stopped(connection, 15)
        put_back = _put_back_abandoned(connection)
        # One sweep at a time: two could lock the rows of the same users in another order.
        locks.wait_for_transaction(connection, locks.SWEEP)
        users = sweeping_rows.waiting_users(connection)
        paused = {each.lane for each in pause_rows.pauses(connection)}
        try:
            due = _without_message(users, queues, put_back, int(patience * 1000), paused)
        except BrokerAway as problem:
            log.warning("sweeper: the broker does not say what is in the queue: %s", problem)
            due = []
        marked = _mark_dispatched(connection, due[:BATCH])
        connection.commit()
    lost = sum(not job.in_background for job in marked)
    if lost:
        RESENT.add(by=lost)
        log.warning("sweeper: %d jobs without a message, sent again", lost)
    if lost < len(marked):
        log.info("sweeper: %d background jobs sent", len(marked) - lost)
    return marked


def _put_back_abandoned(connection: Connection) -> set[int]:
    """Queues again the running jobs whose user's lock is free: their worker died."""
    users = sweeping_rows.worked_for(connection)
    connection.commit()
    put_back = set()
    for user_id in users:
        # Holding the lock ourselves is the one way to be sure that nobody does.
        if locks.try_for_transaction(connection, locks.USER, user_id):
            abandoned = sweeping_rows.put_back(connection, user_id)
            for job_id in abandoned:
                log.warning("sweeper: the worker of job %s is gone, queued again", job_id)
            if abandoned:
                put_back.add(user_id)
        connection.commit()
    return put_back


def _without_message(
    users: list[WaitingUser],
    queues: Queues,
    put_back: set[int],
    patience: int,
    paused: Collection[str],
) -> list[WaitingUser]:
    """Of those who wait: the ones that no message stands for. Raises BrokerAway.

    Nobody waits for background jobs: while other messages do, they get none. So an import
    stands behind a batch of them at most. While the queue is paused only what is owed is sent, to
    wait in it; what may be lost is looked for once it goes on.
    """
    idle = not queues.jobs_wait()
    looked, in_queue = False, None
    due, background = [], []
    for user in users:
        if user.user_id in put_back or (user.owed and not user.messages):
            due.append(user)
        elif Lane.ALL in paused:
            continue
        elif not user.messages:
            if Lane.BACKGROUND not in paused:
                background.append(user)
        elif user.age >= patience and user.tried >= TURN_AND_PAUSE:
            if not looked:
                looked, in_queue = True, queues.message_ids()
            if in_queue is None:
                lost = idle or user.age >= UNSEEN
            else:
                lost = in_queue.isdisjoint(user.messages)
            if lost:
                due.append(user)
    return due + background if idle else due


def _mark_dispatched(connection: Connection, due: list[WaitingUser]) -> list[Due]:
    """Marks their oldest jobs as sent, unless they changed since they were looked at.

    What was sent before for the same users counts no more: each job that ends will see to the
    next.
    """
    if not due:
        return []
    rows = sweeping_rows.mark_dispatched(connection, due)
    background = {user.job_id for user in due if not user.owed and not user.messages}
    return [
        Due(
            Message(row.user_id, row.job_id, row.dispatched_at),
            in_background=row.job_id in background,
        )
        for row in rows
    ]
