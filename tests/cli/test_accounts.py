"""Operators make users and tokens; a token is known to its owner alone."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import JSON, Boolean, Engine, Float, Integer, LargeBinary, Table, insert, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine

from cli import accounts
from cli.main import main
from common.accounts import login_rows, passwords
from common.all_tables import Base
from common.database.engine import open_engine


@pytest.fixture
def engine(database: str) -> Engine:
    return open_engine(database)


@pytest.fixture
def command(database: str) -> Callable[..., Result]:
    """Runs `score-import ...` on the database."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--database-url", database])

    return run


def test_users_are_numbered_from_one_and_after_any_given_number(engine: Engine) -> None:
    first = accounts.create_user(engine, "first")
    given = accounts.create_user(engine, "given", user_id=first + 100)
    assert given == first + 100
    assert accounts.create_user(engine, "next") == given + 1


@pytest.mark.parametrize("name", ["ab", "1abc", "with space", "x" * 22, "ünicode", "abc\n", ""])
def test_a_malformed_name_is_refused(engine: Engine, name: str) -> None:
    with pytest.raises(accounts.AccountError, match="3 to 21"):
        accounts.create_user(engine, name)


def test_a_name_is_taken_in_every_case(engine: Engine) -> None:
    accounts.create_user(engine, "Somebody")
    with pytest.raises(accounts.AccountError, match="there is a user"):
        accounts.create_user(engine, "sOMEBODY")
    assert accounts.find_user(engine, "SOMEBODY") == accounts.find_user(engine, "somebody")


def test_only_the_hash_of_a_token_is_stored(engine: Engine) -> None:
    user_id = accounts.create_user(engine, "somebody")
    token = accounts.create_token(engine, user_id, "mine", ["submit_score"])
    assert re.fullmatch(r"[0-9a-f]{40}", token)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM api_tokens")).one()
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert row.last_four == token[-4:]
    assert token not in map(str, row)


def test_a_token_is_created_listed_and_revoked(command: Callable[..., Result]) -> None:
    assert command("users", "create", "Somebody", "--admin").exit_code == 0
    assert "administrator" in command("users", "list").output
    created = command(
        *("tokens", "create", "somebody", "--permission", "submit_score"),
        *("--permission", "delete_score", "--identifier", "laptop", "--expires", "2030-01-02"),
    )
    token = created.output.strip()
    listed = command("tokens", "list", "SOMEBODY").output
    assert token[-4:] in listed
    assert token not in listed
    assert "laptop" in listed
    assert "2030-01-02 00:00" in listed
    assert command("tokens", "revoke", "somebody", token).exit_code == 0
    again = command("tokens", "revoke", "somebody", token[-4:])
    assert again.exit_code == 1
    assert "no such token" in again.output


def test_an_unknown_user_is_one_line_not_a_traceback(command: Callable[..., Result]) -> None:
    result = command("tokens", "list", "nobody-here")
    assert result.exit_code == 1
    assert result.output == "Error: there is no user nobody-here\n"


def test_an_unknown_permission_is_refused(command: Callable[..., Result]) -> None:
    result = command("tokens", "create", "1", "--permission", "everything")
    assert result.exit_code == 2


def test_a_password_is_read_from_the_standard_input(engine: Engine, database: str) -> None:
    def run(*arguments: str, typed: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--database-url", database], input=typed)

    refused = run("users", "create", "alice", "--password", typed="short\n")
    assert (refused.exit_code, accounts_of(engine)) == (1, [])
    created = run("users", "create", "alice", "--password", typed="a long password\n")
    assert created.exit_code == 0
    assert passwords.matches(stored_password(engine), "a long password")
    changed = run("users", "set-password", "alice", typed="another password\n")
    assert changed.output == "Password set.\n"
    assert passwords.matches(stored_password(engine), "another password")
    assert not passwords.matches(stored_password(engine), "a long password")


def accounts_of(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT username FROM users")))


def stored_password(engine: Engine) -> str:
    with engine.connect() as connection:
        stored: str = connection.scalars(text("SELECT password_hash FROM logins")).one()
    return stored


def test_invites_are_listed_with_who_used_them(
    engine: Engine, command: Callable[..., Result]
) -> None:
    code = command("users", "invite", "--note", "for Bob", "--days", "3").output.strip()
    assert re.fullmatch(r"[0-9a-f]{40}", code)
    with engine.begin() as connection:
        assert login_rows.accept(connection, code)
        assert not login_rows.accept(connection, code)
        login_rows.used_by(connection, code, accounts.create_user(engine, "bob"))
    listed = command("users", "invites").output
    assert "for Bob" in listed
    assert "bob" in listed
    assert code not in listed


def test_a_user_is_banned_renamed_and_let_in_again(
    command: Callable[..., Result], engine: Engine
) -> None:
    user_id = accounts.create_user(engine, "somebody")
    accounts.create_user(engine, "another")
    assert command("users", "ban", "somebody").exit_code == 0
    assert "banned" in command("users", "list").output
    assert command("users", "unban", "somebody").exit_code == 0
    assert "is not banned" in command("users", "unban", "somebody").output
    assert "there is a user" in command("users", "rename", "somebody", "ANOTHER").output
    assert "3 to 21" in command("users", "rename", "somebody", "x").output
    assert command("users", "rename", "somebody", "Someone").exit_code == 0
    assert accounts.find_user(engine, "someone") == user_id


def test_a_user_is_deleted_with_all_that_is_theirs(
    command: Callable[..., Result], engine: Engine
) -> None:
    """A row of theirs in every table that has users' rows; another user's stay."""
    gone, stays = (accounts.create_user(engine, name) for name in ("gone", "stays"))
    tables = {
        table.name: table for table in Base.metadata.sorted_tables if "user_id" in table.columns
    }
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in tables.values():
            for user_id in (gone, stays):
                connection.execute(insert(table).values(made_up_row(table, user_id)))
        connection.execute(text("UPDATE game_settings SET rivals = ARRAY[:id]"), {"id": gone})
    refused = command("users", "delete", "gone")
    assert refused.exit_code == 1
    done = command("users", "delete", "gone", "--yes")
    assert done.exit_code == 0, done.output
    with engine.connect() as connection:
        for name in tables:
            left = connection.scalars(text(f"SELECT user_id FROM {name}")).all()
            assert left == [stays], name
        assert connection.scalar(text("SELECT rivals FROM game_settings")) == []
        assert connection.scalars(text("SELECT username FROM users")).all() == ["stays"]


def made_up_row(table: Table, user_id: int) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name == "user_id":
            row[column.name] = user_id
        elif column.computed is None and column.identity is None and not column.nullable:
            row[column.name] = made_up_value(column.type, user_id)
    if table.name in ("jobs", "webhook_deliveries"):
        row["state"] = {"jobs": "completed", "webhook_deliveries": "dead"}[table.name]
    return row


def made_up_value(kind: TypeEngine[Any], user_id: int) -> Any:
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer | Float):
        return 0
    if isinstance(kind, LargeBinary):
        return b""
    if isinstance(kind, ARRAY):
        return []
    return {} if isinstance(kind, JSON | JSONB) else str(user_id)


def test_tokens_are_listed_and_revoked_by_what_they_allow(
    command: Callable[..., Result], engine: Engine
) -> None:
    tokens = {
        permission: accounts.create_token(
            engine, accounts.create_user(engine, permission), permission, [permission]
        )
        for permission in ("submit_score", "delete_score")
    }
    listed = command("tokens", "list", "--permission", "delete_score").output
    assert tokens["delete_score"][-4:] in listed
    assert tokens["submit_score"][-4:] not in listed
    assert "say whose" in command("tokens", "revoke-all").output
    revoked = command("tokens", "revoke-all", "--permission", "delete_score", "--yes")
    assert "1 tokens revoked." in revoked.output
    assert tokens["submit_score"][-4:] in command("tokens", "list").output


def test_what_is_not_needed_any_more_is_removed(
    command: Callable[..., Result], engine: Engine
) -> None:
    user_id = accounts.create_user(engine, "somebody")
    accounts.create_token(engine, user_id, "old", ["submit_score"], expires_at=1)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO orphan_scores (user_id, orphan_id, import_type, game, data, context,"
                " time_inserted) VALUES (1, 'a', 'x', 'sdvx', '{}', '{}', 1)"
            )
        )
    ended = command("purge", "ended", "--older-than", "1d").output
    assert re.search(r"1 +tokens that expired", ended)
    assert "0 deliveries" in command("purge", "deliveries", "--older-than", "1d").output
    other = command("purge", "orphans", "--older-than", "1d", "--game", "iidx", "--yes")
    assert "0 orphaned scores" in other.output
    gone = command("purge", "orphans", "--older-than", "1d", "--game", "sdvx", "--yes")
    assert "1 orphaned scores" in gone.output
