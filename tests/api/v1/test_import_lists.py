"""Lists of imports, polls of ended ones and orphans, as clients ask for them."""

from __future__ import annotations

import orjson
import pytest

from score_import_client import ApiError
from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack, batch_manual

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def imported(player: Player) -> list[str]:
    """Three imports of alice, the oldest first."""
    return [
        player.wait(player.submit(batch_manual(2, first=10 * number)))["importID"]
        for number in range(3)
    ]


@pytest.fixture(scope="module")
def failed(player: Player, imported: list[str]) -> str:
    submitted = player.submit_what_fails()
    with pytest.raises(ApiError):
        player.wait(submitted)
    return submitted.import_id


def get(http: Http, player: Player, path: str) -> Answer:
    return http.get(f"/api/v1{path}", {"Authorization": f"Bearer {player.token}"})


def test_the_newest_imports_come_first_with_whose_they_are(
    http: Http, player: Player, imported: list[str]
) -> None:
    answer = get(http, player, "/imports")
    assert answer.description == "Found 3 imports."
    body = answer.json["body"]
    assert [each["importID"] for each in body["imports"]] == imported[::-1]
    assert all(len(each["scoreIDs"]) == 2 for each in body["imports"])
    assert [user["username"] for user in body["users"]] == ["alice"]
    of_user = get(http, player, "/users/ALICE/imports").json["body"]
    assert of_user == body["imports"]


def test_a_list_is_read_page_by_page(http: Http, player: Player, imported: list[str]) -> None:
    seen: list[str] = []
    cursor = ""
    while page := get(http, player, f"/imports?limit=2{cursor}").json["body"]["imports"]:
        seen += [each["importID"] for each in page]
        last = page[-1]
        cursor = f"&before={last['timeFinished']}&beforeID={last['importID']}"
    assert seen == imported[::-1]


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("importType=file/nope", "[importType] Expected any of file/eamusement-iidx-csv, "),
        ("userIntent=yes", "[userIntent] Expected any of true, false. (Received yes)"),
        ("limit=501", "[limit] Expected an integer between 1 and 500."),
        ("nope=1", "Unexpected properties inside object: nope."),
    ],
)
@pytest.mark.parametrize(
    "path", ["/imports", "/imports/failed", "/users/me/imports", "/users/me/imports/failed"]
)
def test_what_a_list_does_not_know_is_refused(
    http: Http, player: Player, path: str, query: str, complaint: str
) -> None:
    answer = get(http, player, f"{path}?{query}")
    assert answer.status == 400
    assert complaint in answer.description


def test_lists_hold_what_is_asked_for(http: Http, player: Player, imported: list[str]) -> None:
    def count(query: str) -> int:
        return len(get(http, player, f"/users/me/imports?{query}").json["body"])

    assert count("importType=file/batch-manual") == 3
    assert count("importType=ir/direct-manual") == 0
    assert count("userIntent=true") == 3
    assert count("userIntent=false") == 0


def test_failed_imports_say_why(http: Http, player: Player, failed: str) -> None:
    body = get(http, player, "/imports/failed").json["body"]
    (tracker,) = body["failedImports"]
    assert tracker["importID"] == failed
    assert tracker["type"] == "FAILED"
    assert tracker["userID"] == player.user_id
    assert tracker["error"]["statusCode"] == 400
    assert tracker["error"]["message"]
    assert [user["id"] for user in body["users"]] == [player.user_id]
    assert get(http, player, "/users/me/imports/failed").json["body"] == [tracker]


def test_recent_imports_are_those_of_purpose(
    http: Http, player: Player, imported: list[str], service: Stack
) -> None:
    answer = get(http, player, "/users/me/recent-imports")
    assert answer.description == "Found 1 imports."
    assert answer.json["body"] == [{"importType": "file/batch-manual", "count": 3}]
    with service.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE imports SET user_intent = false")
    assert get(http, player, "/users/me/recent-imports").json["body"] == []


def test_an_accepted_import_says_where_to_ask(http: Http, player: Player) -> None:
    answer = http.upload(player.token, orjson.dumps(batch_manual(1, first=500)))
    assert answer.status == 202
    assert answer.headers["Location"] == answer.json["body"]["url"]


def test_a_finished_import_is_sent_once(http: Http, player: Player, imported: list[str]) -> None:
    path = f"/imports/{imported[0]}/poll-status"
    first = get(http, player, path)
    assert first.status == 200
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-cache"
    again = http.get(f"/api/v1{path}", {"If-None-Match": tag})
    assert (again.status, again.raw) == (304, b"")
    assert again.headers["ETag"] == tag
    assert http.get(f"/api/v1{path}", {"If-None-Match": '"another"'}).status == 200


# --- orphans -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def orphaned(service: Stack) -> Player:
    player = service.user("olga")
    document = batch_manual(3)
    for number, score in enumerate(document["scores"]):
        score["identifier"] = str(900_000 + number)
    document["scores"][0]["artist"] = "Somebody"
    player.wait(player.submit(document))
    return player


def test_orphans_are_listed_with_reasons_page_by_page(http: Http, orphaned: Player) -> None:
    seen = []
    cursor = ""
    while True:
        answer = get(http, orphaned, f"/import/orphans?limit=2{cursor}")
        assert answer.status == 200
        page = answer.json["body"]
        seen += page["orphans"]
        if not page["hasMore"]:
            break
        cursor = f"&after={page['orphans'][-1]['rowID']}"
    assert len({each["orphanID"] for each in seen}) == 3
    assert {each["message"] for each in seen} == {
        f"Cannot find song with songID {900_000 + number}." for number in range(3)
    }
    assert {each["summary"] for each in seen} == {
        "900000 (Somebody · ADV)",
        "900001 (ADV)",
        "900002 (ADV)",
    }
    assert {each["gameGroup"] for each in seen} == {"sdvx"}


def test_a_cursor_that_is_none_is_refused(http: Http, orphaned: Player) -> None:
    answer = get(http, orphaned, "/import/orphans?after=nope")
    assert (answer.status, answer.description) == (400, "Invalid pagination cursor.")
    assert answer.json["error"]["code"] == "INVALID_CURSOR"


def test_an_orphan_is_looked_at_and_deleted_by_its_user_alone(
    http: Http, orphaned: Player, player: Player
) -> None:
    (first, *_) = get(http, orphaned, "/import/orphans").json["body"]["orphans"]
    path = f"/import/orphans/{first['orphanID']}"
    whole = get(http, orphaned, path).json["body"]
    assert whole["data"]["identifier"] in first["message"]
    assert whole["context"]["game"] == "sdvx"
    stranger = {"Authorization": f"Bearer {player.token}"}
    for method in ("GET", "DELETE"):
        answer = http.request(method, f"/api/v1{path}", headers=stranger)
        assert (answer.status, answer.description) == (
            404,
            "No such orphan score for this user.",
        )
    own = {"Authorization": f"Bearer {orphaned.token}"}
    assert http.request("DELETE", f"/api/v1{path}", headers=own).status == 200
    assert get(http, orphaned, path).status == 404
    assert http.get("/api/v1/import/orphans").status == 401


def test_summaries_count_scores_and_errors(http: Http, player: Player, imported: list[str]) -> None:
    assert len(get(http, player, "/users/me/imports/summaries?limit=2").json["body"]) == 2
    # What is tried again elsewhere may have made further imports.
    answer = get(http, player, "/users/me/imports/summaries?limit=50").json["body"]
    ours = [each for each in answer if each["importID"] in imported]
    assert [each["importID"] for each in ours] == imported[::-1]
    newest = ours[:2]
    assert {(each["scores"], each["errors"], each["game"]) for each in newest} == {(2, 0, "sdvx")}


def test_an_import_is_read_in_parts(http: Http, player: Player, imported: list[str]) -> None:
    alone = get(http, player, f"/imports/{imported[1]}/document").json["body"]
    assert len(alone["scoreIDs"]) == 2
    path = f"/imports/{imported[1]}/scores"
    first = get(http, player, f"{path}?limit=1")
    assert [each["scoreID"] for each in first.json["body"]["scores"]] == alone["scoreIDs"][:1]
    # The import before had scores on the same chart, and less of them.
    (info,) = first.json["body"]["scoreInfo"]
    assert (info["isNewScore"], info["deltas"]["score"]) == (False, 9)
    following = first.headers["Link"].partition("<")[2].partition(">")[0].removeprefix("/api/v1")
    second = get(http, player, following)
    assert [each["scoreID"] for each in second.json["body"]["scores"]] == alone["scoreIDs"][1:]
    assert "Link" not in second.headers
    assert get(http, player, "/imports/nothing/document").status == 404
    assert get(http, player, "/imports/nothing/scores").status == 404
