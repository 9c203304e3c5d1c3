"""What PostgreSQL really says when it is in trouble is told from what is wrong with a statement."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

import psycopg2
import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from common.database.engine import copy_lines, open_engine
from common.database.failures import in_a_line, is_passing


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    made = open_engine(database, pool_size=4)
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE things (id int PRIMARY KEY, n int)"))
        connection.execute(text("INSERT INTO things VALUES (1, 0), (2, 0)"))
    yield made
    made.dispose()


def run(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def cancelled(engine: Engine) -> None:
    with engine.connect() as victim:
        pid = victim.scalar(text("SELECT pg_backend_pid()"))
        timer = threading.Timer(0.3, run, (engine, f"SELECT pg_cancel_backend({pid})"))
        timer.start()
        try:
            victim.execute(text("SELECT pg_sleep(60)"))
        finally:
            timer.join()


def terminated(engine: Engine) -> None:
    with engine.connect() as victim:
        pid = victim.scalar(text("SELECT pg_backend_pid()"))
        run(engine, f"SELECT pg_terminate_backend({pid}, 5000)")
        victim.execute(text("SELECT 1"))


def terminated_in_mid_copy(engine: Engine) -> None:
    with engine.connect() as victim:
        pid = victim.scalar(text("SELECT pg_backend_pid()"))

        def lines() -> Iterator[str]:
            yield "10\t0"
            run(engine, f"SELECT pg_terminate_backend({pid}, 5000)")
            for number in range(100_000):
                yield f"{20 + number}\t0"

        copy_lines(victim, "things", ["id", "n"], lines())


def statement_timeout(engine: Engine) -> None:
    run(engine, "SET LOCAL statement_timeout = '50ms'", "SELECT pg_sleep(60)")


def lock_timeout(engine: Engine) -> None:
    with engine.begin() as holder:
        holder.execute(text("LOCK TABLE things"))
        run(engine, "SET LOCAL lock_timeout = '50ms'", "SELECT * FROM things")


def deadlock(engine: Engine) -> None:
    with engine.begin() as one, engine.begin() as other:
        one.execute(text("UPDATE things SET n = 1 WHERE id = 1"))
        other.execute(text("SET LOCAL deadlock_timeout = '10min'"))
        one.execute(text("SET LOCAL deadlock_timeout = '100ms'"))
        other.execute(text("UPDATE things SET n = 1 WHERE id = 2"))
        waiting = threading.Thread(
            target=other.execute, args=(text("UPDATE things SET n = 2 WHERE id = 1"),)
        )
        waiting.start()
        try:
            one.execute(text("UPDATE things SET n = 2 WHERE id = 2"))
        finally:
            one.rollback()
            waiting.join()


def serialization(engine: Engine) -> None:
    with engine.connect() as one:
        one.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        one.execute(text("SELECT * FROM things"))
        run(engine, "UPDATE things SET n = n + 1")
        one.execute(text("UPDATE things SET n = n + 1"))


def read_only(engine: Engine) -> None:
    run(engine, "SET TRANSACTION READ ONLY", "UPDATE things SET n = 3")


def too_many_connections(engine: Engine) -> None:
    run(engine, "DROP ROLE IF EXISTS few", "CREATE ROLE few LOGIN PASSWORD 'x' CONNECTION LIMIT 0")
    connected_as(engine, "few")


def connected_as(engine: Engine, role: str) -> None:
    url = engine.url.set(username=role, password="x")
    other = open_engine(url.render_as_string(hide_password=False))
    run(other, "SELECT 1")


def no_server(engine: Engine) -> None:
    url = make_url("postgresql://nobody@127.0.0.1:1/nothing")
    run(open_engine(url.render_as_string(hide_password=False)), "SELECT 1")


def full(engine: Engine) -> None:
    run(engine, "DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$")


@pytest.mark.parametrize(
    "trouble",
    [
        cancelled,
        terminated,
        terminated_in_mid_copy,
        statement_timeout,
        lock_timeout,
        deadlock,
        serialization,
        read_only,
        too_many_connections,
        no_server,
        full,
    ],
    ids=lambda it: it.__name__,
)
def test_trouble_of_the_moment(engine: Engine, trouble: Callable[[Engine], None]) -> None:
    with pytest.raises((SQLAlchemyError, psycopg2.Error)) as caught:
        trouble(engine)
    assert is_passing(caught.value), in_a_line(caught.value)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 / 0",
        "SELECT * FROM nowhere",
        "INSERT INTO things VALUES (1, 1)",
        "SELECT CAST('x' AS integer)",
        "SELEC 1",
        "DO $$ BEGIN RAISE EXCEPTION 'no'; END $$",
    ],
)
def test_what_is_wrong_with_a_statement_is_not(engine: Engine, statement: str) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        run(engine, statement)
    assert not is_passing(caught.value)


def test_what_breaks_while_lines_are_made_for_copy_is_not_the_databases_fault(
    engine: Engine,
) -> None:
    def lines() -> Iterator[str]:
        yield "10\t0"
        raise KeyError("ours")

    with pytest.raises(KeyError) as caught, engine.connect() as connection:
        copy_lines(connection, "things", ["id", "n"], lines())
    assert not is_passing(caught.value)


def test_a_log_line_names_the_code_and_holds_no_statement(engine: Engine) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        run(engine, "SET TRANSACTION READ ONLY", "UPDATE things SET n = 31415")
    line = in_a_line(caught.value)
    assert "(25006)" in line
    assert "31415" not in line
    with contextlib.suppress(ValueError):
        assert line.index("\n") < 0
