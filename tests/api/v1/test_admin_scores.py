"""What administrators do to what users have."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from cli.accounts import create_token, create_user
from common.accounts.user_rows import ADMINISTRATOR
from tests.api.v1.test_admin import call
from tests.support.http import Http
from tests.support.stack import Player, Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes

_names = iter(f"governed{number}" for number in range(100))


@pytest.fixture(scope="module")
def admin(service: Stack) -> str:
    number = create_user(service.engine, "governor", auth_level=ADMINISTRATOR)
    return create_token(service.engine, number, "governor", ["manage_account"])


@pytest.fixture
def governed(service: Stack) -> Player:
    player = service.user(next(_names), "submit_score", "delete_score")
    player.wait(player.submit(batch_manual(2)))
    return player


def test_anybody_s_score_is_deleted(http: Http, admin: str, governed: Player) -> None:
    scores = http.get(f"/api/v1/users/{governed.user_id}/games/sdvx/Single/scores/recent")
    score = scores.json["body"]["scores"][0]["scoreID"]
    path = "/admin/delete-score"
    assert call(http, governed.token, "POST", path, {"scoreID": score}).status == 403
    deleted = call(http, admin, "POST", path, {"scoreID": score})
    assert (deleted.status, deleted.json["body"]) == (200, {})
    assert governed.score_count() == 1
    again = call(http, admin, "POST", path, {"scoreID": score})
    assert (again.status, again.description) == (404, "This score does not exist.")
    assert call(http, admin, "POST", path, {}).status == 400


@pytest.mark.parametrize("named", [{"game": "sdvx", "playtype": "Single"}, {"game": "sdvx"}])
def test_anybody_s_profile_is_destroyed(
    http: Http, admin: str, governed: Player, named: dict[str, Any]
) -> None:
    body = {"userID": governed.user_id, **named}
    gone = call(http, admin, "POST", "/admin/destroy-ugpt", body)
    assert (gone.status, gone.json["body"]) == (200, {})
    assert governed.score_count() == 0
    again = call(http, admin, "POST", "/admin/destroy-ugpt", body)
    assert again.status == 404
    assert again.description == f"No stats for {governed.user_id} (sdvx Single) exist."
    assert call(http, admin, "POST", "/admin/destroy-ugpt", {**body, "game": "x"}).status == 400


@pytest.mark.parametrize(
    "path", ["recalc", "recalc-pbs", "recalc-profiles", "resync-pbs", "reprocess-all-goals"]
)
def test_what_follows_from_scores_is_worked_out_anew(
    http: Http, admin: str, governed: Player, service: Stack, path: str
) -> None:
    with service.engine.begin() as connection:
        connection.execute(
            text("UPDATE personal_bests SET calculated_data = '{}' WHERE user_id = :user"),
            {"user": governed.user_id},
        )
    body = {"filter": {"userID": governed.user_id, "game": "sdvx"}}
    asked = call(http, admin, "POST", f"/admin/{path}", body)
    assert (asked.status, asked.json["body"]) == (202, {"jobs": 1})
    wait_for(lambda: _rated(service, governed), "the job ran")


def _rated(service: Stack, player: Player) -> bool:
    unrated = service.scalar(
        "SELECT count(*) FROM personal_bests WHERE user_id = :user AND calculated_data = '{}'",
        user=player.user_id,
    )
    return bool(unrated == 0)


def test_who_is_meant_may_be_said_in_every_way(
    http: Http, admin: str, governed: Player, service: Stack
) -> None:
    chart = service.scalar(
        "SELECT chart_id FROM personal_bests WHERE user_id = :user LIMIT 1", user=governed.user_id
    )
    path, user = "/admin/recalc", governed.user_id
    for body, jobs in (
        ({"userIDs": [user], "game": "sdvx", "chartID": chart}, 1),
        ({"userIDs": [user], "game": "sdvx", "playtype": "Single"}, 1),
        ({"userID": user, "game": "iidx-sp"}, 0),
        ({"userID": user, "userIDs": [user + 1]}, 0),
        ({"userIDs": []}, 0),
    ):
        assert call(http, admin, "POST", path, body).json["body"] == {"jobs": jobs}, body
    for body, status in (
        ({"userIDs": "all"}, 400),
        ({"game": "nothing"}, 400),
        ({"playtype": "SP"}, 400),
        ({"chartID": chart}, 400),
        ({"game": "sdvx", "chartID": "nothing"}, 404),
        # A filter that is not understood must not concern everybody.
        ({"filter": {"userId": user}}, 400),
        ({"userid": user}, 400),
    ):
        assert call(http, admin, "POST", path, body).status == status, body
    assert call(http, governed.token, "POST", path, {}).status == 403
    assert call(http, None, "POST", path, {}).status == 401


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("supporter", "isSupporter"),
        ("quest-submitter", "canSubmitQuests"),
        ("import-provided-class", "canImportProvidedClass"),
    ],
)
def test_users_are_given_marks(
    http: Http, admin: str, governed: Player, name: str, shown: str
) -> None:
    path = f"/admin/{name}/{governed.user_id}"

    def seen() -> bool:
        body = http.get(f"/api/v1/users/{governed.user_id}").json["body"]
        return bool(body[shown])

    for method, value in (("POST", True), ("DELETE", False), ("POST", True)):
        assert call(http, admin, method, path).status == 200
        assert seen() is value
    assert call(http, admin, "POST", f"/admin/{name}/nobody").status == 404
    assert call(http, governed.token, "POST", path).status == 403
