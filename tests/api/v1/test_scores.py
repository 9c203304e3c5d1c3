"""Reverting, deleting, editing: who may, and what it does."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack, batch_manual

pytestmark = pytest.mark.processes


@pytest.fixture
def owner(service: Stack, request: pytest.FixtureRequest) -> Player:
    name = f"u{abs(hash(request.node.name)) % 10**12}"
    return service.user(name, "submit_score", "delete_score", "customise_score")


def ask(http: Http, method: str, path: str, player: Player | None, body: Any = None) -> Answer:
    headers = {} if player is None else {"Authorization": f"Bearer {player.token}"}
    if body is None:
        return http.request(method, path, headers=headers)
    headers["Content-Type"] = "application/json"
    return http.request(method, path, orjson.dumps(body), headers)


def test_a_revert_answers_with_an_empty_object_and_the_import_is_gone(
    http: Http, owner: Player
) -> None:
    imported = owner.wait(owner.submit(batch_manual(3)))
    path = f"/api/v1/imports/{imported['importID']}"
    answer = ask(http, "POST", f"{path}/revert", owner)
    assert (answer.status, answer.description) == (200, "Reverted import.")
    assert answer.json["body"] == {}
    assert owner.score_count() == 0
    assert http.get(path).status == 404
    assert http.get(f"{path}/poll-status").status == 404
    again = ask(http, "POST", f"{path}/revert", owner)
    assert (again.status, again.description) == (404, "This import does not exist.")


def test_only_its_owner_may_revert_an_import(service: Stack, http: Http, owner: Player) -> None:
    imported = owner.wait(owner.submit(batch_manual(1)))
    path = f"/api/v1/imports/{imported['importID']}/revert"
    stranger = service.user("stranger", "delete_score")
    assert ask(http, "POST", path, None).status == 401
    assert ask(http, "POST", path, stranger).status == 403
    powerless = service.user("powerless")
    own = powerless.wait(powerless.submit(batch_manual(1)))
    answer = ask(http, "POST", f"/api/v1/imports/{own['importID']}/revert", powerless)
    assert answer.status == 403
    assert answer.description.endswith("necessary for this request: delete_score")
    assert owner.score_count() == powerless.score_count() == 1


def test_orphans_are_tried_again_on_request(http: Http, owner: Player) -> None:
    owner.wait(owner.submit(batch_manual(2, song="999999")))
    answer = ask(http, "POST", "/api/v1/import/orphans", owner)
    assert (answer.status, answer.description) == (200, "Reprocessed 2 orphan scores.")
    assert answer.json["body"] == {"processed": 2, "failed": 2, "success": 0, "removed": 0}


def test_a_score_is_shown_edited_and_deleted(http: Http, owner: Player) -> None:
    imported = owner.wait(owner.submit(batch_manual(2)))
    path = f"/api/v1/scores/{imported['scoreIDs'][0]}"
    shown = http.get(f"{path}?getRelated=").json["body"]
    assert set(shown) == {"score", "user", "song", "chart"}
    assert shown["score"]["scoreData"]["score"] == 8_000_000

    edited = ask(http, "PATCH", path, owner, {"comment": "nice", "highlight": True})
    assert (edited.status, edited.description) == (200, "Updated score.")
    assert edited.json["body"]["comment"] == "nice"
    assert http.get(path).json["body"]["score"]["highlight"] is True

    deleted = ask(http, "DELETE", path, owner)
    assert (deleted.status, deleted.description) == (200, "Successfully deleted score.")
    assert http.get(path).status == 404
    assert http.get(path).description == "This score does not exist."
    assert owner.score_count() == 1


@pytest.mark.parametrize(
    ("body", "description"),
    [
        ({}, "This request modifies nothing about the score."),
        ({"comment": ""}, "[comment] Expected a string with length between 1 and 120."),
        ({"highlight": 1}, "[highlight] Expected *boolean or no value. (Received 1)"),
        ({"score": 1}, "[null] Unexpected properties inside object: score."),
    ],
)
def test_a_senseless_edit_is_refused(
    http: Http, owner: Player, body: dict[str, Any], description: str
) -> None:
    imported = owner.wait(owner.submit(batch_manual(1)))
    answer = ask(http, "PATCH", f"/api/v1/scores/{imported['scoreIDs'][0]}", owner, body)
    assert (answer.status, answer.description) == (400, description)


def test_others_may_neither_edit_nor_delete(service: Stack, http: Http, owner: Player) -> None:
    imported = owner.wait(owner.submit(batch_manual(1)))
    path = f"/api/v1/scores/{imported['scoreIDs'][0]}"
    stranger = service.user("stranger2", "delete_score", "customise_score")
    for method, body in (("PATCH", {"highlight": True}), ("DELETE", None)):
        assert ask(http, method, path, None, body).status == 401
        assert ask(http, method, path, stranger, body).status == 403
    assert owner.score_count() == 1
