"""A user whose job is about to commit is in nobody else's way.

Alice's job has written all it writes and stands right before its commit. Bob does everything
that a user can do, to the same scores on the same charts, over connections on which PostgreSQL
gives up at once instead of waiting for a lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.exc import OperationalError

from api.app import create_app
from cli.local import EmbeddedRedis
from common.scores.ranking_rows import chart_rankings, user_rankings
from tests.support import acts
from tests.support.acts import (
    QUEST,
    a_player,
    add_missing_chart,
    content,
    do_everything,
    every_act,
    newest,
)
from tests.support.follower import Follower
from tests.support.holding import held_before_commit
from tests.support.importer import impatient_runtime
from worker.queues import RedisQueues
from worker.runtime import Runtime
from worker.schedule import accept_orphan_jobs
from worker.upkeep import sweep
from worker.webhooks import delivery

Act = Callable[[Follower], str]


@pytest.fixture
def alice(runtime: Runtime) -> Follower:
    return a_player(runtime, "alice")


@pytest.fixture
def bob(database: str, redis_for_workers: EmbeddedRedis, alice: Follower) -> Iterator[Follower]:
    with impatient_runtime(database, redis_for_workers) as runtime:
        player = a_player(runtime, "bob")
        add_missing_chart(runtime)
        yield player


@every_act
def test_everything_a_user_can_do_passes_a_job_of_another_that_is_about_to_commit(
    alice: Follower, bob: Follower, act: Act
) -> None:
    with held_before_commit(alice, act(alice)) as outcome:
        do_everything(bob)
        bob.leave(QUEST)
        bob.join(QUEST)
        assert not outcome.done()
    assert outcome.result().error_message is None


@every_act
def test_reading_passes_a_job_that_is_about_to_commit(
    alice: Follower, bob: Follower, act: Act
) -> None:
    charts = [alice.chart(1, "ADV"), alice.chart(5, "VVD")]
    score_id, import_id = newest(alice, "score_id"), newest(alice, "import_id")
    job_id = act(alice)
    before = content(alice)
    client = create_app(bob.runtime.settings).test_client()
    with held_before_commit(alice, job_id):
        # What Redis does not know, PostgreSQL is asked for.
        bob.runtime.redis.flushall()
        for path in (
            f"imports/{job_id}/poll-status",
            f"imports/{import_id}/poll-status",
            f"imports/{import_id}",
            f"scores/{score_id}?getRelated=",
        ):
            assert client.get(f"/api/v1/{path}").status_code == 200, path
        with bob.runtime.engine.connect() as connection:
            assert set(user_rankings(connection, bob.user_id, charts)) == set(charts)
            leaderboards = chart_rankings(connection, "sdvx", "Single", charts)
        assert [len(leaderboards[chart]) for chart in charts] == [2, 2]
        assert content(alice) == before, "nothing of a job is visible before its commit"


@every_act
def test_upkeep_passes_a_job_that_is_about_to_commit(
    alice: Follower, bob: Follower, act: Act
) -> None:
    with held_before_commit(alice, act(alice)):
        waiting = acts.an_import(bob)
        bob.runtime.redis.flushall()
        due = sweep(bob.runtime.engine, RedisQueues(bob.runtime.redis), 0.0)
        assert [one.message.job_id for one in due] == [waiting], "alice's job is left alone"
        assert bob.user_id in dict(accept_orphan_jobs(bob.runtime))
        delivery.fan_out(bob.runtime)
        assert bob.run(waiting).error_message is None


def test_a_row_that_two_users_shared_would_be_waited_for(alice: Follower, bob: Follower) -> None:
    with (
        held_before_commit(alice, acts.an_import(alice)),
        pytest.raises(OperationalError, match="lock timeout"),
    ):
        bob.execute(
            "UPDATE personal_bests SET highlight = true WHERE user_id = :alice",
            alice=alice.user_id,
        )
