"""Courses and rankings of beatoraja: POST submit-course, GET charts/:sha256/scores."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.support.hook_requests import elsewhere, post
from tests.support.http import Http
from tests.support.stack import Player, Stack
from tests.worker.import_types.hooks.arcade_documents import MD5, lr2hook

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("arcade")]

COURSE = "/ir/beatoraja/submit-course"
RANKING = f"/ir/beatoraja/charts/{MD5 * 2}/scores"
VERSION = {"X-TachiIR-Version": "v3.1.1"}
CLASS = {"set": "genocideDan", "value": "INSANE_1"}


def course(constraint: Any = ("CLASS", "GAUGE_LR2", "LN"), **score: Any) -> dict[str, Any]:
    return {
        "course": {
            "name": "Course",
            "charts": [{"md5": MD5, "title": "Example"}] * 4,
            "constraint": list(constraint),
            "lntype": 0,
        },
        "score": {"clear": "Hard", "option": 1, "lntype": 0, "exscore": 1082, **score},
    }


def test_a_cleared_course_raises_its_class_once(http: Http, gamer: Player) -> None:
    raised = post(http, COURSE, gamer.token, course(), VERSION)
    again = post(http, COURSE, gamer.token, course(), VERSION)

    assert (raised.status, raised.json) == (
        200,
        {"success": True, "description": "Successfully updated class.", "body": CLASS},
    )
    assert (again.status, again.json) == (
        200,
        {"success": True, "description": "Class not updated.", "body": CLASS},
    )


@pytest.mark.parametrize("clear", ["Failed", "NoPlay", "Easy", "LightAssistEasy", "AssistEasy"])
def test_a_course_that_was_not_cleared_changes_nothing(
    http: Http, gamer: Player, clear: str
) -> None:
    answer = post(http, COURSE, gamer.token, course(clear=clear, lntype=2), VERSION)

    assert (answer.status, answer.json) == (
        200,
        {
            "success": True,
            "description": "Class not updated, as you didn't clear this course.",
        },
    )


@pytest.mark.parametrize(
    ("given", "status", "description"),
    [
        (course(lntype=1), 400, "LN mode is the only supported mode for dans."),
        (course(["CN"]), 400, "CN mode is not allowed in dans."),
        (course(["HCN"]), 400, "HCN mode is not allowed in dans."),
        (course(["GAUGE_7KEYS"]), 400, "Dan GAUGE mode must be GAUGE_LR2."),
        (course(option=2), 400, "RANDOM is not allowed in courses."),
        (
            {
                "course": {**course()["course"], "charts": [{"md5": "a" * 32}] * 4},
                "score": course()["score"],
            },
            404,
            "Unsupported course.",
        ),
        (
            {},
            400,
            "[course] Object does not match structure of schema, expected this location to have an"
            " object. (Received nothing (undefined))",
        ),
        (
            {"course": {"charts": [{"md5": MD5}] * 3, "constraint": []}},
            400,
            "[course.charts] Expected an array of 4 objects with MD5 properties.",
        ),
        (
            course(clear="Cheated"),
            400,
            "[score.clear] Expected any of NoPlay, Failed, AssistEasy, LightAssistEasy, Easy,"
            " Normal, Hard, ExHard, FullCombo, Perfect, Max. (Received Cheated)",
        ),
    ],
)
def test_a_course_that_does_not_count_is_refused(
    http: Http, gamer: Player, given: Any, status: int, description: str
) -> None:
    answer = post(http, COURSE, gamer.token, given, VERSION)

    assert (answer.status, answer.description) == (status, description)


def test_a_ranking_has_every_number_that_clients_read(
    http: Http, service: Stack, gamer: Player
) -> None:
    rival = service.user(f"r{gamer.user_id}")
    post(http, "/ir/lr2hook/import", gamer.token, lr2hook())
    post(http, "/ir/lr2hook/import", rival.token, lr2hook(lamp="HARD", great=901, exScore=3101))

    answer = post(http, RANKING, gamer.token, {}, VERSION, method="GET")

    assert answer.status == 200
    assert answer.description == f"Successfully returned {len(answer.json['body'])}"
    players = {each["player"]: each for each in answer.json["body"]}
    assert {"", f"r{gamer.user_id}"} <= set(players)
    own, theirs = players[""], players[f"r{gamer.user_id}"]
    assert (own["clear"], theirs["clear"]) == (5, 6)
    assert (theirs["epg"], theirs["egr"], theirs["lpg"], theirs["lgr"]) == (1550, 1, 0, 0)
    assert (own["gauge"], own["minbp"], own["maxcombo"], own["notes"]) == (80, 56, 700, 2256)
    numbers = (
        *("playcount", "clear", "date", "passnotes", "minbp", "notes", "maxcombo"),
        *("epg", "lpg", "egr", "lgr", "egd", "lgd", "ebd", "lbd", "epr", "lpr", "ems", "lms"),
    )
    assert all(type(own[name]) is int for name in numbers)
    assert (own["sha256"], own["random"], own["deviceType"]) == (MD5 * 2, None, None)


def test_a_chart_that_is_not_there_is_not_found(http: Http, gamer: Player) -> None:
    path = f"/ir/beatoraja/charts/{'e' * 64}/scores"
    answer = post(http, path, gamer.token, {}, VERSION, method="GET")

    assert (answer.status, answer.description) == (404, "Chart does not exist on IR yet.")


@pytest.mark.parametrize(("path", "method"), [(COURSE, "POST"), (RANKING, "GET")])
def test_gates(http: Http, service: Stack, gamer: Player, path: str, method: str) -> None:
    guest = post(http, path, None, {}, VERSION, method=method)
    old = post(http, path, gamer.token, {}, {"X-TachiIR-Version": "v1.0"}, method=method)
    none = post(http, path, gamer.token, {}, method=method)

    assert (guest.status, guest.description) == (401, "This endpoint requires authentication.")
    for answer in (old, none):
        assert (answer.status, answer.description) == (400, "Invalid X-TachiIR-Version.")


def test_courses_need_the_permission_to_submit(http: Http, service: Stack) -> None:
    watcher = service.user("watches_courses", "customise_score")

    assert post(http, COURSE, watcher.token, course(), VERSION).status == 403
    assert post(http, RANKING, watcher.token, {}, VERSION, method="GET").status == 200


def test_it_is_for_bokutachi(service: Stack, gamer: Player) -> None:
    status, body = elsewhere(service, "kamai", COURSE, gamer.token, VERSION)

    assert (status, body["description"]) == (
        404,
        "The route /submit-course is only available on Bokutachi.",
    )


def test_rivals_scores_are_shown_to_whoever_has_them_for_rivals(
    service: Stack, http: Http, gamer: Player
) -> None:
    rival = service.user("oldrival", "submit_score")
    for each in (rival, gamer):
        assert post(http, "/ir/lr2hook/import", each.token, lr2hook()).status == 200
    scores = f"/ir/beatoraja/players/{rival.user_id}/scores"

    def get(path: str, version: str = "v4.0.0") -> Any:
        return post(http, path, gamer.token, None, {"X-TachiIR-Version": version}, "GET")

    assert get("/ir/beatoraja/rivals").json["body"] == []
    assert get(scores).status == 403
    assert get("/ir/beatoraja/players/nobody/scores").status == 404
    with service.engine.begin() as connection:
        connection.execute(
            text("UPDATE game_settings SET rivals = ARRAY[:rival] WHERE user_id = :user"),
            {"rival": rival.user_id, "user": gamer.user_id},
        )
    known = {"id": str(rival.user_id), "name": "oldrival", "rank": ""}
    assert get("/ir/beatoraja/rivals").json["body"] == [known]
    (shown,) = get(scores).json["body"]
    (own,) = get(f"/ir/beatoraja/players/{gamer.user_id}/scores").json["body"]
    assert (shown["player"], own["player"]) == ("oldrival", "")
    # Both played the same, one after the other.
    assert shown | {"player": "", "date": own["date"]} == own
    assert shown["sha256"] == MD5 * 2

    best = f"/api/v1/users/{gamer.user_id}/games/bms-7k/best-score"
    for checksum in (MD5.upper(), MD5 * 2):
        assert get(f"{best}/{checksum}").json["body"]["scoreData"]["lamp"]
    assert get(f"{best}/{'0' * 32}").status == 404
    assert get(f"{best}/{'x' * 32}").status == 400
    assert get(f"{best}/{MD5}0").status == 400
