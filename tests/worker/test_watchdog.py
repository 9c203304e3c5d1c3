"""The watchdog tells a worker that takes nothing any more from one that is busy or cut off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from worker.watchdog import AFTER_LIMIT, PATIENCE, Observation, Verdict

LONGEST_JOB = 600.0


def observe(
    looks: Iterable[tuple[bool, int, bool, bool]], every: float = 1.0, *, is_paused: bool = False
) -> tuple[str | None, bool]:
    """The last verdict after looks of (Redis answers, busy, it answered, it ticked)."""
    now = 1000.0
    verdict = Verdict(now, LONGEST_JOB)
    answered_at = ticked_at = now
    problem: str | None = None
    for broker_answers, busy, answered, ticked in looks:
        now += every
        answered_at = now if answered else answered_at
        ticked_at = now if ticked else ticked_at
        seen = Observation(now, broker_answers, busy, 2, answered_at, ticked_at)
        problem = verdict.problem(replace(seen, is_paused=is_paused))
    return problem, verdict.useless(problem)


WELL = (True, 0, True, True)
SILENT = (True, 0, False, True)
HALF_BUSY = (True, 1, False, True)
BUSY = (True, 2, False, True)
STUCK = (True, 2, False, False)
AWAY = (False, 0, False, False)
LONG = int(PATIENCE) + 2


@pytest.mark.parametrize(
    ("looks", "consumes", "useless"),
    [
        pytest.param([WELL] * 100, True, False, id="well"),
        pytest.param([WELL, *[SILENT] * 10], True, False, id="a moment without an answer"),
        pytest.param([WELL, *[SILENT] * LONG], False, True, id="no answer"),
        pytest.param([WELL, *[HALF_BUSY] * LONG], False, True, id="no answer for the free one"),
        pytest.param([SILENT] * LONG, False, True, id="never an answer"),
        pytest.param([WELL, *[BUSY] * 500], True, False, id="busy"),
        pytest.param([*[BUSY] * 500, *[SILENT] * 5], True, False, id="just free again"),
        pytest.param([WELL, *[STUCK] * LONG], False, True, id="the loop stands still"),
        pytest.param([WELL, *[AWAY] * 500], False, False, id="Redis is away"),
        pytest.param([*[AWAY] * 500, *[SILENT] * 10], True, False, id="Redis is just back"),
        pytest.param([*[AWAY] * 9, *[SILENT] * LONG], False, True, id="Redis has been back long"),
        pytest.param([*[AWAY, SILENT] * 99], True, False, id="Redis comes and goes"),
        pytest.param(
            [BUSY] * int(LONGEST_JOB + AFTER_LIMIT + 2), False, True, id="busy beyond any limit"
        ),
    ],
)
def test_the_verdict(
    looks: list[tuple[bool, int, bool, bool]], consumes: bool, useless: bool
) -> None:
    problem, ends = observe(looks)
    assert (problem is None, ends) == (consumes, useless)


def test_a_worker_that_was_stopped_itself_gets_time_to_go_on() -> None:
    problem, ends = observe([WELL, SILENT], every=3600.0)
    assert (problem, ends) == (None, False)


def test_a_worker_that_waits_for_the_schema_says_so_and_goes_on_afterwards() -> None:
    verdict = Verdict(1000.0, LONGEST_JOB)
    for now in range(1001, 1100):
        waits = Observation(now, True, 0, 2, 1000.0, now, waits_for="it has to be migrated")
        problem = verdict.problem(waits)
        assert problem == "it waits: it has to be migrated"
        assert not verdict.useless(problem)
    # The first message is asked for from then on.
    assert verdict.problem(Observation(1101.0, True, 0, 2, 1000.0, 1101.0)) is None


def test_a_worker_that_is_paused_need_get_no_answers() -> None:
    assert observe([WELL, *[SILENT] * LONG], is_paused=True) == (None, False)
    assert observe([WELL, *[STUCK] * LONG], is_paused=True)[1]
