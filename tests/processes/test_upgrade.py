"""Two releases beside one schema: the last one with today's, today's with the last one's.

The last release's code comes from the history; without that nothing is checked.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from cli.local import EmbeddedPostgres, EmbeddedRedis
from common.database.engine import MIGRATIONS, migrate
from common.database.online_migrations import LOCK_SECONDS
from common.database.schema_check import known_revisions
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


FIRST, OTHER = 10, 1000  # users: of those whose rows are filled first, and of those later

_HAVE_A_BEST = """
    INSERT INTO users (id, username, username_lowercase, join_date, about, last_seen,
                       social_media, badges)
    VALUES (:user, 'user' || :user, 'user' || :user, 1, '', 1, '{}', '{}');
    INSERT INTO personal_bests (user_id, game, playtype, chart_id, song_id, is_primary, highlight,
                                time_achieved, ranking_values, score_data, calculated_data,
                                composed_from)
    VALUES (:user, 'sdvx', 'Single', 'a chart', 1, true, false, 1, '{1}', '{}', '{"VF6": 17.5}',
            '[]')
"""
_WAIT_IN_AN_UPDATE = """
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NEW; END $$;
    CREATE TRIGGER wait BEFORE UPDATE ON personal_bests FOR EACH ROW EXECUTE FUNCTION wait()
"""


def test_nobody_waits_while_values_of_a_new_column_are_filled(old_schema: Stack) -> None:
    stack = old_schema
    with stack.engine.begin() as connection:
        for user in (FIRST, OTHER):
            connection.execute(text(_HAVE_A_BEST), {"user": user})
        connection.execute(text(_WAIT_IN_AN_UPDATE))
    with stack.engine.connect() as holder, ThreadPoolExecutor(1) as pool:
        holder.execute(text("SELECT pg_advisory_lock(42)"))
        holder.commit()
        migrating = pool.submit(migrate, stack.database_url)
        wait_for(lambda: waits_for_advisory_lock(stack), "it fills the first users' rows")
        with stack.engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '1s'"))
            # Everything but the rows that are filled just now.
            connection.execute(text(_HAVE_A_BEST), {"user": OTHER + 1})
            connection.execute(text("DELETE FROM personal_bests WHERE user_id = :u"), {"u": OTHER})
            assert connection.scalar(text("SELECT count(*) FROM personal_bests")) == 2
            connection.execute(text("UPDATE sessions SET highlight = true"))
            connection.execute(text("UPDATE jobs SET attempts = attempts"))
        assert not migrating.done()
        holder.execute(text("SELECT pg_advisory_unlock(42)"))
        holder.commit()
        migrating.result(timeout=60)
    values = stack.query("SELECT user_id, profile_values FROM personal_bests ORDER BY user_id")
    assert [(row.user_id, row.profile_values[0]) for row in values] == [
        (FIRST, 17.5),
        (OTHER + 1, 17.5),
    ]


def waits_for_advisory_lock(stack: Stack) -> bool:
    return bool(
        stack.scalar(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 42"
            " AND NOT granted)"
        )
    )


def test_a_table_in_use_is_not_queued_for(old_schema: Stack) -> None:
    """An import that takes long keeps a migration from a table, and the migration nobody else."""
    stack = old_schema
    with stack.engine.connect() as busy, ThreadPoolExecutor(1) as pool:
        busy.execute(text("LOCK TABLE personal_bests IN ROW EXCLUSIVE MODE"))
        migrating = pool.submit(migrate, stack.database_url)
        wait_for(lambda: is_queued_for(stack, "personal_bests"), "the migration wants it")
        with stack.engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS + 3}s'"))
            connection.execute(text("LOCK TABLE personal_bests IN ROW EXCLUSIVE MODE"))
        assert not migrating.done()
        busy.rollback()
        migrating.result(timeout=60)
    revision = stack.scalar("SELECT version_num FROM alembic_version")
    assert revision == known_revisions()[-1]


def is_queued_for(stack: Stack, table: str) -> bool:
    return bool(
        stack.scalar(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = CAST(:table AS regclass)"
            " AND mode = 'AccessExclusiveLock' AND NOT granted)",
            table=table,
        )
    )


def test_a_migration_that_was_ended_in_its_middle_is_run_again(old_schema: Stack) -> None:
    stack = old_schema
    migrate(stack.database_url)
    # As it would be left: the column is there and an index was not finished.
    stack.administer(
        "UPDATE alembic_version SET version_num = '0019_history'",
        "UPDATE pg_index SET indisvalid = false"
        " WHERE indexrelid = CAST('ix_personal_bests_profile_2' AS regclass)",
        "DROP INDEX ix_personal_bests_profile_3",
    )
    indexes = "SELECT count(*) FROM pg_index WHERE indrelid = CAST(:t AS regclass) AND indisvalid"
    before = stack.scalar(indexes, t="personal_bests")
    run_to(stack.database_url, "0020_growth")
    assert stack.scalar(indexes, t="personal_bests") == before + 2


def run_to(database_url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = database_url
    command.upgrade(config, revision)


def test_indexes_of_large_tables_are_built_beside_whoever_writes(last_release: Path) -> None:
    """In all migrations that the last release did not have."""
    old = {path.name for path in (last_release / "migrations" / "versions").glob("*.py")}
    new = [path for path in (MIGRATIONS / "versions").glob("*.py") if path.name not in old]
    assert new
    for path in new:
        upgrade = path.read_text().partition("def upgrade")[2].partition("def downgrade")[0]
        built = re.findall(r"(\w+)\.create_index\(\s*[^,]+,\s*\"(\w+)\"", upgrade)
        wrong = {table for by, table in built if by == "op" and table in LARGE}
        assert not wrong, f"{path.name}: {wrong}"


# What grows with players and imports.
LARGE = {"scores", "personal_bests", "sessions", "imports", "jobs", "user_game_stats"}
