"""Inputs that people met in public, over HTTP and against the whole catalogue.

The cases lie in the folder `cases` of the shared data, with a README that says what each key
means; without the folder the tests are skipped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import count
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from cli.local import EmbeddedPostgres
from common.database.engine import migrate
from common.seeds.loader import load_directory
from tests.support.fresh import a_stack
from tests.support.http import Answer, Http
from tests.support.shared_data import shared_folder
from tests.support.stack import Player, Stack, wait_for
from worker.import_types.registry import UPLOADED_TYPES

pytestmark = [pytest.mark.processes, pytest.mark.long]

FOLDER = shared_folder() / "cases"
PATHS = {"ir/direct-manual": "/ir/direct-manual/import"}
_numbers = count()


def cases() -> list[dict[str, Any]]:
    file = FOLDER / "cases.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.is_file() else []


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, server_folder: Path
) -> Iterator[Stack]:
    collections = shared_folder() / "seeds" / "collections"
    if not collections.is_dir() or not FOLDER.is_dir():
        pytest.skip(f"there are no cases or no catalogue in {shared_folder()}")
    empty = "template_of_cases"
    postgres.create_database(empty)
    migrate(postgres.url_of(empty))
    folder = tmp_path_factory.mktemp("cases")
    with a_stack(folder, postgres, empty, server_folder, {}) as stack:
        load_directory(stack.engine, collections)
        stack.start_web()
        stack.start_worker()
        yield stack


@pytest.fixture
def player(service: Stack) -> Player:
    return service.user(f"case{next(_numbers)}")


@pytest.mark.parametrize("case", cases(), ids=itemgetter("id"))
def test_the_outcome_is_what_a_person_would_expect(player: Player, case: dict[str, Any]) -> None:
    answer = submitted(player, case)
    expect = case["expect"]
    if "statusCode" in expect:
        assert answer.json["statusCode"] == expect["statusCode"]
        return
    status, body = ended(player, answer)
    allowed = expect["status"] if isinstance(expect["status"], list) else [expect["status"]]
    assert status in allowed, body
    expect = {**expect, **expect.get("ifOk" if status == 200 else f"if{status}", {})}
    if status != 200:
        if pattern := expect.get("descriptionMatches"):
            assert re.search(pattern, body["description"])
        return
    if "ir" in expect:
        assert_has(flat(body["body"]["score"]), expect["ir"])
        return
    document = body["body"]["import"]
    assert_errors(document, expect)
    assert_scores(player, document, expect)
    assert_has(document["skipped"], expect.get("skipped", {}))


def submitted(player: Player, case: Mapping[str, Any]) -> Answer:
    content = (FOLDER / "inputs" / case["file"]).read_bytes()
    http, import_type = Http(player.stack.port), case["importType"]
    if import_type in UPLOADED_TYPES:
        return http.upload(
            player.token, content, import_type, filename="scores", **case.get("fields", {})
        )
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {player.token}",
        **case.get("headers", {}),
    }
    return http.request("POST", case.get("path") or PATHS[import_type], content, headers)


def ended(player: Player, answer: Answer) -> tuple[int, Any]:
    """The final answer: what polling comes to, where there is something to poll."""
    if answer.status != 202:
        return answer.status, answer.json
    path = answer.json["body"]["url"].removeprefix(player.stack.url)
    http, headers = Http(player.stack.port), {"Authorization": f"Bearer {player.token}"}

    def final() -> Answer | None:
        polled = http.get(path, headers)
        ongoing = polled.status == 200 and polled.json["body"]["importStatus"] == "ongoing"
        return None if ongoing else polled

    polled: Answer = wait_for(final, "the import's end", timeout=120)
    return polled.status, polled.json


def assert_errors(document: Mapping[str, Any], expect: Mapping[str, Any]) -> None:
    errors = document["errors"]
    if "errorCount" in expect:
        assert len(errors) == expect["errorCount"], errors
    if "errors" not in expect:
        return
    assert len(errors) == len(expect["errors"]), errors
    for error, wanted in zip(errors, expect["errors"], strict=True):
        rest = dict(wanted)
        if pattern := rest.pop("messageMatches", None):
            assert re.search(pattern, error["message"]), error
        assert_has(error, rest)


def assert_scores(player: Player, document: Mapping[str, Any], expect: Mapping[str, Any]) -> None:
    stored = [
        {**flat(score), "title": title, "difficulty": difficulty, "timeAchieved": time}
        for score, title, difficulty, time in player.stack.query(
            "SELECT jsonb_build_object('scoreData', score_data), songs.title, charts.difficulty,"
            "       time_achieved"
            " FROM scores"
            " JOIN charts ON charts.game = scores.game AND charts.chart_id = scores.chart_id"
            " JOIN songs ON songs.game = scores.game AND songs.id = scores.song_id"
            " WHERE user_id = :user_id AND import_id = :import_id ORDER BY position",
            user_id=player.user_id,
            import_id=document["importID"],
        )
    ]
    assert len(stored) == len(document["scoreIDs"])
    assert len(stored) == expect.get("scoreCount", len(stored)), stored
    for wanted in expect.get("scores", []):
        assert any(has(score, wanted) for score in stored), (wanted, stored)
    assert len(stored) >= len(expect.get("scores", []))


def flat(score: Mapping[str, Any]) -> dict[str, Any]:
    """Metrics and optional metrics side by side."""
    data = score["scoreData"]
    return {**data, **data["optional"]}


def has(given: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(given.get(key) == value for key, value in wanted.items())


def assert_has(given: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    assert has(given, wanted), (wanted, given)
