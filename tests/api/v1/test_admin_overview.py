"""How administrators see the service: over HTTP, with a worker."""

from __future__ import annotations

from typing import Any

import pytest

from cli.accounts import create_token, create_user
from common.accounts.user_rows import ADMINISTRATOR
from common.jobs import periodic_rows
from tests.support.http import Answer, Http
from tests.support.mid_import import hold_up
from tests.support.stack import Player, Stack, batch_manual

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def admin(service: Stack) -> str:
    user_id = create_user(service.engine, "admin", auth_level=ADMINISTRATOR)
    return create_token(service.engine, user_id, "admin", ["manage_account"])


def get(http: Http, token: str, path: str) -> Answer:
    return http.get(f"/api/v1/admin{path}", {"Authorization": f"Bearer {token}"})


def body(http: Http, token: str, path: str = "/overview") -> Any:
    answer = get(http, token, path)
    assert answer.status == 200
    return answer.json["body"]


def test_what_ended_lately_is_counted(
    http: Http, admin: str, player: Player, service: Stack
) -> None:
    player.wait(player.submit(batch_manual(1)))
    found = body(http, admin)
    assert [each["completed"] for each in found["throughput"]] == [1, 1, 1]
    assert (len(found["lastHour"]), sum(found["lastHour"])) == (60, 1)
    assert 0 < found["throughput"][0]["median"] < 60_000
    assert (found["queued"], found["oldest"], found["running"]) == (0, None, [])
    assert (found["inTrouble"], found["byType"]) == (0, [])
    assert "score-import worker" in {each["name"] for each in found["processes"]}
    assert found["catalogue"].keys() >= {"iidx", "sdvx"}


def test_what_waits_is_counted_by_type(
    http: Http, admin: str, player: Player, service: Stack
) -> None:
    with hold_up(service) as reached:
        player.submit(batch_manual(1))
        waiting = player.submit(batch_manual(1, first=5))
        reached()
        (found,) = body(http, admin)["byType"]
        assert (found["type"], found["queued"], found["running"]) == ("file/batch-manual", 1, 1)
        assert 0 <= found["oldest"] < 60_000
    player.wait(waiting)


def test_periodic_tasks_say_when_they_last_ran(http: Http, admin: str, service: Stack) -> None:
    tasks = {each["name"]: each for each in body(http, admin)["periodic"]}
    assert tasks["orphans"]["beganAt"] is None
    with (
        pytest.raises(ZeroDivisionError),
        periodic_rows.noted(service.engine, "orphans"),
    ):
        _ = 1 / 0
    with periodic_rows.noted(service.engine, "retention"):
        pass
    tasks = {each["name"]: each for each in body(http, admin)["periodic"]}
    assert tasks["orphans"]["problem"] == "ZeroDivisionError"
    assert tasks["retention"]["problem"] is None
    assert tasks["retention"]["endedAt"] >= tasks["retention"]["beganAt"]


def test_failures_that_are_alike_are_one_kind(http: Http, admin: str, player: Player) -> None:
    for number in (1, 22, 333):
        failed = player.submit(
            {
                "meta": {"game": "iidx", "playtype": "SP", "service": "tests"},
                "scores": [],
                "classes": number,
            }
        )
        with pytest.raises(Exception, match="classes"):
            player.wait(failed)
    (kind,) = body(http, admin, "/failures")
    assert (kind["type"], kind["count"]) == ("file/batch-manual", 3)
    assert get(http, admin, f"/jobs/{kind['example']}/payload").status == 404


@pytest.mark.parametrize("path", ["/overview", "/failures", "/webhooks", "/jobs/x/payload"])
def test_only_administrators_see_it(http: Http, player: Player, path: str) -> None:
    assert get(http, player.token, path).status == 403
    assert http.get(f"/api/v1/admin{path}").status == 401
