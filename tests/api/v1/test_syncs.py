"""Scores fetched from other services, through API, worker and servers that behave like them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import grpc
import pytest

from api.app import create_app
from cli.accounts import create_token
from common.settings import load_settings
from score_import_client import ApiError
from tests.services.cg import CG, sdvx_scores
from tests.services.kai import Account, Kai, iidx_items, sdvx_items
from tests.services.myt import AUTH_TOKEN, Card, Myt, Trouble, wacca_plays
from tests.support.http import Http
from tests.support.linked import (
    KEY,
    link_cg,
    link_kai,
    link_myt,
    progress_of,
    stored,
    sync,
    synced,
)
from tests.support.stack import Player, Stack

CARD, PIN, ACCESS_CODE = "0123456789ABCDEF", "1234", "01234567890123456789"


class Servers:
    """One of each kind, fresh for every test but for their addresses."""

    def __init__(self, stack: ExitStack) -> None:
        self.kai = stack.enter_context(Kai())
        self.cg = stack.enter_context(CG())
        self.myt = stack.enter_context(Myt())
        self.elsewhere = stack.enter_context(Kai())

    def environment(self) -> dict[str, str]:
        return {
            **self.kai.environment("FLO"),
            **self.cg.environment("dev"),
            **self.myt.environment(),
            "CREDENTIAL_KEYS": KEY,
            "SERVICE_CONNECT_TIMEOUT": "1",
            "SERVICE_TIMEOUT": "2",
            "SERVICE_IDLE_TIMEOUT": "1",
        }

    def forget(self) -> None:
        for server in (self.kai, self.cg, self.elsewhere):
            server.script.clear()
            server.asked.clear()
            server.before_answer = lambda _: None
        self.kai.rotating, self.kai.page_size, self.kai.pages_until_expiry = True, 100, None
        self.kai.expires_in = None
        self.myt.lookup_trouble = self.myt.stream_trouble = self.myt.data_trouble = Trouble()
        self.myt.called.clear()
        self.myt.cards.clear()
        self.cg.remove_cards()


@pytest.fixture(scope="module")
def all_servers() -> Iterator[Servers]:
    with ExitStack() as stack:
        yield Servers(stack)


@pytest.fixture(scope="module")
def module_settings(all_servers: Servers) -> dict[str, str]:
    return all_servers.environment()


@pytest.fixture
def servers(all_servers: Servers) -> Servers:
    all_servers.forget()
    return all_servers


@pytest.fixture
def kai(servers: Servers) -> Kai:
    return servers.kai


_names = iter(f"player{number}" for number in range(1000))


@pytest.fixture
def player(service: Stack) -> Player:
    """Somebody new for each test."""
    return service.user(next(_names))


def failure_of(player: Player, import_type: str) -> ApiError:
    with pytest.raises(ApiError) as failure:
        synced(player, import_type)
    assert player.score_count() == 0
    return failure.value


def classes_of(document: dict[str, Any], class_set: str) -> list[str]:
    return [delta["new"] for delta in document["classDeltas"] if delta["set"] == class_set]


# --- kai ----------------------------------------------------------------------------------------


def test_a_history_of_three_pages_is_imported_in_order(player: Player, kai: Kai) -> None:
    account = Account("a", {"iidx": iidx_items(250)}, {"iidx": {"sp": 16, "dp": None}})
    first = link_kai(player, kai, account)
    document = synced(player, "api/flo-iidx")
    assert len(document["scoreIDs"]) == 250
    assert document["errors"] == []
    assert document["userIntent"] is True
    assert [delta["new"] for delta in document["classDeltas"] if delta["set"] == "dan"] == [
        "DAN_10"
    ]
    history = "/api/iidx/v2/play_history"
    assert kai.paths() == [
        "/oauth/token",
        history,
        history,
        history,
        "/api/iidx/v2/player_profile",
    ]
    assert [name for name, _ in kai.asked[0].form] == [
        "refresh_token",
        "grant_type",
        "client_secret",
        "client_id",
        "redirect_uri",
    ]
    assert kai.asked[1].headers["user-agent"].startswith("score-import/")
    renewed = stored(player.stack, player.user_id, "FLO")
    assert renewed is not None
    assert renewed["token"] == kai.asked[1].bearer != first.token


def test_a_token_that_expires_in_mid_pagination_is_renewed_once(player: Player, kai: Kai) -> None:
    kai.pages_until_expiry = 2
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(450)}))
    document = synced(player, "api/flo-sdvx")
    assert len(document["scoreIDs"]) == 450
    assert kai.refreshes() == 2
    bearers = [each.bearer for each in kai.asked if each.path.endswith("play_history")]
    assert len(bearers) == 6
    renewed = stored(player.stack, player.user_id, "FLO")
    assert renewed is not None
    assert renewed["token"] == bearers[-1]


def test_a_token_known_to_be_good_is_not_renewed(player: Player, kai: Kai) -> None:
    kai.expires_in = 3600
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(1)}))
    synced(player, "api/flo-sdvx")
    synced(player, "api/flo-sdvx")
    assert kai.refreshes() == 1


def test_who_has_not_linked_is_told_so_and_nobody_is_asked(
    player: Player, kai: Kai, http: Http
) -> None:
    submitted = sync(player, "api/flo-iidx")
    with pytest.raises(ApiError) as told:
        player.wait(submitted)
    failure = told.value
    assert failure.status == 401
    # The client's own token is fine: this is about another one.
    answer = http.get(f"/api/v1/imports/{submitted.import_id}/poll-status")
    assert (answer.status, answer.json["error"]) == (401, {"code": "INTEGRATION_AUTH"})
    assert failure.description == "No authentication was stored for FLO."
    assert kai.asked == []


DOWN = "Received invalid response from their API. Are they down?"
NOT_RENEWED = "An error has occured while attempting reauthentication."
PAGE_2 = "page=2"


@pytest.mark.parametrize(
    ("fault", "status", "description"),
    [
        ({"path": "token", "kind": "status", "status": 400}, 400, "Your authentication with this"),
        ({"path": "token", "kind": "status", "status": 401}, 500, NOT_RENEWED),
        ({"path": "token", "kind": "status"}, 500, NOT_RENEWED),
        ({"path": "token", "kind": "body", "body": "<html>"}, 500, NOT_RENEWED),
        (
            {"path": "token", "kind": "body", "body": '{"access_token":5,"refresh_token":"x"}'},
            500,
            NOT_RENEWED,
        ),
        (
            {
                "path": "token",
                "kind": "body",
                "body": '{"access_token":"a\\u00e9","refresh_token":"r"}',
            },
            500,
            NOT_RENEWED,
        ),
        ({"path": "token", "kind": "reset", "times": None}, 500, NOT_RENEWED),
        ({"path": PAGE_2, "kind": "status", "times": None}, 500, DOWN),
        ({"path": PAGE_2, "kind": "status", "status": 404, "times": None}, 500, DOWN),
        ({"path": PAGE_2, "kind": "empty", "times": None}, 500, DOWN),
        ({"path": PAGE_2, "kind": "truncated", "times": None}, 500, DOWN),
        ({"path": PAGE_2, "kind": "cut", "times": None}, 500, DOWN),
        ({"path": PAGE_2, "kind": "reset", "times": None}, 500, DOWN),
        ({"path": PAGE_2, "kind": "huge", "times": None}, 500, DOWN),
        ({"path": PAGE_2, "kind": "body", "body": "[]"}, 500, "Received no _links prop"),
        ({"path": PAGE_2, "kind": "body", "body": "5"}, 500, DOWN),
        ({"path": PAGE_2, "kind": "body", "body": "null"}, 500, DOWN),
        ({"path": PAGE_2, "kind": "body", "body": '{"_items":[]}'}, 500, "Received no _links"),
        (
            {"path": PAGE_2, "kind": "body", "body": '{"_links":{},"_items":[]}'},
            500,
            "Received invalid _links._next prop from their API.",
        ),
        (
            {"path": PAGE_2, "kind": "body", "body": '{"_links":{"_next":7},"_items":[]}'},
            500,
            "Received invalid _links._next prop from their API.",
        ),
        (
            {"path": PAGE_2, "kind": "body", "body": '{"_links":{"_next":null},"_items":{}}'},
            500,
            "Received invalid _items from their API.",
        ),
        (
            {"path": PAGE_2, "kind": "status", "status": 401, "times": None},
            500,
            "Attempted to reauthenticate with",
        ),
        (
            {"path": PAGE_2, "kind": "status", "status": 403, "times": None},
            500,
            "Attempted to reauthenticate with",
        ),
    ],
)
def test_what_breaks_a_sync_is_told_and_nothing_is_stored(
    player: Player, kai: Kai, fault: dict[str, Any], status: int, description: str
) -> None:
    kai.script.add(**fault)
    first = link_kai(player, kai, Account("a", {"sdvx": sdvx_items(150)}))
    failure = failure_of(player, "api/flo-sdvx")
    assert failure.status == status
    assert failure.description.startswith(description)
    kept = stored(player.stack, player.user_id, "FLO")
    assert kept is not None
    # A pair that was renewed is kept though the import failed, and no other replaces it.
    assert (kept["token"] == first.token) is (fault["path"] == "token")
    assert sum(PAGE_2.split("=")[1] == each.query.get("page") for each in kai.asked) <= 3


@pytest.mark.parametrize("kind", ["slow", "drip"])
def test_a_page_that_takes_too_long_ends_the_import(player: Player, kai: Kai, kind: str) -> None:
    kai.script.add(kind, PAGE_2, times=None)
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(150)}))
    assert failure_of(player, "api/flo-sdvx").description == DOWN
    assert [each.query.get("page") for each in kai.asked].count("2") == 1


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 503}, {"kind": "reset"}])
def test_a_passing_failure_is_asked_again(player: Player, kai: Kai, fault: dict[str, Any]) -> None:
    kai.script.add(path=PAGE_2, **fault)
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(150)}))
    assert len(synced(player, "api/flo-sdvx")["scoreIDs"]) == 150


def test_a_service_that_asks_for_patience_gets_it(player: Player, kai: Kai) -> None:
    kai.script.add("status", PAGE_2, status=429, headers={"Retry-After": "1"}, times=3)
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(150)}))
    assert len(synced(player, "api/flo-sdvx")["scoreIDs"]) == 150


def test_a_valid_page_with_a_bad_status_is_not_used(player: Player, kai: Kai) -> None:
    page = '{"_links":{"_next":null},"_items":[]}'
    kai.script.add("status", "play_history", status=500, body=page, times=None)
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(1)}))
    assert failure_of(player, "api/flo-sdvx").description == DOWN


def test_links_and_redirects_to_elsewhere_are_not_followed(
    player: Player, servers: Servers
) -> None:
    kai, elsewhere = servers.kai, servers.elsewhere
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(150)}))
    there = f"{elsewhere.url}/api/sdvx/v1/play_history"
    page = f'{{"_links":{{"_next":"{there}"}},"_items":[]}}'
    kai.script.add("body", PAGE_2, body=page)
    failure = failure_of(player, "api/flo-sdvx")
    assert failure.description == f"{kai.url} returned invalid data."
    kai.script.add("redirect", PAGE_2, location=there)
    assert failure_of(player, "api/flo-sdvx").description == DOWN
    assert elsewhere.asked == []


def test_pages_in_a_circle_are_noticed(player: Player, kai: Kai) -> None:
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(150)}))
    here = f"{kai.url}/api/sdvx/v1/play_history?page=2"
    page = f'{{"_links":{{"_next":"{here}"}},"_items":[]}}'
    kai.script.add("body", PAGE_2, body=page, times=None)
    failure = failure_of(player, "api/flo-sdvx")
    assert failure.status == 508
    assert len(kai.asked) < 10


def test_a_relative_link_is_followed(player: Player, kai: Kai) -> None:
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(150)}))
    kai.script.add(
        "body", PAGE_2, body='{"_links":{"_next":"play_history?page=1&again"},"_items":[]}'
    )
    kai.script.add("body", "again", body='{"_links":{"_next":null},"_items":[]}')
    assert len(synced(player, "api/flo-sdvx")["scoreIDs"]) == 100


def test_what_a_service_sends_wrong_is_an_error_line(player: Player, kai: Kai) -> None:
    good, bad, unknown, beginner = (dict(iidx_items(1, first=n)[0]) for n in range(4))
    bad["ex_score"], unknown["music_id"], beginner["difficulty"] = "12", 99999, "BEGINNER"
    items: list[Any] = [good, bad, 7, unknown, beginner, good]
    link_kai(player, kai, Account("a", {"iidx": items}))
    document = synced(player, "api/flo-iidx")
    assert len(document["scoreIDs"]) == 1
    assert [(line["type"], line["index"]) for line in document["errors"]] == [
        ("InvalidDatapoint", 1),
        ("InvalidDatapoint", 2),
        ("SongOrChartNotFound", 3),
    ]
    again = synced(player, "api/flo-iidx")
    assert [line["type"] for line in again["errors"]][-1] == "OrphanExists"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status"},
        {"kind": "body", "body": "<html>"},
        {"kind": "body", "body": '{"sp": "18"}'},
        {"kind": "body", "body": '{"sp": 19}'},
        {"kind": "body", "body": '{"sp": 16.5}'},
        {"kind": "slow"},
    ],
)
def test_a_bad_profile_costs_nothing_but_the_class(
    player: Player, kai: Kai, fault: dict[str, Any]
) -> None:
    kai.script.add(path="profile", times=None, **fault)
    link_kai(player, kai, Account("a", {"iidx": iidx_items(1)}, {"iidx": {"sp": 16}}))
    document = synced(player, "api/flo-iidx")
    assert len(document["scoreIDs"]) == 1
    assert classes_of(document, "dan") == []


def test_a_profile_behind_an_expired_token_is_asked_for_again(player: Player, kai: Kai) -> None:
    kai.script.add("status", "profile", status=401)
    link_kai(player, kai, Account("a", {"iidx": iidx_items(1)}, {"iidx": {"sp": 16}}))
    document = synced(player, "api/flo-iidx")
    assert [delta["new"] for delta in document["classDeltas"] if delta["set"] == "dan"] == [
        "DAN_10"
    ]
    assert kai.paths()[-1] == "/api/iidx/v2/player_profile"


def test_progress_says_how_many_were_fetched(player: Player, kai: Kai) -> None:
    released = threading.Event()

    def hold(asked: Any) -> None:
        if asked.query.get("page") == "2":
            released.wait(60)

    kai.before_answer = hold
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(150)}))
    submitted = sync(player, "api/flo-sdvx")
    assert progress_of(player, submitted, "Fetched") == "Fetched 100 scores from FLO..."
    released.set()
    player.client.wait(submitted)


def test_a_second_request_gets_the_sync_that_runs(player: Player, kai: Kai) -> None:
    released = threading.Event()

    def hold(asked: Any) -> None:
        if asked.path.endswith("play_history"):
            released.wait(60)

    kai.before_answer = hold
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(1), "iidx": iidx_items(1)}))
    first = sync(player, "api/flo-sdvx")
    assert sync(player, "api/flo-sdvx") == first
    other = sync(player, "api/flo-iidx")
    assert other != first
    released.set()
    player.wait(first)
    player.wait(other)
    later = sync(player, "api/flo-sdvx")
    assert later != first
    player.wait(later)


def test_many_requests_at_once_start_one_sync(player: Player, kai: Kai) -> None:
    released = threading.Event()

    def hold(_: Any) -> None:
        released.wait(60)

    kai.before_answer = hold
    link_kai(player, kai, Account("a", {"sdvx": sdvx_items(1)}))
    got: list[str] = []
    threads = [
        threading.Thread(target=lambda: got.append(sync(player, "api/flo-sdvx").import_id))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    released.set()
    assert len(got) == 8
    assert len(set(got)) == 1
    player.wait(sync(player, "api/flo-sdvx"))


# --- cg -----------------------------------------------------------------------------------------


def test_the_scores_of_a_card_are_imported(player: Player, servers: Servers) -> None:
    servers.cg.add_card(CARD, PIN, sdvx=sdvx_scores(120))
    link_cg(player, CARD, PIN)
    document = synced(player, "api/cg-dev-sdvx")
    assert len(document["scoreIDs"]) == 120
    assert document["errors"] == []
    assert len(servers.cg.asked) == 1


def test_a_card_without_scores_is_an_import_without_scores(
    player: Player, servers: Servers
) -> None:
    servers.cg.add_card(CARD, PIN)
    link_cg(player, CARD, PIN)
    assert synced(player, "api/cg-dev-sdvx")["scoreIDs"] == []


@pytest.mark.parametrize("status", [200, 401, 403])
def test_a_wrong_pin_is_told_whatever_its_status(
    player: Player, servers: Servers, status: int
) -> None:
    servers.cg.refusal_status = status
    servers.cg.add_card(CARD, PIN)
    link_cg(player, CARD, "9999")
    failure = failure_of(player, "api/cg-dev-sdvx")
    servers.cg.refusal_status = 200
    assert failure.status == 400
    assert failure.description == "Failed to fetch data from CG. Error Message: Invalid PIN."


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status"},
        {
            "kind": "status",
            "body": '{"success":true,"data":{"profile":{"id":"a","name":"b"},"scores":[]}}',
        },
        {"kind": "truncated"},
        {"kind": "empty"},
        {"kind": "reset"},
        {"kind": "slow"},
        {"kind": "huge"},
        {"kind": "body", "body": '{"success":true,"message":"?"}'},
        {"kind": "body", "body": '{"success":false,"data":null}'},
    ],
)
def test_cg_in_trouble_is_told(player: Player, servers: Servers, fault: dict[str, Any]) -> None:
    servers.cg.script.add(times=None, **fault)
    servers.cg.add_card(CARD, PIN, sdvx=sdvx_scores(3))
    link_cg(player, CARD, PIN)
    failure = failure_of(player, "api/cg-dev-sdvx")
    assert (failure.status, failure.description) == (500, DOWN)


def test_one_bad_score_of_cg_costs_that_score_alone(player: Player, servers: Servers) -> None:
    scores = sdvx_scores(3)
    scores[1]["score"] = "many"
    scores[2]["more"] = "than we know"
    servers.cg.add_card(CARD, PIN, sdvx=scores)
    link_cg(player, CARD, PIN)
    document = synced(player, "api/cg-dev-sdvx")
    assert len(document["scoreIDs"]) == 2
    assert [line["message"] for line in document["errors"]] == [
        "Invalid CG sdvx Score.: score | Expected an integer between 0 and 10000000."
        " | Received many [string]."
    ]


def test_without_a_card_nobody_is_asked(player: Player, servers: Servers) -> None:
    for import_type in ("api/cg-dev-sdvx", "api/myt-wacca"):
        failure = failure_of(player, import_type)
        assert failure.status == 401
        assert failure.description == "This user has no card info set up for this service."
    assert not servers.cg.asked
    assert not servers.myt.called


# --- myt ----------------------------------------------------------------------------------------


def add_card(myt: Myt, count: int = 0, **more: Any) -> None:
    myt.cards[ACCESS_CODE] = Card(
        [("other", "x"), ("wacca", "w-1"), ("wacca", "w-2")], {"w-1": wacca_plays(count)}, **more
    )


def test_the_plays_of_a_card_are_imported(player: Player, servers: Servers) -> None:
    myt = servers.myt
    add_card(myt, 2500, data={"w-1": {"300": {"rank": 9}, "400": {"rank": 2}}})
    link_myt(player, ACCESS_CODE)
    document = synced(player, "api/myt-wacca")
    assert len(document["scoreIDs"]) == 2500
    assert classes_of(document, "stageUp") == ["IX"]
    assert [call.method for call in myt.called] == ["Lookup", "wacca GetPlaylog", "GetData"]
    assert all(call.metadata["authorization"] == f"Bearer {AUTH_TOKEN}" for call in myt.called)
    assert all(call.seconds is not None and call.seconds < 601 for call in myt.called)
    request = myt.called[1].request
    assert request.api_id == "w-1"
    assert not request.HasField("music_id")


@pytest.mark.parametrize(
    ("trouble", "status", "description"),
    [
        (
            Trouble(grpc.StatusCode.UNAUTHENTICATED),
            500,
            "Unexpected response from MYT - 16",
        ),
        (Trouble(grpc.StatusCode.INTERNAL), 500, "Unexpected response from MYT - 13"),
        (Trouble(grpc.StatusCode.UNAVAILABLE), 500, "Unexpected response from MYT - 14"),
        (
            Trouble(grpc.StatusCode.NOT_FOUND, "no such card"),
            401,
            "Card not found on MYT: no such card",
        ),
    ],
)
def test_a_look_up_that_fails_is_told(
    player: Player, servers: Servers, trouble: Trouble, status: int, description: str
) -> None:
    servers.myt.lookup_trouble = trouble
    add_card(servers.myt)
    link_myt(player, ACCESS_CODE)
    failure = failure_of(player, "api/myt-wacca")
    assert (failure.status, failure.description) == (status, description)


def test_a_card_without_the_title_is_told(player: Player, servers: Servers) -> None:
    add_card(servers.myt)
    link_myt(player, ACCESS_CODE)
    failure = failure_of(player, "api/myt-ongeki")
    assert failure.status == 400
    assert failure.description == "Couldn't find O.N.G.E.K.I. profile on MYT."


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(grpc.StatusCode.INTERNAL, after=3),
        Trouble(grpc.StatusCode.INTERNAL, after=1500),
        Trouble(hang=True, after=3),
    ],
)
def test_a_stream_that_breaks_stores_nothing(
    player: Player, servers: Servers, trouble: Trouble
) -> None:
    servers.myt.stream_trouble = trouble
    add_card(servers.myt, 2000)
    link_myt(player, ACCESS_CODE)
    failure = failure_of(player, "api/myt-wacca")
    assert failure.status == 500
    assert failure.description == "Error while streaming score data from MYT"


def test_player_data_that_fail_cost_nothing_but_the_class(player: Player, servers: Servers) -> None:
    servers.myt.data_trouble = Trouble(grpc.StatusCode.INTERNAL)
    add_card(servers.myt, 1)
    link_myt(player, ACCESS_CODE)
    document = synced(player, "api/myt-wacca")
    assert len(document["scoreIDs"]) == 1
    assert classes_of(document, "stageUp") == []


def test_plays_without_parts_are_error_lines(player: Player, servers: Servers) -> None:
    play = wacca_plays(1)[0]
    without_judge = {**play, "info": {k: v for k, v in play["info"].items() if k != "judge"}}
    unknown = {"info": {"musicId": 1, "musicDifficulty": 1, "userPlayDate": ""}}
    add_card(servers.myt)
    servers.myt.cards[ACCESS_CODE].plays["w-1"] = [{"playlogApiId": "p"}, without_judge, unknown]
    link_myt(player, ACCESS_CODE)
    document = synced(player, "api/myt-wacca")
    assert len(document["scoreIDs"]) == 1
    assert [line["type"] for line in document["errors"]] == [
        "InvalidDatapoint",
        "SongOrChartNotFound",
    ]


# --- what is offered ------------------------------------------------------------------------------


def test_what_is_not_configured_is_not_offered(player: Player, http: Http) -> None:
    body = http.get("/api/v1/status").json["body"]
    assert set(body["services"]) == {"FLO", "cg-dev", "MYT"}
    assert body["services"]["FLO"] == ["api/flo-iidx", "api/flo-sdvx"]
    with pytest.raises(ApiError) as refused:
        player.client.sync("api/eag-iidx")
    assert refused.value.status == 400
    offered = [name for names in body["services"].values() for name in names]
    expected = refused.value.description.partition("Expected any of ")[2].partition(". (")[0]
    assert sorted(expected.split(", ")) == sorted(offered)
    with pytest.raises(ApiError) as refused:
        player.client.sync("file/batch-manual")
    assert refused.value.status == 400


def test_a_server_that_is_set_up_for_none_says_so(player: Player, servers: Servers) -> None:
    environment = player.stack.environment
    alone = {name: environment[name] for name in environment.keys() - servers.environment().keys()}
    client = create_app(load_settings(alone)).test_client()
    headers = {"Authorization": f"Bearer {player.token}"}
    given = {"importType": "api/flo-iidx"}
    answer = client.post("/api/v1/import/from-api", json=given, headers=headers)
    assert answer.json is not None
    assert (answer.status_code, answer.json["description"]) == (
        400,
        "This server is not set up for any other service.",
    )


def test_a_sync_takes_the_permission_to_submit(service: Stack, servers: Servers) -> None:
    stranger = service.user(next(_names), "delete_score")
    with pytest.raises(ApiError) as refused:
        stranger.client.sync("api/flo-iidx")
    assert refused.value.status == 403


# --- timestops ------------------------------------------------------------------------------------


def in_person(http: Http, player: Player) -> Any:
    token = create_token(player.stack.engine, player.user_id, "self", ("manage_account",))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def call(method: str, **body: Any) -> Any:
        path = "/api/v1/users/me/import-timestops"
        content = None if method == "GET" else json.dumps(body).encode()
        return http.request(method, path, content, headers)

    return call


def test_only_newer_scores_are_read_where_a_user_wants_that(
    player: Player, kai: Kai, http: Http
) -> None:
    kai.page_size = 10
    account = Account("a", {"sdvx": sdvx_items(50)}, {"sdvx": {"skill_level": 3}})
    link_kai(player, kai, account)
    call = in_person(http, player)
    # The 40th of the plays, which are three minutes apart.
    stop = 1_577_836_800_000 + 39 * 180_000
    put = call("PUT", importType="api/flo-sdvx", lastScoreTime=stop)
    assert put.description == "Updated import timestop for api/flo-sdvx."
    document = synced(player, "api/flo-sdvx")
    assert len(document["scoreIDs"]) == 10
    assert classes_of(document, "dan") == ["DAN_3"]
    # Nothing is asked for after the page with the first known one, but what was under way.
    assert kai.paths().count("/api/sdvx/v1/play_history") <= 3
    moved = {each["importType"]: each["lastScoreTime"] for each in timestops(call)}
    assert moved["api/flo-sdvx"] == 1_577_836_800_000 + 49 * 180_000
    assert moved["api/flo-iidx"] is None
    assert synced(player, "api/flo-sdvx")["scoreIDs"] == []
    reset = call("DELETE", importType="api/flo-sdvx")
    assert reset.description == "Reset import timestop for api/flo-sdvx."
    assert len(synced(player, "api/flo-sdvx")["scoreIDs"]) == 40
    assert {each["lastScoreTime"] for each in timestops(call)} == {None}


def timestops(call: Any) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = call("GET").json["body"]["timestops"]
    return listed


def test_timestops_that_are_none_are_refused(player: Player, http: Http) -> None:
    call = in_person(http, player)
    assert call("PUT", importType="file/batch-manual", lastScoreTime=1).description == (
        "Invalid import type: file/batch-manual"
    )
    for moment in ("1", None, True):
        refused = call("PUT", importType="api/flo-sdvx", lastScoreTime=moment)
        assert (refused.status, refused.description) == (
            400,
            "lastScoreTime must be a finite number.",
        )
    assert call("PUT", importType="api/flo-sdvx", lastScoreTime=1e300).status == 200


def test_older_scores_of_a_card_are_dropped(player: Player, servers: Servers, http: Http) -> None:
    servers.cg.add_card(CARD, PIN, sdvx=[*sdvx_scores(5), {**sdvx_scores(1, 9)[0], "dateTime": ""}])
    link_cg(player, CARD, PIN)
    stop = 1_577_836_800_000 + 2 * 180_000
    in_person(http, player)("PUT", importType="api/cg-dev-sdvx", lastScoreTime=stop)
    # Three and four, and the one of unknown time.
    assert len(synced(player, "api/cg-dev-sdvx")["scoreIDs"]) == 3
