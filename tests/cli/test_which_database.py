"""Every command finds its database, or says in one line what is missing or away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from cli.installation import running, state
from cli.installation.running import Running
from cli.main import COMMANDS, main
from cli.spans import Age
from common.credentials.vault import new_key
from tests.support.stack import ROOT

EXAMPLES = ROOT / "examples"
# One becomes psql, which has words of its own; the other tells by a metric that a server is away.
TOLD_OTHERWISE = {("psql",), ("metrics",)}


def with_a_database(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The paths of the commands that need one."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from with_a_database(below, (*path, name))
    elif path != ("up",) and any(each.name == "database_url" for each in command.params):
        yield path


PATHS = list(with_a_database(main, ()))
# What these want beside what they require of themselves.
ALSO = {
    ("tokens", "revoke-all"): ("--user", "somebody"),
    ("metrics",): ("--once", "--redis-url", "redis://127.0.0.1:1/0"),
}


def arguments(path: tuple[str, ...]) -> list[str]:
    """The command with a value for everything that it requires."""
    command: Any = main
    for name in path:
        command = command.get_command(click.Context(command), name)
    given = [*path, *ALSO.get(path, ())]
    for parameter in command.params:
        if parameter.name == "yes":
            given.append("--yes")
        elif parameter.required:
            value = _value(parameter)
            given += (
                [value]
                if isinstance(parameter, click.Argument)
                else [
                    parameter.opts[0],
                    value,
                ]
            )
    return given


def _value(parameter: click.Parameter) -> str:
    kind = parameter.type
    if isinstance(kind, click.Choice):
        return str(kind.choices[0])
    if isinstance(kind, click.Path):
        if not kind.exists:
            return str(EXAMPLES / "not there")
        return str(EXAMPLES / "clients.json" if kind.file_okay else EXAMPLES / "catalogue")
    if isinstance(kind, Age):
        return "7d"
    if parameter.name == "listed_keys":
        return new_key()
    return "somebody" if kind is click.STRING else "1"


def run(path: tuple[str, ...], *more: str, **environment: str | None) -> str:
    """What the command says as it fails: one line."""
    ours = {"DATABASE_URL": None, "SCORE_IMPORT_STATE_DIR": None, **environment}
    result = CliRunner().invoke(main, [*arguments(path), *more], env=ours)
    assert result.exit_code == 1, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.output.count("\n") == 1, result.output
    return result.output


def test_commands_with_a_database_are_found() -> None:
    assert {("users", "list"), ("seeds", "load"), ("migrate",), ("psql",)} <= set(PATHS)
    assert {path[0] for path in PATHS} <= COMMANDS.keys()


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_without_a_database_a_command_says_so_in_a_line(
    path: tuple[str, ...], tmp_path: Path
) -> None:
    assert "which database?" in run(path, "--state-dir", str(tmp_path))
    for url in ("mysql://host/x", "nonsense", "postgresql://user:secret@[::1/x"):
        said = run(path, DATABASE_URL=url)
        assert "expected a URL like postgresql://" in said
        assert "secret" not in said


@pytest.mark.parametrize(
    "path", [each for each in PATHS if each not in TOLD_OTHERWISE], ids=" ".join
)
def test_a_database_that_is_away_is_told_in_a_line(path: tuple[str, ...]) -> None:
    said = run(path, "--database-url", "postgresql://user:secret@127.0.0.1:1/x")
    assert "PostgreSQL cannot be reached" in said
    assert "secret" not in said


def test_a_database_without_our_tables_is_told_in_a_line(postgres: Any) -> None:
    url = postgres.url_of("postgres")
    assert "score-import migrate" in run(("users", "list"), "--database-url", url)


@pytest.mark.parametrize("given", ["option", "variable"])
def test_a_state_dir_leads_to_the_database_that_runs_there(
    given: str, database: str, tmp_path: Path
) -> None:
    named = {
        "option": (["--state-dir", str(tmp_path)], {}),
        "variable": ([], {"SCORE_IMPORT_STATE_DIR": str(tmp_path)}),
    }
    options, variables = named[given]
    environment = {"DATABASE_URL": None, "SCORE_IMPORT_STATE_DIR": None, **variables}
    command = ["users", "list", *options]
    with state.locked(tmp_path, wait=1):
        running.write(tmp_path, Running(database_url=database, redis_url="redis://none"))
        found = CliRunner().invoke(main, command, env=environment)
        assert found.exit_code == 0, found.output
    # What a run left behind that was killed.
    assert running.read(tmp_path) is None
    assert CliRunner().invoke(main, command, env=environment).exit_code == 1


@pytest.mark.parametrize("given", ["option", "variable"])
def test_a_state_dir_leads_to_the_server_that_runs_there(given: str, tmp_path: Path) -> None:
    options = ["--state-dir", str(tmp_path)] if given == "option" else []
    environment = {
        "SCORE_IMPORT_STATE_DIR": str(tmp_path) if given == "variable" else None,
        "SCORE_IMPORT_URL": None,
        "SCORE_IMPORT_TOKEN": None,
    }
    command = ["whoami", "--patience", "0", *options]
    server = Running(database_url="", redis_url="", url="http://127.0.0.1:1", token="of up")
    with state.locked(tmp_path, wait=1):
        running.write(tmp_path, server)
        asked = CliRunner().invoke(main, command, env=environment)
    assert asked.exit_code == 2
    assert "127.0.0.1:1" in asked.output
    none = CliRunner().invoke(main, command, env=environment)
    assert none.exit_code == 1
    assert f"nothing runs with its data in {tmp_path}" in none.output
