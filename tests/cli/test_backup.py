"""What was backed up is there again after a restore: every row of every table."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from cli import libpq
from cli.accounts import create_token, create_user
from cli.errors import CommandError
from cli.local import EmbeddedPostgres
from cli.main import main
from common.all_tables import Base
from common.database.engine import open_engine

SERVER = 18


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


def content(url: str) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    engine = open_engine(url, name="test")
    with engine.connect() as connection:
        found = {
            name: sorted(connection.scalars(text(f"SELECT CAST({name} AS text) FROM {name}")))
            for name in (*Base.metadata.tables, "alembic_version")
        }
    engine.dispose()
    return found


@pytest.fixture
def empty(postgres: EmbeddedPostgres) -> str:
    postgres.create_database(name := f"restored_{secrets.token_hex(4)}")
    return postgres.url_of(name)


def test_a_restored_database_holds_what_was_backed_up(
    database: str, empty: str, tmp_path: Path
) -> None:
    engine = open_engine(database, name="test")
    create_token(engine, create_user(engine, "somebody"), "mine", ["submit_score"])
    engine.dispose()
    file = tmp_path / "backup"
    assert run("backup", str(file), "--database-url", database).exit_code == 0
    assert file.stat().st_mode & 0o077 == 0
    assert [*tmp_path.iterdir()] == [file]
    again = run("backup", str(file), "--database-url", database)
    assert "--force writes over it" in again.output
    done = run("restore", str(file), "--database-url", empty)
    assert done.exit_code == 0, done.output
    before = content(database)
    assert content(empty) == before
    assert before["users"]
    # Over what is there: only if that is asked for, and then it is as it was.
    refused = run("restore", str(file), "--database-url", empty)
    assert "--replace removes them" in refused.output
    engine = open_engine(empty, name="test")
    create_user(engine, "another")
    engine.dispose()
    done = run("restore", str(file), "--replace", "--database-url", empty)
    assert done.exit_code == 0, done.output
    assert content(empty) == before


def test_of_a_database_that_holds_nothing_there_is_no_backup(empty: str, tmp_path: Path) -> None:
    refused = run("backup", str(tmp_path / "file"), "--database-url", empty)
    assert refused.exit_code == 1
    assert "no tables" in refused.output
    assert not (tmp_path / "file").exists()


def test_a_file_that_is_no_backup_changes_nothing(database: str, tmp_path: Path) -> None:
    (file := tmp_path / "none").write_text("none")
    before = content(database)
    refused = run("restore", str(file), "--replace", "--database-url", database)
    assert refused.exit_code == 1
    assert "pg_restore failed" in refused.output
    assert content(database) == before


def test_nothing_is_restored_under_a_running_service(database: str, tmp_path: Path) -> None:
    (file := tmp_path / "any").write_text("any")
    engine = open_engine(database, name="score-import worker")
    with engine.connect():
        refused = run("restore", str(file), "--replace", "--database-url", database)
    engine.dispose()
    assert "sessions of the service are open" in refused.output


def test_the_program_is_not_older_than_the_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    programs = []
    for version in (SERVER - 3, SERVER + 1, SERVER, SERVER + 2):
        path = tmp_path / f"pg_dump-{version}"
        path.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.4'\n")
        path.chmod(0o700)
        programs.append(str(path))
    monkeypatch.setattr(libpq, "_candidates", lambda name: iter(programs))
    assert libpq.program_for("pg_dump", SERVER).endswith(f"-{SERVER}")
    del programs[2]
    assert libpq.program_for("pg_dump", SERVER).endswith(f"-{SERVER + 1}")
    del programs[1:]
    with pytest.raises(CommandError, match=f"PostgreSQL {SERVER} or newer is not here"):
        libpq.program_for("pg_dump", SERVER)
