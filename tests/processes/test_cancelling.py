"""Cancelling and completing meet: each import is one or the other, and its scores agree."""

from __future__ import annotations

import random

import pytest

from common.jobs.managing import Manager
from common.redis_client import open_redis
from score_import_client import ApiError, Submitted
from tests.support.stack import Player, Stack, batch_manual

IMPORTS = 60
PER_IMPORT = 20


@pytest.mark.processes
def test_a_cancel_that_meets_the_end_of_an_import_wins_or_loses(stack: Stack) -> None:
    stack.start_web()
    stack.start_worker()
    manager = Manager(stack.engine, open_redis(stack.redis.url), lambda user_id, job_id: None)
    players = [stack.user(f"player{number}") for number in range(3)]
    # Each at another moment of its life; the worker goes on meanwhile.
    choose = random.Random(11)
    submitted: list[tuple[Player, Submitted]] = []
    cancelled: set[str] = set()
    for number in range(IMPORTS):
        player = players[number % len(players)]
        document = batch_manual(PER_IMPORT, first=number * PER_IMPORT)
        submitted.append((player, player.submit(document)))
        victim = choose.choice(submitted[-4:])[1].import_id
        cancelled |= {*manager.cancel([victim]).changed}
    completed = {player.user_id: 0 for player in players}
    for player, each in submitted:
        if each.import_id in cancelled:
            with pytest.raises(ApiError, match="cancelled"):
                player.wait(each)
        else:
            completed[player.user_id] += len(player.wait(each)["scoreIDs"])
    assert {player.user_id: player.score_count() for player in players} == completed
    assert 0 < len(cancelled) < IMPORTS
    assert stack.scalar("SELECT count(*) FROM job_payloads") == 0
