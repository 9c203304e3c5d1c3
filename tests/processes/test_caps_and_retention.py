"""What one user may have waiting and keep is bounded, and what ended long ago is removed."""

from __future__ import annotations

import os

import orjson
import pytest
from sqlalchemy import text

from common.accounts import client_rows, login_rows
from common.accounts.client_rows import Client
from common.jobs import caps
from common.settings import load_settings
from score_import_client import ApiError
from tests.support import redis_faults
from tests.support.http import Http
from tests.support.stack import Stack, batch_manual, wait_for
from worker import retention
from worker.messaging import REMOVE_ENDED, make_app
from worker.runtime import make_runtime

pytestmark = pytest.mark.processes

BEYOND = 70_000  # bytes: two such uploads are more than what may wait


@pytest.fixture
def settings() -> dict[str, str]:
    return {"MAX_QUEUED_JOBS": "5", "MAX_QUEUED_BYTES": "100000", "MAX_ORPHANS": "3"}


def test_jobs_beyond_the_cap_are_refused_until_some_have_ended(stack: Stack) -> None:
    stack.start_web()
    alice, bob = stack.user("alice"), stack.user("bob")
    accepted = [alice.submit(batch_manual(2, first=2 * n)) for n in range(5)]
    with pytest.raises(ApiError) as refusal:
        alice.submit(batch_manual(1))
    assert refusal.value.status == 429
    assert caps.TOO_MANY_JOBS.format(jobs=5, most=5) in str(refusal.value)
    waited_for = Http(stack.port).request(
        "POST", "/api/v1/import/orphans", headers={"Authorization": f"Bearer {alice.token}"}
    )
    assert waited_for.status == 429
    assert waited_for.description == caps.TOO_MANY_JOBS.format(jobs=5, most=5)
    bob.submit(batch_manual(1))

    stack.start_worker()
    for submitted in accepted:
        alice.wait(submitted)
    assert alice.score_count() == 10
    alice.wait(alice.submit(batch_manual(1)))


def test_bytes_beyond_the_cap_are_refused_until_some_have_ended(stack: Stack) -> None:
    stack.start_web()
    alice, bob = stack.user("alice"), stack.user("bob")
    # Random bytes do not compress.
    accepted = [alice.submit_what_fails(os.urandom(BEYOND)) for _ in range(2)]
    with pytest.raises(ApiError) as refusal:
        alice.submit(batch_manual(1))
    assert refusal.value.status == 429
    assert caps.TOO_MANY_BYTES.format(size="0.1", most="0.1") in str(refusal.value)
    bob.submit(batch_manual(1))

    stack.start_worker()
    for submitted in accepted:
        with pytest.raises(ApiError, match="encoding"):
            alice.wait(submitted)
    alice.wait(alice.submit(batch_manual(1)))


def test_orphans_beyond_the_cap_are_reported_and_not_kept_and_the_rest_is_imported(
    stack: Stack,
) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    document = batch_manual(7)
    for score in document["scores"][:5]:
        score["identifier"] = "999999"
    finished = player.wait(player.submit(document))
    assert len(finished["scoreIDs"]) == 2
    kinds = [error["type"] for error in finished["errors"]]
    assert kinds == ["SongOrChartNotFound"] * 3 + ["TooManyOrphans"] * 2
    assert "not kept" in finished["warnings"][0]
    assert stack.scalar("SELECT count(*) FROM orphan_scores") == 3

    again = player.wait(player.submit(document))
    kinds = [error["type"] for error in again["errors"]]
    assert kinds == ["OrphanExists"] * 3 + ["TooManyOrphans"] * 2


def test_form_fields_that_the_import_type_does_not_know_are_not_stored(stack: Stack) -> None:
    stack.start_web()
    player = stack.user("alice")
    player.submit(
        b"," * 26, "file/eamusement-iidx-csv", playtype="SP", spam="x" * 1000, importType2="y"
    )
    (arguments,) = stack.query("SELECT arguments FROM jobs")[0]
    assert arguments == {"filename": "scores.json", "fields": {"playtype": "SP"}}


def test_a_removed_job_says_what_it_said(stack: Stack) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice", "submit_score", "delete_score", "customise_score")
    http = Http(stack.port)
    authorised = {"Authorization": f"Bearer {player.token}"}
    completed = player.submit(batch_manual(3))
    failed = player.submit_what_fails()
    reverted = player.submit(batch_manual(2, first=50))
    document = player.wait(completed)
    with pytest.raises(ApiError):
        player.wait(failed)
    player.wait(reverted)
    requests = [
        ("POST", f"/api/v1/imports/{reverted.import_id}/revert", {}),
        ("PATCH", f"/api/v1/scores/{document['scoreIDs'][0]}", {"comment": "my best"}),
        ("DELETE", f"/api/v1/scores/{document['scoreIDs'][1]}", {}),
        ("POST", "/api/v1/import/orphans", {}),
    ]
    for method, path, body in requests:
        answer = http.request(
            method, path, orjson.dumps(body), {**authorised, "Content-Type": "application/json"}
        )
        assert answer.status == 200
    jobs = [row.job_id for row in stack.query("SELECT job_id FROM jobs ORDER BY sequence")]
    assert len(jobs) == 7

    def said() -> list[tuple[int, bytes]]:
        with redis_faults.client(stack.redis) as redis:
            redis.flushall()
        paths = [f"/api/v1/imports/{job_id}/poll-status" for job_id in jobs]
        paths.append(f"/api/v1/imports/{completed.import_id}")
        return [(answer.status, answer.raw) for answer in map(http.get, paths)]

    before = said()
    # Young ones stay.
    runtime = make_runtime(load_settings(stack.environment))
    assert retention.remove_ended(runtime) == 0
    with stack.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE jobs SET accepted_at = accepted_at - :month,"
                " finished_at = finished_at - :month"
            ),
            {"month": 31 * retention.DAY},
        )
    assert retention.remove_ended(runtime) == 7
    assert stack.scalar("SELECT count(*) FROM jobs") == 0
    assert said() == before
    # Of completed imports nothing need be left.
    assert stack.scalar("SELECT count(*) FROM job_answers WHERE kind = 'import'") == 1
    assert stack.scalar("SELECT count(*) FROM job_answers") == 5


def test_a_job_that_waits_is_not_removed_however_old(stack: Stack) -> None:
    stack.start_web()
    player = stack.user("alice")
    submitted = player.submit(batch_manual(3))
    with stack.engine.begin() as connection:
        connection.execute(text("UPDATE jobs SET accepted_at = 1"))
    runtime = make_runtime(load_settings(stack.environment))
    assert retention.remove_ended(runtime) == 0
    stack.start_worker()
    assert len(player.wait(submitted)["scoreIDs"]) == 3


def test_the_workers_remove_ended_jobs_by_themselves(stack: Stack) -> None:
    stack.start_web()
    stack.start_worker()
    player = stack.user("alice")
    player.wait(player.submit(batch_manual(3)))
    with stack.engine.begin() as connection:
        connection.execute(text("UPDATE jobs SET accepted_at = 1, finished_at = 2"))
    app = make_app(load_settings(stack.environment))
    assert REMOVE_ENDED in {entry["task"] for entry in app.conf.beat_schedule.values()}
    app.send_task(REMOVE_ENDED)
    wait_for(lambda: stack.scalar("SELECT count(*) FROM jobs") == 0, "the removal")


def test_logins_and_codes_are_removed_once_they_have_ended(stack: Stack) -> None:
    author = stack.user("author").user_id
    client = Client(client_id="CI1", name="A bot", author=author, permissions=["submit_score"])
    with stack.engine.begin() as connection:
        client_rows.save(connection, client)
        for _ in range(2):
            login_rows.begin_session(connection, author, "", 1)
            client_rows.create_code(connection, author, "CI1", None)
        for table in ("login_sessions", "oauth_codes"):
            connection.execute(
                text(
                    f"UPDATE {table} SET expires_at = 1"
                    f" WHERE ctid = (SELECT ctid FROM {table} LIMIT 1)"
                )
            )
    assert retention.remove_ended_logins(make_runtime(load_settings(stack.environment))) == 2
    assert stack.scalar("SELECT count(*) FROM login_sessions") == 1
    assert stack.scalar("SELECT count(*) FROM oauth_codes") == 1
