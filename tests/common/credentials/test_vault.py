from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from cli.accounts import create_user
from cli.main import main
from common.credentials import credential_rows
from common.credentials.credential_rows import Rotation
from common.credentials.vault import Owner, Unreadable, Vault, new_key
from common.database.engine import open_engine

OWNER = Owner(1, "FLO")


def test_what_is_sealed_can_be_opened_by_its_owner_alone() -> None:
    vault = Vault([new_key()])
    sealed = vault.seal(OWNER, {"token": "secret"})
    assert b"secret" not in sealed
    assert vault.open(OWNER, sealed) == {"token": "secret"}
    for other in (Owner(2, "FLO"), Owner(1, "EAG")):
        with pytest.raises(Unreadable):
            vault.open(other, sealed)


def test_older_keys_still_open_and_others_do_not() -> None:
    old, new = new_key(), new_key()
    sealed = Vault([old]).seal(OWNER, {"pin": "1234"})
    assert Vault([new, old]).open(OWNER, sealed) == {"pin": "1234"}
    for content in (sealed, sealed[:-1], b"", b"plain"):
        with pytest.raises(Unreadable):
            Vault([new]).open(OWNER, content)


def test_keys_are_rotated_with_one_command(database: str) -> None:
    old, new, lost = new_key(), new_key(), new_key()
    engine = open_engine(database)
    users = [create_user(engine, f"user{number}") for number in range(5)]
    with engine.begin() as connection:
        for user in users:
            credential_rows.save(connection, Vault([old]), Owner(user, "FLO"), {"token": str(user)})
        credential_rows.save(connection, Vault([lost]), Owner(users[0], "MYT"), {"a": "b"})
    run = CliRunner().invoke(
        main,
        ["keys", "rotate", "--database-url", database],
        env={"CREDENTIAL_KEYS": f"{new},{old}"},
    )
    assert run.exit_code == 1
    assert "5 encrypted with the first key, 0 were already." in run.output
    assert "1 cannot be read" in run.output
    with engine.begin() as connection:
        for user in users:
            found = credential_rows.find(connection, Vault([new]), Owner(user, "FLO"))
            assert found is not None
            assert found.secrets == {"token": str(user)}
        connection.execute(text("DELETE FROM service_credentials WHERE service = 'MYT'"))
    with engine.connect() as connection:
        assert credential_rows.rotate(connection, Vault([new])) == Rotation(0, 5, 0)
    engine.dispose()


@pytest.mark.parametrize("keys", ["", "nonsense"])
def test_keys_that_are_none_are_refused(database: str, keys: str) -> None:
    run = CliRunner().invoke(main, ["keys", "rotate", "--database-url", database, "--keys", keys])
    assert run.exit_code == 1
    assert "CREDENTIAL_KEYS" in run.output
    assert "nonsense" not in run.output


def test_every_row_is_met_by_a_rotation(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credential_rows, "BATCH", 2)
    old, new = new_key(), new_key()
    engine = open_engine(database)
    with engine.begin() as connection:
        for number in range(5):
            user = create_user(engine, f"user{number}")
            credential_rows.save(connection, Vault([old]), Owner(user, "MYT"), {"a": "b"})
    with engine.connect() as connection:
        assert credential_rows.rotate(connection, Vault([new, old])) == Rotation(5, 0, 0)
    engine.dispose()
