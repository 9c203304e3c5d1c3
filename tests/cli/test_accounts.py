"""Operators make users and tokens; a token is known to its owner alone."""

import hashlib
import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from cli import accounts
from cli.main import main
from common.accounts import login_rows, passwords
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
