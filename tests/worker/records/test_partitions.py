"""Tables of users' data in partitions by hash of `user_id`, as docs/scaling.md has them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from cli.local.example import IMPORT_TYPE, SCORES
from tests.support.follower import Follower
from tests.support.stack import ROOT
from worker.runtime import Runtime


@pytest.fixture
def partitioned(runtime: Runtime) -> Runtime:
    """The page's statements, for each of the tables that it names."""
    page = (ROOT / "docs" / "scaling.md").read_text()
    block = re.search(r"```sql\n(.*?)```", page, re.DOTALL)
    assert block is not None
    with runtime.engine.begin() as connection:
        connection.execute(text(block[1]))
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
