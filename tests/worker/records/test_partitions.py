"""Tables of users' data in partitions by hash of `user_id`, as docs/scaling.md has them."""

from __future__ import annotations

import os
import time
from statistics import median

import orjson
import pytest
from sqlalchemy import text

from cli.local.example import IMPORT_TYPE, SCORES
from tests.support.follower import Follower
from tests.support.partitions import partition
from tests.support.stack import batch_manual
from worker.runtime import Runtime


@pytest.fixture
def partitioned(runtime: Runtime) -> Runtime:
    if not os.environ.get("PARTITIONED"):
        with runtime.engine.begin() as connection:
            partition(connection)
    return runtime


def test_imports_and_reverts_work_on_partitions(partitioned: Runtime) -> None:
    players = [Follower(partitioned, name) for name in ("alice", "bruno", "carol")]
    for player in players:
        player.clock.now = 1_780_000_000_000  # after the scores of the file
        document = player.imported(SCORES.read_bytes(), IMPORT_TYPE)
        assert len(document["scoreIDs"]) == 20
    spread = players[0].query("SELECT DISTINCT tableoid::regclass::text FROM scores")
    assert len(spread) > 1
    assert all(name.startswith("scores_") for (name,) in spread)
    players[0].revert(document_of(players[0]))
    counts = players[0].query("SELECT count(*) FROM scores GROUP BY user_id")
    assert counts == [(20,), (20,)]


def document_of(player: Follower) -> str:
    ((import_id,),) = player.query(
        "SELECT import_id FROM imports WHERE user_id = :user", user=player.user_id
    )
    return str(import_id)


@pytest.mark.long
@pytest.mark.skipif(bool(os.environ.get("PARTITIONED")), reason="there are no whole tables")
def test_imports_on_partitions_take_about_as_long(runtime: Runtime) -> None:
    """First on whole tables, then on partitions, of users who are new to either."""
    documents = [orjson.dumps(batch_manual(1000, first=1000 * number)) for number in range(3)]

    def seconds(prefix: str) -> list[float]:
        taken = []
        for number in range(8):
            player = Follower(runtime, f"{prefix}{number}")
            player.clock.now = 1_780_000_000_000
            for document in documents:
                began = time.perf_counter()
                player.imported(document, "file/batch-manual")
                taken.append(time.perf_counter() - began)
        return taken[len(documents) :]

    whole = median(seconds("whole"))
    with runtime.engine.begin() as connection:
        partition(connection)
    parts = median(seconds("parts"))
    with runtime.engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM scores")) == 48_000
    print(f"1000 scores: {whole * 1000:.0f} ms, on partitions {parts * 1000:.0f} ms")
    assert parts < 2 * whole
