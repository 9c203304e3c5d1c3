"""`POST /import/file?check=true`: what an import would do, asked over HTTP."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.support.http import Answer, Http, encode_multipart
from tests.support.stack import Player, Stack, batch_manual

pytestmark = pytest.mark.processes


def ask(http: Http, player: Player, content: Any, query: str = "check=true", **form: str) -> Answer:
    fields = {"importType": "file/batch-manual", **form}
    content_type, body = encode_multipart(fields, "scoreData", "f.json", orjson.dumps(content))
    headers = {"Content-Type": content_type, "Authorization": f"Bearer {player.token}"}
    return http.request("POST", f"/api/v1/import/file?{query}", body, headers)


def test_a_check_is_answered_at_once_and_stores_nothing(http: Http, player: Player) -> None:
    document = batch_manual(3)
    document["scores"][1]["identifier"] = "999999"
    answer = ask(http, player, document)
    assert answer.status == 200
    assert answer.description == "This import would bring 2 new scores. Nothing was stored."
    assert answer.json["body"]["counts"]["orphaned"] == 1
    assert player.score_count() == 0
    assert http.get(f"/api/v1/users/{player.user_id}/imports").json["body"] == []


def test_a_file_that_would_be_refused_is_a_report_too(http: Http, player: Player) -> None:
    answer = ask(http, player, {"meta": {"game": "chess"}})
    assert answer.status == 200
    assert answer.json["body"]["refusal"]["statusCode"] == 400
    assert "chess" in answer.json["body"]["refusal"]["message"]


@pytest.mark.parametrize(
    ("query", "form", "told"),
    [
        ("check=1", {}, "Expected any of true, false."),
        ("check=true", {"importType": "file/nothing"}, "Expected any of file/"),
    ],
)
def test_what_cannot_be_checked_is_refused(
    http: Http, player: Player, query: str, form: dict[str, str], told: str
) -> None:
    answer = ask(http, player, batch_manual(1), query, **form)
    assert answer.status == 400
    assert told in answer.description
    assert player.score_count() == 0


def test_only_who_may_submit_may_check(http: Http, service: Stack) -> None:
    assert ask(http, service.user("reader", "customise_profile"), batch_manual(1)).status == 403


def test_a_key_of_a_check_is_free_for_the_import(http: Http, service: Stack) -> None:
    player = service.user("careful")
    content_type, body = encode_multipart(
        {"importType": "file/batch-manual"}, "scoreData", "f.json", orjson.dumps(batch_manual(1))
    )
    headers = {
        "Content-Type": content_type,
        "Authorization": f"Bearer {player.token}",
        "Idempotency-Key": "mine",
    }
    path = "/api/v1/import/file"
    assert http.request("POST", f"{path}?check=true", body, headers).status == 200
    assert http.request("POST", path, body, headers).status == 202
