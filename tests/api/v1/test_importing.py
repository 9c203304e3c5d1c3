"""Submitting, polling and looking at imports, as clients do."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import orjson
import pytest

from score_import_client import Submitted
from tests.support.http import Http
from tests.support.stack import Player, Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes


def test_an_import_is_accepted_polled_to_its_end_and_found_again(
    http: Http, player: Player, service: Stack
) -> None:
    accepted = http.upload(player.token, orjson.dumps(batch_manual(3)))
    assert accepted.status == 202
    body = accepted.json["body"]
    assert set(body) == {"url", "importID"}
    assert body["url"] == f"{service.url}/api/v1/imports/{body['importID']}/poll-status"
    path = f"/api/v1/imports/{body['importID']}"

    def completed() -> dict[str, object] | None:
        answer = http.get(f"{path}/poll-status")
        assert answer.status == 200
        status = answer.json["body"]
        if status["importStatus"] == "ongoing":
            assert answer.description == "Import is ongoing."
            assert set(status) == {"importStatus", "progress"}
            assert isinstance(status["progress"]["description"], str)
            return None
        assert answer.description == "Import was completed!"
        found: dict[str, object] = status["import"]
        return found

    document = wait_for(completed, "the import's end")
    assert document["importID"] == body["importID"]
    assert document["userID"] == player.user_id
    assert document["importType"] == "file/batch-manual"
    assert document["game"] == "sdvx"
    assert document["playtypes"] == ["Single"]
    assert document["idStrings"] == document["gptStrings"] == ["sdvx:Single"]
    assert (document["gameGroup"], document["games"]) == ("sdvx", ["sdvx"])
    assert document["userIntent"] is False
    assert document["errors"] == []
    assert len(document["scoreIDs"]) == 3
    assert document["timeStarted"] <= document["timeFinished"]

    answer = http.get(path)
    assert answer.status == 200
    assert answer.description == "Returned info about this session."
    found = answer.json["body"]
    assert found["import"] == document
    assert [score["scoreID"] for score in found["scores"]] == document["scoreIDs"]
    assert [score["scoreData"]["score"] for score in found["scores"]] == [
        8_000_000,
        8_000_001,
        8_000_002,
    ]
    assert found["scores"][0]["service"] == "tests (BATCH-MANUAL)"
    assert found["scores"][0]["scoreData"]["grade"] == "B"
    assert found["scores"][0]["timeAchieved"] == 1_700_000_000_000
    assert len(found["songs"]) == len(found["charts"]) == 1
    assert found["user"]["username"] == "alice"


def test_the_same_file_again_brings_nothing_new_and_no_errors(player: Player) -> None:
    first = player.wait(player.submit(batch_manual(5, first=100)))
    again = player.wait(player.submit(batch_manual(5, first=100)))
    assert len(first["scoreIDs"]) == 5
    assert again["scoreIDs"] == again["errors"] == again["playtypes"] == []
    assert again["skipped"]["duplicates"] == 5


def test_a_score_twice_in_one_file_is_stored_once(player: Player) -> None:
    document = batch_manual(1, first=200)
    document["scores"] *= 3
    imported = player.wait(player.submit(document))
    assert len(imported["scoreIDs"]) == 1
    assert imported["skipped"]["duplicates"] == 2


def test_errors_come_in_the_order_of_the_file_and_say_why(player: Player) -> None:
    document = batch_manual(4, first=300)
    document["scores"][0]["identifier"] = "999999"
    document["scores"][1]["difficulty"] = "NOPE"
    document["scores"][2]["lamp"] = "PERFECT ULTIMATE CHAIN"
    imported = player.wait(player.submit(document))
    assert [error["type"] for error in imported["errors"]] == [
        "SongOrChartNotFound",
        "SongOrChartNotFound",
        "InvalidDatapoint",
    ]
    assert imported["errors"][0]["message"] == "Cannot find song with songID 999999."
    assert "without a perfect score" in imported["errors"][2]["message"]
    assert len(imported["scoreIDs"]) == 1
    again = player.wait(player.submit(document))
    assert again["errors"][0]["type"] == "OrphanExists"


def test_one_bad_entry_does_not_refuse_the_others(player: Player, http: Http) -> None:
    document = batch_manual(3, first=500)
    document["scores"][1]["score"] = -1
    document["scores"][2]["optional"] = {"exscore": 5}
    imported = player.wait(player.submit(document))
    assert len(imported["scoreIDs"]) == 2
    (error,) = imported["errors"]
    assert (error["type"], error["index"]) == ("InvalidDatapoint", 1)
    assert error["message"].startswith("Invalid BATCH-MANUAL: scores[1].score | ")
    assert imported["warnings"] == [
        "scores[2].optional.exscore: unknown key (did you mean exScore?), passed over."
    ]
    headers = {"Authorization": f"Bearer {player.token}", "Content-Type": "application/json"}
    answer = http.request(
        "POST", "/ir/direct-manual/import", b"\xef\xbb\xbf" * 2 + orjson.dumps(document), headers
    )
    body = answer.json["body"]
    again = player.wait(Submitted(body["importID"], body["url"]))
    assert again["skipped"]["duplicates"] == 2
    assert [line["type"] for line in again["errors"]] == ["InvalidDatapoint"]


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("GZIP", gzip.compress),
        ("x-gzip", gzip.compress),
        ("gzip", lambda plain: gzip.compress(plain[:20]) + gzip.compress(plain[20:])),
    ],
)
def test_bodies_may_come_compressed(
    player: Player, http: Http, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    """http-api.md section 7: the limit is that of the body after decompression."""
    headers = {
        "Authorization": f"Bearer {player.token}",
        "Content-Type": "application/json",
        "Content-Encoding": encoding,
    }

    def send(content: bytes) -> int:
        return http.request("POST", "/ir/direct-manual/import", content, headers).status

    packed = pack(orjson.dumps(batch_manual(1)))
    assert send(packed) == 202
    largest = orjson.dumps(batch_manual(1)).ljust(4 * 1024 * 1024)
    assert send(pack(largest)) == 202
    assert send(pack(largest + b" ")) == 413
    for broken in (packed[:-1], packed + b"x", b"x", packed + 1000 * pack(b"")):
        assert send(broken) == 400
    with_another = {**headers, "Content-Encoding": "br"}
    assert http.request("POST", "/ir/direct-manual/import", b"x", with_another).status == 415


@pytest.mark.parametrize(
    ("charset", "status"), [("utf-8", 202), ("UTF8", 202), ('"utf-8"', 202), ("latin-1", 415)]
)
def test_json_is_utf_8_however_that_is_spelt(
    player: Player, http: Http, charset: str, status: int
) -> None:
    headers = {
        "Authorization": f"Bearer {player.token}",
        "Content-Type": f"application/json; charset={charset}",
    }
    document = orjson.dumps(batch_manual(1))
    answer = http.request("POST", "/ir/direct-manual/import", document, headers)
    assert answer.status == status


IIDX_ROW = (
    f"Sparkle Shower,Glass Harbour,,,1,{'0,0,0,0,---,NO PLAY,---,' * 4}9,1500,700,100,12,CLEAR,AAA,"
)


@pytest.mark.parametrize(
    ("rows", "errors"),
    [
        ([], []),
        (
            ["EPOLIS,too,short", IIDX_ROW],
            [(0, "Row 1 has an invalid amount of cells (3, expected 41).")],
        ),
    ],
)
def test_a_csv_without_rows_or_with_a_broken_one_is_an_import(
    player: Player, rows: list[str], errors: list[tuple[int, str]]
) -> None:
    content = "\n".join([",".join(f"h{n}" for n in range(41)), *rows]).encode()
    imported = player.wait(player.submit(content, "file/eamusement-iidx-csv", playtype="SP"))
    assert [(line["index"], line["message"]) for line in imported["errors"]][
        : len(errors)
    ] == errors
    assert imported["skipped"]["notPlayed"] + imported["skipped"]["notTracked"] == 4 * (
        len(rows) > 0
    )


@pytest.mark.parametrize(
    ("value", "intent"), [("true", True), ("TRUE", True), ("false", False), ("1", False)]
)
def test_user_intent_is_the_header_true_in_any_case(
    http: Http, player: Player, value: str, intent: bool
) -> None:
    from tests.support.http import encode_multipart

    content_type, body = encode_multipart(
        {"importType": "file/batch-manual"}, "scoreData", "f.json", orjson.dumps(batch_manual(0))
    )
    headers = {
        "Content-Type": content_type,
        "Authorization": f"Bearer {player.token}",
        "X-User-Intent": value,
    }
    answer = http.request("POST", "/api/v1/import/file", body, headers)
    import_id = answer.json["body"]["importID"]
    found = wait_for(
        lambda: (seen := http.get(f"/api/v1/imports/{import_id}")).status == 200 and seen,
        "the import",
    )
    assert found.json["body"]["import"]["userIntent"] is intent


def test_text_that_postgresql_cannot_hold_does_not_end_an_import(player: Player) -> None:
    document = batch_manual(2, first=400)
    document["scores"][0]["comment"] = "a\0b\\c\td"
    document["scores"][1]["identifier"] = "\0"
    document["scores"][1]["matchType"] = "songTitle"
    imported = player.wait(player.submit(document))
    assert len(imported["scoreIDs"]) == 1
    assert [error["type"] for error in imported["errors"]] == ["SongOrChartNotFound"]


def test_answers_carry_the_headers_of_the_specification(http: Http) -> None:
    headers = http.get("/api/v1/status").headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Access-Control-Allow-Methods"] == "GET,POST,PATCH,PUT,DELETE,OPTIONS"
    assert headers["Cache-Control"] == "no-store"
    assert len(headers["X-Request-Id"]) == 16


def test_options_is_answered_anywhere_without_credentials(http: Http) -> None:
    answer = http.request("OPTIONS", "/api/v1/nowhere", headers={"Authorization": "nonsense"})
    assert (answer.status, answer.raw) == (200, b"")


def test_status_says_who_one_is(http: Http, player: Player) -> None:
    guest = http.get("/api/v1/status?echo=hello").json
    assert guest["description"] == "Status check successful."
    assert guest["body"]["whoami"] is None
    assert guest["body"]["permissions"] == []
    assert guest["body"]["echo"] == "hello"
    known = http.get("/api/v1/status", {"Authorization": f"Bearer {player.token}"}).json["body"]
    assert known["whoami"] == player.user_id
    assert known["permissions"] == ["submit_score"]
    assert "echo" not in known
    assert known["version"].startswith("v")


def test_health_and_readiness_are_answered(http: Http) -> None:
    assert http.get("/healthz").status == 200
    assert http.get("/readyz").json["body"] == {"redis": True}
    up = http.get("/.deploy/up", {"Authorization": "nonsense"})
    assert (up.status, up.raw) == (200, b"OK")
