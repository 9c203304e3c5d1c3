"""POST /ir/direct-manual/import: scores in a request's body."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest

from cli.local import EmbeddedPostgres
from tests.support.fresh import a_stack
from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes

PATH = "/ir/direct-manual/import"
JSON_LIMIT = 4 * 1024 * 1024


def post(
    http: Http,
    token: str | None,
    body: Any,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> Answer:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    sent = {"Content-Type": content_type, **(headers or {})}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    return http.request("POST", PATH, content, sent)


def ended(http: Http, accepted: Answer) -> Answer:
    """What poll-status finally says of an accepted import."""
    assert accepted.status == 202, accepted.raw
    path = f"/api/v1/imports/{accepted.json['body']['importID']}/poll-status"

    def answer() -> Answer | None:
        answer = http.get(path)
        ongoing = answer.status == 200 and answer.json["body"]["importStatus"] == "ongoing"
        return None if ongoing else answer

    found: Answer = wait_for(answer, "the import's end")
    return found


def imported(http: Http, accepted: Answer) -> Any:
    answer = ended(http, accepted)
    assert answer.status == 200, answer.raw
    return answer.json["body"]["import"]


def scores_of(http: Http, document: Any) -> Any:
    return http.get(f"/api/v1/imports/{document['importID']}").json["body"]["scores"]


def test_a_body_is_accepted_and_imported(http: Http, player: Player, service: Stack) -> None:
    accepted = post(http, player.token, batch_manual(3))

    assert accepted.status == 202
    body = accepted.json["body"]
    assert body["url"] == f"{service.url}/api/v1/imports/{body['importID']}/poll-status"
    document = imported(http, accepted)
    assert document["importType"] == "ir/direct-manual"
    assert document["userIntent"] is False
    assert len(document["scoreIDs"]) == 3
    assert scores_of(http, document)[0]["service"] == "tests (DIRECT-MANUAL)"
    assert service.scalar("SELECT count(*) FROM job_payloads") == 0


def test_an_error_says_which_entry_it_is_about(http: Http, player: Player) -> None:
    given = batch_manual(3, first=20)
    given["scores"][1]["identifier"] = "999999"

    document = imported(http, post(http, player.token, given))

    assert document["errors"] == [
        {
            "type": "SongOrChartNotFound",
            "message": "Cannot find song with songID 999999.",
            "index": 1,
            "identifier": "999999",
            "difficulty": given["scores"][1]["difficulty"],
        }
    ]


def test_headers_set_intent_and_date_a_single_score(http: Http, player: Player) -> None:
    given = batch_manual(1, first=30)
    del given["scores"][0]["timeAchieved"]
    before = time.time() * 1000 - 1

    headers = {"X-User-Intent": "True", "X-Infer-Score-TimeAchieved": "TRUE"}
    document = imported(http, post(http, player.token, given, headers))

    assert document["userIntent"] is True
    assert before <= scores_of(http, document)[0]["timeAchieved"] <= time.time() * 1000


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (0, "Cannot use X-Infer-Score-TimeAchieved without a score in your import."),
        (2, "Cannot use X-Infer-Score-TimeAchieved with multiple scores in your import."),
        (
            1,
            "Cannot use X-Infer-Score-Timestamp if the importing score already has a"
            " timeAchieved set.",
        ),
    ],
)
def test_only_a_single_score_without_a_time_can_be_dated(
    http: Http, player: Player, count: int, message: str
) -> None:
    headers = {"X-Infer-Score-TimeAchieved": "true"}
    answer = ended(http, post(http, player.token, batch_manual(count), headers))
    assert (answer.status, answer.description) == (400, message)


@pytest.mark.parametrize("body", [{}, [], [1]])
def test_a_body_without_a_document_is_refused_with_a_reason(
    http: Http, player: Player, body: Any
) -> None:
    answer = post(http, player.token, body)
    assert answer.status == 400
    assert answer.description == "Could not retrieve meta.game - is this valid BATCH-MANUAL?"


def test_a_deeply_nested_key_that_nobody_knows_is_passed_over(http: Http, player: Player) -> None:
    given = {**batch_manual(1), "x": orjson.Fragment(b"[" * 1000 + b"]" * 1000)}
    answer = ended(http, post(http, player.token, given))
    assert answer.status == 200
    assert answer.json["body"]["import"]["warnings"] == ["x: unknown key, passed over."]


def test_a_body_of_another_type_counts_as_empty(http: Http, player: Player) -> None:
    answer = post(http, player.token, batch_manual(1), content_type="text/plain")
    assert answer.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"3",
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b'{"a": 1e999}',
        b'{"a": NaN}',
        b"[" * 5000,
        "{}".encode("utf-16"),
    ],
)
def test_what_is_no_json_is_refused_at_once(http: Http, player: Player, body: bytes) -> None:
    answer = post(http, player.token, body)
    assert answer.status == 400
    assert answer.description.startswith("Invalid JSON: ")


def test_texts_and_numbers_that_postgresql_cannot_hold_are_reported(
    http: Http, player: Player
) -> None:
    given = batch_manual(1, first=40)
    given["scores"][0] |= {"matchType": "songTitle", "identifier": "a\0b"}
    document = imported(http, post(http, player.token, given))
    assert [error["type"] for error in document["errors"]] == ["SongOrChartNotFound"]

    body = orjson.dumps(batch_manual(1)).replace(b"8000000", b"9" * 400)
    answer = post(http, player.token, body)
    assert answer.status == 400


@pytest.mark.parametrize(
    ("size", "status"), [(JSON_LIMIT, 202), (JSON_LIMIT + 1, 413), (3 * JSON_LIMIT, 413)]
)
def test_a_body_of_more_than_four_mebibytes_is_refused(
    http: Http, player: Player, size: int, status: int
) -> None:
    document = orjson.dumps(batch_manual(0))
    answer = post(http, player.token, document + b" " * (size - len(document)))
    assert answer.status == status
    if status == 413:
        assert answer.description == "Your request body was too large. The limit is 4MB."


@pytest.mark.parametrize(
    ("headers", "status", "description"),
    [
        ({}, 401, "This endpoint requires authentication."),
        ({"Authorization": "Token x"}, 400, "Invalid Authorization Type - Expected Bearer."),
        ({"Authorization": "Bearer "}, 401, "Invalid token."),
        (
            {"Authorization": "Bearer " + "0" * 40},
            401,
            "The provided API token does not correspond with any key in the database.",
        ),
    ],
)
def test_who_is_not_known_is_refused(
    http: Http, headers: dict[str, str], status: int, description: str
) -> None:
    answer = post(http, None, batch_manual(1), headers)
    assert (answer.status, answer.description) == (status, description)


def test_a_token_without_the_permission_is_refused(service: Stack, http: Http) -> None:
    answer = post(http, service.user("reader", "customise_score").token, batch_manual(1))
    assert answer.status == 403
    assert answer.description == (
        "You are missing the following permissions necessary for this request: submit_score"
    )


@pytest.mark.parametrize(("method", "path"), [("GET", PATH), ("POST", "/ir"), ("POST", "/ir/x/y")])
def test_unknown_paths_are_answered_in_json(http: Http, method: str, path: str) -> None:
    answer = http.request(method, path)
    assert (answer.status, answer.description) == (404, "Endpoint Not Found.")


@pytest.fixture(scope="module")
def small(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, template: str
) -> Iterator[Stack]:
    """A service that does the work in the request, and allows two imports a minute."""
    settings = {"USE_EXTERNAL_SCORE_IMPORT_WORKER": "false", "IMPORT_RATE_LIMIT": "2"}
    folder = tmp_path_factory.mktemp("small")
    with a_stack(folder, postgres, template, postgres.folder.parent, settings) as stack:
        stack.start_web()
        yield stack


def test_without_workers_the_answer_is_the_import(small: Stack) -> None:
    http, player = Http(small.port), small.user("alice")

    answer = post(http, player.token, batch_manual(2))
    assert (answer.status, answer.description) == (200, "Import successful.")
    assert len(answer.json["body"]["scoreIDs"]) == 2
    answer = post(http, player.token, {})
    assert (answer.status, answer.description) == (
        400,
        "Could not retrieve meta.game - is this valid BATCH-MANUAL?",
    )


def test_bodies_and_files_count_as_imports_together(small: Stack) -> None:
    http, player = Http(small.port), small.user("bob")

    assert post(http, player.token, batch_manual(1)).status == 200
    assert http.upload(player.token, orjson.dumps(batch_manual(1))).status == 200
    answer = post(http, player.token, batch_manual(1))
    assert answer.status == 429
    assert answer.json["message"] == "You're being rate limited."
