"""A release works with its own schema, with older ones so far back, and with newer ones so long."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from cli.local import EmbeddedPostgres
from common.database.engine import MIGRATIONS, open_engine
from common.database.schema_check import OLDEST_SCHEMA, known_revisions, problem_of_schema

KNOWN = ("0001_first", "0002_second", "0003_third")


def problem(engine: Engine, found: str, oldest_code: str = "0001_first") -> str | None:
    """What a release that knows three migrations, and needs the second, says of a schema."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": found})
        connection.execute(
            text("UPDATE schema_compatibility SET oldest_code = :to"), {"to": oldest_code}
        )
    with engine.connect() as connection:
        return problem_of_schema(connection.connection.dbapi_connection, KNOWN, "0002_second")


@pytest.mark.parametrize(
    ("found", "oldest_code", "said"),
    [
        ("0003_third", "0001_first", None),
        ("0002_second", "0001_first", None),
        ("0001_first", "0001_first", "needs 0002_second or newer: run `score-import migrate`"),
        ("0004_fourth", "0002_second", None),
        ("0004_fourth", "0003_third", None),
        ("0005_fifth", "0004_fourth", "this one knows 0003_third: start a newer release"),
    ],
)
def test_schemas_are_judged(empty: Engine, found: str, oldest_code: str, said: str | None) -> None:
    told = problem(empty, found, oldest_code)
    assert (told is None) if said is None else (told is not None and said in told)


def test_todays_schema_is_one_to_work_with(empty: Engine) -> None:
    with empty.connect() as connection:
        assert problem_of_schema(connection.connection.dbapi_connection) is None


def test_a_database_without_a_schema_is_told(postgres: EmbeddedPostgres) -> None:
    engine = open_engine(postgres.url_of("postgres"))
    with engine.connect() as connection:
        told = problem_of_schema(connection.connection.dbapi_connection)
    engine.dispose()
    assert told is not None
    assert "run `score-import migrate`" in told


def test_migrations_are_known_in_their_order() -> None:
    from alembic.script import ScriptDirectory

    line = [each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert list(known_revisions()) == line[::-1]
    assert OLDEST_SCHEMA in known_revisions()
