"""A web or worker process that runs already meets a schema that it cannot work with: it says so and
waits, and goes on by itself once the schema fits.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from api.http.answers import SCHEMA_MISFIT
from cli.local import EmbeddedPostgres, services
from common.database.schema_check import known_revisions
from score_import_client import ApiError
from tests.support.fresh import a_stack
from tests.support.health import health
from tests.support.http import Answer, Http
from tests.support.mid_import import waiting_worker
from tests.support.stack import ROOT, Player, Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes

TOMORROW = f'''
"""A migration after which today's code does not work any more."""

from alembic import op

revision = "9999_of_tomorrow"
down_revision = "{known_revisions()[-1]}"


def upgrade() -> None:
    op.execute("UPDATE schema_compatibility SET oldest_code = '9999_of_tomorrow'")
'''


@pytest.fixture(scope="module")
def next_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Today's code with one more migration."""
    folder = tmp_path_factory.mktemp("next-release")
    for part in ("api", "worker", "common", "cli", "migrations"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "migrations" / "versions" / "9999_of_tomorrow.py").write_text(TOMORROW)
    return folder


@pytest.fixture
def next_stack(stack: Stack, next_release: Path, tmp_path: Path) -> Iterator[Stack]:
    """The next release's processes, beside today's."""
    folder = tmp_path / "next"
    folder.mkdir()
    service = Stack(folder, stack.database_url, stack.redis, {})
    service.source = next_release
    yield service
    service.stop()


def run_migrate(
    stack: Stack, release: Path, *, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """`score-import migrate` of that release."""
    return subprocess.run(
        [sys.executable, "-c", "from cli.main import main; main()", "migrate"],
        cwd=release,
        env={**stack.environment, "PYTHONPATH": str(release)},
        capture_output=True,
        text=True,
        check=check,
    )


def ready(stack: Stack) -> Answer:
    return Http(stack.port).get("/readyz")


def is_told(player: Player) -> bool:
    """Whether what needs the database is answered 503, in words that say why."""
    told = None
    try:
        player.submit(batch_manual(1))
    except ApiError as error:
        told = error.status, error.description
    assert told in (None, (503, SCHEMA_MISFIT))
    return told is not None


def attempts(stack: Stack) -> int:
    return int(stack.scalar("SELECT count(*) FROM job_attempts"))


def imports(player: Player, first: int) -> None:
    player.wait(player.submit(batch_manual(3, first=first)))


def test_processes_that_run_wait_while_a_newer_release_works(
    stack: Stack, next_stack: Stack, next_release: Path
) -> None:
    web, worker = stack.start_web(), stack.start_worker()
    player = stack.user("alice")
    imports(player, first=0)
    run_migrate(next_stack, next_release)
    assert "start a newer release" in ready(stack).json["description"]
    wait_for(lambda: is_told(player), "web says so")
    wait_for(lambda: "it waits: the schema is that of 9999" in health(stack)[1], "the worker waits")

    # Whoever would start them again is told that they live.
    assert Http(stack.port).get("/healthz").status == 200
    assert (health(stack)[0], health(stack, "--alive")[0]) == (1, 0)

    # What the newer release accepts is left to its workers.
    next_stack.start_web()
    client = Player(next_stack, player.user_id, player.token)
    submitted = client.submit(batch_manual(3, first=10))
    with pytest.raises(AssertionError, match="never happened"):
        wait_for(lambda: attempts(stack) > 1, "a worker that waits takes it", timeout=4)
    next_stack.start_worker()
    client.wait(submitted)
    next_stack.stop()

    # Back to where both can work: those that waited go on.
    stack.administer(f"UPDATE schema_compatibility SET oldest_code = '{known_revisions()[-1]}'")
    wait_for(lambda: ready(stack).status == 200, "web goes on")
    wait_for(lambda: health(stack)[0] == 0, "the worker goes on")
    imports(player, first=20)
    assert player.score_count() == 9
    assert web.exit_code() is None
    assert worker.exit_code() is None


def test_going_back_is_to_start_the_older_release_again(
    stack: Stack, next_stack: Stack, next_release: Path
) -> None:
    run_migrate(next_stack, next_release)
    refused = run_migrate(stack, ROOT, check=False)
    assert refused.returncode == 1
    assert "start a newer release" in refused.stderr
    assert "Traceback" not in refused.stderr
    # Where the newer schema only adds.
    stack.administer(f"UPDATE schema_compatibility SET oldest_code = '{known_revisions()[-1]}'")
    assert "9999_of_tomorrow, that this release works with: it stays" in (
        run_migrate(stack, ROOT).stdout
    )
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    imports(player, first=0)
    assert stack.scalar("SELECT version_num FROM alembic_version") == "9999_of_tomorrow"


def test_a_schema_that_is_taken_back_is_waited_for(stack: Stack) -> None:
    stack.start_web()
    worker = stack.start_worker()
    player = stack.user("alice")
    submitted = player.submit(batch_manual(3))
    player.wait(submitted)
    stack.administer("UPDATE alembic_version SET version_num = '0017_job_attempts'")
    wait_for(lambda: is_told(player), "web says so")
    log = worker.program.log
    wait_for(lambda: "waiting: the schema is that of 0017" in log.read_text(), "the worker says so")
    assert "run `score-import migrate`" in log.read_text()
    # Polls, too, once Redis has nothing more to say of the import.
    with pytest.raises(ApiError, match="being upgraded") as told:
        wait_for(lambda: player.client.poll(submitted) is None, "the poll is told", timeout=15)
    assert told.value.status == 503
    stack.administer(f"UPDATE alembic_version SET version_num = '{known_revisions()[-1]}'")
    wait_for(lambda: not is_told(player), "web goes on")
    imports(player, first=10)
    assert worker.exit_code() is None


def test_who_starts_while_the_database_is_away_lives_and_waits(stack: Stack) -> None:
    stack.environment["DATABASE_URL"] = "postgresql+psycopg2://nobody@127.0.0.1:1/nothing"
    stack.start_web()
    worker = stack.begin_worker()
    wait_for(lambda: "it waits: PostgreSQL does not" in health(stack)[1], "the worker says so")
    assert (health(stack)[0], health(stack, "--alive")[0]) == (1, 0)
    assert worker.exit_code() is None
    http = Http(stack.port)
    assert (http.get("/healthz").status, http.get("/readyz").status) == (200, 503)
    # `score-import status` says what it says.
    assert services.web_problem(stack.url) == http.get("/readyz").json["description"]


def test_an_import_that_meets_the_change_in_its_middle_is_run_again_and_not_failed(
    stack: Stack,
) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    with stack.engine.connect() as connection:
        connection.execute(text("LOCK TABLE imports IN ACCESS EXCLUSIVE MODE"))
        submitted = player.submit(batch_manual(3))
        wait_for(lambda: waiting_worker(stack), "an import in its middle")
        connection.execute(text("ALTER TABLE imports RENAME COLUMN game TO of_game"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0017_job_attempts'"))
        connection.commit()
    log = stack.worker_log()
    wait_for(lambda: "waiting: the schema is that of 0017" in log.read_text(), "it waits")
    assert stack.query("SELECT DISTINCT state FROM jobs") != [("failed",)]
    stack.administer(
        "ALTER TABLE imports RENAME COLUMN of_game TO game",
        f"UPDATE alembic_version SET version_num = '{known_revisions()[-1]}'",
    )
    player.wait(submitted)
    assert player.score_count() == 3
    # The run that met it may count, where its worker could not give it back.
    ((state, attempts),) = stack.query("SELECT state, attempts FROM jobs")
    assert (state, attempts <= 2) == ("completed", True)


@pytest.mark.long
def test_a_worker_of_rabbitmq_waits_and_goes_on(rabbit_stack: Stack) -> None:
    rabbit_stack.start_web()
    worker = rabbit_stack.start_worker()
    player = rabbit_stack.user("alice")
    imports(player, first=0)
    for first in (10, 20):
        rabbit_stack.administer("UPDATE alembic_version SET version_num = '0017_job_attempts'")
        wait_for(lambda: "it waits: the schema" in health(rabbit_stack)[1], "the worker waits")
        rabbit_stack.administer(
            f"UPDATE alembic_version SET version_num = '{known_revisions()[-1]}'"
        )
        wait_for(lambda: health(rabbit_stack)[0] == 0, "the worker goes on")
        wait_for(lambda: ready(rabbit_stack).status == 200, "web goes on")
        imports(player, first=first)
    assert worker.exit_code() is None


def test_where_web_does_the_work_it_says_so_too(
    tmp_path: Path, postgres: EmbeddedPostgres, template: str, server_folder: Path
) -> None:
    inside = {"USE_EXTERNAL_SCORE_IMPORT_WORKER": "false"}
    with a_stack(tmp_path, postgres, template, server_folder, inside) as stack:
        stack.start_web()
        player = stack.user("alice")
        player.submit(batch_manual(3))
        stack.administer("UPDATE alembic_version SET version_num = '0017_job_attempts'")
        wait_for(lambda: is_told(player), "web says so")
        stack.administer(f"UPDATE alembic_version SET version_num = '{known_revisions()[-1]}'")
        wait_for(lambda: not is_told(player), "web goes on")
        player.submit(batch_manual(3, first=10))
        assert player.score_count() == 6
