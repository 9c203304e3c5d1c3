"""POST /ir/barbatos/score/submit: what the hook of SOUND VOLTEX is answered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.hook_requests import elsewhere, post
from tests.support.http import Http
from tests.support.stack import Player, Stack
from tests.worker.import_types.hooks.arcade_documents import barbatos, barbatos_exceed

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("arcade")]

PATH = "/ir/barbatos/score/submit"


@pytest.mark.parametrize(
    ("given", "chart", "lamp"),
    [(barbatos(), "sdvx-adv", "EXCESSIVE CLEAR"), (barbatos_exceed(), "sdvx-hvn", "CLEAR")],
)
def test_a_score_of_either_layout_is_imported(
    http: Http, service: Stack, gamer: Player, given: Any, chart: str, lamp: str
) -> None:
    answer = post(http, PATH, gamer.token, given)

    assert (answer.status, answer.description) == (200, "Import successful.")
    assert service.query(
        "SELECT chart_id, score_data ->> 'lamp' FROM scores WHERE user_id = :id",
        id=gamer.user_id,
    ) == [(chart, lamp)]


def test_a_broken_score_is_described(http: Http, gamer: Player) -> None:
    answer = post(http, PATH, gamer.token, barbatos(foo=1))

    assert (answer.status, answer.description) == (
        400,
        "Invalid Barbatos Request: null | Unexpected properties inside object: foo..",
    )


def test_whoever_may_not_submit_is_refused(http: Http, service: Stack) -> None:
    watcher = service.user("watches", "customise_score")

    guest, missing = post(http, PATH, None, {}), post(http, PATH, watcher.token, {})

    assert (guest.status, guest.description) == (401, "This endpoint requires authentication.")
    assert missing.status == 403
    assert missing.description.endswith("necessary for this request: submit_score")


def test_it_is_for_kamaitachi(service: Stack, player: Player) -> None:
    status, body = elsewhere(service, "boku", PATH, player.token, {})

    assert status == 404
    assert body["description"] == "The route /score/submit is only available on Kamaitachi."
