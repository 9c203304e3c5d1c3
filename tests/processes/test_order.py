"""One user's imports run in order, one at a time; other users never wait."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from score_import_client import Ongoing
from tests.support.mid_import import Reached
from tests.support.stack import Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes

HeldUp = Callable[[], AbstractContextManager[Reached]]


@pytest.mark.parametrize("count", [20, pytest.param(50, marks=pytest.mark.long)])
def test_imports_of_one_user_submitted_together_are_all_applied_in_order(
    stack: Stack, count: int
) -> None:
    stack.start_web()
    for name in ("one", "two", "three"):
        stack.start_worker(name)
    player = stack.user("alice")
    with ThreadPoolExecutor(8) as pool:
        submitted = list(
            pool.map(lambda n: player.submit(batch_manual(10, first=10 * n)), range(count))
        )
    documents = [player.wait(one, timeout=60) for one in submitted]
    assert [len(document["scoreIDs"]) for document in documents] == [10] * count
    assert player.score_count() == 10 * count
    accepted = stack.query("SELECT job_id FROM jobs ORDER BY sequence")
    applied = stack.query(
        "SELECT import_id FROM imports ORDER BY time_finished, (SELECT finished_at FROM jobs"
        " WHERE job_id = import_id), (SELECT sequence FROM jobs WHERE job_id = import_id)"
    )
    assert applied == accepted
    overlapping = stack.scalar(
        "SELECT count(*) FROM jobs a JOIN jobs b ON a.sequence < b.sequence"
        " AND b.started_at < a.finished_at - 1"
    )
    assert overlapping == 0


@pytest.mark.long
def test_two_hundred_imports_of_two_hundred_users_are_all_applied(stack: Stack) -> None:
    stack.start_web()
    for name in ("one", "two"):
        stack.start_worker(name)
    players = [stack.user(f"player{number}") for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        submitted = list(pool.map(lambda player: player.submit(batch_manual(10)), players))
    for player, one in zip(players, submitted, strict=True):
        assert len(player.wait(one, timeout=60)["scoreIDs"]) == 10
    assert stack.scalar("SELECT count(*) FROM scores") == 2000
    assert stack.scalar("SELECT count(*) FROM jobs WHERE attempts <> 1") == 0


def test_a_busy_user_waits_and_says_so_while_another_user_passes(
    stack: Stack, held_up: HeldUp
) -> None:
    stack.start_web()
    for name in ("one", "two", "three"):
        stack.start_worker(name)
    alice, bob = stack.user("alice"), stack.user("bob")
    with held_up() as reached:
        first = alice.submit(batch_manual(10))
        reached()
        second = alice.submit(batch_manual(10, first=10))

        def waits() -> bool:
            status = alice.client.poll(second)
            return isinstance(status, Ongoing) and "other import" in status.description

        wait_for(waits, "the second import saying that it waits")
        # Bob's import fails before it writes a document, so nothing holds it up.
        refused = bob.submit_what_fails()
        wait_for(
            lambda: (
                stack.scalar("SELECT state FROM jobs WHERE job_id = :id", id=refused.import_id)
                == "failed"
            ),
            "bob's import passing alice's",
        )
    assert len(alice.wait(first)["scoreIDs"]) == 10
    assert len(alice.wait(second)["scoreIDs"]) == 10
