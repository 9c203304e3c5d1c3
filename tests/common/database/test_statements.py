"""Statements of the hot paths do what SQLAlchemy's would, and are planned once a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from common.database import statements
from common.database.engine import autocommit, open_engine
from common.database.failures import is_passing
from common.database.statements import Statement

ADD = Statement("INSERT INTO things (id, name) VALUES (:id, :name)")
ALL = Statement("SELECT id, name, name || '%' || CAST(:more AS text) FROM things ORDER BY id")
ONE = Statement("SELECT name FROM things WHERE id = :id", prepared=True)
RENAME = Statement("UPDATE things SET name = :name WHERE id >= :id", prepared=True)
COUNT = Statement("SELECT count(*) FROM things", prepared=True)
PLANNED = text("SELECT statement FROM pg_prepared_statements")
TERMINATE = text("SELECT pg_terminate_backend(:pid, 5000)")


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    made = open_engine(database)
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE things (id int PRIMARY KEY, name text)"))
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as opened:
        yield opened


def test_rows_go_by_the_columns_names(connection: Connection) -> None:
    assert ADD.run(connection, {"id": 1, "name": "a"}) == 1
    assert ADD.run(connection, {"id": 2, "name": None}) == 1
    first, second = ALL.rows(connection, {"more": "b"})
    assert (first.id, first.name, first[2]) == (1, "a", "a%b")
    assert tuple(second) == (2, None, None)
    assert ONE.row(connection, {"id": 1}).name == "a"
    assert ONE.value(connection, {"id": 1}) == "a"
    assert ONE.row(connection, {"id": 3}) is None
    assert ONE.value(connection, {"id": 3}) is None
    assert COUNT.value(connection) == 2
    assert RENAME.run(connection, {"name": "c", "id": 1}) == 2


def test_a_table_may_get_a_column_meanwhile(connection: Connection) -> None:
    everything = Statement("SELECT * FROM things")
    ADD.run(connection, {"id": 1, "name": "a"})
    assert everything.row(connection) == (1, "a")
    connection.execute(text("ALTER TABLE things ADD COLUMN colour text"))
    assert everything.row(connection).colour is None


def test_what_is_put_together_is_made_once() -> None:
    assert statements.statement("SELECT " + "1") is statements.statement("SELECT 1")
    assert statements.statement("SELECT 1") is not statements.statement("SELECT 2")


def test_it_is_part_of_the_connections_transaction(engine: Engine) -> None:
    with engine.connect() as connection:
        ADD.run(connection, {"id": 1, "name": "a"})
        connection.rollback()
        ADD.run(connection, {"id": 2, "name": "b"})
        connection.commit()
        ADD.run(connection, {"id": 3, "name": "c"})
    with engine.connect() as connection, autocommit(connection):
        ADD.run(connection, {"id": 4, "name": "d"})
        with engine.connect() as other:
            assert [row.id for row in ALL.rows(other, {"more": ""})] == [2, 4]


def test_what_postgresql_cannot_hold_is_replaced(connection: Connection) -> None:
    ADD.run(connection, {"id": 1, "name": "a\0b"})
    assert ONE.value(connection, {"id": 1}) == "a\ufffdb"
    assert RENAME.run(connection, {"name": "\0", "id": 1}) == 1
    assert ONE.value(connection, {"id": 1}) == "\ufffd"


def test_errors_are_those_of_sqlalchemy(connection: Connection) -> None:
    ADD.run(connection, {"id": 1, "name": "a"})
    connection.commit()
    with pytest.raises(IntegrityError):
        ADD.run(connection, {"id": 1, "name": "b"})
    connection.rollback()
    with pytest.raises(ProgrammingError):
        Statement("SELECT 1 FROM nothing", prepared=True).rows(connection)
    connection.rollback()
    assert ONE.value(connection, {"id": 1}) == "a"


def test_a_lost_connection_is_told_and_replaced(engine: Engine) -> None:
    with engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        with engine.begin() as other:
            other.execute(TERMINATE, {"pid": pid})
        with pytest.raises(OperationalError) as told:
            COUNT.value(connection)
        assert is_passing(told.value)
        assert connection.invalidated
        connection.rollback()
        assert COUNT.value(connection) == 0


def test_with_a_lost_connection_go_those_that_wait_in_the_pool(engine: Engine) -> None:
    pid_of = text("SELECT pg_backend_pid()")
    with engine.connect() as lost:
        pid = lost.scalar(pid_of)
        with engine.begin() as other:
            waiting = other.scalar(pid_of)
            other.execute(TERMINATE, {"pid": pid})
        with pytest.raises(OperationalError):
            COUNT.value(lost)
    with engine.connect() as connection:
        assert connection.scalar(pid_of) not in (pid, waiting)


def test_a_connection_closed_while_idle_is_replaced(engine: Engine) -> None:
    with engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
    other = open_engine(engine.url.render_as_string(hide_password=False))
    with other.begin() as terminating:
        terminating.execute(TERMINATE, {"pid": pid})
    other.dispose()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != pid
        assert COUNT.value(connection) == 0


def test_a_connection_that_we_closed_is_replaced(engine: Engine) -> None:
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.close()
    with engine.connect() as connection:
        assert COUNT.value(connection) == 0


def test_a_session_plans_what_is_prepared_once(connection: Connection) -> None:
    for _ in range(3):
        ONE.row(connection, {"id": 1})
        ALL.rows(connection, {"more": ""})
    (planned,) = connection.scalars(PLANNED)
    assert "WHERE id = $1" in planned
    # Also where the transaction in which it was planned came to nothing.
    connection.rollback()
    ONE.row(connection, {"id": 1})


def test_it_is_planned_anew_after_a_while(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    when = text("SELECT prepare_time FROM pg_prepared_statements")
    ONE.row(connection, {"id": 1})
    connection.commit()
    before = connection.scalar(when)
    connection.commit()
    monkeypatch.setattr(statements, "PLANNED_FOR", 0.0)
    ONE.row(connection, {"id": 1})
    assert connection.scalar(when) > before


def test_nothing_is_planned_in_a_session_that_may_be_lent_to_others(
    connection: Connection,
) -> None:
    del connection.info[statements.OWN_SESSION]
    assert COUNT.value(connection) == 0
    assert ONE.row(connection, {"id": 1}) is None
    assert list(connection.scalars(PLANNED)) == []
