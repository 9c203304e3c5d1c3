"""Jobs and loads that stand still, or are overtaken, at the moment that matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from common import locks
from common.catalogue import locking
from common.jobs.outcomes import JobOutcome
from tests.support.importer import Importer
from tests.support.stack import wait_for

PATIENCE = 30.0  # seconds a test may take while a job is held

# Whatever a job does to scores, it writes personal bests in the same transaction.
_WRITES_SCORES = text(
    """
    SELECT EXISTS (SELECT FROM pg_locks
                   WHERE pid = pg_backend_pid() AND mode = 'RowExclusiveLock'
                     AND relation = 'personal_bests'::regclass)
    """
)


@contextmanager
def held_before_commit(importer: Importer, job_id: str) -> Iterator[Future[JobOutcome]]:
    """Runs the job in a thread, up to the commit that would make its effects visible.

    Yields once it is there. It goes on when the block ends, and has ended afterwards.
    """
    engine = importer.runtime.engine
    reached, go_on = Event(), Event()

    def hold(connection: Connection) -> None:
        if not go_on.is_set() and connection.scalar(_WRITES_SCORES):
            reached.set()
            assert go_on.wait(PATIENCE), "nobody let the job go on"

    event.listen(engine, "commit", hold)
    with ThreadPoolExecutor(1) as thread:
        outcome = thread.submit(importer.run, job_id)
        try:
            wait_for(lambda: reached.is_set() or outcome.done(), "the job before its commit")
            assert reached.is_set(), f"the job was over before: {outcome.result()}"
            yield outcome
        finally:
            go_on.set()
    event.remove(engine, "commit", hold)


@contextmanager
def overtaken(importer: Importer, by: Callable[[], object]) -> Iterator[None]:
    """Has `by` run once, after a job of the user has matched its scores and before it stores."""
    engine = importer.runtime.engine
    overtaking = [by]
    in_use = locking._KEPT.value

    def look(connection: Connection, parameters: Mapping[str, Any] | None = None) -> Any:
        # The first statement of a transaction that stores; it goes to the driver.
        if connection.engine is engine and overtaking:
            overtaking.pop()()
        return in_use(connection, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locking._KEPT, "value", look)
        yield
    assert not overtaking, "no job came that far"


def wait_for_load(importer: Importer, load: Future[Any]) -> None:
    """Returns once the load waits for those who are storing; fails where it is over before."""

    def waits() -> bool:
        rows = importer.query(
            "SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock"
            " AND mode = 'ExclusiveLock' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            lock=locks.STORING,
        )
        return bool(rows)

    wait_for(lambda: load.done() or waits(), "a load that waits for jobs", timeout=10)
    assert not load.done(), f"the load waited for nobody: {load.result()}"
