"""Following goals and quests over HTTP, and looking at them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from tests.support.acts import QUEST
from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack, batch_manual

pytestmark = pytest.mark.processes

GAME = "/games/sdvx/Single"


@pytest.fixture
def follower(service: Stack, request: pytest.FixtureRequest) -> Player:
    name = f"u{abs(hash(request.node.name)) % 10**12}"
    player = service.user(
        name, "submit_score", "manage_targets", "manage_rivals", "customise_profile"
    )
    player.wait(player.submit(batch_manual(2)))
    return player


def ask(http: Http, method: str, path: str, player: Player | None, body: Any = None) -> Answer:
    headers = {} if player is None else {"Authorization": f"Bearer {player.token}"}
    content = None
    if body is not None:
        headers["Content-Type"] = "application/json"
        content = orjson.dumps(body)
    return http.request(method, f"/api/v1{path}", content, headers)


def of(player: Player, rest: str = "", game: str = GAME) -> str:
    return f"/users/{player.user_id}{game}/targets{rest}"


@pytest.fixture
def chart(service: Stack) -> str:
    return str(
        service.scalar(
            "SELECT chart_id FROM charts"
            " WHERE game = 'sdvx' AND song_id = 1 AND difficulty = 'ADV' AND is_primary"
        )
    )


def goal(chart: str, value: int = 9_900_000) -> dict[str, Any]:
    return {
        "charts": {"type": "single", "data": chart},
        "criteria": {"mode": "single", "key": "score", "value": value},
    }


def test_a_goal_is_followed_looked_at_and_left(http: Http, follower: Player, chart: str) -> None:
    added = ask(http, "POST", of(follower, "/goals/add-goal"), follower, goal(chart))
    assert added.status == 200, added.raw
    body = added.json["body"]
    assert added.description == f"Subscribed to {body['goal']['name']}."
    goal_id = body["goal"]["goalID"]
    assert body["goalSub"]["progress"] == 8_000_001
    again = ask(http, "POST", of(follower, "/goals/add-goal"), follower, goal(chart))
    assert (again.status, again.description) == (409, "You are already subscribed to this goal.")

    listed = ask(http, "GET", of(follower, "/goals"), None).json["body"]
    assert listed["goals"] == [body["goal"]]
    assert listed["goalSubs"] == [body["goalSub"]]
    one = ask(http, "GET", of(follower, f"/goals/{goal_id}"), None).json["body"]
    assert one["user"]["id"] == follower.user_id
    on_chart = ask(http, "GET", of(follower, f"/on-chart/{chart}"), None).json["body"]
    assert [each["goalID"] for each in on_chart["goals"]] == [goal_id]
    public = ask(http, "GET", f"{GAME}/targets/goals/{goal_id}", None).json["body"]
    assert follower.user_id in {each["id"] for each in public["users"]}
    version3 = ask(http, "GET", of(follower, f"/goals/{goal_id}", "/games/sdvx"), None)
    assert "playtype" not in version3.json["body"]["goal"]

    left = ask(http, "DELETE", of(follower, f"/goals/{goal_id}"), follower)
    assert (left.status, left.json["body"]) == (200, {})
    assert ask(http, "GET", of(follower, f"/goals/{goal_id}"), None).status == 404
    assert ask(http, "DELETE", of(follower, f"/goals/{goal_id}"), follower).status == 404


def test_a_quest_is_followed_looked_at_and_left(http: Http, follower: Player) -> None:
    path = of(follower, f"/quests/{QUEST}")
    joined = ask(http, "PUT", path, follower)
    assert joined.status == 200, joined.raw
    body = joined.json["body"]
    assert body["questSub"]["userID"] == follower.user_id
    assert len(body["goalResults"]) == len(body["goals"]) > 1
    again = ask(http, "PUT", path, follower)
    assert (again.status, again.json["error"]["code"]) == (409, "CONFLICT")
    one = ask(http, "GET", path, None).json["body"]
    assert one["results"] == body["goalResults"]
    assert one["quest"] == body["quest"]
    listed = ask(http, "GET", of(follower, "/quests"), None).json["body"]
    assert listed["questSubs"] == [body["questSub"]]
    subs = ask(http, "GET", of(follower, "/all-subs"), None).json["body"]
    assert len(subs["goalSubs"]) == len(body["goals"])
    held = ask(http, "DELETE", of(follower, f"/goals/{subs['goalSubs'][0]['goalID']}"), follower)
    assert held.status == 400
    public = ask(http, "GET", f"{GAME}/targets/quests/{QUEST}", None).json["body"]
    assert follower.user_id in {each["id"] for each in public["users"]}

    left = ask(http, "DELETE", path, follower)
    assert (left.status, left.json["body"]) == (200, {"quest": body["quest"]})
    assert ask(http, "DELETE", path, follower).status == 409
    assert ask(http, "GET", of(follower, "/all-subs"), None).json["body"] == {
        "goalSubs": [],
        "questSubs": [],
    }
    nothing = ask(http, "PUT", of(follower, "/quests/nothing"), follower)
    assert (nothing.status, nothing.description) == (404, "Can't find a quest with id 'nothing'.")
    assert nothing.json["error"]["code"] == "NOT_FOUND"


def test_another_goal_takes_the_place_of_one(http: Http, follower: Player, chart: str) -> None:
    added = ask(http, "POST", of(follower, "/goals/add-goal"), follower, goal(chart))
    old = of(follower, f"/goals/{added.json['body']['goal']['goalID']}")
    same = ask(http, "PUT", old, follower, goal(chart))
    assert same.status == 409
    impossible = ask(http, "PUT", old, follower, goal(chart, 1))
    assert impossible.status == 400
    assert ask(http, "GET", old, None).status == 200
    replaced = ask(http, "PUT", old, follower, goal(chart, 9_950_000))
    assert replaced.status == 200, replaced.raw
    subs = ask(http, "GET", of(follower, "/all-subs"), None).json["body"]["goalSubs"]
    assert subs == [replaced.json["body"]["goalSub"]]
    assert ask(http, "PUT", old, follower, goal(chart)).status == 404
    assert ask(http, "PUT", old, None, goal(chart)).status == 401


@pytest.fixture
def folder(service: Stack) -> Iterator[str]:
    """A folder with charts, which has a slug while the test runs."""
    folder_id = str(
        service.scalar(
            "SELECT folder_id FROM folder_charts JOIN folders USING (folder_id)"
            " WHERE game = 'sdvx' GROUP BY folder_id ORDER BY count(*) DESC, folder_id LIMIT 1"
        )
    )
    service.administer(
        "INSERT INTO other_ids (kind, game, other_id, key, current)"
        f" VALUES ('slugs', 'sdvx', 'the-slug', '{folder_id}', true)",
        f"UPDATE folders SET slug = 'the-slug' WHERE folder_id = '{folder_id}'",
    )
    yield folder_id
    service.administer(
        "DELETE FROM other_ids WHERE kind = 'slugs'", "UPDATE folders SET slug = NULL"
    )


def test_in_version_3_goals_are_on_its_charts(http: Http, follower: Player, chart: str) -> None:
    version3 = http.get(f"/api/v1/games/sdvx/charts/{chart}").json["body"]["chart"]["chartID"]
    assert version3.startswith("C")
    other = str(
        follower.stack.scalar(
            "SELECT v3_id FROM charts WHERE game = 'sdvx' AND chart_id <> :chart"
            " ORDER BY chart_id LIMIT 1",
            chart=chart,
        )
    )
    path = of(follower, "/goals/add-goal", "/games/sdvx")
    single = ask(http, "POST", path, follower, goal(version3))
    assert single.status == 200, single.raw
    made = single.json["body"]["goal"]
    assert made["charts"] == {"type": "single", "data": version3}
    same = ask(http, "POST", of(follower, "/goals/add-goal"), follower, goal(chart))
    assert same.status == 409

    several = {**goal(chart), "charts": {"type": "multi", "data": [chart, other], "more": 1}}
    multi = ask(http, "POST", path, follower, several)
    assert multi.status == 200, multi.raw
    assert multi.json["body"]["goal"]["charts"] == {"type": "multi", "data": [version3, other]}
    of_version2 = ask(http, "POST", of(follower, "/goals/add-goal"), follower, several)
    assert of_version2.status == 400

    moved = of(follower, f"/goals/{made['goalID']}", "/games/sdvx")
    replaced = ask(http, "PUT", moved, follower, goal(version3, 9_950_000))
    assert replaced.json["body"]["goal"]["charts"] == {"type": "single", "data": version3}


def test_goals_on_folders_name_their_slug(http: Http, follower: Player, folder: str) -> None:
    body = {
        "charts": {"type": "folder", "data": "the-slug"},
        "criteria": {"mode": "proportion", "key": "score", "value": 9_999_999, "countNum": 1},
    }
    added = ask(http, "POST", of(follower, "/goals/add-goal", "/games/sdvx"), follower, body)
    assert added.status == 200, added.raw
    made = added.json["body"]["goal"]
    version3 = http.get("/api/v1/games/sdvx/folders/the-slug").json["body"]["folder"]["folderID"]
    expected = {"type": "folder", "data": version3, "folderSlug": "the-slug"}
    assert made["charts"] == expected
    listed = ask(http, "GET", of(follower, "/goals", "/games/sdvx"), None).json["body"]["goals"]
    assert [each["charts"] for each in listed] == [expected]
    public = f"/targets/goals/{made['goalID']}"
    of_game = ask(http, "GET", f"/games/sdvx{public}", None).json["body"]["goal"]
    assert of_game["charts"] == expected
    version2 = ask(http, "GET", f"{GAME}{public}", None).json["body"]["goal"]
    assert version2["charts"] == {"type": "folder", "data": folder}
    for name in ("the-slug", folder, version3):
        on = ask(http, "GET", of(follower, f"/on-folder/{name}", "/games/sdvx"), None)
        assert [each["goalID"] for each in on.json["body"]["goals"]] == [made["goalID"]]


def test_nobody_follows_for_others(
    service: Stack, http: Http, follower: Player, chart: str
) -> None:
    stranger = service.user("stranger", "manage_targets")
    powerless = service.user("powerless")
    path = of(follower, "/goals/add-goal")
    assert ask(http, "POST", path, None, goal(chart)).status == 401
    assert ask(http, "POST", path, powerless, goal(chart)).status == 403
    refused = ask(http, "POST", path, stranger, goal(chart))
    assert (refused.status, refused.description) == (403, "You are not authorised as this user.")
    assert ask(http, "GET", of(follower, "/all-subs"), None).json["body"]["goalSubs"] == []


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        ({"charts": None}, "[charts] Object does not match structure of schema"),
        ({"criteria": {"mode": "no", "key": "score", "value": 1}}, "[criteria.mode] Expected any"),
        ({"criteria": {"mode": "single", "key": "no", "value": 1}}, "Invalid criteria 'no'"),
        ({"criteria": {"mode": "single", "key": "score", "value": -1}}, "[criteria.value] Exp"),
        (
            {"criteria": {"mode": "single", "key": "score", "value": 1, "countNum": 2}},
            "[criteria.countNum] Invalid countNum for mode 'single'",
        ),
        ({"charts": {"type": "multi", "data": "x"}}, "[charts.data] Expected an array of 2 to 10"),
        ({"charts": {"type": "single", "data": "x"}}, "A chart with id x does not exist for sdvx"),
        ({"criteria": {"mode": "single", "key": "lamp", "value": 99}}, "Invalid value of 99 for"),
        (
            {"criteria": {"mode": "single", "key": "score", "value": 1}},
            "You can't directly assign goals that you would immediately achieve.",
        ),
    ],
)
def test_a_senseless_goal_is_refused(
    http: Http, follower: Player, chart: str, changes: dict[str, Any], description: str
) -> None:
    body = {name: value for name, value in {**goal(chart), **changes}.items() if value is not None}
    answer = ask(http, "POST", of(follower, "/goals/add-goal"), follower, body)
    assert (answer.status, answer.json["error"]["code"]) == (400, "BAD_REQUEST")
    assert answer.description.startswith(description)


def test_a_goal_is_named_without_being_made(service: Stack, http: Http, chart: str) -> None:
    before = service.scalar("SELECT count(*) FROM goals")
    answer = ask(http, "POST", f"{GAME}/targets/goals/format", None, goal(chart))
    assert answer.status == 200
    assert "9,900,000" in answer.json["body"] or "9.9M" in answer.json["body"]
    assert service.scalar("SELECT count(*) FROM goals") == before
    unknown = ask(http, "POST", f"{GAME}/targets/goals/format", None, goal("x"))
    assert unknown.description.startswith("Invalid goal: ")


def test_rivals_are_those_who_play_the_game(service: Stack, http: Http, follower: Player) -> None:
    rival = service.user("rival", "submit_score")
    path = f"/users/{follower.user_id}{GAME}/rivals"
    early = ask(http, "PUT", path, follower, {"rivalIDs": [rival.user_id]})
    assert early.description.startswith("Not all of the rivals you specified have played")
    rival.wait(rival.submit(batch_manual(3, first=5)))
    assert ask(http, "PUT", path, follower, {"rivalIDs": [rival.user_id]}).status == 200
    rivals = ask(http, "GET", path, None).json["body"]
    assert [each["username"] for each in rivals] == ["rival"]
    whom = ask(http, "GET", f"/users/rival{GAME}/rivals/challengers", None).json["body"]
    assert [each["id"] for each in whom] == [follower.user_id]
    best = ask(http, "GET", f"{path}/pb-leaderboard", None).json["body"]
    assert {each["userID"] for each in best["pbs"]} == {rival.user_id, follower.user_id}
    chart = best["pbs"][0]["chartID"]
    pbs = ask(http, "GET", f"/users/{follower.user_id}{GAME}/pbs/{chart}/rivals", None)
    assert [each["userID"] for each in pbs.json["body"]["pbs"]] == [
        rival.user_id,
        follower.user_id,
    ]
    assert ask(http, "PUT", path, follower, {"rivalIDs": [follower.user_id]}).status == 400
    assert ask(http, "PUT", path, follower, {"rivalIDs": "x"}).status == 400
    assert ask(http, "PUT", path, rival, {"rivalIDs": []}).status == 403
    assert ask(http, "PUT", path, follower, {"rivalIDs": []}).status == 200
    assert ask(http, "GET", path, None).json["body"] == []


def test_keys_that_nobody_knows_are_for_version_2_to_refuse(
    http: Http, follower: Player, chart: str
) -> None:
    def at(game: str, rest: str) -> str:
        return f"/users/{follower.user_id}{game}{rest}"

    changes = {"preferredRanking": "rival", "nobodyKnows": 1}
    refused = ask(http, "PATCH", at(GAME, "/settings"), follower, changes)
    taken = ask(http, "PATCH", at("/games/sdvx", "/settings"), follower, changes)
    assert (refused.status, taken.status) == (400, 200)
    assert "nobodyKnows" in refused.description
    assert taken.json["body"]["preferences"]["preferredRanking"] == "rival"
    added = {"nobodyKnows": 1, **goal(chart)}
    refused = ask(http, "POST", at(GAME, "/targets/goals/add-goal"), follower, added)
    assert refused.description == "[null] Unexpected properties inside object: nobodyKnows."
    taken = ask(http, "POST", at("/games/sdvx", "/targets/goals/add-goal"), follower, added)
    assert taken.status == 200, taken.raw
    query = "/history?duration=week&nobodyKnows=1"
    assert ask(http, "GET", at(GAME, query), None).status == 400
    assert ask(http, "GET", at("/games/sdvx", query), None).status == 200
    assert ask(http, "GET", at("/games/sdvx", "/history?duration=x"), None).status == 400
