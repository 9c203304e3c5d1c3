"""Requests that wait for a job are bounded and take nothing from polls and submissions."""

from __future__ import annotations

import pytest

from tests.support.http import Http
from tests.support.stack import Player, Stack, batch_manual

pytestmark = pytest.mark.processes


@pytest.fixture
def settings() -> dict[str, str]:
    return {"WAITERS": "3", "WAITERS_PER_USER": "2", "WAIT_SECONDS": "1.5", "WEB_THREADS": "8"}


def ask_for_orphans(stack: Stack, player: Player) -> tuple[int, str]:
    """Status and job id of a request that waits for its job."""
    answer = Http(stack.port).request(
        "POST", "/api/v1/import/orphans", headers={"Authorization": f"Bearer {player.token}"}
    )
    return answer.status, answer.json["body"].get("importID", "")


def test_a_job_that_takes_too_long_is_polled_and_then_says_what_the_request_would_have(
    stack: Stack,
) -> None:
    stack.start_web()
    player = stack.user("alice")
    status, job_id = ask_for_orphans(stack, player)
    assert status == 202
    stack.start_worker()
    answer = ask_for_orphans(stack, player)
    assert answer == (200, "")
    poll = Http(stack.port).get(f"/api/v1/imports/{job_id}/poll-status")
    assert poll.status == 200
    assert poll.description == "Reprocessed 0 orphan scores."
    player.wait(player.submit(batch_manual(1)))
