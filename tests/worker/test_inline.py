"""Running jobs in the process that accepted them."""

from __future__ import annotations

import dataclasses
from itertools import count
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from cli.accounts import create_user
from common.jobs.accepting import NewJob, accept
from common.jobs.arguments import Revert
from common.text.canonical import new_job_id
from worker import jobs, runner
from worker.runtime import Runtime


def test_who_runs_jobs_inline_gives_up_where_the_user_stays_busy(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits as long as a job may take: 30 seconds of a clock that goes on with each look."""
    user_id = create_user(runtime.engine, "alice")
    job_id = new_job_id()
    with runtime.engine.begin() as connection:
        job = NewJob(user_id, job_id, Revert("none"))
        accept(connection, job)
    looks = count(step=10)
    clock = SimpleNamespace(monotonic=lambda: float(next(looks)), sleep=lambda _: None)
    monkeypatch.setattr(runner, "time", clock)
    impatient = dataclasses.replace(
        runtime, settings=dataclasses.replace(runtime.settings, hard_time_limit=30)
    )
    with runtime.engine.connect() as other:
        assert jobs.try_lock(other, user_id)
        runner.run_inline(impatient, user_id, job_id)
        state = other.scalar(text("SELECT state FROM jobs WHERE job_id = :id"), {"id": job_id})
    assert state == "queued"
    assert next(looks) == 40, "it looked at the clock at 0, 10, 20 and 30"
