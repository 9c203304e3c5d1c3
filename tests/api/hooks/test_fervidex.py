"""POST /ir/fervidex/...: what the hook of beatmania IIDX is answered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.hook_requests import elsewhere, post
from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack, wait_for
from tests.worker.import_types.hooks.arcade_documents import INFINITAS, MODEL, fervidex, profile

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("arcade")]

SCORE = "/ir/fervidex/score/submit"
PROFILE = "/ir/fervidex/profile/submit"
CLASS = "/ir/fervidex/class/submit"
HEADERS = {"User-Agent": "fervidex/1.4.2", "X-Software-Model": MODEL}
COURSE = {"cleared": True, "course_id": 15, "play_style": 0}


def send(http: Http, path: str, player: Player | None, given: Any, **headers: str | None) -> Answer:
    """headers: by their names, with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    token = None if player is None else player.token
    return post(http, path, token, given, {**HEADERS, **named})


# --- gates -------------------------------------------------------------------------------

BAD_HEADERS = [
    ({"User_Agent": ""}, "Invalid User-Agent."),
    ({"User_Agent": "curl/8"}, "Invalid User-Agent curl/8 - expected fervidex client."),
    ({"User_Agent": "fervidex/1.3"}, "Invalid version 1.3."),
    ({"User_Agent": "fervidex/1.x.0"}, "Invalid version 1.NaN.0."),
    ({"User_Agent": "fervidex/1.2.9"}, "Versions of fervidex < 1.3.0 are not supported."),
    ({"User_Agent": "fervidex/0.9.0"}, "Versions of fervidex < 1.3.0 are not supported."),
    ({"X_Software_Model": None}, "Invalid X-Software-Model."),
    ({"X_Software_Model": "LDJ:J:B:A"}, "Invalid X-Software-Model."),
    ({"X_Software_Model": "LDJ:J:B:A:20210915xx"}, "Invalid X-Software-Model."),
    ({"X_Software_Model": "LDJ:J:B:Z:2021091500"}, "2DX_BMS is not supported."),
    ({"X_Software_Model": "LDJ:J:B:E:2019090200"}, "Invalid software model LDJ:J:B:E:2019090200)"),
    ({"X_Software_Model": "ABC:J:B:A:2021091500"}, "Invalid software model ABC:J:B:A:2021091500)"),
]


@pytest.mark.parametrize("path", [SCORE, PROFILE, CLASS])
@pytest.mark.parametrize(("headers", "message"), BAD_HEADERS)
def test_other_clients_and_software_are_refused(
    http: Http, player: Player, path: str, headers: dict[str, str | None], message: str
) -> None:
    answer = send(http, path, player, {}, **headers)

    assert (answer.status, answer.json) == (400, {"success": False, "error": message})


@pytest.mark.parametrize("path", [SCORE, PROFILE, CLASS])
def test_strangers_are_refused_in_the_clients_words(http: Http, path: str) -> None:
    guest = send(http, path, None, {})
    unknown = post(http, path, "0" * 40, {}, HEADERS)
    malformed = send(http, path, None, {}, Authorization="Basic abc")

    assert (guest.status, guest.json) == (
        401,
        {"success": False, "error": "This endpoint requires authentication."},
    )
    assert (unknown.status, unknown.json) == (
        401,
        {
            "success": False,
            "error": "The provided API token does not correspond with any key in the database.",
        },
    )
    assert (malformed.status, malformed.json) == (
        400,
        {"success": False, "error": "Invalid Authorization Type - Expected Bearer."},
    )


@pytest.mark.parametrize("path", [SCORE, PROFILE, CLASS])
def test_bans_and_missing_permissions_are_described(http: Http, service: Stack, path: str) -> None:
    watcher = service.user(f"watches{path.split('/')[3]}", "customise_score")
    banned = service.user(f"banned{path.split('/')[3]}")
    with service.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE users SET auth_level = 0 WHERE id = %s", (banned.user_id,)
        )

    missing, ban = (send(http, path, each, {}) for each in (watcher, banned))

    assert missing.status == 403
    assert missing.description.endswith("necessary for this request: submit_score")
    assert ban.status == 403
    assert ban.description.startswith("You are banned from ")


def test_it_is_for_kamaitachi(service: Stack, player: Player) -> None:
    status, body = elsewhere(service, "boku", SCORE, player.token, HEADERS)

    assert status == 404
    assert body["description"] == "The route /score/submit is only available on Kamaitachi."
    assert elsewhere(service, "kamai", CLASS, player.token, HEADERS)[0] == 400


def test_only_the_users_cards_are_taken(http: Http, gamer: Player) -> None:
    settings = f"/api/v1/users/{gamer.user_id}/integrations/fervidex/settings"
    post(http, settings, gamer.token, {"cards": ["E001"]}, method="PATCH")

    missing = send(http, SCORE, gamer, fervidex())
    other = send(http, SCORE, gamer, fervidex(), X_Account_Id="E002")
    theirs = send(http, SCORE, gamer, fervidex(), X_Account_Id="E001")

    assert (missing.status, missing.json["error"]) == (
        400,
        "Fervidex did not provide a card ID.",
    )
    assert (other.status, other.json["error"]) == (
        400,
        "The card ID E002 is not in your list of filters. Ignoring.",
    )
    assert theirs.status == 200


# --- scores ------------------------------------------------------------------------------


def test_a_score_is_imported_while_the_client_waits(
    http: Http, service: Stack, gamer: Player
) -> None:
    answer = send(http, SCORE, gamer, fervidex())

    assert (answer.status, answer.description) == (200, "Import successful.")
    body = answer.json["body"]
    assert (body["importType"], body["userIntent"]) == ("ir/fervidex", False)
    ((chart, data, meta),) = service.query(
        "SELECT chart_id, score_data, score_meta FROM scores WHERE score_id = :id",
        id=body["scoreIDs"][0],
    )
    assert chart == "sp-hyper"
    assert (data["score"], data["lamp"], data["optional"]["bp"]) == (1100, "HARD CLEAR", 5)
    assert meta == {"assist": "NO ASSIST", "gauge": "HARD", "random": "MIRROR", "range": "NONE"}


def test_the_same_score_again_is_no_error(http: Http, gamer: Player) -> None:
    send(http, SCORE, gamer, fervidex())

    again = send(http, SCORE, gamer, fervidex())

    assert again.status == 200
    assert (again.json["body"]["scoreIDs"], again.json["body"]["errors"]) == ([], [])


def test_a_broken_score_says_why_under_error(http: Http, gamer: Player) -> None:
    answer = send(http, SCORE, gamer, fervidex(gauge=[256]))

    assert (answer.status, answer.json) == (
        400,
        {
            "success": False,
            "error": "Invalid Fervidex Request?: gauge[0] | Expected an integer between 0 and 255."
            " | Received 256 [type: number].",
        },
    )


def test_an_unknown_chart_waits_for_its_chart(http: Http, gamer: Player) -> None:
    answer = send(http, SCORE, gamer, fervidex(entry_id=99999))

    assert answer.status == 200
    (error,) = answer.json["body"]["errors"]
    assert error["type"] == "SongOrChartNotFound"


@pytest.mark.parametrize("first", [True, False])
def test_a_highlight_is_kept_with_the_score_and_its_best(
    http: Http, service: Stack, gamer: Player, first: bool
) -> None:
    if not first:
        send(http, SCORE, gamer, fervidex())
    answer = send(http, SCORE, gamer, fervidex(highlight=True))

    assert answer.status == 200
    assert len(answer.json["body"]["scoreIDs"]) == first
    for table in ("scores", "personal_bests"):
        sql = f"SELECT highlight FROM {table} WHERE user_id = :id"
        assert service.query(sql, id=gamer.user_id) == [(True,)]


# --- profiles ----------------------------------------------------------------------------


def imported_profile(http: Http, service: Stack, gamer: Player, model: str) -> Any:
    """The ImportDocument of a profile, which nobody waits for."""
    answer = send(http, PROFILE, gamer, profile(), X_Software_Model=model)
    assert (answer.status, answer.description) == (
        202,
        "Your import has been loaded for further processing.",
    )
    import_id = answer.json["body"]["importID"]
    assert answer.json["body"]["url"].endswith(f"/imports/{import_id}/poll-status")

    def ended() -> Any:
        polled = http.get(f"/api/v1/imports/{import_id}/poll-status")
        return polled.json["body"].get("import")

    return wait_for(ended, "the profile's import")


def test_a_profile_of_infinitas_brings_scores_and_dans(
    http: Http, service: Stack, gamer: Player
) -> None:
    document = imported_profile(http, service, gamer, INFINITAS)

    assert document["importType"] == "ir/fervidex-static"
    assert len(document["scoreIDs"]) == 1
    assert {(d["playtype"], d["new"]) for d in document["classDeltas"] if d["set"] == "dan"} == {
        ("SP", "DAN_9"),
        ("DP", "DAN_1"),
    }


def test_a_profile_of_an_arcade_brings_scores_where_they_were_asked_for_once(
    http: Http, service: Stack, gamer: Player
) -> None:
    settings = f"/api/v1/users/{gamer.user_id}/integrations/fervidex/settings"
    assert imported_profile(http, service, gamer, MODEL)["scoreIDs"] == []
    post(http, settings, gamer.token, {"forceStaticImport": True}, method="PATCH")

    assert len(imported_profile(http, service, gamer, MODEL)["scoreIDs"]) == 1

    after = http.get(settings, {"Authorization": f"Bearer {gamer.token}"})
    assert after.json["body"]["forceStaticImport"] is False


def test_what_was_asked_for_once_is_not_spent_by_an_import_that_fails(
    http: Http, service: Stack, gamer: Player
) -> None:
    settings = f"/api/v1/users/{gamer.user_id}/integrations/fervidex/settings"
    post(http, settings, gamer.token, {"forceStaticImport": True}, method="PATCH")

    answer = send(http, PROFILE, gamer, {"scores": {"98001": None}})
    import_id = answer.json["body"]["importID"]

    failed = wait_for(
        lambda: (
            (polled := http.get(f"/api/v1/imports/{import_id}/poll-status")).status == 400
            and polled
        ),
        "the import's end",
    )
    assert failed.description == "Invalid score with songID 98001."
    after = http.get(settings, {"Authorization": f"Bearer {gamer.token}"})
    assert after.json["body"]["forceStaticImport"] is True


# --- dans --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cleared": None}, "[cleared] Expected boolean. (Received null)"),
        ({"course_id": 19}, "[course_id] Expected an integer between 0 and 18. (Received 19)"),
        (
            {"course_id": {}},
            "[course_id] Expected an integer between 0 and 18. (Received [object Object])",
        ),
        ({"play_style": 2}, "[play_style] Expected any of 0, 1. (Received 2)"),
    ],
)
def test_a_broken_course_is_refused(
    http: Http, gamer: Player, changes: dict[str, Any], message: str
) -> None:
    answer = send(http, CLASS, gamer, {**COURSE, **changes})

    assert (answer.status, answer.json) == (400, {"success": False, "error": message})


def test_what_a_course_does_not_say_is_undefined(http: Http, gamer: Player) -> None:
    answer = send(http, CLASS, gamer, {"cleared": True, "play_style": 0})

    assert answer.json["error"] == (
        "[course_id] Expected an integer between 0 and 18. (Received undefined)"
    )


def test_dans_only_rise(http: Http, service: Stack, gamer: Player) -> None:
    def dan(course: int, *, cleared: bool = True) -> Any:
        given = {"cleared": cleared, "course_id": course, "play_style": 1, "extra": 1}
        answer = send(http, CLASS, gamer, given)
        assert answer.status == 200
        return answer.json

    assert dan(18, cleared=False) == {
        "success": True,
        "description": "No Update Made.",
        "body": {},
    }
    assert dan(15) == {"success": True, "description": "Dan changed!"}
    unchanged = "Dan unchanged, was worse than your current dan."
    assert dan(15) == {"success": True, "description": unchanged}
    assert dan(3) == {"success": True, "description": unchanged}
    assert dan(16) == {"success": True, "description": "Dan changed!"}
    assert service.query(
        "SELECT playtype, ratings, classes FROM user_game_stats WHERE user_id = :id",
        id=gamer.user_id,
    ) == [("DP", {}, {"dan": "DAN_10"})]
    assert service.query(
        "SELECT class_old_value, class_value FROM class_achievements WHERE user_id = :id"
        " ORDER BY id",
        id=gamer.user_id,
    ) == [(None, "DAN_9"), ("DAN_9", "DAN_10")]
    assert (
        service.scalar("SELECT count(*) FROM outbox_events WHERE user_id = :id", id=gamer.user_id)
        == 2
    )
    assert service.query(
        "SELECT game, playtype FROM game_settings WHERE user_id = :id", id=gamer.user_id
    ) == [("iidx", "DP")]
