"""A guarded engine gives connections while the schema fits, and looks once in some seconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from common.database import schema_guard
from common.database.engine import open_engine
from common.database.failures import is_passing
from common.database.schema_check import known_revisions
from common.database.schema_guard import guard_schema, look_anew, misfit_behind, misfit_in


@pytest.fixture
def guarded(empty: Engine) -> Iterator[Engine]:
    engine = guard_schema(open_engine(empty.url.render_as_string(hide_password=False)))
    yield engine
    engine.dispose()


def become(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})


def use(engine: Engine, statement: str = "SELECT 1") -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))


def test_connections_are_given_while_the_schema_fits(empty: Engine, guarded: Engine) -> None:
    use(guarded)
    become(empty, "0017_job_attempts")
    look_anew(guarded)
    for _ in range(3):
        with pytest.raises(OperationalError, match="the schema is that of 0017") as refused:
            use(guarded)
        assert misfit_in(refused.value) is not None
        assert is_passing(refused.value)
    become(empty, known_revisions()[-1])
    look_anew(guarded)
    use(guarded)


def test_who_comes_within_seconds_of_a_look_does_not_look(
    guarded: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Any] = []
    monkeypatch.setattr(schema_guard, "problem_of_schema", looks.append)
    for _ in range(5):
        use(guarded)
    assert len(looks) == 1


def test_what_is_missing_is_explained_by_the_schema_where_that_does_not_fit(
    empty: Engine, guarded: Engine
) -> None:
    with pytest.raises(ProgrammingError) as missing:
        use(guarded, "SELECT no_such_column FROM jobs")
    assert misfit_behind(guarded, missing.value) is None
    become(empty, "0017_job_attempts")
    assert misfit_behind(guarded, missing.value) is not None
    # What else can be wrong with a statement is not its doing.
    assert misfit_behind(guarded, ValueError("no")) is None
