"""What is shown of games, charts and players, in the paths and documents of both versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack, batch_manual

pytestmark = pytest.mark.processes

V2 = "/games/sdvx/Single"
V3 = "/games/sdvx"

HOUR = 3_600_000
START = 1_700_000_000_000


def document(*plays: tuple[str, str, int, str, int | None]) -> dict[str, Any]:
    """A batch-manual document of sdvx: song, difficulty, score, lamp, hours after START."""
    made = batch_manual(len(plays))
    for score, (song, difficulty, points, lamp, hours) in zip(made["scores"], plays, strict=True):
        time = None if hours is None else START + hours * HOUR
        score |= {
            "identifier": song,
            "difficulty": difficulty,
            "score": points,
            "lamp": lamp,
            "timeAchieved": time,
        }
    return made


@pytest.fixture(scope="module")
def alice(service: Stack) -> Player:
    """Has three sessions, a score of unknown time, and the better score on one chart."""
    player = service.user("Alice", "submit_score", "customise_session", "manage_targets")
    player.wait(
        player.submit(
            document(
                ("1", "ADV", 9_000_000, "CLEAR", 0),
                ("1", "MXM", 8_000_000, "FAILED", 0),
                ("1", "ADV", 9_500_000, "EXCESSIVE CLEAR", 5),
                ("1", "ADV", 8_500_000, "CLEAR", 10),
                ("5", "VVD", 9_900_000, "CLEAR", 10),
                ("6", "ULT", 9_000_000, "CLEAR", None),
            )
        )
    )
    return player


@pytest.fixture(scope="module")
def bob(service: Stack) -> Player:
    player = service.user("bob", "submit_score")
    player.wait(
        player.submit(
            document(("1", "ADV", 9_700_000, "CLEAR", 1), ("5", "VVD", 9_100_000, "CLEAR", 1))
        )
    )
    return player


@pytest.fixture(scope="module", autouse=True)
def _both(alice: Player, bob: Player) -> None:
    """Every test finds both players."""


def get(http: Http, path: str, player: Player | None = None) -> Answer:
    headers = {} if player is None else {"Authorization": f"Bearer {player.token}"}
    return http.get(f"/api/v1{path}", headers)


def body(http: Http, path: str, player: Player | None = None) -> Any:
    answer = get(http, path, player)
    assert answer.status == 200, answer.raw
    return answer.json["body"]


def chart_id(http: Http, song: str, difficulty: str) -> str:
    path = f"{V2}/charts/resolve?matchType=tachiSongID&identifier={song}&difficulty={difficulty}"
    return str(body(http, path)["chart"]["chartID"])


def ids(service: Stack, http: Http) -> dict[str, str]:
    """A chart, and whatever else the catalogue has of sdvx."""
    found = {"chart": chart_id(http, "1", "ADV")}
    for name in ("folder", "table", "quest"):
        found[name] = service.scalar(
            f"SELECT {name}_id FROM {name}s WHERE game = 'sdvx' ORDER BY 1 LIMIT 1"
        )
    return found


# --- both forms of a path ------------------------------------------------------------------

OF_PROFILES = [
    "",
    "/pbs?search=",
    "/pbs/all",
    "/pbs/best",
    "/pbs/{chart}",
    "/pbs/{chart}?getComposition",
    "/pbs/{chart}/rivals",
    "/pbs/{chart}/leaderboard-adjacent",
    "/pbs/song/1",
    "/scores?search=",
    "/scores/all",
    "/scores/recent",
    "/scores/{chart}",
    "/sessions?search=",
    "/sessions/best",
    "/sessions/highlighted",
    "/sessions/recent",
    "/sessions/last",
    "/sessions/calendar",
    "/most-played",
    "/leaderboard-adjacent",
    "/activity",
    "/settings",
    "/rivals",
    "/rivals/challengers",
    "/rivals/pb-leaderboard",
    "/rivals/activity",
    "/folders?search=",
    "/folders/{folder}",
    "/folders/{folder}/stats",
    "/tables/{table}",
    "/targets/goals",
    "/targets/quests",
    "/targets/all-subs",
    "/targets/recently-achieved",
    "/targets/recently-raised",
    "/targets/on-chart/{chart}",
    "/targets/on-folder/{folder}",
]
OF_GAMES = [
    "",
    "/charts",
    "/charts?search=a",
    "/charts/resolve?matchType=tachiSongID&identifier=1&difficulty=ADV",
    "/charts/{chart}",
    "/charts/{chart}/pbs",
    "/charts/{chart}/pbs/search?search=ali",
    "/charts/{chart}/playcount",
    "/charts/{chart}/folders",
    "/songs/1",
    "/leaderboard",
    "/pb-leaderboard",
    "/players?search=b",
    "/activity",
    "/folders?search=",
    "/folders/{folder}",
    "/tables",
    "/tables/{table}",
    "/targets/recently-achieved",
    "/targets/recently-raised",
    "/targets/goals/popular",
    "/targets/quests?search=",
    "/targets/quests/{quest}",
    "/targets/questlines",
]


@pytest.mark.parametrize("rest", OF_PROFILES)
@pytest.mark.parametrize("game", [V2, V3])
def test_each_page_of_a_player_is_there_in_both_forms(
    service: Stack, http: Http, game: str, rest: str
) -> None:
    path = rest.format(**ids(service, http))
    check_form(get(http, f"/users/alice{game}{path}"), version3=game == V3)


@pytest.mark.parametrize("rest", OF_GAMES)
@pytest.mark.parametrize("game", [V2, V3])
def test_each_page_of_a_game_is_there_in_both_forms(
    service: Stack, http: Http, game: str, rest: str
) -> None:
    path = rest.format(**ids(service, http))
    check_form(get(http, f"{game}{path}"), version3=game == V3)


def check_form(answer: Answer, *, version3: bool) -> None:
    """No document of version 3 has a playtype, every one of version 2 that has a game does."""
    assert answer.status == 200, answer.raw
    for found in documents(answer.json["body"]):
        if "config" in found or "providedMetrics" in found or "subscriptions" in found:
            continue
        if "game" in found:
            assert ("playtype" in found) is not version3, found
        if "chartID" in found and "songID" in found and "levelNum" not in found:
            assert isinstance(found["songID"], str if version3 else int), found
        if "levelNum" in found:
            assert ("song" in found) is version3
            assert ("songID" in found) is not version3


def documents(value: Any) -> Iterator[dict[str, Any]]:
    inside = value if isinstance(value, list) else []
    if isinstance(value, dict):
        yield value
        # What a folder's query or a chart's data holds is no document.
        inside = [each for name, each in value.items() if name != "data"]
    for each in inside:
        yield from documents(each)


# --- players -------------------------------------------------------------------------------


def test_a_profile_says_where_its_player_stands(http: Http) -> None:
    found = body(http, f"/users/alice{V2}")
    assert found["totalScores"] == 6
    assert found["firstScore"]["timeAchieved"] == START
    assert found["mostRecentScore"]["timeAchieved"] == START + 10 * HOUR
    assert {each["outOf"] for each in found["rankingData"].values()} == {2}
    standings = [body(http, f"/users/{name}{V2}")["rankingData"] for name in ("alice", "bob")]
    for alg in standings[0]:
        assert sorted(each[alg]["ranking"] for each in standings) in ([1, 2], [1, 1])


def test_whoever_has_not_played_has_no_profile(http: Http, service: Stack) -> None:
    service.user("carol")
    answer = get(http, f"/users/carol{V2}")
    assert (answer.status, answer.description) == (
        404,
        "The user carol has not played sdvx (Single)",
    )
    assert get(http, f"/users/carol{V3}").description == "The user carol has not played sdvx"
    assert get(http, f"/users/nobody{V2}").description == "The user nobody does not exist."
    assert get(http, "/users/alice/games/iidx/XX").status == 400
    assert get(http, "/users/alice/games/nothing").status == 400
    assert get(http, f"/users/me{V2}").status == 401


def test_personal_bests_come_with_where_they_stand(http: Http) -> None:
    chart = chart_id(http, "1", "ADV")
    found = body(http, f"/users/alice{V2}/pbs/{chart}?getComposition")
    assert found["pb"]["scoreData"]["score"] == 9_500_000
    assert found["pb"]["rankingData"] == {"rank": 2, "outOf": 2, "rivalRank": None}
    assert {each["scoreID"] for each in found["scores"]} == {
        each["scoreID"] for each in found["pb"]["composedFrom"]
    }
    around = body(http, f"/users/alice{V2}/pbs/{chart}/leaderboard-adjacent")
    assert [each["scoreData"]["score"] for each in around["adjacentAbove"]] == [9_700_000]
    assert around["adjacentBelow"] == []
    assert [each["username"] for each in around["users"]] == ["bob"]


def test_players_who_are_equal_stand_below_each_other(http: Http, service: Stack) -> None:
    ((chart, song, difficulty),) = service.query(
        "SELECT chart_id, song_id, difficulty FROM charts WHERE game = 'wacca' LIMIT 1"
    )
    all_marvelous = {
        "score": 1_000_000,
        "lamp": "ALL MARVELOUS",
        "matchType": "tachiSongID",
        "identifier": str(song),
        "difficulty": difficulty,
    }
    meta = {"game": "wacca", "playtype": "Single", "service": "tests"}
    for number in range(7):
        player = service.user(f"equal{number}")
        player.wait(player.submit({"meta": meta, "scores": [all_marvelous]}))
    for number in range(7):
        path = f"/users/equal{number}/games/wacca/Single/pbs/{chart}/leaderboard-adjacent"
        around = body(http, path)
        assert around["pb"]["rankingData"]["rank"] == 1
        assert around["adjacentAbove"] == []
        assert len({each["userID"] for each in around["adjacentBelow"]}) == 5


def test_all_personal_bests_are_those_of_the_pages(http: Http) -> None:
    whole = body(http, f"/users/alice{V2}/pbs/all")
    best = body(http, f"/users/alice{V2}/pbs/best")
    assert len(whole["pbs"]) == 4

    def by_chart(pbs: list[Any]) -> dict[str, Any]:
        return {each["chartID"]: each for each in pbs}

    assert by_chart(whole["pbs"]) == by_chart(best["pbs"])
    assert {each["id"] for each in whole["songs"]} == {1, 5, 6}
    assert by_chart(whole["charts"]) == by_chart(best["charts"])
    times = [each["timeAchieved"] for each in whole["pbs"]]
    assert times[-1] is None
    assert times[:-1] == sorted(times[:-1], reverse=True)


def test_a_chart_of_another_game_or_never_played_has_no_personal_best(http: Http) -> None:
    never = chart_id(http, "3", "GRV")
    answer = get(http, f"/users/alice{V2}/pbs/{never}")
    assert (answer.status, answer.description) == (404, "This user has not played this chart.")
    answer = get(http, f"/users/alice{V2}/pbs/nothing")
    assert (answer.status, answer.description) == (404, "This chart does not exist.")


def test_recent_scores_go_on_page_by_page(http: Http) -> None:
    whole = [each["scoreID"] for each in body(http, f"/users/alice{V2}/scores/recent")["scores"]]
    assert len(whole) == 6
    seen: list[str] = []
    path = f"/users/alice{V2}/scores/recent?limit=2"
    while path:
        answer = get(http, path)
        seen += [each["scoreID"] for each in answer.json["body"]["scores"]]
        path = next_page(answer)
    assert seen == whole
    assert get(http, f"/users/alice{V2}/scores/recent?after=zzz").status == 400


def next_page(answer: Answer) -> str:
    link = answer.headers.get("Link", "")
    return link.partition("<")[2].partition(">")[0].removeprefix("/api/v1")


def test_sessions_say_what_they_improved(http: Http) -> None:
    sessions = body(http, f"/users/alice{V2}/sessions/recent")
    assert [each["timeStarted"] for each in sessions] == [
        START + 10 * HOUR,
        START + 5 * HOUR,
        START,
    ]
    infos = [each["__scoreInfo"] for each in sessions]
    assert [each["isNewScore"] for each in infos[2]] == [True, True]
    assert infos[1][0]["deltas"]["score"] == 500_000
    last = body(http, f"/users/alice{V2}/sessions/last")
    assert last["scoreInfo"] == infos[0]
    first_page = get(http, f"/users/alice{V2}/sessions/recent?limit=2")
    second_page = get(http, next_page(first_page))
    assert [*first_page.json["body"], *second_page.json["body"]] == sessions
    whole = body(http, f"/sessions/{sessions[0]['sessionID']}")
    assert whole["scoreInfo"] == infos[0]
    assert whole["index"] == 3
    assert whole["user"]["username"] == "Alice"
    assert {each["sessionID"] for each in whole["scores"]} == {sessions[0]["sessionID"]}
    beside = body(http, f"/sessions/{sessions[1]['sessionID']}/adjacent")
    assert beside["prev"]["sessionID"] == sessions[2]["sessionID"]
    assert beside["next"]["sessionID"] == sessions[0]["sessionID"]


def test_a_session_says_what_it_raised_on_folders(http: Http, service: Stack) -> None:
    sessions = body(http, f"/users/alice{V2}/sessions/recent")
    chart = chart_id(http, "1", "ADV")
    raises = body(http, f"/sessions/{sessions[1]['sessionID']}/folder-raises")
    holding = service.scalar(
        "SELECT count(*) FROM folder_charts JOIN folders USING (folder_id)"
        " WHERE chart_id = :chart AND NOT inactive",
        chart=chart,
    )
    lamps = [each for each in raises if each["type"] == "lamp"]
    # From CLEAR to EXCESSIVE CLEAR: that one value is new, and nothing below it.
    assert {each["value"] for each in lamps} == {"EXCESSIVE CLEAR"}
    assert len(lamps) == holding > 0
    for each in lamps:
        assert each["raisedCharts"] == [chart]
        assert each["totalCharts"] >= 1
    assert {each["previousCount"] for each in lamps} == {0}
    first = body(http, f"/sessions/{sessions[2]['sessionID']}/folder-raises")
    assert "CLEAR" in {each["value"] for each in first if each["type"] == "lamp"}
    assert get(http, "/sessions/nothing/folder-raises").status == 404


def test_calendars_and_activity_go_over_all_games(http: Http) -> None:
    def shown(activity: Any) -> list[str]:
        return [each["sessionID"] for each in activity["recentSessions"]]

    assert body(http, "/users/alice/sessions/calendar") == body(
        http, f"/users/alice{V2}/sessions/calendar"
    )
    of_alice = body(http, "/users/alice/activity")
    assert list(of_alice) == ["sdvx:Single"]
    assert shown(of_alice["sdvx:Single"]) == shown(body(http, f"/users/alice{V2}/activity"))
    of_all = body(http, "/activity")
    assert shown(of_all["sdvx:Single"]) == shown(body(http, f"{V2}/activity"))
    assert {each["username"] for each in of_all["sdvx:Single"]["users"]} >= {"Alice", "bob"}
    assert of_all["iidx:SP"]["recentSessions"] == []
    assert body(http, "/ublock-blocks-this") == of_all
    assert get(http, "/activity?sessions=9").status == 400
    before = body(http, f"/activity?startTime={START + 1}")["sdvx:Single"]
    assert [each["timeStarted"] for each in before["recentSessions"]] == [START]


def test_a_session_is_edited_by_its_player_alone(http: Http, alice: Player, bob: Player) -> None:
    session = body(http, f"/users/alice{V2}/sessions/last")["session"]["sessionID"]

    def patch(player: Player | None, changes: Any) -> Answer:
        headers = {"Content-Type": "application/json"}
        if player is not None:
            headers["Authorization"] = f"Bearer {player.token}"
        path = f"/api/v1/sessions/{session}"
        return http.request("PATCH", path, orjson.dumps(changes), headers)

    edited = patch(alice, {"name": "A good day", "desc": "indeed", "highlight": True, "else": 1})
    assert (edited.status, edited.description) == (200, "Updated Session.")
    assert edited.json["body"]["name"] == "A good day"
    highlighted = body(http, f"/users/alice{V2}/sessions/highlighted")
    assert [each["desc"] for each in highlighted] == ["indeed"]
    found = body(http, f"/users/alice{V2}/sessions?search=GOOD")
    assert [each["name"] for each in found] == ["A good day"]
    assert found[0]["__textScore"] > 0
    assert patch(None, {"name": "stolen"}).status == 401
    assert patch(bob, {"name": "stolen"}).status == 403
    assert patch(alice, {"name": "x"}).description == (
        "[name] Expected a string with length between 3 and 80. (Received x)"
    )
    assert patch(alice, {}).description == "This request modifies nothing about this session."
    assert patch(alice, {"desc": None}).json["body"]["desc"] is None


# --- charts --------------------------------------------------------------------------------


def test_charts_are_found_as_scores_find_them(http: Http) -> None:
    wanted = {"matchType": "tachiSongID", "identifier": "1", "difficulty": "ADV"}

    def post(game: str, given: Any) -> Answer:
        headers = {"Content-Type": "application/json"}
        path = f"/api/v1{game}/charts/resolve"
        return http.request("POST", path, orjson.dumps(given), headers)

    for game in (V2, V3):
        found = post(game, wanted).json["body"]
        assert found["chart"]["difficulty"] == "ADV"
        song_of_version3 = post(V3, wanted).json["body"]["song"]["id"]
        assert post(game, {**wanted, "identifier": song_of_version3}).json["body"] == found
    song = post(V2, wanted).json["body"]["song"]
    by_title = {"matchType": "songTitle", "identifier": song["title"].upper(), "difficulty": "ADV"}
    assert post(V2, by_title).json["body"]["song"] == song
    in_game = post(V2, wanted).json["body"]["chart"]["data"]["inGameID"]
    by_id = {"matchType": "sdvxInGameID", "identifier": str(in_game), "difficulty": "ADV"}
    assert post(V3, by_id).json["body"]["chart"]["song"]["title"] == song["title"]
    unknown = post(V3, {**wanted, "identifier": "999999"})
    assert unknown.status == 404
    assert unknown.description == ("Could not resolve this chart with details: tachiSongID:999999")
    senseless = post(V3, {**wanted, "matchType": "bmsChartHash"})
    assert senseless.status == 400
    assert senseless.description.startswith("Cannot use matchType bmsChartHash")
    lacking = post(V3, {"matchType": "tachiSongID"})
    assert lacking.description == "[identifier] Expected string. (Received nothing (undefined))"
    number = post(V3, {**wanted, "version": 7})
    assert number.description == "[version] Expected *string or no value. (Received 7)"
    assert get(http, f"{V2}/charts/resolve?matchType=songTitle&identifier=x").status == 404
    assert get(http, f"{V2}/charts/resolve?matchType=songTitle").status == 400
    for kind in ("songTitle", "tachiSongID", "sdvxInGameID"):
        nameless = get(http, f"{V2}/charts/resolve?matchType={kind}&identifier=a%00&difficulty=ADV")
        assert nameless.status == 404
    assert get(http, "/search/chart-hash?search=a%00").status == 200
    assert get(http, "/search?search=a%00").status == 200


def test_ids_of_either_version_are_taken_in_either_path(http: Http) -> None:
    chart = chart_id(http, "1", "ADV")
    version3 = body(http, f"{V3}/charts/{chart}")["chart"]
    assert version3["legacyChartID"] == chart
    assert version3["chartID"] == version3["id"]
    assert version3["chartID"].startswith("C")
    assert version3["song"]["id"].startswith("S")
    for game in (V2, V3):
        shown = body(http, f"{game}/charts/{chart}")
        assert body(http, f"{game}/charts/{version3['chartID']}") == shown
        song = body(http, f"{game}/songs/1")
        assert body(http, f"{game}/songs/{version3['song']['id']}") == song
        pb = body(http, f"/users/alice{game}/pbs/{chart}")
        assert body(http, f"/users/alice{game}/pbs/{version3['chartID']}") == pb
        scores = body(http, f"/users/alice{game}/scores/{version3['chartID']}")
        assert {each["chartID"] for each in scores} == {pb["pb"]["chartID"]}
    whole = body(http, f"/users/alice{V3}/pbs/all")
    assert {each["chartID"] for each in whole["pbs"]} == {each["id"] for each in whole["charts"]}
    assert {each["songID"] for each in whole["pbs"]} == {each["id"] for each in whole["songs"]}


def test_statistics_name_folders_as_the_folders_beside_do(
    http: Http, service: Stack, alice: Player
) -> None:
    of = ids(service, http)
    for game in (V2, V3):
        listed = body(http, f"/users/alice{game}/folders?search=")
        names = [each["folderID"] for each in listed["folders"]]
        assert [each["folderID"] for each in listed["stats"]] == names
        one = body(http, f"/users/alice{game}/folders/{of['folder']}/stats")
        assert one["stats"]["folderID"] == one["folder"]["folderID"]
        table = body(http, f"/users/alice{game}/tables/{of['table']}")
        assert table["folders"]
        assert [each["folderID"] for each in table["stats"]] == [
            each["folderID"] for each in table["folders"]
        ]
    assert all(len(name) == 20 for name in names)


def test_a_leaderboard_begins_where_it_is_asked_to(http: Http) -> None:
    chart = chart_id(http, "1", "ADV")
    whole = body(http, f"{V2}/charts/{chart}/pbs")
    assert [each["rankingData"]["rank"] for each in whole["pbs"]] == [1, 2]
    assert {each["username"] for each in whole["users"]} == {"Alice", "bob"}
    second = body(http, f"{V2}/charts/{chart}/pbs?startRanking=2")
    assert second["pbs"] == whole["pbs"][1:]
    assert body(http, f"{V2}/charts/{chart}/pbs?startRanking=x") == whole
    refused = get(http, f"{V3}/charts/{chart}/pbs?startRanking=x")
    assert (refused.status, refused.description[:14]) == (400, "[startRanking]")
    assert body(http, f"{V3}/charts/{chart}/pbs?startRanking=2")["pbs"][0]["game"] == "sdvx"
    found = body(http, f"{V2}/charts/{chart}/pbs/search?search=ALI")
    assert [each["rankingData"]["rank"] for each in found["pbs"]] == [2]
    assert body(http, f"{V2}/charts/{chart}/playcount") == {"count": 2}


def test_songs_and_charts_that_are_not_there_are_404(http: Http) -> None:
    assert get(http, f"{V2}/songs/99999").description == "No song exists with the songID 99999."
    assert get(http, f"{V2}/songs/x").status == 400
    assert get(http, f"{V3}/songs/x").description == "No song with ID x exists."
    assert get(http, f"{V2}/charts/x").description == "The chart x does not exist."
    assert get(http, f"{V2}/songs/{'9' * 40}").status == 404


def test_charts_are_listed_by_players(http: Http, alice: Player) -> None:
    listed = body(http, f"{V2}/charts")["charts"]
    assert [each["__playcount"] for each in listed[:3]] == [2, 2, 1]
    mine = body(http, f"{V2}/charts?requesterHasPlayed=1", alice)["charts"]
    assert len(mine) == 4
    assert get(http, f"{V2}/charts?requesterHasPlayed=1").status == 401


def test_charts_of_2dxtra_are_shown_to_whoever_wants_them(service: Stack, http: Http) -> None:
    player = service.user("extra", "submit_score", "customise_profile")
    played = {"score": 10, "lamp": "CLEAR", "matchType": "tachiSongID", "identifier": "1"}
    meta = {"game": "iidx", "playtype": "SP", "service": "tests"}
    played["difficulty"] = service.scalar(
        "SELECT difficulty FROM charts WHERE game = 'iidx' AND playtype = 'SP' AND song_id = 1"
        " LIMIT 1"
    )
    player.wait(player.submit({"meta": meta, "scores": [played]}))
    with service.engine.begin() as connection:
        connection.exec_driver_sql(
            """UPDATE charts SET data = data || '{"2dxtraSet": "a set"}'"""
            " WHERE game = 'iidx' AND playtype = 'SP' AND song_id = 1"
        )
    path = "/games/iidx/SP/charts"

    def is_shown(path: str, player: Player | None = None) -> bool:
        return 1 in {each["songID"] for each in body(http, path, player)["charts"]}

    assert not is_shown(path)
    assert is_shown(f"{path}?noIntelligentOmit")
    assert not is_shown(path, player)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {player.token}"}
    changes = orjson.dumps({"gameSpecific": {"display2DXTra": True}})
    settings = "/api/v1/users/extra/games/iidx/SP/settings"
    assert http.request("PATCH", settings, changes, headers).status == 200
    assert is_shown(path, player)
    assert not is_shown(path)


def test_a_questline_shows_its_quests(http: Http) -> None:
    for game in ("/games/iidx/SP", "/games/iidx-sp"):
        lines = body(http, f"{game}/targets/questlines")["questlines"]
        one = body(http, f"{game}/targets/questlines/{lines[0]['questlineID']}")
        assert [each["questID"] for each in one["quests"]] == lines[0]["quests"]
        assert one["goals"]
    assert get(http, f"{V2}/targets/questlines/nothing").status == 404


def test_everything_is_searched_at_once(http: Http, service: Stack, alice: Player) -> None:
    title = service.scalar("SELECT title FROM songs WHERE game = 'sdvx' AND id = 1")
    found = body(http, f"/search?search={quote(title)}")
    assert title in {each["song"]["title"] for each in found["charts"]["sdvx:Single"]}
    assert [each["username"] for each in body(http, "/search?search=ALIC")["users"]] == ["Alice"]
    mine = body(http, "/search?search=&hasPlayedGame=1", alice)
    assert set(mine["charts"]) == {"sdvx:Single"}
    assert get(http, "/search").description == "No search parameter given."
    by_hash = body(http, "/search/chart-hash?search=0123")
    assert by_hash["charts"]["bms:7K"] == []


def test_settings_of_a_game_are_changed_by_their_owner(service: Stack, http: Http) -> None:
    player = service.user("setter", "submit_score", "customise_profile")
    player.wait(player.submit(batch_manual(1)))
    path = f"/api/v1/users/setter{V2}/settings"

    def patch(changes: Any, token: str = player.token) -> Answer:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        return http.request("PATCH", path, orjson.dumps(changes), headers)

    before = body(http, f"/users/setter{V2}/settings")
    assert before["preferences"]["preferredRanking"] is None
    changed = patch({"preferredRanking": "rival"})
    assert (changed.status, changed.description) == (200, "Updated settings.")
    assert changed.json["body"]["preferences"]["preferredRanking"] == "rival"
    assert body(http, f"/users/setter{V3}/settings")["game"] == "sdvx"
    assert patch({}).description == "Nothing has been modified, successfully."
    assert patch({"preferredScoreAlg": "nothing"}).status == 400
    assert patch({"defaultTable": "nothing"}).description.startswith("The table (nothing)")
    assert patch({"nothing": 1}).status == 400
    assert patch({"preferredRanking": None}, service.user("other").token).status == 403


def test_activity_is_what_happened_since_the_oldest_session(http: Http) -> None:
    found = body(http, f"/users/alice{V2}/activity?sessions=10")
    assert [each["timeStarted"] for each in found["recentSessions"]][-1] == START
    assert {each["username"] for each in found["users"]} == {"Alice"}
    earlier = body(http, f"/users/alice{V2}/activity?startTime={START + HOUR}")
    assert [each["timeStarted"] for each in earlier["recentSessions"]] == [START]
    everybody = body(http, f"{V3}/activity")
    assert {"Alice", "bob"} <= {each["username"] for each in everybody["users"]}
    assert get(http, f"/users/alice{V2}/activity?sessions=5").status == 400
    assert get(http, f"/users/alice{V2}/activity?startTime=x").status == 400
    assert list(body(http, "/users/alice/activity")) == ["sdvx:Single"]


def test_folders_say_how_far_a_player_is(http: Http, service: Stack) -> None:
    folder = ids(service, http)["folder"]
    stats = body(http, f"/users/alice{V2}/folders/{folder}/stats")["stats"]
    charts = body(http, f"{V2}/folders/{folder}")["charts"]
    assert stats["chartCount"] == len(charts)
    shown = body(http, f"/users/alice{V2}/folders/{folder}")["pbs"]
    for metric, values in stats["stats"].items():
        for value, count in values.items():
            assert count == sum(each["scoreData"][metric] == value for each in shown)


# --- the server ----------------------------------------------------------------------------


def test_the_server_says_what_it_is(http: Http) -> None:
    config = body(http, "/config")
    assert set(config) >= {"NAME", "TYPE", "GAMES", "GAME_GROUPS", "IMPORT_TYPES"}
    assert "sdvx" in config["GAMES"]
    assert "file/batch-manual" in config["IMPORT_TYPES"]
    assert "ir/direct-manual" in config["IMPORT_TYPES"]
    games = body(http, "/games")
    assert games["configs"]["iidx"]["games"] == ["iidx-sp", "iidx-dp"]
    assert body(http, "/games/iidx")["playtypes"] == ["SP", "DP"]
    assert body(http, "/games/iidx-sp")["config"]["defaultMetric"] == "percent"
    assert body(http, "/games/sdvx")["playerCount"] >= 2
    assert get(http, "/games/nothing").status == 400
    assert isinstance(body(http, "/config/max-rivals"), int)


def test_leaderboards_of_players_go_on_page_by_page(http: Http) -> None:
    whole = body(http, f"{V3}/leaderboard")["gameStats"]
    assert [each["rank"] for each in whole] == list(range(1, len(whole) + 1))
    seen = []
    path = f"{V3}/leaderboard?limit=1"
    while path:
        answer = get(http, path)
        seen += answer.json["body"]["gameStats"]
        path = next_page(answer)
    assert seen == whole
    assert get(http, f"{V2}/leaderboard?alg=nothing").status == 400
    assert get(http, f"{V2}/leaderboard?limit=501").status == 400
    around = body(http, f"/users/{whole[1]['userID']}{V2}/leaderboard-adjacent")
    assert [each["userID"] for each in around["above"]] == [whole[0]["userID"]]
    assert {each["userID"] for each in around["below"]} == {each["userID"] for each in whole[2:]}


def test_a_session_is_read_in_parts(http: Http, alice: Player) -> None:
    base = f"/api/v1/users/{alice.user_id}/games/sdvx/Single/sessions"
    whole = http.get(f"{base}/recent").json["body"]
    short = http.get(f"{base}/summaries").json["body"]
    assert [(each["sessionID"], each["scores"]) for each in short] == [
        (each["sessionID"], len(each["scoreIDs"])) for each in whole
    ]
    session = f"/api/v1/sessions/{whole[0]['sessionID']}"
    assert http.get(f"{session}/summary").json["body"] == short[0]
    first = http.get(f"{session}/scores?limit=1")
    following = first.headers["Link"].partition("<")[2].partition(">")[0]
    parts = [first.json["body"], http.get(following).json["body"]]
    assert [part["scores"][0]["scoreID"] for part in parts] == whole[0]["scoreIDs"]
    in_whole = http.get(session).json["body"]["scoreInfo"]
    assert [info for part in parts for info in part["scoreInfo"]] == in_whole
    assert http.get("/api/v1/sessions/nothing/scores").status == 404
