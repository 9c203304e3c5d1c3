"""POST /ir/kshook/sv6c/...: what the hook of SOUND VOLTEX on PCs is answered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.hook_requests import elsewhere, post
from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack
from tests.worker.import_types.hooks.arcade_documents import KONASTE, kshook, kshook_export

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("arcade")]

SAVE = "/ir/kshook/sv6c/score/save"
EXPORT = "/ir/kshook/sv6c/score/export"
HEADERS = {"User-Agent": "kshook/0.1.0", "X-Software-Model": KONASTE}


def send(http: Http, path: str, player: Player | None, given: Any, **headers: str | None) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    token = None if player is None else player.token
    return post(http, path, token, given, {**HEADERS, **named})


def settings_of(player: Player) -> str:
    return f"/api/v1/users/{player.user_id}/integrations/kshook-sv6c/settings"


@pytest.mark.parametrize("path", [SAVE, EXPORT])
@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"User_Agent": ""}, "Invalid User-Agent."),
        ({"User_Agent": "curl/8"}, "Invalid User-Agent curl/8 - expected KsHook client."),
        ({"X_Software_Model": None}, "Invalid X-Software-Model."),
        ({"X_Software_Model": "QCV:J:B"}, "Invalid X-Software-Model."),
        ({"X_Software_Model": "LDJ:J:B:A:2021091500"}, "Invalid softID LDJ:J:B:A:2021091500."),
    ],
)
def test_other_clients_and_games_are_refused(
    http: Http, player: Player, path: str, headers: dict[str, str | None], message: str
) -> None:
    answer = send(http, path, player, {}, **headers)

    assert (answer.status, answer.json) == (400, {"success": False, "error": message})


@pytest.mark.parametrize("path", [SAVE, EXPORT])
def test_whoever_may_not_submit_is_refused_in_the_clients_words(
    http: Http, service: Stack, path: str
) -> None:
    watcher = service.user(f"watches{path.rpartition('/')[2]}", "customise_score")

    guest, missing = send(http, path, None, {}), send(http, path, watcher, {})

    assert (guest.status, guest.json) == (
        401,
        {"success": False, "error": "This endpoint requires authentication."},
    )
    assert (missing.status, missing.json) == (
        403,
        {
            "success": False,
            "error": "You are missing the following permissions necessary for this request:"
            " submit_score",
        },
    )


def test_it_is_for_kamaitachi(service: Stack, player: Player) -> None:
    status, body = elsewhere(service, "boku", SAVE, player.token, HEADERS)

    assert status == 404
    assert body["description"] == "The route /sv6c/score/save is only available on Kamaitachi."


def test_a_score_is_imported_while_the_client_waits(
    http: Http, service: Stack, gamer: Player
) -> None:
    answer = send(http, SAVE, gamer, kshook())

    assert (answer.status, answer.description) == (200, "Import successful.")
    assert answer.json["body"]["importType"] == "ir/kshook-sv6c"
    ((chart, data),) = service.query(
        "SELECT chart_id, score_data FROM scores WHERE user_id = :id", id=gamer.user_id
    )
    assert (chart, data["lamp"], data["optional"]["gauge"]) == ("sdvx-hvn", "MAXXIVE CLEAR", 73.5)


def test_a_broken_score_says_why_under_error(http: Http, gamer: Player) -> None:
    answer = send(http, SAVE, gamer, kshook(gauge=10001))

    assert (answer.status, answer.json["error"]) == (
        400,
        "Error: gauge | Expected a number between 0 and 10000. | Received 10001 [type: number].",
    )


def test_exports_are_taken_where_they_were_asked_for_once(
    http: Http, service: Stack, gamer: Player
) -> None:
    refused = send(http, EXPORT, gamer, {"not": "looked at"})
    post(http, settings_of(gamer), gamer.token, {"forceStaticImport": True}, method="PATCH")
    broken = send(http, EXPORT, gamer, {})
    taken = send(http, EXPORT, gamer, kshook_export())
    again = send(http, EXPORT, gamer, kshook_export())

    disabled = "Static importing is disabled. Ignoring static import request."
    assert (refused.status, refused.json) == (
        200,
        {"success": True, "description": disabled, "body": {}},
    )
    assert (broken.status, broken.json["error"]) == (
        400,
        "Error: scores | Value was not an array. | Received undefined [type: undefined].",
    )
    assert (taken.status, taken.description) == (200, "Import successful.")
    assert len(taken.json["body"]["scoreIDs"]) == 1
    assert again.description == disabled
    assert service.query(
        "SELECT import_type, time_achieved FROM scores WHERE user_id = :id", id=gamer.user_id
    ) == [("ir/kshook-sv6c-static", 1690000000000)]
