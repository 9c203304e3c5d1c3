"""What real clients of hooks have sent, as it was, and what they branch on in the answers."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from tests.golden.pipelines.catalogue import add_catalogue
from tests.support.http import Answer, Http
from tests.support.shared_data import shared_folder
from tests.support.stack import Player, Stack
from tests.worker.import_types.hooks import arcade_documents, usc_documents

pytestmark = pytest.mark.processes

CAPTURED = shared_folder() / "clients" / "captured-cases.json"

if not CAPTURED.is_file():
    pytest.skip(
        f"{CAPTURED} is missing: requests of real clients are NOT CHECKED", allow_module_level=True
    )

CASES: dict[str, Any] = {case["name"]: case["request"] for case in json.loads(CAPTURED.read_text())}
MD5 = "9c7375b3afb1b4b09c58f6862ed34c82"
SHA256 = "184fa89ea8bc172fa03f323e1446353cc0d6796585c9503db08c702003b64211"
SHA1 = "5cf0ada64cfb77f7f16fcc845f857caa53138fe0"

SERVER_SCORE = {
    **dict.fromkeys(("score", "timestamp", "crit", "near", "error", "ranking", "lamp"), int),
    **dict.fromkeys(("username", "noteMod", "gaugeMod"), str),
}
# Clients of beatoraja read each of them as an integer.
RANKING = (
    *("playcount", "clear", "date", "passnotes", "minbp", "notes", "maxcombo"),
    *("epg", "lpg", "egr", "lgr", "egd", "lgd", "ebd", "lbd", "epr", "lpr", "ems", "lms"),
)


@pytest.fixture(scope="module", autouse=True)
def charts(service: Stack) -> None:
    """The charts that the clients played then."""
    bms = arcade_documents.CATALOGUE["charts"]["bms"][0]
    usc = usc_documents.CATALOGUE["charts"]["usc"][0]
    played = {
        "songs": {
            "bms": arcade_documents.CATALOGUE["songs"]["bms"],
            "usc": usc_documents.CATALOGUE["songs"]["usc"],
        },
        "charts": {
            "bms": [{**bms, "data": {**bms["data"], "hashMD5": MD5, "hashSHA256": SHA256}}],
            "usc": [{**usc, "data": {**usc["data"], "hashSHA1": SHA1}}],
        },
    }
    with service.engine.begin() as connection:
        add_catalogue(connection, played)
        connection.execute(
            text(
                "INSERT INTO bms_courses (md5sums, title, playtype, set, value, content_hash)"
                " VALUES (:md5sums, 'Course', '7K', 'genocideDan', 'INSANE_1', '')"
            ),
            {"md5sums": MD5 * 4},
        )


def send(http: Http, player: Player, name: str, **replaced: str) -> Answer:
    """replaced: texts of the body that another server made up."""
    request = CASES[name]
    headers = {
        key: value.replace("<TOKEN>", player.token) for key, value in request["headers"].items()
    }
    body = request["body"]
    content = body.encode() if isinstance(body, str) else orjson.dumps(body)
    for old, new in replaced.items():
        content = content.replace(old.encode(), new.encode())
    if request["method"] == "GET":
        content = None
    return http.request(request["method"], request["path"], content, headers)


def is_server_score(given: Any) -> bool:
    return all(type(given[name]) is kind for name, kind in SERVER_SCORE.items())


def test_a_player_of_beatoraja(http: Http, player: Player) -> None:
    submitted = send(http, player, "beatoraja-submit-score")
    again = send(http, player, "beatoraja-submit-score")
    ranking = send(http, player, "beatoraja-ranking")
    course = send(http, player, "beatoraja-course")

    assert submitted.status == 200
    assert submitted.description == "Imported score."
    assert {"score", "song", "chart", "import"} <= submitted.json["body"].keys()
    assert (again.status, again.json["success"]) == (200, True)
    assert ranking.status == 200
    (entry,) = ranking.json["body"]
    assert (entry["player"], entry["sha256"]) == ("", SHA256)
    assert all(type(entry[name]) is int for name in RANKING)
    assert isinstance(entry["gauge"], int | float)
    assert (entry["random"], entry["deviceType"]) == (None, None)
    assert (course.status, course.json["success"]) == (200, True)
    assert course.json["body"] == {"set": "genocideDan", "value": "INSANE_1"}


def test_a_player_of_usc(http: Http, player: Player) -> None:
    heartbeat = send(http, player, "usc-heartbeat")
    empty = send(http, player, "usc-record")
    submitted = send(http, player, "usc-submit")
    score = submitted.json["body"]
    identifier = next(
        line for line in CASES["usc-replay"]["body"].split("\r\n") if line.startswith("T")
    )
    replay = send(http, player, "usc-replay", **{identifier: score["sendReplay"]})
    record = send(http, player, "usc-record")
    leaderboard = send(http, player, "usc-leaderboard")
    again = send(http, player, "usc-submit")

    answers = (heartbeat, empty, submitted, replay, record, leaderboard, again)
    assert [answer.status for answer in answers] == [200] * len(answers)
    assert [answer.json["statusCode"] for answer in answers] == [20, 44, 20, 20, 20, 20, 20]
    assert type(heartbeat.json["body"]["serverTime"]) is int
    for body in (score, again.json["body"]):
        assert is_server_score(body["score"])
        assert is_server_score(body["serverRecord"])
        assert (body["adjacentAbove"], body["adjacentBelow"]) == ([], [])
        assert (body["isPB"], body["isServerRecord"]) == (True, True)
        assert isinstance(body["sendReplay"], str)
    assert is_server_score(record.json["body"]["record"])
    assert [is_server_score(each) for each in leaderboard.json["body"]] == [True]
