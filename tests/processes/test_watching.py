"""Whoever watches sees what happens: Flower the tasks, Prometheus the metrics."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

import orjson
import pytest
from click.testing import CliRunner

from cli.main import main
from score_import_client import ApiError
from tests.support.stack import BIN, Stack, batch_manual, free_port, wait_for

# What `submit_what_fails` submits.
REFUSED = "file/solid-state-squad"

pytestmark = pytest.mark.processes


@pytest.fixture
def busy(stack: Stack) -> Stack:
    stack.start_web()
    stack.start_worker()
    return stack


def one_of_each(stack: Stack) -> None:
    """An import that does well, and one that does not."""
    player = stack.user("somebody")
    player.wait(player.submit(batch_manual(3)))
    with pytest.raises(ApiError):
        player.wait(player.submit_what_fails())


def asked(url: str) -> Any:
    with contextlib.suppress(OSError), urlopen(url, timeout=5) as answer:
        return orjson.loads(answer.read())
    return None


def test_flower_shows_a_failed_import_as_a_failed_task(busy: Stack) -> None:
    url = f"http://127.0.0.1:{(port := free_port())}/api"
    flower = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "worker.celery_app", "flower", f"--port={port}"],
        cwd=BIN.parents[1],
        env={**busy.environment, "FLOWER_UNAUTHENTICATED_API": "true"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        # Of a worker that is silent it learns by its heartbeat.
        wait_for(lambda: asked(f"{url}/workers?status=true"), "a worker in Flower")
        one_of_each(busy)

        def tasks() -> dict[str, Any]:
            return {task["state"]: task for task in (asked(f"{url}/tasks") or {}).values()}

        wait_for(lambda: {"SUCCESS", "FAILURE"} <= set(tasks()), "both tasks in Flower")
        assert "JobFailed" in tasks()["FAILURE"]["exception"]
    finally:
        flower.terminate()
        flower.wait(timeout=20)


def test_metrics_say_what_happened(busy: Stack) -> None:
    one_of_each(busy)
    urls = ["--database-url", busy.database_url, "--redis-url", busy.redis.url]

    def metrics() -> str:
        return CliRunner().invoke(main, ["metrics", "--once", *urls]).stdout

    expected: tuple[Callable[[str], bool], ...] = tuple(
        lambda text, line=line: line in text.splitlines()
        for line in (
            'score_import_up{server="postgresql"} 1.0',
            'score_import_up{server="redis"} 1.0',
            "score_import_workers_consuming 1.0",
            "score_import_worker_processes 1.0",
            "score_import_queue_age_seconds 0.0",
            'score_import_scores_stored_total{game="sdvx"} 3.0',
            'score_import_step_seconds_count{step="store"} 1.0',
            'score_import_job_seconds_count{kind="import"} 2.0',
            'score_import_jobs_ended_total{error="",kind="import",outcome="completed",'
            'type="file/batch-manual"} 1.0',
            'score_import_jobs_ended_total{error="IMPORT_FAILED",kind="import",outcome="failed",'
            f'type="{REFUSED}"}} 1.0',
            'score_import_requests_total{status="202"} 2.0',
            'score_import_polls_total{answer="completed"} 1.0',
            'score_import_polls_total{answer="failed"} 1.0',
        )
    )
    wait_for(lambda: all(fits(metrics()) for fits in expected), "what happened, in the metrics")
    assert "score_import_upkeep_age_seconds" in metrics()
