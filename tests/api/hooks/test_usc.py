"""POST /ir/usc/:playtype/scores, in the protocol of its clients."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from api.app import create_app
from api.hooks.usc_leaderboard import standing
from common.settings import load_settings
from tests.golden.pipelines.catalogue import add_catalogue
from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack, wait_for
from tests.worker.import_types.hooks.usc_documents import CATALOGUE, CHART_ID, body, chart, score

pytestmark = pytest.mark.processes

PATH = "/ir/usc/Controller/scores"
SAVED = "This score has been saved, but the chart is not currently on the IR."


@pytest.fixture(scope="module", autouse=True)
def charts(service: Stack) -> None:
    """The catalogue knows the chart that is played here."""
    with service.engine.begin() as connection:
        add_catalogue(connection, CATALOGUE)


@pytest.fixture
def empty_chart(service: Stack) -> None:
    """Nobody has played the chart yet."""
    with service.engine.begin() as connection:
        connection.execute(text("TRUNCATE scores, personal_bests, sessions, replays"))


@pytest.fixture
def anyone(service: Stack, request: pytest.FixtureRequest) -> Player:
    return service.user(f"u{abs(hash(request.node.name)) % 10**12}")


def post(
    http: Http, token: str | None, given: Any, path: str = PATH, authorization: str | None = None
) -> Answer:
    headers = {"Content-Type": "application/json"}
    if authorization is None and token is not None:
        authorization = f"Bearer {token}"
    if authorization is not None:
        headers["Authorization"] = authorization
    return http.request(
        "POST", path, given if isinstance(given, bytes) else orjson.dumps(given), headers
    )


def answered(answer: Answer) -> tuple[int, str]:
    """The result in the protocol's envelope."""
    assert answer.status == 200, answer.raw
    assert set(answer.json) <= {"statusCode", "description", "body"}
    return answer.json["statusCode"], answer.json["description"]


def imported(http: Http, player: Player, path: str = PATH, **members: Any) -> Any:
    """The body of the answer to a score that must be imported."""
    answer = post(http, player.token, body(**members), path)
    assert answered(answer) == (20, "Successfully imported score.")
    return answer.json["body"]


# --- scores that are imported ------------------------------------------------------------------


@pytest.mark.usefixtures("empty_chart")
def test_the_first_score_on_a_chart_is_its_record(
    http: Http, service: Stack, anyone: Player
) -> None:
    before = int(time.time())

    reply = imported(http, anyone, options={"mirror": True, "gaugeType": 1})

    ((stored,),) = service.query("SELECT score_id FROM scores WHERE chart_id = :id", id=CHART_ID)
    ((username,),) = service.query("SELECT username FROM users WHERE id = :id", id=anyone.user_id)
    own = reply["score"]
    assert before <= own.pop("timestamp") <= time.time()
    assert own == {
        "score": 9_450_000,
        "crit": 1500,
        "near": 60,
        "error": 12,
        "ranking": 1,
        "lamp": 3,
        "username": username,
        "noteMod": "MIRROR",
        "gaugeMod": "HARD",
    }
    assert reply["serverRecord"].items() >= own.items()
    assert (reply["adjacentAbove"], reply["adjacentBelow"]) == ([], [])
    assert (reply["isPB"], reply["isServerRecord"]) == (True, True)
    assert reply["sendReplay"] == stored


@pytest.mark.usefixtures("empty_chart")
def test_the_reply_shows_the_record_and_three_neighbours_on_either_side(
    http: Http, service: Stack
) -> None:
    names = [f"ranked{rank}" for rank in range(1, 10)]
    players = {name: service.user(name) for name in names}
    replies = {
        name: imported(http, player, score=9_000_000 - rank)
        for rank, (name, player) in enumerate(players.items())
        if name != "ranked6"
    }

    replies["ranked6"] = imported(http, players["ranked6"], score=9_000_000 - 5)

    reply = replies["ranked6"]
    assert reply["score"]["ranking"] == 6
    assert reply["serverRecord"]["username"] == "ranked1"
    assert standings(reply["adjacentAbove"]) == [(3, "ranked3"), (4, "ranked4"), (5, "ranked5")]
    assert standings(reply["adjacentBelow"]) == [(7, "ranked7"), (8, "ranked8"), (9, "ranked9")]
    # Whoever comes right behind the record does not see it twice.
    assert standings(replies["ranked2"]["adjacentAbove"]) == []
    assert standings(replies["ranked4"]["adjacentAbove"]) == [(2, "ranked2"), (3, "ranked3")]
    assert {name for name, it in replies.items() if it["isServerRecord"]} == {"ranked1"}


def standings(scores: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(each["ranking"], each["username"]) for each in scores]


@pytest.mark.usefixtures("empty_chart")
def test_a_score_below_the_players_best_is_no_personal_best(http: Http, anyone: Player) -> None:
    assert imported(http, anyone, score=9_000_000)["isPB"] is True

    reply = imported(http, anyone, score=8_000_000)

    assert reply["isPB"] is False
    assert reply["score"]["score"] == 9_000_000
    assert imported(http, anyone, score=9_100_000)["isPB"] is True


@pytest.mark.usefixtures("empty_chart")
def test_playtypes_have_leaderboards_of_their_own(http: Http, service: Stack) -> None:
    imported(http, service.user("controller"), score=9_900_000)

    reply = imported(http, service.user("keyboard"), "/ir/usc/Keyboard/scores")

    assert reply["isServerRecord"] is True
    assert service.query("SELECT playtype FROM scores ORDER BY playtype") == [
        ("Controller",),
        ("Keyboard",),
    ]


@pytest.mark.usefixtures("empty_chart")
def test_the_same_score_again_is_a_success_that_shows_where_it_stands(
    http: Http, anyone: Player
) -> None:
    first = imported(http, anyone)

    answer = post(http, anyone.token, body())

    assert answered(answer) == (20, "Score was identical to another score you already have.")
    assert answer.json["body"] == first
    assert anyone.score_count() == 1


@pytest.mark.usefixtures("empty_chart")
def test_a_score_that_was_deleted_for_good_is_no_success_without_a_body(
    http: Http, service: Stack
) -> None:
    player = service.user("deletes", "submit_score", "delete_score")
    score_id = imported(http, player)["sendReplay"]
    deleted = http.request(
        "DELETE",
        f"/api/v1/scores/{score_id}",
        orjson.dumps({"blacklist": True}),
        {"Content-Type": "application/json", "Authorization": f"Bearer {player.token}"},
    )
    assert deleted.status == 200, deleted.raw

    answer = post(http, player.token, body())

    assert answered(answer) == (22, "This score is not kept: you have deleted it for good.")
    assert (answer.json["body"], player.score_count()) == ({}, 0)


def test_a_score_that_is_gone_again_stands_nowhere(service: Stack, player: Player) -> None:
    with service.engine.connect() as connection:
        assert standing(connection, player.user_id, "Tgone") is None


# --- scores that are not -----------------------------------------------------------------------


@pytest.mark.parametrize("chart_hash", ["unknown", "a\0b", "'; DROP TABLE scores"])
def test_a_score_of_an_unknown_chart_is_kept_once(
    http: Http, service: Stack, anyone: Player, chart_hash: str
) -> None:
    given = {"chart": chart(chartHash=chart_hash), "score": score()}

    for _ in range(2):
        answer = post(http, anyone.token, given)
        assert answered(answer) == (22, SAVED)
        assert answer.json["body"] == {}

    (orphan,) = service.query(
        "SELECT data, context FROM orphan_scores WHERE user_id = :id", id=anyone.user_id
    )
    # No text of PostgreSQL's holds U+0000.
    assert orphan.context["chartHash"] == chart_hash.replace("\0", "\ufffd")
    assert orphan.data == {**score(), "early": None, "late": None, "combo": None}


@pytest.mark.parametrize(
    ("given", "description"),
    [
        (
            {"score": score()},
            "Invalid chart.: null | Non-object provided for validation."
            " | Received undefined [type: undefined].",
        ),
        (
            {"chart": chart(level=21), "score": score()},
            "Invalid chart.: level | Expected an integer between 1 and 20."
            " | Received 21 [type: number].",
        ),
        (
            {"chart": chart(difficulty=-1)},
            "Invalid chart.: difficulty | Expected an integer between 0 and 3."
            " | Received -1 [type: number].",
        ),
        (
            {"chart": chart(chartHash=None, bpm=180)},
            "Invalid chart.: chartHash | Expected string. | Received null [type: null].",
        ),
        (
            {"chart": chart()},
            "Invalid USC Score.: null | Non-object provided for validation."
            " | Received undefined [type: undefined].",
        ),
        (
            body(gauge=1.1),
            "Invalid USC Score.: gauge | Expected a number between 0 and 1."
            " | Received 1.1 [type: number].",
        ),
        (
            body(windows={"slam": 90}),
            "InvalidDatapoint HitWindows have been modified - Score is invalid.",
        ),
        (
            body(options={"autoFlags": 1}),
            "InvalidDatapoint Autoplay was enabled - Score is invalid.",
        ),
        (
            body(error=0, score=4_000_000),
            "InvalidDatapoint Got 1 error when validating score:\n"
            "Cannot have an ULTIMATE CHAIN with a score less than 5m.",
        ),
        (
            [body()],
            "Invalid chart.: null | Non-object provided for validation."
            " | Received undefined [type: undefined].",
        ),
    ],
)
def test_what_makes_no_sense_is_a_bad_request(
    http: Http, anyone: Player, given: Any, description: str
) -> None:
    answer = post(http, anyone.token, given)

    assert answered(answer) == (40, description)
    assert anyone.score_count() == 0


def test_what_is_no_json_is_refused_as_everywhere(http: Http, player: Player) -> None:
    answer = post(http, player.token, b"{")
    assert (answer.status, answer.json["success"]) == (400, False)


# --- who may -----------------------------------------------------------------------------------

MALFORMED = "Invalid Authorization Header. Expected Bearer <token>"


@pytest.mark.parametrize(
    ("header", "code", "description"),
    [
        (None, 40, "No auth token provided."),
        ("", 40, "No auth token provided."),
        ("Bearer", 40, MALFORMED),
        ("bearer x", 40, MALFORMED),
        ("Token x", 40, MALFORMED),
        ("Bearer x y", 40, MALFORMED),
        ("Bearer  x", 40, MALFORMED),
        ("Bearer " + "0" * 40, 41, "Unauthorized."),
    ],
)
def test_who_is_not_known_is_told_so_in_the_protocol(
    http: Http, header: str | None, code: int, description: str
) -> None:
    assert answered(post(http, None, body(), authorization=header)) == (code, description)


def test_who_is_banned_is_told_so_in_the_protocol(
    http: Http, service: Stack, anyone: Player
) -> None:
    with service.engine.begin() as connection:
        connection.execute(
            text("UPDATE users SET auth_level = 0 WHERE id = :id"), {"id": anyone.user_id}
        )
    answer = post(http, anyone.token, body())
    assert answered(answer) == (43, "You are banned from score-import")


def test_a_token_without_the_permission_is_refused_as_everywhere(
    http: Http, service: Stack
) -> None:
    answer = post(http, service.user("reader", "customise_score").token, body())
    assert (answer.status, answer.description) == (
        403,
        "You are missing the following permissions necessary for this request: submit_score",
    )


@pytest.mark.parametrize("playtype", ["Single", "keyboard", "usc"])
def test_an_unknown_playtype_is_refused_before_the_token_is_read(http: Http, playtype: str) -> None:
    answer = post(http, None, body(), f"/ir/usc/{playtype}/scores")
    assert (answer.status, answer.description) == (
        400,
        "Invalid playtype. Expected Keyboard or Controller.",
    )


def ask(service: Stack, token: str, given: Any, **settings: str) -> Any:
    """The answer of an API with other settings, in this process."""
    app = create_app(load_settings({**service.environment, **settings}))
    headers: Mapping[str, str] = {"Authorization": f"Bearer {token}"}
    return app.test_client().post(PATH, json=given, headers=headers)


def test_only_instances_with_the_games_of_boku_have_it(service: Stack, player: Player) -> None:
    answer = ask(service, player.token, body(), TYPE="kamai")
    assert (answer.status_code, answer.json["description"]) == (
        404,
        "The route /scores is only available on Bokutachi.",
    )
    assert ask(service, player.token, {}, TYPE="boku").json["statusCode"] == 40


# --- when it takes long ------------------------------------------------------------------------


def test_a_score_whose_import_takes_long_is_accepted_and_imported(
    service: Stack, anyone: Player
) -> None:
    answer = ask(service, anyone.token, body(score=9_123_456), WAITERS="0")

    assert answer.json == {
        "statusCode": 22,
        "description": "This score has been saved, and will be imported soon.",
        "body": {},
    }
    wait_for(lambda: anyone.score_count() == 1, "the score is imported")


def test_without_workers_the_score_is_imported_in_the_request(
    service: Stack, anyone: Player
) -> None:
    answer = ask(service, anyone.token, body(), USE_EXTERNAL_SCORE_IMPORT_WORKER="false")

    assert answer.json["statusCode"] == 20
    assert anyone.score_count() == 1


def test_a_database_that_is_gone_is_a_server_error(service: Stack, player: Player) -> None:
    nowhere = "postgresql://127.0.0.1:1/nothing"
    answer = ask(service, player.token, body(), DATABASE_URL=nowhere)
    assert (answer.status_code, answer.json["statusCode"]) == (200, 50)
