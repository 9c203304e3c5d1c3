"""Lists and counts of jobs say what there is, and go through no more than they show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text

from cli.accounts import create_user
from cli.local import EmbeddedPostgres
from common.database.engine import open_engine
from common.errors import UserError
from common.jobs import listing_rows
from common.jobs.job_documents import StateCount
from common.jobs.listing_rows import SORTS
from common.jobs.managing_rows import Wanted
from tests.support.fresh import fresh_database
from tests.support.plans import recorded_plans

pytestmark = pytest.mark.processes

ENDED = 60_000
# Rows that a count may touch: as many as it looks at, and a few.
LOOKED_AT = 10_100
# Rows that a page of ten may touch.
A_PAGE = 200

# Every thousandth failed, every ten thousandth was cancelled; five wait and three run.
_JOBS = """
    INSERT INTO jobs (user_id, job_id, kind, import_type, state, user_intent, arguments, attempts,
                      accepted_at, started_at, finished_at, error_status)
    SELECT CASE WHEN n % 20000 = 0 THEN :rare ELSE :frequent END, 'job' || n, 'import',
           CASE WHEN n % 2 = 0 THEN 'file/batch-manual' ELSE 'file/eamusement-iidx-csv' END,
           CASE WHEN n > :ended + 5 THEN 'running' WHEN n > :ended THEN 'queued'
                WHEN n % 1000 = 0 THEN 'failed' ELSE 'completed' END,
           true, '{}', n % 7, n,
           CASE WHEN n > :ended + 5 THEN 1000000 - n WHEN n <= :ended THEN n END,
           CASE WHEN n <= :ended THEN n + 5 END,
           CASE WHEN n <= :ended AND n % 10000 = 0 THEN 410
                WHEN n <= :ended AND n % 1000 = 0 THEN 500 END
    FROM generate_series(1, :ended + 8) AS n
"""


@pytest.fixture(scope="module")
def engine(postgres: EmbeddedPostgres, empty_template: str) -> Iterator[Engine]:
    with fresh_database(postgres, empty_template) as url:
        yield from _filled(url)


def _filled(url: str) -> Iterator[Engine]:
    opened = open_engine(url)
    users = {name: create_user(opened, name) for name in ("rare", "frequent")}
    with opened.begin() as connection:
        connection.execute(text(_JOBS), {**users, "ended": ENDED})
    with opened.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE jobs"))
    yield opened
    opened.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as opened:
        yield opened


def rare(connection: Connection) -> int:
    return int(connection.scalar(text("SELECT id FROM users WHERE username = 'rare'")) or 0)


def told(found: list[StateCount]) -> dict[str, str]:
    return {each.state: f"{each.count}{'+' if each.areMore else ''}" for each in found}


def test_jobs_are_counted_by_state(connection: Connection) -> None:
    everything = told(listing_rows.counts(connection, Wanted(states=["queued"])))
    assert everything == {
        "queued": "5",
        "running": "3",
        # Among the newest ten thousand that ended, of which the first was the sixth to fail.
        "completed": "9990+",
        "failed": "54",
        "cancelled": "6",
    }
    mine = told(listing_rows.counts(connection, Wanted(user_id=rare(connection))))
    none = {"queued": "0", "running": "0", "completed": "0", "failed": "0"}
    assert mine == {**none, "cancelled": "3"}
    odd = Wanted(types=["file/eamusement-iidx-csv"], newer=None, error=None)
    assert told(listing_rows.counts(connection, odd))["running"] == "1"
    assert told(listing_rows.counts(connection, odd))["failed"] == "0"
    named = Wanted(job_ids=["job1", "job2", "job1000"])
    assert told(listing_rows.counts(connection, named))["completed"] == "2"


def test_pages_follow_one_another_in_each_order(connection: Connection) -> None:
    for name, sort in SORTS.items():
        wanted, found, after = Wanted(states=["queued", "running", "failed"]), [], None
        while rows := listing_rows.page(connection, wanted, 2, sort, after):
            found += rows
            after = sort.place(rows[-1])
        whole = listing_rows.page(connection, wanted, 100, sort)
        assert [row.job_id for row in found] == [row.job_id for row in whole], name
        values = [getattr(row, sort.column) for row in found]
        assert values == sorted(values, reverse=sort.descending), name
        assert len(found) == {"longest": 3, "attempts": 8}.get(name, 62), name


def test_what_ended_is_not_sorted_by_what_has_no_index(connection: Connection) -> None:
    with pytest.raises(UserError, match="Only jobs that are running are sorted so"):
        listing_rows.page(connection, Wanted(states=["completed"]), 10, SORTS["longest"])
    with pytest.raises(UserError, match="queued or running"):
        listing_rows.page(connection, Wanted(states=["failed"]), 10, SORTS["attempts"])


def test_a_look_touches_few_of_many_jobs(engine: Engine) -> None:
    with engine.connect() as connection:
        user = rare(connection)
    with recorded_plans(engine) as counting, engine.connect() as connection:
        for wanted in (
            Wanted(),
            Wanted(user_id=user),
            Wanted(types=["file/batch-manual"]),
            Wanted(error="too bad"),
            Wanted(newer=10**13),
        ):
            listing_rows.counts(connection, wanted)
    assert len(counting) >= 20
    assert [problem for plan in counting for problem in plan.problems(LOOKED_AT)] == []
    with recorded_plans(engine) as listing, engine.connect() as connection:
        for name, sort in SORTS.items():
            listing_rows.page(connection, Wanted(), 10, sort)
            for state in sort.states or ("queued", "running", "completed", "failed", "cancelled"):
                wanted = Wanted(states=[state])
                rows = listing_rows.page(connection, wanted, 2, sort)
                assert rows, (name, state)
                listing_rows.page(connection, wanted, 10, sort, sort.place(rows[-1]))
    assert len(listing) >= 28
    assert [problem for plan in listing for problem in plan.problems(A_PAGE)] == []
