"""What is asked of accounts touches few rows, however many users there are.

But for searching a part of a name, which looks at all names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from sqlalchemy import Connection, Engine, text

from common.accounts import (
    client_rows,
    login_rows,
    notification_rows,
    setting_rows,
    token_rows,
    user_rows,
)
from common.accounts.token_rows import NewToken
from common.database.engine import open_engine
from tests.support.fresh import fresh_database
from tests.support.plans import recorded_plans

USERS: Final = 3000
SOMEBODY: Final = 1234
# Rows that a node of a plan may touch: those that are asked for, and no more than a list is long.
MOST: Final = 250

FILLING: Final = [
    """
    INSERT INTO users (username, username_lowercase, about, social_media, join_date, last_seen,
                       badges)
    SELECT 'User' || n, 'user' || n, '', '{}', 0, n, '{}' FROM generate_series(1, :users) AS n
    """,
    "INSERT INTO logins SELECT n, 'x', n || '@example.org', 0 FROM generate_series(1, :users) AS n",
    """
    INSERT INTO api_clients (client_id, name, author, requested_permissions, created_at)
    SELECT 'CI' || n, '', n, '{}', 0 FROM generate_series(1, :users) AS n
    """,
    """
    INSERT INTO api_tokens (user_id, token_hash, last_four, identifier, permissions, created_at,
                            from_api_client)
    SELECT n, sha256((n || '-' || m)::bytea)::text, '', '', '{}', 0, 'CI' || n
    FROM generate_series(1, :users) AS n, generate_series(1, 3) AS m
    """,
    """
    INSERT INTO login_sessions
    SELECT n, sha256((n || '+' || m)::bytea)::text, '', 0, 9e15
    FROM generate_series(1, :users) AS n, generate_series(1, 3) AS m
    """,
    """
    INSERT INTO oauth_codes
    SELECT n, sha256(n::text::bytea)::text, 'CI' || n, NULL, 0, 9e15
    FROM generate_series(1, :users) AS n
    """,
    """
    INSERT INTO notifications (user_id, notification_id, title, body, sent_at)
    SELECT n, m::text, '', '{"type"\\: "TEST", "content"\\: {}}', 0
    FROM generate_series(1, :users) AS n, generate_series(1, 5) AS m
    """,
]

ASKED: Final[dict[str, Callable[[Connection], Any]]] = {
    "a user by number": lambda c: user_rows.find(c, str(SOMEBODY)),
    "a user by name": lambda c: user_rows.find(c, f"USER{SOMEBODY}"),
    "users seen last": lambda c: user_rows.last_seen(c, 100),
    "users online": lambda c: user_rows.last_seen(c, 100, online=True),
    "a token": lambda c: token_rows.find(c, "f" * 40),
    "tokens that are good": lambda c: token_rows.still_good(c, ["f" * 64] * 20),
    "tokens of a user": lambda c: token_rows.of_user(c, SOMEBODY),
    "tokens of a client and user": lambda c: token_rows.of_client(c, SOMEBODY, "CI1"),
    "a new token": lambda c: token_rows.create(c, NewToken(SOMEBODY, "", [])),
    "a token's end": lambda c: token_rows.delete(c, SOMEBODY, "K" + "f" * 24),
    "a client's end": lambda c: token_rows.delete_of_client(c, "CI77"),
    "a password": lambda c: login_rows.password_of(c, SOMEBODY),
    "a login": lambda c: login_rows.begin_session(c, SOMEBODY, "", 1),
    "a session": lambda c: login_rows.find_session(c, "f" * 40),
    "sessions of a user": lambda c: login_rows.sessions_of(c, SOMEBODY),
    "clients of a user": lambda c: client_rows.by_author(c, SOMEBODY),
    "the number of a user's clients": lambda c: client_rows.count(c, SOMEBODY),
    "a code": lambda c: client_rows.create_code(c, SOMEBODY, "CI1", None),
    "a code's use": lambda c: client_rows.take_code(c, "f" * 40, "CI1"),
    "settings": lambda c: setting_rows.find(c, SOMEBODY),
    "notifications": lambda c: notification_rows.of_user(c, SOMEBODY),
    "a notification": lambda c: notification_rows.send(c, SOMEBODY, "", "TEST", {}),
}


@pytest.fixture(scope="module")
def filled(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database with many users."""
    postgres = request.getfixturevalue("postgres")
    with fresh_database(postgres, request.getfixturevalue("template")) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            for statement in FILLING:
                connection.execute(text(statement), {"users": USERS})
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        yield engine
        engine.dispose()


@pytest.mark.parametrize("asked", ASKED)
def test_few_rows_are_touched(filled: Engine, asked: str) -> None:
    filled.dispose()
    with recorded_plans(filled) as plans, filled.connect() as connection:
        ASKED[asked](connection)
        connection.rollback()
    assert plans
    assert [(plan.statement, problem) for plan in plans for problem in plan.problems(MOST)] == []


def test_a_search_by_name_is_noticed(filled: Engine) -> None:
    filled.dispose()
    with recorded_plans(filled) as plans, filled.connect() as connection:
        user_rows.named(connection, "ser12", 25)
    assert [problem for plan in plans for problem in plan.problems(MOST)]
