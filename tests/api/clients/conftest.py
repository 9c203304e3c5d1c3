"""A tracker with the whole catalogue, and a user for whom clients have sent what they send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.accounts import create_user
from cli.local import EmbeddedPostgres
from cli.main import main
from common.accounts.permissions import ORDINARY
from common.database.engine import migrate
from common.seeds.loader import load_directory
from tests.api.clients.captured import CASES, CLIENT_ID, ENDS, FOLDER, FURTHER, ended
from tests.support.fresh import a_stack
from tests.support.http import Answer, Http
from tests.support.shared_data import shared_folder
from tests.support.stack import Player, Stack


@pytest.fixture(scope="package")
def tracker(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, server_folder: Path
) -> Iterator[Stack]:
    collections = shared_folder() / "seeds" / "collections"
    if not collections.is_dir() or not CASES:
        pytest.skip(f"there are no captured requests or no catalogue in {shared_folder()}")
    empty = "template_of_captured"
    postgres.create_database(empty)
    migrate(postgres.url_of(empty))
    folder = tmp_path_factory.mktemp("captured")
    with a_stack(folder, postgres, empty, server_folder, {}) as stack:
        load_directory(stack.engine, collections)
        stack.start_web()
        stack.start_worker()
        yield stack


@pytest.fixture(scope="package")
def alice(tracker: Stack, tmp_path_factory: pytest.TempPathFactory) -> Player:
    """User 2, as in the requests; with something behind her that readers look at."""
    create_user(tracker.engine, "operator")
    player = tracker.user("alice", *ORDINARY)
    assert player.user_id == 2
    file = tmp_path_factory.mktemp("clients") / "clients.json"
    entry = {"clientID": CLIENT_ID, "name": "An importer", "requestedPermissions": ["submit_score"]}
    file.write_text(json.dumps([entry]))
    command = ["clients", "seed", str(file), "--author", "operator"]
    result = CliRunner().invoke(main, [*command, "--database-url", tracker.database_url])
    assert result.exit_code == 0, result.output
    return player


@pytest.fixture(scope="package")
def sent(tracker: Stack, alice: Player) -> dict[str, Answer]:
    """The answer to every request: first to what is submitted, then to what reads."""
    http = Http(tracker.port)
    answers = {}
    for name in FURTHER:
        body = (FOLDER / "bodies" / f"{name}.json").read_bytes()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {alice.token}"}
        answers[name] = http.request("POST", "/ir/direct-manual/import", body, headers)
        if answers[name].status == 202:
            ended(http, answers[name])
    for name in sorted(CASES, key=lambda name: CASES[name]["request"]["method"] != "POST"):
        request = CASES[name]["request"]
        body = request["body"]
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        headers = {
            key: value.replace("<TOKEN>", alice.token) for key, value in request["headers"].items()
        }
        answers[name] = http.request(
            request["method"], request["path"], None if body is None else content, headers
        )
        if name in ENDS:
            ended(http, answers[name])
    return answers
