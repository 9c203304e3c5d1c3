"""Administrators look at jobs, cancel them, and have them run again: over HTTP, with a worker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from cli.accounts import create_token, create_user
from common.accounts.user_rows import ADMINISTRATOR
from common.jobs import progress
from score_import_client import ApiError, Ongoing
from tests.support.http import Answer, Http
from tests.support.mid_import import hold_up
from tests.support.stack import Player, Stack, batch_manual, wait_for


@pytest.fixture(scope="module")
def admin(service: Stack) -> str:
    user_id = create_user(service.engine, "admin", auth_level=ADMINISTRATOR)
    return create_token(service.engine, user_id, "admin", ["manage_account"])


class Admin:
    def __init__(self, http: Http, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def get(self, path: str) -> Answer:
        return self._http.get(f"/api/v1/admin/jobs{path}", self._headers)

    def post(self, path: str, body: bytes = b"{}") -> Answer:
        return self._http.request("POST", f"/api/v1/admin/jobs{path}", body, self._headers)

    def overview(self) -> Any:
        return self._http.get("/api/v1/admin/overview", self._headers).json["body"]

    def state(self, job_id: str) -> Any:
        return self.get(f"/{job_id}").json["body"]["state"]

    def listed(self, path: str) -> list[str]:
        """The IDs of the jobs on this page of a list, and on all that it leads to."""
        found = list[str]()
        while path:
            answer = self.get(path)
            found += [job["jobID"] for job in answer.json["body"]]
            link = answer.headers.get("Link", "")
            path = link[link.index("?") : link.index(">")] if link else ""
        return found


@pytest.fixture
def jobs(http: Http, admin: str) -> Admin:
    return Admin(http, admin)


@pytest.fixture
def broken_database(service: Stack) -> Iterator[None]:
    """Whatever is written of a session is refused, which is no fault of a user's."""
    with service.engine.begin() as connection:
        connection.execute(text("ALTER TABLE sessions ADD CONSTRAINT nothing CHECK (false)"))
    yield
    with service.engine.begin() as connection:
        connection.execute(text("ALTER TABLE sessions DROP CONSTRAINT IF EXISTS nothing"))


def mend(service: Stack) -> None:
    with service.engine.begin() as connection:
        connection.execute(text("ALTER TABLE sessions DROP CONSTRAINT nothing"))


def test_what_failed_through_no_fault_of_its_user_is_run_again(
    service: Stack, jobs: Admin, broken_database: None
) -> None:
    player = service.user("retried")
    submitted = [player.submit(batch_manual(2, first=number)) for number in (0, 1)]
    for each in submitted:
        with pytest.raises(ApiError, match="internal service error"):
            player.wait(each)
    shown = jobs.get(f"/{submitted[0].import_id}").json["body"]
    assert (shown["state"], shown["canRetry"]) == ("failed", True)
    assert "CheckViolation" in shown["runs"][0]["cause"]
    assert jobs.get(f"/{shown['error']['reference']}").json["body"] == shown
    mend(service)
    query = f"?state=failed&user={player.user_id}&error=violates"
    retried = jobs.post(f"/retry{query}").json["body"]
    assert retried["changed"] == [each.import_id for each in submitted]
    documents = [player.wait(each) for each in submitted]
    # In the order they were submitted: the second finds the first one's.
    assert [len(each["scoreIDs"]) for each in documents] == [2, 1]
    again = jobs.post(f"/{submitted[0].import_id}/retry")
    assert (again.status, again.json["error"]["code"]) == (409, "JOB_HAS_NOT_FAILED")


def test_a_running_import_and_those_behind_it_are_cancelled(service: Stack, jobs: Admin) -> None:
    player = service.user("cancelled")
    with hold_up(service) as reached:
        running = player.submit(batch_manual(3))
        waiting = player.submit(batch_manual(3, first=3))
        reached()
        held = {lock["lock"]: lock for lock in jobs.get("/locks").json["body"]}
        assert held["user"]["jobID"] == running.import_id
        answer = jobs.post(f"/{running.import_id}/cancel", b'{"reason": "It is in the way."}')
        assert answer.json["body"]["state"] == "cancelled"
        assert_cancelled(player, running, "It is in the way.")
        done = jobs.post("/cancel?user=cancelled&type=file/batch-manual").json["body"]
        assert done == {"changed": [waiting.import_id], "refused": [], "areMore": False}
        assert_cancelled(player, waiting, "")
        following = player.submit(batch_manual(1))
    player.wait(following)
    assert player.score_count() == 1
    assert_cancelled(player, running, "It is in the way.")
    left = "SELECT count(*) FROM job_payloads WHERE user_id = :user"
    assert service.scalar(left, user=player.user_id) == 0
    assert [jobs.state(each.import_id) for each in (running, waiting)] == ["cancelled"] * 2


def assert_cancelled(player: Player, submitted: Any, reason: str) -> None:
    with pytest.raises(ApiError) as raised:
        player.client.poll(submitted)
    assert raised.value.status == 410
    assert reason in str(raised.value)


def test_jobs_are_listed_a_page_at_a_time(service: Stack, jobs: Admin) -> None:
    player = service.user("listed")
    ids = [player.submit(batch_manual(1, first=number)).import_id for number in range(3)]
    wait_for(lambda: jobs.state(ids[2]) == "completed", "the last one's end")
    assert jobs.listed(f"?user={player.user_id}&limit=2") == ids[::-1]
    removed = jobs.post("/purge?user=listed").json["body"]
    assert removed == {"removed": 3}
    assert jobs.get("?user=listed").json["body"] == []


def test_jobs_are_counted_and_sorted(service: Stack, jobs: Admin) -> None:
    player = service.user("sorted")
    ids = [player.submit(batch_manual(1, first=number)).import_id for number in range(3)]
    wait_for(lambda: jobs.state(ids[2]) == "completed", "the last one's end")
    assert jobs.listed(f"?user={player.user_id}&sort=oldest&limit=2") == ids
    with hold_up(service) as reached:
        running = player.submit(batch_manual(1, first=10))
        waiting = player.submit(batch_manual(1, first=11))
        reached()
        counted = jobs.get("/counts?user=sorted&state=failed").json["body"]
        numbers = {"queued": 1, "running": 1, "completed": 3, "failed": 0, "cancelled": 0}
        assert {each["state"]: each["count"] for each in counted} == numbers
        assert not any(each["areMore"] for each in counted)
        (longest,) = jobs.get("?user=sorted&sort=longest").json["body"]
        assert longest["jobID"] == running.import_id
        assert 0 <= longest["lasts"] < 60_000
        tried = jobs.get("?user=sorted&sort=attempts").json["body"]
        assert [(job["jobID"], job["attempts"]) for job in tried] == [
            (running.import_id, 1),
            (waiting.import_id, 0),
        ]
        (run,) = jobs.get(f"/{running.import_id}").json["body"]["runs"]
        assert 0 <= run["lasts"] < 60_000
    player.wait(waiting)


def test_the_queue_is_paused_and_resumed(service: Stack, jobs: Admin) -> None:
    player = service.user("paused")
    (paused,) = jobs.post("/pause", b'{"reason": "a new disk"}').json["body"]
    assert (paused["lane"], paused["by"], paused["reason"]) == ("all", "admin", "a new disk")
    assert jobs.overview()["paused"] == [paused]
    submitted = player.submit(batch_manual(1))
    wait_for(lambda: player.client.poll(submitted) == Ongoing(progress.PAUSED), "polls say so")
    both = jobs.post("/pause", b'{"lane": "background"}').json["body"]
    assert [each["lane"] for each in both] == ["all", "background"]
    resumed = jobs.post("/resume")
    assert (resumed.json["description"], len(resumed.json["body"])) == ("Jobs go on.", 1)
    assert jobs.post("/resume").json["description"] == "Nothing was paused."
    player.wait(submitted)
    assert jobs.post("/resume", b'{"lane": "background"}').json["body"] == []
    assert jobs.overview()["paused"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "?state=lost", b"", 400),
        ("GET", "?olderThan=x", b"", 400),
        ("GET", "?sort=size", b"", 400),
        ("GET", "?sort=longest&state=completed", b"", 400),
        ("GET", "/counts?state=lost", b"", 400),
        ("GET", "/counts?user=nobody", b"", 404),
        ("GET", "?after=x", b"", 400),
        ("GET", "?user=nobody", b"", 404),
        ("GET", "/nothing", b"", 404),
        ("POST", "/nothing/retry", b"{}", 404),
        ("POST", "/nothing/cancel", b"{}", 404),
        ("POST", "/pause", b'{"lane": "imports"}', 400),
        ("POST", "/pause", b'{"reason": 1}', 400),
        ("POST", "/resume", b'{"lane": 1}', 400),
        ("POST", "/retry", b"{}", 400),
        ("POST", "/cancel", b"{}", 400),
        ("POST", "/purge", b"{}", 400),
        ("POST", "/cancel?state=queued", b'{"reason": 1}', 400),
    ],
)
def test_what_cannot_be_is_refused(
    jobs: Admin, method: str, path: str, body: bytes, status: int
) -> None:
    answer = jobs.get(path) if method == "GET" else jobs.post(path, body)
    assert answer.status == status


def test_only_administrators_in_person_see_jobs(http: Http, player: Player) -> None:
    for method, path in (
        ("GET", ""),
        ("GET", "/counts"),
        ("GET", "/locks"),
        ("GET", "/x"),
        ("POST", "/x/cancel"),
        ("POST", "/pause"),
        ("POST", "/resume"),
    ):
        headers = {"Content-Type": "application/json"}
        path = f"/api/v1/admin/jobs{path}"
        assert http.request(method, path, b"{}", headers).status == 401
        headers["Authorization"] = f"Bearer {player.token}"
        assert http.request(method, path, b"{}", headers).status == 403
