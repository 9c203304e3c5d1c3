"""An import that takes too long, or too much memory, ends with a text that says so."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from subprocess import CompletedProcess

import orjson
import pytest
from sqlalchemy import text

from score_import_client import ApiError
from tests.support.stack import ROOT, Stack, batch_manual, wait_for
from worker.runner import TOO_LARGE, TOOK_TOO_LONG

pytestmark = pytest.mark.processes

LIMIT = 2  # seconds


@pytest.fixture
def settings() -> dict[str, str]:
    return {"JOB_SOFT_TIME_LIMIT": str(LIMIT), "JOB_HARD_TIME_LIMIT": "120"}


def test_a_time_limit_that_strikes_in_copy_is_told_as_such(stack: Stack) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    with stack.engine.begin() as connection:
        connection.execute(text("LOCK TABLE scores IN SHARE MODE"))
        submitted = player.submit(batch_manual(5))
        # The signal has come, and is heard once COPY asks for its first line.
        wait_for(
            lambda: stack.scalar(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND query LIKE 'COPY scores%' AND wait_event_type = 'Lock'"
                " AND now() - query_start > make_interval(secs => :seconds)",
                seconds=LIMIT + 1,
            ),
            "an import that COPY has held up for too long",
        )
    with pytest.raises(ApiError) as refusal:
        player.wait(submitted)
    assert refusal.value.status == 500
    assert TOOK_TOO_LONG.format(seconds=LIMIT) in str(refusal.value)
    assert player.score_count() == 0
    player.wait(player.submit(batch_manual(5)))
    assert player.score_count() == 5


def test_an_import_for_which_memory_does_not_suffice_is_told_so(stack: Stack) -> None:
    stack.start_web()
    player = stack.user("alice")
    # A great many scores in little text: decoded they take many times as much.
    document = batch_manual(1)
    document["scores"] *= 90_000
    warming = player.submit(batch_manual(1))
    submitted = player.submit(orjson.dumps(document))
    later = player.submit(batch_manual(5))
    program = f"""
import resource
import psutil
from common.settings import load_settings
from worker import runner
from worker.runtime import make_runtime
runtime = make_runtime(load_settings())
runner.run(runtime, {player.user_id}, "{warming.import_id}")
room = psutil.Process().memory_info().vms + 32 * 1024 * 1024
resource.setrlimit(resource.RLIMIT_AS, (room, resource.RLIM_INFINITY))
runner.run(runtime, {player.user_id}, "{submitted.import_id}")
runner.run(runtime, {player.user_id}, "{later.import_id}")
"""
    done = _run(program, stack.environment)
    assert done.returncode == 0, done.stderr
    with pytest.raises(ApiError) as refusal:
        player.wait(submitted)
    assert TOO_LARGE in str(refusal.value)
    assert len(player.wait(later)["scoreIDs"]) == 4, "the process goes on"


def _run(program: str, environment: Mapping[str, str] | None = None) -> CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_decoder_tells_the_end_of_memory_from_a_malformed_document() -> None:
    program = """
import resource, sys
import psutil
from common.text import json_reading
document = b"[" + b"1," * 10_000_000 + b"1]"
room = psutil.Process().memory_info().vms + 48 * 1024 * 1024
resource.setrlimit(resource.RLIMIT_AS, (room, resource.RLIM_INFINITY))
try:
    json_reading.loads(document)
except ValueError as problem:
    sys.exit(f"called malformed: {problem}")
except MemoryError:
    print("no memory")
"""
    done = _run(program)
    assert (done.stdout, done.stderr, done.returncode) == ("no memory\n", "", 0)
