"""Linking accounts with other services, over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from api.app import create_app
from common.credentials import credential_rows
from common.credentials.vault import Owner
from common.settings import load_settings
from tests.services.kai import Account, Kai
from tests.support.http import Answer, Http
from tests.support.linked import KEY, VAULT, stored
from tests.support.stack import Player, Stack

CG_CONFIG = '{"URL": "http://127.0.0.1:1/api", "API_KEY": "k"}'
CARD = {"cardID": "0123456789ABCDEF", "pin": "7301"}
CODE = {"cardAccessCode": "01234567890123456789"}


@pytest.fixture(scope="module")
def flo() -> Iterator[Kai]:
    with Kai(expires_in=3600) as kai:
        yield kai


@pytest.fixture(scope="module")
def module_settings(flo: Kai) -> dict[str, str]:
    unreachable = Kai()
    dead = unreachable.environment("MIN")
    unreachable._server.server_close()
    return {**flo.environment("FLO"), **dead, "CG_DEV_CONFIG": CG_CONFIG, "CREDENTIAL_KEYS": KEY}


_names = iter(f"linker{number}" for number in range(100))


@pytest.fixture
def player(service: Stack) -> Player:
    return service.user(next(_names), "manage_account")


class Caller:
    def __init__(self, http: Http, player: Player) -> None:
        self._http = http
        self._token = player.token

    def __call__(self, method: str, path: str, body: Any = None) -> Answer:
        return self._http.request(
            method,
            f"/api/v1/users/{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )


@pytest.fixture
def call(http: Http, player: Player) -> Caller:
    return Caller(http, player)


# --- kai ----------------------------------------------------------------------------------------


def test_a_code_links_an_account(call: Caller, player: Player, flo: Kai) -> None:
    flo.script.clear()
    assert call("GET", "me/integrations/kai/flo").json["body"] == {"authStatus": False}
    code = flo.code_for(Account("a"))
    answer = call("POST", "me/integrations/kai/FLO/oauth2callback", {"code": code, "state": "x"})
    assert (answer.status, answer.description) == (200, "Successfully updated auth for FLO")
    assert answer.json["body"] == {}
    asked = flo.asked[-1]
    assert [name for name, _ in asked.form] == [
        "code",
        "grant_type",
        "client_secret",
        "client_id",
        "redirect_uri",
    ]
    kept = stored(player.stack, player.user_id, "FLO")
    assert kept is not None
    assert set(kept) == {"token", "refreshToken"}
    linked = call("GET", f"{player.user_id}/integrations/kai/flo")
    assert (linked.description, linked.json["body"]) == (
        "User is authenticated.",
        {"authStatus": True},
    )
    assert kept["token"].encode() not in linked.raw
    unlinked = call("DELETE", "me/integrations/kai/flo")
    assert (unlinked.status, unlinked.description) == (200, "Revoked authentication for FLO.")
    again = call("DELETE", "me/integrations/kai/flo")
    assert (again.status, again.description) == (409, "You are not authorised with this service.")


@pytest.mark.parametrize(
    ("fault", "status", "description"),
    [
        (
            {"kind": "status", "status": 418},
            400,
            "The server you requested returned a status of 418. Either your request was malformed,"
            " or the server is malfunctioning.",
        ),
        ({"kind": "status", "status": 502}, 500, "The server you requested returned a status of"),
        ({"kind": "body", "body": "<html>"}, 500, "Failed to parse JSON returned from this"),
        ({"kind": "body", "body": '{"access_token":1}'}, 500, "Failed to validate JSON returned"),
        # A token that no header can hold would be of no use ever after.
        *(
            (
                {"kind": "body", "body": f'{{"access_token":"{token}","refresh_token":"r"}}'},
                500,
                "Failed to validate JSON returned",
            )
            for token in ("", " ", "a\\nb", "t\\n", "caf\\u00e9")
        ),
        # Nobody sits in front of a browser for a minute.
        (
            {"kind": "status", "status": 429, "headers": {"Retry-After": "60"}},
            400,
            "The server you requested returned a status of 429.",
        ),
        ({"kind": "reset"}, 500, "We failed to reach this site. Are they down?"),
    ],
)
def test_a_service_that_gives_no_tokens_is_told(
    call: Caller, player: Player, flo: Kai, fault: dict[str, Any], status: int, description: str
) -> None:
    flo.script.clear()
    flo.script.add(path="token", **fault)
    began = time.monotonic()
    answer = call("POST", "me/integrations/kai/flo/oauth2callback", {"code": "c"})
    assert answer.status == status
    assert answer.description.startswith(description)
    assert time.monotonic() - began < 12
    assert stored(player.stack, player.user_id, "FLO") is None


def test_a_wrong_code_links_nothing(call: Caller, flo: Kai) -> None:
    flo.script.clear()
    answer = call("POST", "me/integrations/kai/flo/oauth2callback", {"code": "made up"})
    assert answer.status == 400
    assert call("POST", "me/integrations/kai/flo/oauth2callback", {}).description == (
        "[code] Expected string. (Received nothing (undefined))"
    )


def test_services_that_are_not_there(call: Caller) -> None:
    answer = call("GET", "me/integrations/kai/nothing")
    assert (answer.status, answer.description) == (
        400,
        "Invalid kaiType - Expected min, flo or eag.",
    )
    answer = call("POST", "me/integrations/kai/eag/oauth2callback", {"code": "c"})
    assert (answer.status, answer.description) == (
        501,
        "A fatal error has occured.",
    )
    answer = call("POST", "me/integrations/kai/min/oauth2callback", {"code": "c"})
    assert (answer.status, answer.description) == (
        500,
        "We failed to reach this site. Are they down?",
    )
    answer = call("GET", "me/integrations/cg/DEV")
    assert (answer.status, answer.description) == (404, "No such service 'cg/DEV' is supported.")


def test_unlinking_does_not_wait_for_a_service_that_renews_tokens(
    call: Caller, player: Player, flo: Kai
) -> None:
    flo.script.clear()
    code = {"code": flo.code_for(Account("c"))}
    assert call("POST", "me/integrations/kai/flo/oauth2callback", code).status == 200
    owner = Owner(player.user_id, "FLO")
    with player.stack.engine.begin() as renewing:
        credential_rows.find_for_update(renewing, VAULT, owner)
        busy = call("DELETE", "me/integrations/kai/flo")
        assert (busy.status, busy.description) == (
            503,
            "What is stored is being renewed at the moment. Please try again shortly.",
        )
    assert call("DELETE", "me/integrations/kai/flo").status == 200


# --- cards --------------------------------------------------------------------------------------


def test_a_card_of_cg_is_kept_and_its_pin_never_given_back(call: Caller, player: Player) -> None:
    path = "me/integrations/cg/dev"
    empty = call("GET", path)
    assert (empty.description, empty.json["body"]) == ("User has no card info set.", None)
    put = call("PUT", path, CARD)
    assert (put.status, put.description, put.json["body"]) == (200, "Updated cardID and pin.", {})
    assert stored(player.stack, player.user_id, "cg-dev") == CARD
    card = call("GET", path)
    assert card.description == "Found card info."
    assert card.json["body"] == {
        "userID": player.user_id,
        "service": "dev",
        "cardID": CARD["cardID"],
    }
    assert CARD["pin"].encode() not in card.raw
    for _ in range(2):
        gone = call("DELETE", path)
        assert (gone.status, gone.description) == (200, "Deleted stored card info.")
    assert call("GET", path).json["body"] is None


def test_cards_that_are_none_are_refused(call: Caller) -> None:
    short = call("PUT", "me/integrations/cg/dev", {**CARD, "cardID": "123"})
    assert (short.status, short.description) == (
        400,
        "[cardID] Expected 16 characters. (Received 123)",
    )
    wrong = call("PUT", "me/integrations/cg/dev", {**CARD, "pin": "12345"})
    assert (wrong.status, wrong.description) == (400, "[pin] Expected 4 digits.")
    more = call("PUT", "me/integrations/cg/dev", {**CARD, "more": 1})
    assert more.status == 400
    code = call("PUT", "me/integrations/myt", {"cardAccessCode": "1234"})
    assert (code.status, code.description) == (400, "[cardAccessCode] Expected 20 digits.")


def test_of_a_card_of_myt_only_the_end_is_shown(call: Caller, player: Player) -> None:
    assert call("PUT", "me/integrations/myt", CODE).description == "Updated cardAccessCode."
    assert call("PUT", "me/integrations/cg/dev", CARD).status == 200
    assert stored(player.stack, player.user_id, "MYT") == CODE
    assert call("GET", "me/integrations/myt").json["body"] == {
        "userID": player.user_id,
        "cardAccessCode": "****************6789",
    }
    assert call("DELETE", "me/integrations/myt").description == "Deleted stored card info."
    assert call("GET", "me/integrations/myt").json["body"] is None
    # The other card is another matter.
    assert stored(player.stack, player.user_id, "cg-dev") == CARD


# --- who may ------------------------------------------------------------------------------------

PATHS = ("integrations/kai/flo", "integrations/cg/dev", "integrations/myt")


@pytest.mark.parametrize("path", PATHS)
def test_only_a_user_in_person_sees_and_changes_them(
    service: Stack, http: Http, player: Player, path: str
) -> None:
    guest = http.get(f"/api/v1/users/{player.user_id}/{path}")
    assert (guest.status, guest.description) == (
        401,
        "This endpoint requires session-level authentication.",
    )
    assert http.get(f"/api/v1/users/me/{path}").status == 401
    refusal = "This request cannot be performed by an API key, and requires authentication."
    script = Caller(http, service.user(next(_names), "submit_score"))
    assert (script("GET", f"me/{path}").status, script("GET", f"me/{path}").description) == (
        403,
        refusal,
    )
    other = Caller(http, service.user(next(_names), "manage_account"))
    assert other("DELETE", f"{player.user_id}/{path}").description == refusal
    nobody = other("GET", f"nobody/{path}")
    assert (nobody.status, nobody.description) == (404, "The user nobody does not exist.")


@pytest.mark.parametrize(
    ("path", "route"),
    [("kai/flo", "/flo"), ("kai/nothing", "/nothing"), ("myt", "/"), ("cg/dev", "")],
)
def test_those_of_kamaitachi_are_for_kamaitachi(player: Player, path: str, route: str) -> None:
    app = create_app(load_settings({**player.stack.environment, "TYPE": "boku"}))
    headers = {"Authorization": f"Bearer {player.token}"}
    answer = app.test_client().get(f"/api/v1/users/me/integrations/{path}", headers=headers)
    assert answer.json is not None
    assert (answer.status_code, answer.json["description"]) == (
        (404, f"The route {route} is only available on Kamaitachi.")
        if route
        else (200, "User has no card info set.")
    )


def test_nothing_of_it_is_readable_in_the_database_or_the_log(
    call: Caller, player: Player, flo: Kai
) -> None:
    flo.script.clear()
    call("PUT", "me/integrations/cg/dev", CARD)
    call("PUT", "me/integrations/myt", CODE)
    code = flo.code_for(Account("b"))
    call("POST", "me/integrations/kai/flo/oauth2callback", {"code": code})
    kept = stored(player.stack, player.user_id, "FLO")
    assert kept is not None
    secrets = [*CARD.values(), *CODE.values(), *kept.values(), code]
    rows = player.stack.query("SELECT sealed FROM service_credentials")
    content = b"".join(bytes(row.sealed) for row in rows)
    logs = "".join(log.read_text() for log in player.stack.folder.glob("*.log"))
    assert len(rows) >= 3
    for secret in secrets:
        assert secret.encode() not in content
        assert secret not in logs
