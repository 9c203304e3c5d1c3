"""Two releases beside one schema: the last one with today's, today's with the last one's.

The last release's code comes from the history; without that nothing is checked.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.local import EmbeddedPostgres, EmbeddedRedis
from common.database.engine import migrate
from common.seeds.loader import load_directory
from tests.support.fresh import EXAMPLE_CATALOGUE, fresh_database
from tests.support.health import health
from tests.support.http import Http
from tests.support.stack import ROOT, Stack, batch_manual, wait_for

# Move it on with each release, see docs/upgrading.md.
LAST_RELEASE = "15e56fc204842ce9db041aeb4d2c61aa6ec78374"


MIGRATE = "from cli.main import main; main()"


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)


pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(
        _git("cat-file", "-e", f"{LAST_RELEASE}^{{commit}}").returncode != 0,
        reason="NOT CHECKED: THE LAST RELEASE IS NOT IN THE HISTORY HERE",
    ),
]


@pytest.fixture(scope="module")
def last_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its code."""
    folder = tmp_path_factory.mktemp("last-release")
    archive = _git("archive", LAST_RELEASE, "api", "worker", "common", "cli", "migrations")
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    return folder


def test_the_last_release_works_with_todays_schema(stack: Stack, last_release: Path) -> None:
    stack.source = last_release
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice", "submit_score")
    player.wait(player.submit(batch_manual(3)))
    # A worker of today beside one of the last release, and then alone.
    stack.source = ROOT
    stack.start_worker("newer")
    player.wait(player.submit(batch_manual(3, first=10)))
    assert player.score_count() == 6


@pytest.fixture
def old_schema(
    postgres: EmbeddedPostgres, last_release: Path, tmp_path: Path, server_folder: Path
) -> Iterator[Stack]:
    """A service on the schema that the last release made."""
    postgres.create_database("template_of_last_release", exist_ok=True)
    url = postgres.url_of("template_of_last_release")
    subprocess.run(
        [sys.executable, "-c", MIGRATE, "migrate", "--database-url", url],
        cwd=last_release,
        env={"PYTHONPATH": str(last_release), "PATH": "/usr/bin:/bin"},
        check=True,
    )
    with (
        fresh_database(postgres, "template_of_last_release") as database,
        EmbeddedRedis(server_folder / "redis-of-old-schema") as redis,
    ):
        service = Stack(tmp_path, database, redis, {})
        yield service
        service.stop()


def test_today_waits_for_its_schema_and_says_so(old_schema: Stack) -> None:
    stack = old_schema
    worker = stack.begin_worker()
    web = stack.begin_web()
    for process in (worker, web):
        log = process.program.log
        wait_for(lambda log=log: "waiting: the schema is that of" in log.read_text(), "it waits")
        assert "run `score-import migrate`" in log.read_text()
        assert process.exit_code() is None
    # They live, are not ready, and say why.
    http = Http(stack.port)
    assert http.get("/healthz").status == 200
    answer = http.get("/readyz")
    assert answer.status == 503
    assert "run `score-import migrate`" in answer.json["description"]
    refused = http.get("/api/v1/users/1")
    assert (refused.status, refused.json["error"]["code"]) == (503, "DATABASE_UNAVAILABLE")
    told, output = health(stack)
    assert told == 1
    assert "it waits: the schema is that of" in output
    assert health(stack, "--alive")[0] == 0
    migrate(stack.database_url)
    load_directory(stack.engine, EXAMPLE_CATALOGUE)
    wait_for(lambda: " ready." in worker.program.log.read_text(), "the worker goes on")
    wait_for(lambda: http.get("/readyz").status == 200, "web goes on")
    wait_for(lambda: health(stack)[0] == 0, "its health says so")
    player = stack.user("alice", "submit_score")
    player.wait(player.submit(batch_manual(3)))
    assert player.score_count() == 3
