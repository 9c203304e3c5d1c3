"""POST /ir/lr2hook/...: what clients of Lunatic Rave 2 are answered."""

from __future__ import annotations

import pytest

from tests.support.hook_requests import elsewhere, post
from tests.support.http import Http
from tests.support.stack import Player, Stack
from tests.worker.import_types.hooks.arcade_documents import COURSE_MD5, lr2hook

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("arcade")]

SCORE = "/ir/lr2hook/import"
COURSE = "/ir/lr2hook/import/course"
CLASS = {"set": "genocideDan", "value": "INSANE_1"}


def test_a_score_is_imported_with_the_only_status_that_clients_take(
    http: Http, service: Stack, gamer: Player
) -> None:
    answer = post(http, SCORE, gamer.token, {**lr2hook(), "unixTimestamp": 1690000000})

    assert (answer.status, answer.description) == (200, "Import successful.")
    ((data, time),) = service.query(
        "SELECT score_data, time_achieved FROM scores WHERE user_id = :id", id=gamer.user_id
    )
    assert (data["score"], data["lamp"], data["optional"]["bp"]) == (3100, "CLEAR", 56)
    assert time == 1690000000000


def test_a_duplicate_and_an_unknown_chart_have_that_status_as_well(
    http: Http, gamer: Player
) -> None:
    post(http, SCORE, gamer.token, lr2hook())

    again = post(http, SCORE, gamer.token, lr2hook())
    unknown = post(http, SCORE, gamer.token, lr2hook(md5="f" * 32))

    assert (again.status, again.json["body"]["scoreIDs"]) == (200, [])
    assert (unknown.status, unknown.json["body"]["errors"][0]["type"]) == (
        200,
        "SongOrChartNotFound",
    )


def test_a_broken_score_is_described(http: Http, gamer: Player) -> None:
    answer = post(http, SCORE, gamer.token, lr2hook(hpGraph=[]))

    assert (answer.status, answer.description) == (
        400,
        "Error: scoreData.hpGraph | Expected an array with length 1000..",
    )


@pytest.mark.parametrize("path", [SCORE, COURSE])
def test_whoever_may_not_submit_is_refused(http: Http, service: Stack, path: str) -> None:
    watcher = service.user(f"watches{path.rpartition('/')[2]}", "customise_score")

    guest, missing = post(http, path, None, {}), post(http, path, watcher.token, {})

    assert (guest.status, guest.description) == (401, "This endpoint requires authentication.")
    assert missing.status == 403
    assert missing.description.endswith("necessary for this request: submit_score")


@pytest.mark.parametrize("path", [SCORE, COURSE])
def test_it_is_for_bokutachi(service: Stack, player: Player, path: str) -> None:
    status, body = elsewhere(service, "kamai", path, player.token, {})

    route = path.removeprefix("/ir/lr2hook")
    assert status == 404
    assert body["description"] == f"The route {route} is only available on Bokutachi."


# --- courses -----------------------------------------------------------------------------


def test_a_cleared_course_raises_its_class_once(http: Http, service: Stack, gamer: Player) -> None:
    raised = post(http, COURSE, gamer.token, {**lr2hook(md5=COURSE_MD5), "extra": 1})
    again = post(http, COURSE, gamer.token, lr2hook(md5=COURSE_MD5))

    assert (raised.status, raised.json) == (
        200,
        {"success": True, "description": "Successfully updated class.", "body": CLASS},
    )
    assert (again.status, again.json) == (
        200,
        {"success": True, "description": "Class not updated.", "body": CLASS},
    )
    assert service.query(
        "SELECT playtype, classes FROM user_game_stats WHERE user_id = :id", id=gamer.user_id
    ) == [("7K", {"genocideDan": "INSANE_1"})]


def test_a_failed_course_changes_nothing(http: Http, gamer: Player) -> None:
    answer = post(http, COURSE, gamer.token, lr2hook(md5=COURSE_MD5, notesPlayed=10))

    assert (answer.status, answer.json) == (
        200,
        {
            "success": True,
            "description": "Class not updated. You failed to clear this course.",
            "body": {"notesPlayed": 10, "notesTotal": 2256},
        },
    )


def test_an_unknown_course_is_not_found(http: Http, gamer: Player) -> None:
    answer = post(http, COURSE, gamer.token, lr2hook(md5="a" * 128))

    assert (answer.status, answer.description) == (
        404,
        f"Couldn't find a course with this MD5 ({'a' * 128}).",
    )


def test_a_broken_course_is_described_as_parameters_are(http: Http, gamer: Player) -> None:
    answer = post(http, COURSE, gamer.token, lr2hook(md5=5))

    assert (answer.status, answer.description) == (400, "[md5] Expected string. (Received 5)")
