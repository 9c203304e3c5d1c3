"""Setting classes by hand over HTTP."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from score_import_client import Submitted
from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack, batch_manual

pytestmark = pytest.mark.processes

DAN = {"game": "sdvx", "classes": {"dan": "DAN_3"}}


def send(http: Http, player: Player, body: Any) -> Answer:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {player.token}"}
    return http.request("POST", "/api/v1/import/class", orjson.dumps(body), headers)


def test_a_class_is_set_lowered_and_shown(http: Http, service: Stack, player: Player) -> None:
    player.wait(player.submit({**batch_manual(1), "classes": {"dan": "DAN_9"}}))
    answer = send(http, player, DAN)
    assert answer.status == 202
    body = answer.json["body"]
    document = player.wait(Submitted(body["importID"], body["url"]))
    assert document["importType"] == "file/import-class"
    assert [(each["old"], each["new"]) for each in document["classDeltas"]] == [("DAN_9", "DAN_3")]
    assert document["idStrings"] == ["sdvx:Single"]
    # Version 3 calls the games of classes so, where there are no scores.
    assert document["games"] == ["sdvx"]
    assert {delta["gameID"] for delta in document["classDeltas"]} == {"sdvx"}
    stats = http.get("/api/v1/users/alice/games/sdvx").json["body"]
    assert stats["gameStats"]["classes"]["dan"] == "DAN_3"


@pytest.mark.parametrize(
    ("body", "status", "description"),
    [
        ({"game": "iidx", "classes": {}}, 400, "[game] Expected any of iidx-sp, iidx-dp, "),
        ({"game": "sdvx"}, 400, "[classes] Expected an object of class ids"),
        ({"game": "sdvx", "classes": {"dan": 5}}, 400, "[classes] Expected an object of class ids"),
        ({"game": "sdvx", "classes": {}}, 400, "At least one class must be provided."),
        ({"game": "sdvx", "classes": {"nope": "A"}}, 400, 'Invalid class set "nope" for sdvx.'),
        ({"game": "sdvx", "classes": {"vfClass": "A"}}, 400, 'Class set "vfClass" is derived'),
        ({"game": "sdvx", "classes": {"dan": "DAN_99"}}, 400, "Invalid class of DAN_99"),
        ({"game": "wacca", "classes": {}}, 404, "The user alice has not played wacca"),
    ],
)
def test_what_makes_no_sense_is_refused(
    http: Http, player: Player, body: Any, status: int, description: str
) -> None:
    answer = send(http, player, body)
    assert (answer.status, answer.description[: len(description)]) == (status, description)


def test_who_may_not_set_classes_is_told(http: Http, service: Stack) -> None:
    banned, unable = service.user("banned"), service.user("unable", "customise_score")
    with service.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE users SET can_import_provided_class = false WHERE username = 'banned'"
        )
    answer = send(http, banned, DAN)
    assert answer.status == 403
    assert answer.description == "You are banned from manually importing classes."
    answer = send(http, unable, DAN)
    assert (answer.status, "submit_score" in answer.description) == (403, True)


def test_a_file_cannot_be_of_that_type(http: Http, player: Player) -> None:
    answer = http.upload(player.token, orjson.dumps(DAN), "file/import-class")
    assert answer.status == 400
    assert answer.description.startswith("[importType] Expected any of ")
