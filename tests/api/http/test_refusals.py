"""Bad input gets the specified status and text, and leaves nothing behind."""

from __future__ import annotations

import re
from collections.abc import Iterator

import orjson
import pytest
from sqlalchemy import text

from api.http.bodies import SMALL
from common.errors import MAX_MESSAGE_LENGTH
from tests.support.http import Answer, Http, encode_multipart
from tests.support.stack import Player, Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes

IMPORT = "/api/v1/import/file"
UPLOAD_REFUSED = "File provided was too large, corrupt, or provided in the wrong field."
FILE_MISSING = "Expected a file for field scoreData."
UNKNOWN_TOKEN = "The provided API token does not correspond with any key in the database."


@pytest.fixture(scope="module")
def module_settings() -> dict[str, str]:
    """One bad entry refuses the whole document, as where the setting is off."""
    return {"LENIENT_ENTRIES": "false"}


@pytest.fixture(autouse=True)
def nothing_is_left_behind(service: Stack) -> Iterator[None]:
    yield
    for table in ("scores", "imports", "orphan_scores", "job_payloads"):
        assert service.scalar(f"SELECT count(*) FROM {table}") == 0, table


def failure_of(http: Http, accepted: Answer) -> Answer:
    """What poll-status finally says of an accepted import."""
    assert accepted.status == 202, accepted.raw
    path = f"/api/v1/imports/{accepted.json['body']['importID']}/poll-status"

    def finished() -> Answer | None:
        answer = http.get(path)
        ongoing = answer.status == 200 and answer.json["body"]["importStatus"] == "ongoing"
        return None if ongoing else answer

    answer: Answer = wait_for(finished, "the import's end")
    return answer


# --- who ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "status", "description"),
    [
        (None, 401, "You are not authorised to perform this action."),
        ("", 401, "You are not authorised to perform this action."),
        ("Token abc", 400, "Invalid Authorization Type - Expected Bearer."),
        ("bearer abc", 400, "Invalid Authorization Type - Expected Bearer."),
        ("Bearer", 401, "Invalid token."),
        ("Bearer ", 401, "Invalid token."),
        ("Bearer " + "0" * 40, 401, UNKNOWN_TOKEN),
        ("Bearer two words", 401, UNKNOWN_TOKEN),
    ],
)
def test_bad_credentials_are_refused(
    http: Http, header: str | None, status: int, description: str
) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = http.request("POST", IMPORT, b"", headers)
    assert (answer.status, answer.description) == (status, description)
    assert answer.json["success"] is False


def test_a_bad_token_is_refused_on_public_and_unknown_paths_too(http: Http) -> None:
    headers = {"Authorization": "Bearer " + "0" * 40}
    for path in ("/api/v1/status", "/api/v1/nowhere", "/api/v1/imports/x/poll-status"):
        assert http.get(path, headers).status == 401


def test_an_expired_token_is_refused(service: Stack, http: Http) -> None:
    player = service.user("expired")
    with service.engine.begin() as connection:
        connection.execute(
            text("UPDATE api_tokens SET expires_at = 1 WHERE user_id = :user_id"),
            {"user_id": player.user_id},
        )
    answer = http.upload(player.token, b"{}")
    assert (answer.status, answer.description) == (401, "This API token has expired.")


def test_a_token_without_the_permission_is_refused(service: Stack, http: Http) -> None:
    player = service.user("reader", "customise_score")
    answer = http.upload(player.token, b"{}")
    assert answer.status == 403
    assert answer.description == (
        "You are missing the following permissions necessary for this request: submit_score"
    )


def test_a_banned_user_is_refused(service: Stack, http: Http) -> None:
    player = service.user("banned")
    with service.engine.begin() as connection:
        connection.execute(
            text("UPDATE users SET auth_level = 0 WHERE id = :id"), {"id": player.user_id}
        )
    answer = http.upload(player.token, b"{}")
    assert (answer.status, answer.description) == (403, "You are banned from score-import")


# --- uploads -----------------------------------------------------------------------------


def test_no_file_at_all_is_refused(http: Http, player: Player) -> None:
    headers = {"Authorization": f"Bearer {player.token}"}
    answer = http.request("POST", IMPORT, b"", headers)
    assert (answer.status, answer.description) == (400, FILE_MISSING)


def test_a_file_without_a_name_is_no_file(http: Http, player: Player) -> None:
    answer = http.upload(player.token, b"{}", filename="")
    assert (answer.status, answer.description) == (400, FILE_MISSING)


def test_a_file_in_another_field_is_refused(http: Http, player: Player) -> None:
    answer = http.upload(player.token, b"{}", field="file")
    assert (answer.status, answer.description) == (400, UPLOAD_REFUSED)


@pytest.mark.parametrize("size", [16 * 1024 * 1024, 17_000_000, 40_000_000])
def test_a_file_of_sixteen_mebibytes_or_more_is_refused(
    http: Http, player: Player, size: int
) -> None:
    answer = http.upload(player.token, b"x" * size)
    assert (answer.status, answer.description) == (400, UPLOAD_REFUSED)


def test_a_file_of_one_byte_less_is_judged_by_its_content(http: Http, player: Player) -> None:
    answer = http.upload(player.token, b"x" * (16 * 1024 * 1024 - 1))
    assert answer.status == 400
    assert answer.description.startswith("Invalid JSON. (")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no boundary in here",
        b'--B\r\nContent-Disposition: form-data; name="scoreData"; filename="f"\r\n\r\ncut o',
        b"--B\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n--B--\r\n",
    ],
)
def test_a_broken_multipart_stream_is_refused(http: Http, player: Player, body: bytes) -> None:
    headers = {
        "Authorization": f"Bearer {player.token}",
        "Content-Type": "multipart/form-data; boundary=B",
    }
    answer = http.request("POST", IMPORT, body, headers)
    assert answer.status == 400
    assert answer.description in (UPLOAD_REFUSED, FILE_MISSING)


def test_a_form_without_a_boundary_is_refused(http: Http, player: Player) -> None:
    headers = {"Authorization": f"Bearer {player.token}", "Content-Type": "multipart/form-data"}
    answer = http.request("POST", IMPORT, b"anything", headers)
    assert (answer.status, answer.description) == (400, UPLOAD_REFUSED)


@pytest.mark.parametrize(
    ("import_type", "received"),
    [
        ("file/nope", " (Received file/nope)"),
        ("ir/direct-manual", " (Received ir/direct-manual)"),
        (None, " (Received nothing (undefined))"),
        ("", ""),
        ("x" * 100, f" (Received {'x' * 97}...)"),
    ],
)
def test_an_import_type_that_is_not_served_is_refused(
    http: Http, player: Player, import_type: str | None, received: str
) -> None:
    answer = http.upload(player.token, b"{}", import_type)
    assert answer.status == 400
    assert re.fullmatch(
        r"\[importType\] Expected any of (file/[a-z-]+(, )?)+\." + re.escape(received),
        answer.description,
    )


# --- contents ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "description"),
    [
        (b"", r"Invalid JSON\. \(.+\)"),
        (b"not JSON", r"Invalid JSON\. \(.+\)"),
        (b"[" * 100_000, r"Invalid JSON\. \(.+\)"),
        (b'{"a":' * 100_000, r"Invalid JSON\. \(.+\)"),
        ('{"meta": "曲"}'.encode("shift_jis"), r"Invalid JSON\. \(.+\)"),
        ('{"meta": {}}'.encode("utf-16"), r"Could not retrieve meta\.game - .+"),
        (b"null", r"Invalid BATCH-MANUAL \(Not an object, received null\.\)"),
        (b"{}", r"Could not retrieve meta\.game - is this valid BATCH-MANUAL\?"),
    ],
)
def test_a_batch_manual_file_that_is_none_is_refused_with_a_reason(
    http: Http, player: Player, content: bytes, description: str
) -> None:
    answer = http.upload(player.token, content)
    assert answer.status == 400
    assert re.fullmatch(description, answer.description), answer.description
    assert answer.json["success"] is False
    assert answer.json["error"] == {"code": "BAD_REQUEST"}


def test_one_bad_score_refuses_the_whole_file_and_is_named(http: Http, player: Player) -> None:
    document = batch_manual(3)
    document["scores"][1]["score"] = "a lot"
    answer = failure_of(http, http.upload(player.token, orjson.dumps(document)))
    assert answer.status == 400
    assert answer.description == (
        "Invalid BATCH-MANUAL: scores[1].score | Expected an integer."
        " | Received a lot [type: string]."
    )


CSV = "file/eamusement-iidx-csv"
SDVX = "file/eamusement-sdvx-csv"
RECORDS = "file/mypagescraper-records-csv"
PLAYER = "file/mypagescraper-player-csv"
S3 = "file/solid-state-squad"
HEADER = ",".join(f"h{n}" for n in range(41))


@pytest.mark.parametrize(
    ("import_type", "content", "fields", "description"),
    [
        (CSV, "", {"playtype": "SP"}, "Expected headers, but received nothing in the first row."),
        (CSV, HEADER, {}, "Invalid playtype of undefined given."),
        (CSV, HEADER, {"playtype": "sp"}, "Invalid playtype of sp given."),
        ("file/pli-iidx-csv", "", {"playtype": "iidx-sp"}, "Invalid playtype of iidx-sp given."),
        (
            CSV,
            "a,b,c\n",
            {"playtype": "DP"},
            "Invalid CSV provided. CSV does not have the correct amount of headers.",
        ),
        (
            SDVX,
            HEADER,
            {"playtype": "SP"},
            "Invalid CSV provided. CSV does not have the correct number of headers.",
        ),
        (
            RECORDS,
            "music_id\n1\n",
            {},
            "Malformed CSV, invalid column(s) (music_title: undefined): Expected string.",
        ),
        (
            PLAYER,
            "player_name\na\nb\n",
            {},
            "Found 2 records instead of exactly 1 in the player CSV.",
        ),
        (S3, "<s3data>", {}, "Could not parse XML."),
        (S3, "music_id\n", {}, "Invalid S3 XML, no s3data -> scoredata -> song?"),
    ],
)
def test_a_form_or_a_file_that_makes_no_sense_is_refused_when_it_is_sent(
    http: Http,
    player: Player,
    service: Stack,
    import_type: str,
    content: str,
    fields: dict[str, str],
    description: str,
) -> None:
    before = service.scalar("SELECT count(*) FROM jobs")
    answer = http.upload(player.token, content.encode(), import_type, "scores.csv", **fields)
    assert (answer.status, answer.description) == (400, description)
    assert answer.json["error"] == {"code": "BAD_REQUEST"}
    assert service.scalar("SELECT count(*) FROM jobs") == before


def test_a_file_name_of_the_other_playtype_trips_the_safety(http: Http, player: Player) -> None:
    answer = http.upload(player.token, HEADER.encode(), CSV, "my_dp.csv", playtype="SP")
    assert answer.status == 400
    assert answer.description.startswith("Safety Triggered: Filename contained 'DP'")
    sure = {"playtype": "SP", "assertPlaytypeCorrect": "false"}
    answer = http.upload(player.token, b"a,b\n", CSV, "my_dp.csv", **sure)
    assert "does not have the correct amount of headers" in answer.description


def test_who_may_not_submit_is_told_so_before_what_is_wrong_with_the_form(
    http: Http, service: Stack
) -> None:
    reader = service.user("no-sender", "delete_score")
    assert http.upload(reader.token, b"", CSV).status == 403


def test_a_check_reports_a_wrong_field_as_the_refusal(http: Http, player: Player) -> None:
    content_type, body = encode_multipart(
        {"importType": CSV}, "scoreData", "a.csv", HEADER.encode()
    )
    headers = {"Content-Type": content_type, "Authorization": f"Bearer {player.token}"}
    answer = http.request("POST", f"{IMPORT}?check=true", body, headers)
    assert answer.status == 200
    assert answer.json["body"]["refusal"]["message"] == "Invalid playtype of undefined given."


# --- everything else ---------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_an_endpoint_asked_with_another_method_is_not_found(http: Http, method: str) -> None:
    answer = http.request(method, IMPORT)
    assert (answer.status, answer.description) == (404, "Endpoint Not Found.")


def test_an_unknown_import_is_not_found(http: Http) -> None:
    answer = http.get(f"/api/v1/imports/{'0' * 40}")
    assert (answer.status, answer.description) == (404, "This import does not exist.")
    answer = http.get(f"/api/v1/imports/{'0' * 40}/poll-status")
    assert (answer.status, answer.description) == (404, "There is no ongoing import here.")


def test_a_json_body_that_is_none_is_refused(http: Http) -> None:
    headers = {"Content-Type": "application/json"}
    assert http.request("POST", "/api/v1/status", b"{", headers).status == 400
    assert http.request("POST", "/api/v1/status", b"3", headers).status == 400
    # What a guest sends is held to less: to say four megabytes would send them round in circles.
    refused = http.request("POST", "/api/v1/status", b'{"echo": "%s"}' % (b"x" * SMALL), headers)
    limit = f"{SMALL // 1024}KB for guests"
    assert refused.status == 413
    assert refused.description == f"Your request body was too large. The limit is {limit}."


@pytest.mark.parametrize("field", ["game", "playtype"])
def test_what_is_wrong_is_not_repeated_at_any_length(
    http: Http, player: Player, field: str
) -> None:
    meta = {**batch_manual(1)["meta"], field: "x" * 3_000_000}
    answer = http.upload(player.token, orjson.dumps({"meta": meta, "scores": []}))
    assert answer.status == 400
    assert answer.description.startswith(f"Invalid {field} 'xxx")
    assert len(answer.description) == MAX_MESSAGE_LENGTH
