"""The rest of USC's ranking: heartbeat, charts, records, leaderboards, replays."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from sqlalchemy import Connection

from api.app import create_app
from common.hooks import usc_rows
from common.settings import load_settings
from tests.golden.pipelines.catalogue import add_catalogue
from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack, wait_for
from tests.worker.import_types.hooks.usc_documents import CATALOGUE, CHART_HASH, body

pytestmark = pytest.mark.processes

BASE = "/ir/usc/Controller"
CHART = f"{BASE}/charts/{CHART_HASH}"
UNTRACKED = "This IR doesn't have any record data yet, or 3 people have not played the chart yet."


@pytest.fixture(scope="module")
def module_settings() -> dict[str, str]:
    return {"REPLAY_QUOTA": "5000"}


@pytest.fixture(scope="module", autouse=True)
def charts(service: Stack) -> None:
    with service.engine.begin() as connection:
        add_catalogue(connection, CATALOGUE)


@pytest.fixture
def gamer(service: Stack) -> Player:
    return service.user(f"g{secrets.token_hex(6)}")


def ask(http: Http, player: Player, path: str, **query: Any) -> Any:
    """What is in the protocol's envelope, whose HTTP status is always 200."""
    suffix = f"?{urlencode(query)}" if query else ""
    answer = http.get(path + suffix, {"Authorization": f"Bearer {player.token}"})
    assert answer.status == 200, answer.raw
    return answer.json


def play(http: Http, player: Player, **members: Any) -> Any:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {player.token}"}
    answer = http.request("POST", f"{BASE}/scores", orjson.dumps(body(**members)), headers)
    assert answer.json["statusCode"] == 20
    return answer.json


def send_replay(
    http: Http,
    player: Player | None,
    identifier: str | None,
    content: bytes | None,
    path: str = f"{BASE}/replays",
) -> Answer:
    """As the client does, by multipart."""
    boundary = "------------------------66cfbc0fb9c35a72"
    parts = []
    if identifier is not None:
        parts.append(
            b'Content-Disposition: form-data; name="identifier"\r\n\r\n' + identifier.encode()
        )
    if content is not None:
        parts.append(
            b'Content-Disposition: form-data; name="replay"; filename="replay.urf"\r\n'
            b"Content-Type: application/octet-stream\r\n\r\n" + content
        )
    sent = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    sent += b"--" + boundary.encode() + b"--\r\n"
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    if player is not None:
        headers["Authorization"] = f"Bearer {player.token}"
    return http.request("POST", path, sent, headers)


def replay_of(http: Http, score_id: str) -> Answer:
    return http.get(f"/api/v1/scores/{score_id}/replay")


# --- reading -----------------------------------------------------------------------------


def test_the_heartbeat_says_who_is_there(http: Http, gamer: Player) -> None:
    before = int(time.time())
    answer = ask(http, gamer, BASE)

    assert (answer["statusCode"], answer["description"]) == (20, "IR Request Successful.")
    assert before <= answer["body"].pop("serverTime") <= time.time()
    assert answer["body"] == {"serverName": "score-import", "irVersion": "0.4.0-a"}


@pytest.mark.parametrize("rest", ["", "/record", "/leaderboard?mode=nonsense"])
def test_unknown_charts_are_not_found(http: Http, gamer: Player, rest: str) -> None:
    answer = ask(http, gamer, f"{BASE}/charts/{'f' * 40}{rest}")

    assert answer == {"statusCode": 44, "description": UNTRACKED}


@pytest.mark.parametrize("hash_", [CHART_HASH, "another%20form%20of%20it"])
def test_a_chart_is_tracked_by_each_of_its_hashes(http: Http, gamer: Player, hash_: str) -> None:
    assert ask(http, gamer, f"{BASE}/charts/{hash_}") == {
        "statusCode": 20,
        "description": "This chart is tracked by the IR.",
        "body": {},
    }


def test_a_chart_without_scores_has_no_record(http: Http, gamer: Player) -> None:
    # Nobody plays this one with a keyboard here.
    chart = f"/ir/usc/Keyboard/charts/{CHART_HASH}"

    assert ask(http, gamer, f"{chart}/record") == {
        "statusCode": 44,
        "description": "No server record found.",
    }
    assert ask(http, gamer, f"{chart}/leaderboard", mode="best", n=10) == {
        "statusCode": 20,
        "description": "Returned 0 scores.",
        "body": [],
    }


def test_record_and_leaderboard_show_the_best(http: Http, service: Stack) -> None:
    players = [service.user(f"p{secrets.token_hex(6)}") for _ in range(12)]
    for place, player in enumerate(players):
        play(http, player, score=9_999_000 - place)

    record = ask(http, players[5], f"{CHART}/record")
    leaderboard = ask(http, players[5], f"{CHART}/leaderboard", mode="best", n=50)
    first = ask(http, players[5], f"{CHART}/leaderboard", mode="best", n=1)

    assert (record["statusCode"], record["description"]) == (20, "Retrieved score.")
    best = record["body"]["record"]
    assert (best["score"], best["ranking"]) == (9_999_000, 1)
    assert set(best) == {
        *("score", "timestamp", "crit", "near", "error", "ranking", "lamp"),
        *("username", "noteMod", "gaugeMod"),
    }
    assert leaderboard["description"] == "Returned 10 scores."
    assert [each["score"] for each in leaderboard["body"]] == [9_999_000 - n for n in range(10)]
    assert first["body"] == [best]


@pytest.mark.parametrize(
    ("query", "description"),
    [
        ({}, "Invalid 'mode' param - expected 'best' or 'rivals'."),
        ({"mode": "worst", "n": 1}, "Invalid 'mode' param - expected 'best' or 'rivals'."),
        (
            {"mode": "best", "n": 0},
            "Invalid 'n' param - expected a positive non-zero integer less than or equal to 10.",
        ),
        (
            {"mode": "rivals", "n": "x"},
            "Invalid 'n' param - expected a positive non-zero integer less than or equal to 10.",
        ),
        ({"mode": "rivals", "n": 5}, "This is currently unsupported."),
    ],
)
def test_a_leaderboard_says_what_it_does_not_have(
    http: Http, gamer: Player, query: dict[str, Any], description: str
) -> None:
    answer = ask(http, gamer, f"{CHART}/leaderboard", **query)

    assert answer == {"statusCode": 40, "description": description}


# --- gates -------------------------------------------------------------------------------

PATHS = ["", f"/charts/{CHART_HASH}", f"/charts/{CHART_HASH}/record"]
PATHS.append(f"/charts/{CHART_HASH}/leaderboard")


@pytest.mark.parametrize("rest", PATHS)
def test_whoever_reads_is_known(http: Http, gamer: Player, rest: str) -> None:
    def told(path: str, headers: dict[str, str]) -> tuple[int, Any]:
        answer = http.get(path + rest, headers)
        return answer.status, answer.json

    ours = {"Authorization": f"Bearer {gamer.token}"}
    assert told(BASE, {})[1] == {"statusCode": 40, "description": "No auth token provided."}
    assert told(BASE, {"Authorization": "Bearer a b"})[1]["statusCode"] == 40
    assert told(BASE, {"Authorization": "Bearer nope"}) == (
        200,
        {"statusCode": 41, "description": "Unauthorized."},
    )
    status, wrong = told("/ir/usc/controller", ours)
    assert (status, wrong["description"]) == (
        400,
        "Invalid playtype. Expected Keyboard or Controller.",
    )


def test_whoever_sends_a_replay_is_known_and_not_banned(
    http: Http, service: Stack, gamer: Player
) -> None:
    def told(headers: dict[str, str], playtype: str = "Controller") -> tuple[int, Any]:
        answer = http.request("POST", f"/ir/usc/{playtype}/replays", b"", headers)
        return answer.status, answer.json

    ours = {"Authorization": f"Bearer {gamer.token}"}
    refused = {"statusCode": 40, "description": "No auth token provided."}
    assert told({}) == (200, refused)
    assert told({"Authorization": "Bearer a b"})[1]["statusCode"] == 40
    assert told({"Authorization": "Bearer nope"})[1]["statusCode"] == 41
    assert told(ours, "controller")[0] == 400
    with service.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE users SET auth_level = 0 WHERE id = %s", (gamer.user_id,)
        )
    assert told(ours) == (
        200,
        {"statusCode": 43, "description": "You are banned from score-import"},
    )


@pytest.mark.parametrize(
    ("method", "rest"), [*(("GET", path) for path in PATHS), ("POST", "/replays")]
)
def test_it_is_for_bokutachi(service: Stack, gamer: Player, method: str, rest: str) -> None:
    app = create_app(load_settings({**service.environment, "TYPE": "kamai"}))
    headers = {"Authorization": f"Bearer {gamer.token}"}

    answer = app.test_client().open(BASE + rest, method=method, headers=headers)

    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["description"].endswith("is only available on Bokutachi.")


# --- duplicates --------------------------------------------------------------------------


def test_the_answer_to_a_duplicate_has_the_body_that_clients_need(
    http: Http, gamer: Player
) -> None:
    first = play(http, gamer, score=9_000_001)

    again = play(http, gamer, score=9_000_001)

    assert again["description"] == "Score was identical to another score you already have."
    assert again["body"].keys() == first["body"].keys()
    assert again["body"]["sendReplay"] == first["body"]["sendReplay"]


# --- replays -----------------------------------------------------------------------------


@pytest.fixture
def score_id(http: Http, gamer: Player) -> str:
    return str(play(http, gamer, score=8_000_000)["body"]["sendReplay"])


def test_a_replay_is_kept_and_given_back(http: Http, gamer: Player, score_id: str) -> None:
    content = bytes(range(256)) * 4

    first = send_replay(http, gamer, score_id, b"an older one")
    saved = send_replay(http, gamer, score_id, content)

    assert (first.status, first.json["statusCode"]) == (200, 20)
    assert (saved.status, saved.json) == (
        200,
        {"statusCode": 20, "description": "Saved replay.", "body": {}},
    )
    back = replay_of(http, score_id)
    assert (back.status, back.raw) == (200, content)
    assert back.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("how", ["deleted", "reverted"])
def test_a_replay_goes_with_its_score(http: Http, service: Stack, how: str) -> None:
    gamer = service.user(f"g{secrets.token_hex(6)}", "submit_score", "delete_score")
    score_id = str(play(http, gamer, score=8_000_000)["body"]["sendReplay"])
    send_replay(http, gamer, score_id, b"replay")
    headers = {"Authorization": f"Bearer {gamer.token}", "Content-Type": "application/json"}

    if how == "deleted":
        done = http.request("DELETE", f"/api/v1/scores/{score_id}", b"{}", headers)
    else:
        import_id = service.scalar(
            "SELECT import_id FROM imports WHERE user_id = :id", id=gamer.user_id
        )
        done = http.request("POST", f"/api/v1/imports/{import_id}/revert", b"{}", headers)

    assert done.status == 200, done.raw
    gone = replay_of(http, score_id)
    assert (gone.status, gone.description) == (404, "There is no replay of this score.")
    assert service.scalar("SELECT count(*) FROM replays WHERE user_id = :id", id=gamer.user_id) == 0


def test_the_oldest_replays_make_room(http: Http, gamer: Player) -> None:
    scores = [
        play(http, gamer, score=8_000_000 + number)["body"]["sendReplay"] for number in range(3)
    ]
    for each in scores:
        assert send_replay(http, gamer, each, b"x" * 2000).json["statusCode"] == 20

    assert [replay_of(http, each).status for each in scores] == [404, 200, 200]


def test_replays_that_come_at_once_keep_to_the_quota_as_well(
    http: Http, service: Stack, gamer: Player
) -> None:
    scores = [
        play(http, gamer, score=8_100_000 + number)["body"]["sendReplay"] for number in range(3)
    ]

    def save(connection: Connection, score_id: str) -> bool:
        return usc_rows.save_replay(connection, gamer.user_id, score_id, b"x" * 2000, quota=5000)

    def save_alone(score_id: str) -> bool:
        with service.engine.begin() as connection:
            return save(connection, score_id)

    with ThreadPoolExecutor(2) as pool:
        with service.engine.begin() as connection:
            assert save(connection, scores[0])
            others = [pool.submit(save_alone, each) for each in scores[1:]]
            wait_for(
                lambda: (
                    service.scalar(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                        " AND datname = current_database() AND query LIKE '%FOR NO KEY UPDATE'"
                    )
                    == 2
                ),
                "both others wait for the first",
            )
        assert all(each.result(timeout=30) for each in others)
    kept = service.scalar("SELECT sum(size) FROM replays WHERE user_id = :id", id=gamer.user_id)
    assert kept == 4000


@pytest.mark.parametrize(
    ("identifier", "content", "code", "description"),
    [
        (None, b"replay", 40, "No Identifier Provided."),
        ("T1", None, 40, "No File Provided."),
        ("T1", b"replay", 44, "No score corresponds to this identifier."),
    ],
)
def test_a_replay_of_nothing_is_refused(
    http: Http,
    gamer: Player,
    identifier: str | None,
    content: bytes | None,
    code: int,
    description: str,
) -> None:
    answer = send_replay(http, gamer, identifier, content)

    assert (answer.status, answer.json) == (200, {"statusCode": code, "description": description})


def test_a_replay_is_its_owners(http: Http, service: Stack, gamer: Player, score_id: str) -> None:
    stranger = service.user(f"s{secrets.token_hex(6)}")
    watcher = service.user(f"w{secrets.token_hex(6)}", "customise_score")

    assert send_replay(http, stranger, score_id, b"replay").json["statusCode"] == 44
    assert send_replay(http, None, score_id, b"replay").json["statusCode"] == 40
    assert send_replay(http, watcher, score_id, b"replay").status == 403


def test_a_replay_that_is_too_large_is_refused(http: Http, gamer: Player, score_id: str) -> None:
    answer = send_replay(http, gamer, score_id, b"x" * 1024 * 1024)

    assert answer.status == 400
    assert answer.description.startswith("File provided was too large")
