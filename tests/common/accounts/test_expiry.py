"""Whatever ends at a moment has ended at that moment: PostgreSQL's clock stands still for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from sqlalchemy import Connection, text

from cli.accounts import create_user
from common.accounts import login_rows, token_rows
from common.accounts.proofs import proof_hash
from common.accounts.token_rows import NewToken
from common.database.engine import open_engine

NOW: Final = 1_700_000_000_000

# A function of this name in a schema that is looked at before PostgreSQL's own.
_STOP_THE_CLOCK: Final = f"""
    CREATE SCHEMA stopped;
    CREATE FUNCTION stopped.statement_timestamp() RETURNS timestamptz
    LANGUAGE sql AS $$ SELECT to_timestamp({NOW} / 1000.0) $$;
    SET search_path = stopped, public, pg_catalog
"""


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    engine = open_engine(database)
    with engine.connect() as connection:
        connection.exec_driver_sql(_STOP_THE_CLOCK)
        yield connection
    engine.dispose()


def test_a_token_is_good_until_just_before_it_ends(connection: Connection) -> None:
    user_id = create_user(connection.engine, "alice")
    ends = {NOW - 1: "ended", NOW: "ended", NOW + 1: "good", None: "good"}
    for end, state in ends.items():
        token, _ = token_rows.create(connection, NewToken(user_id, "a key", (), expires_at=end))
        found = token_rows.find(connection, token)
        assert found is not None
        assert bool(found.expired) is (state == "ended"), end
        good = token_rows.still_good(connection, [proof_hash(token)])
        assert good == ({proof_hash(token)} if state == "good" else set()), end


def test_a_login_is_good_until_just_before_it_ends(connection: Connection) -> None:
    user_id = create_user(connection.engine, "alice")
    session = login_rows.begin_session(connection, user_id, "a browser", days=1)
    for end, is_good in ((NOW - 1, False), (NOW, False), (NOW + 1, True)):
        connection.execute(text("UPDATE login_sessions SET expires_at = :end"), {"end": end})
        assert (login_rows.find_session(connection, session) is not None) is is_good, end
        assert bool(token_rows.still_good(connection, [proof_hash(session)])) is is_good, end
