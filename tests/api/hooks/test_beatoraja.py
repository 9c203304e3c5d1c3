"""POST /ir/beatoraja/submit-score: one play, answered with what became of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from api.app import create_app
from common.settings import load_settings
from tests.golden.pipelines.catalogue import add_catalogue
from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack, wait_for
from tests.worker.import_types.hooks.beatoraja_documents import CATALOGUE, play

pytestmark = pytest.mark.processes

PATH = "/ir/beatoraja/submit-score"
VERSION: Mapping[str, str] = {"X-TachiIR-Version": "v3.0.0"}


@pytest.fixture(scope="module", autouse=True)
def charts(service: Stack) -> None:
    """The catalogue knows one chart of BMS, and jobs in the background are seen to."""
    with service.engine.begin() as connection:
        add_catalogue(connection, CATALOGUE)
    service.start_beat()


@pytest.fixture
def players(service: Stack) -> list[Player]:
    """Three who have played nothing yet."""
    return [service.user(f"u{secrets.token_hex(6)}") for _ in range(3)]


@pytest.fixture
def unknown() -> str:
    """The hash of a chart that nobody has played yet."""
    return secrets.token_hex(32)


def post(http: Http, token: str | None, given: Any, headers: Mapping[str, str] = VERSION) -> Answer:
    sent = {"Content-Type": "application/json", **headers}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    return http.request("POST", PATH, orjson.dumps(given), sent)


def orphaned(count: int) -> str:
    return (
        "Chart and score have been orphaned. This chart will be un-orphaned when 3 players have"
        f" played the chart (Currently: {count})."
    )


# --- scores that are imported ------------------------------------------------------------------


def test_a_play_of_a_known_chart_is_answered_with_score_song_and_chart(
    http: Http, players: list[Player]
) -> None:
    answer = post(http, players[0].token, play())

    assert (answer.status, answer.description) == (200, "Imported score.")
    body = answer.json["body"]
    assert set(body) == {"score", "song", "chart", "import"}
    assert body["score"]["scoreData"]["score"] == 1004
    assert body["song"]["title"] == "Example"
    assert body["chart"]["chartID"] == body["score"]["chartID"] == "known-chart"
    assert body["import"]["scoreIDs"] == [body["score"]["scoreID"]]
    assert body["import"]["importType"] == "ir/beatoraja"
    assert body["import"]["userIntent"] is False


def test_the_same_play_again_is_a_success_without_a_score(
    http: Http, players: list[Player]
) -> None:
    post(http, players[0].token, play())

    answer = post(http, players[0].token, play())

    assert (answer.status, answer.description) == (200, "No scores were imported.")
    assert answer.json["body"]["import"]["skipped"]["duplicates"] == 1
    assert players[0].score_count() == 1


# --- unknown charts ----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["BEAT_7K", "BEAT_14K", "POPN_9K"])
def test_the_third_player_makes_an_unknown_chart_real_for_all(
    http: Http, service: Stack, players: list[Player], unknown: str, mode: str
) -> None:
    for count, player in enumerate(players[:2], 1):
        for _ in range(2):  # the same play sent twice is one
            answer = post(http, player.token, play(unknown, mode=mode))
            assert (answer.status, answer.description) == (202, orphaned(count))
            assert answer.json["body"] == {}

    answer = post(http, players[2].token, play(unknown, mode=mode))

    assert (answer.status, answer.description) == (200, "Imported score.")
    chart = answer.json["body"]["chart"]
    assert chart["data"]["hashSHA256"] == unknown
    assert answer.json["body"]["song"]["id"] == chart["songID"]
    wait_for(lambda: all(p.score_count() == 1 for p in players), "every player has a score")
    assert (
        service.query(
            "SELECT FROM orphan_scores WHERE user_id = ANY(:ids)",
            ids=[player.user_id for player in players],
        )
        == []
    )


def test_a_chart_that_cannot_be_queued_is_not_supported(
    http: Http, players: list[Player], unknown: str
) -> None:
    answer = post(http, players[0].token, play(unknown, chart={"md5": "none"}))
    assert (answer.status, answer.description) == (400, "This chart is not supported.")


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "description"),
    [
        (
            {},
            "Invalid Beatoraja Import - Score: null | Non-object provided for validation."
            " | Received undefined [type: undefined].",
        ),
        (
            [play()],
            "Invalid Beatoraja Import - Score: null | Non-object provided for validation."
            " | Received undefined [type: undefined].",
        ),
        (
            play() | {"client": "beatoraja 0.8"},
            "Unsupported client beatoraja 0.8 -- Expected a variant of LR2oraja.",
        ),
        (
            play(chart={"lntype": 1}),
            "[InvalidDatapoint] - CN or HCN mode is not supported by this IR.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(
    http: Http, players: list[Player], given: Any, description: str
) -> None:
    answer = post(http, players[0].token, given)
    assert (answer.status, answer.description) == (400, description)
    assert players[0].score_count() == 0


def test_what_nobody_asked_for_may_be_nested_deeply(http: Http, players: list[Player]) -> None:
    nested = orjson.Fragment(b"[" * 1000 + b"]" * 1000)
    answer = post(http, players[0].token, play(score={"x": nested}) | {"x": nested})
    assert answer.status == 200


@pytest.mark.parametrize("headers", [{}, {"X-TachiIR-Version": "1.0"}])
def test_other_versions_of_the_protocol_are_refused(
    http: Http, players: list[Player], headers: dict[str, str]
) -> None:
    answer = post(http, players[0].token, play(), headers)
    assert (answer.status, answer.description) == (400, "Invalid X-TachiIR-Version.")


def test_who_is_not_known_is_refused(http: Http) -> None:
    answer = post(http, None, play())
    assert (answer.status, answer.description) == (401, "This endpoint requires authentication.")


def test_a_token_without_the_permission_is_refused(http: Http, service: Stack) -> None:
    answer = post(http, service.user("reader", "customise_score").token, play())
    assert (answer.status, answer.description) == (
        403,
        "You are missing the following permissions necessary for this request: submit_score",
    )


# --- other services ----------------------------------------------------------------------------


def ask(service: Stack, player: Player, given: Any, **settings: str) -> Any:
    """The answer of an API with other settings, in this process."""
    app = create_app(load_settings({**service.environment, **settings}))
    headers = {"Authorization": f"Bearer {player.token}", **VERSION}
    return app.test_client().post(PATH, json=given, headers=headers)


def test_only_instances_with_the_games_of_boku_have_it(
    service: Stack, players: list[Player]
) -> None:
    answer = ask(service, players[0], play(), TYPE="kamai")
    assert (answer.status_code, answer.json["description"]) == (
        404,
        "The route /submit-score is only available on Bokutachi.",
    )


def test_a_play_whose_import_takes_long_is_accepted_and_imported(
    service: Stack, players: list[Player]
) -> None:
    answer = ask(service, players[0], play(), WAITERS="0")

    assert answer.status_code == 202
    assert answer.headers["Location"] == answer.json["body"]["url"]
    wait_for(lambda: players[0].score_count() == 1, "the score is imported")


def test_without_workers_a_smaller_queue_is_served_in_the_request(
    service: Stack, players: list[Player], unknown: str
) -> None:
    settings = {"USE_EXTERNAL_SCORE_IMPORT_WORKER": "false", "BEATORAJA_QUEUE_SIZE": "2"}
    first = ask(service, players[0], play(unknown), **settings)
    second = ask(service, players[1], play(unknown), **settings)
    assert (first.status_code, second.status_code) == (202, 200)
    assert "when 2 players have" in first.json["description"]


def test_version_3_has_its_documents(service: Stack, players: list[Player], unknown: str) -> None:
    settings = {"USE_EXTERNAL_SCORE_IMPORT_WORKER": "false", "DIALECT": "v3"}
    known = ask(service, players[0], play(), **settings)
    queued = ask(service, players[0], play(unknown), **settings)

    assert known.status_code == 200
    body = known.json["body"]
    assert body["score"]["game"] == body["chart"]["game"] == "bms-7k"
    assert body["score"]["chartID"] == body["chart"]["chartID"]
    assert body["chart"]["song"] == body["song"]
    assert "playtype" not in body["score"]
    assert body["import"]["games"] == ["bms-7k"]
    assert (queued.status_code, queued.json["description"]) == (202, orphaned(1))
    assert queued.headers["Location"].endswith("/poll-status")
