"""What a client sends twice under one `Idempotency-Key` counts once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from tests.support.http import Answer, Http, encode_multipart
from tests.support.stack import Player, Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes

Send = Callable[[Http, Player, str, int], Answer]


def upload(http: Http, player: Player, key: str, number: int) -> Answer:
    content_type, body = encode_multipart(
        {"importType": "file/batch-manual"},
        "scoreData",
        "f.json",
        orjson.dumps(batch_manual(1, first=number)),
    )
    return post(http, player, "/api/v1/import/file", key, body, content_type)


def direct(http: Http, player: Player, key: str, number: int) -> Answer:
    body = orjson.dumps(batch_manual(1, first=number))
    return post(http, player, "/ir/direct-manual/import", key, body)


def post(
    http: Http,
    player: Player,
    path: str,
    key: str,
    body: bytes = b"{}",
    content_type: str = "application/json",
) -> Answer:
    headers = {
        "Authorization": f"Bearer {player.token}",
        "Content-Type": content_type,
        "Idempotency-Key": key,
    }
    return http.request("POST", path, body, headers)


@pytest.mark.parametrize("send", [upload, direct])
def test_the_same_key_gets_the_same_answer_and_no_second_import(
    http: Http, service: Stack, send: Send
) -> None:
    player = service.user(f"twice-{send.__name__}")
    first = send(http, player, "a-key", 1)
    assert first.status == 202
    assert "Idempotency-Replayed" not in first.headers
    import_id = first.json["body"]["importID"]
    again = send(http, player, "a-key", 1)
    assert (again.status, again.raw) == (first.status, first.raw)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    path = f"/api/v1/imports/{import_id}"
    wait_for(lambda: http.get(path).status == 200, "the import's end")
    assert send(http, player, "a-key", 1).raw == first.raw
    jobs = service.scalar("SELECT count(*) FROM jobs WHERE user_id = :id", id=player.user_id)
    assert jobs == 1
    another = send(http, player, "another-key", 2).json["body"]["importID"]
    assert another != import_id


def test_a_key_is_its_users_own(http: Http, service: Stack) -> None:
    ids = {
        direct(http, service.user(name), "same", 1).json["body"]["importID"]
        for name in ("key-one", "key-two")
    }
    assert len(ids) == 2


def test_of_many_at_once_one_is_taken(http: Http, service: Stack) -> None:
    player = service.user("at-once")
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(direct(http, player, "k", 1)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} == {202}
    assert len({answer.raw for answer in answers}) == 1
    assert service.scalar("SELECT count(*) FROM jobs WHERE user_id = :i", i=player.user_id) == 1


def test_after_a_day_a_key_is_free_again(http: Http, service: Stack) -> None:
    player = service.user("next-day")
    first = direct(http, player, "daily", 1).json["body"]["importID"]
    with service.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE idempotency_keys SET accepted_at = accepted_at - 86400001"
            f" WHERE user_id = {player.user_id}"
        )
    second = direct(http, player, "daily", 2).json["body"]["importID"]
    assert second != first
    assert direct(http, player, "daily", 3).json["body"]["importID"] == second


def test_orphans_tried_again_under_one_key_are_answered_alike(http: Http, service: Stack) -> None:
    player = service.user("orphans-key")
    first = post(http, player, "/api/v1/import/orphans", "again")
    assert first.status == 200
    assert post(http, player, "/api/v1/import/orphans", "again").raw == first.raw
    assert service.scalar("SELECT count(*) FROM jobs WHERE user_id = :i", i=player.user_id) == 1


@pytest.mark.parametrize("key", ["", "with space", "x" * 256])
def test_a_key_that_is_none_is_refused(http: Http, player: Player, key: str) -> None:
    answer = direct(http, player, key, 1)
    assert answer.status == 400
    assert answer.json["error"]["code"] == "INVALID_IDEMPOTENCY_KEY"


# --- what is refused at once ---------------------------------------------------------------

UNREADABLE: list[tuple[Any, str]] = [
    ({}, "Could not retrieve meta.game - is this valid BATCH-MANUAL?"),
    ({"meta": {"game": "chess"}, "scores": []}, ""),
    ({"meta": {"game": "iidx", "playtype": "TP"}, "scores": []}, "Invalid playtype 'TP'"),
    ([], "Could not retrieve meta.game - is this valid BATCH-MANUAL?"),
]


@pytest.mark.parametrize(("document", "complaint"), UNREADABLE)
def test_a_document_about_nothing_known_is_refused_when_it_is_sent(
    http: Http, player: Player, document: Any, complaint: str, service: Stack
) -> None:
    before = service.scalar("SELECT count(*) FROM jobs")
    body = orjson.dumps(document)
    for answer in (
        http.upload(player.token, body),
        http.request(
            "POST",
            "/ir/direct-manual/import",
            body,
            {"Authorization": f"Bearer {player.token}", "Content-Type": "application/json"},
        ),
    ):
        assert answer.status == 400
        assert answer.json["success"] is False
        assert complaint in answer.description
    assert service.scalar("SELECT count(*) FROM jobs") == before


def test_a_file_that_is_no_json_is_refused_when_it_is_sent(http: Http, player: Player) -> None:
    answer = http.upload(player.token, b"{")
    assert answer.status == 400
    assert answer.description.startswith("Invalid JSON.")
