"""`score-import jobs`, as an operator types it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from cli.accounts import create_user
from cli.main import main
from common.database.engine import open_engine
from common.jobs.accepting import NewJob, accept
from common.jobs.arguments import Import

Command = Callable[..., Result]


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """Of a database with three jobs of one user: one waits, two failed, of which one is ours."""
    opened = open_engine(database)
    user_id = create_user(opened, "somebody")
    with opened.begin() as connection:
        for job_id in ("waits", "failed", "refused"):
            job = NewJob(user_id, job_id, Import(), "file/batch-manual", payload=b"{}")
            accept(connection, job)
        connection.execute(
            text(
                "UPDATE jobs SET state = 'failed', error_message = 'Too bad.',"
                " error_status = CASE job_id WHEN 'failed' THEN 500 ELSE 400 END,"
                " error_reference = CASE job_id WHEN 'failed' THEN 'abc123' END"
                " WHERE job_id <> 'waits'"
            )
        )
    yield opened
    opened.dispose()


@pytest.fixture
def command(engine: Engine, database: str) -> Command:
    def run(*arguments: str, answer: str | None = None) -> Result:
        given = ["jobs", *arguments, "--database-url", database]
        return CliRunner().invoke(main, given, input=answer)

    return run


def states(command: Command) -> dict[str, str]:
    listed: list[Any] = json.loads(command("list", "--json").stdout)
    return {job["jobID"]: job["state"] for job in listed}


def test_jobs_are_listed_and_shown(command: Command) -> None:
    assert states(command) == {"waits": "queued", "failed": "failed", "refused": "failed"}
    listed = command("list", "--error", "abc123").output
    assert "500 [abc123] Too bad. (can be run again)" in listed
    assert "1 of 1 jobs" in listed
    shown = command("show", "abc123")
    assert "somebody" in shown.output
    assert "yes" in shown.output
    assert json.loads(command("show", "failed", "--json").stdout)["canRetry"] is True
    missing = command("show", "nothing")
    assert (missing.exit_code, missing.exception.__class__) == (1, SystemExit)
    assert "no job nothing" in missing.output
    assert command("locks").exit_code == 0


def test_jobs_are_sorted_and_counted(command: Command) -> None:
    listed = json.loads(command("list", "--sort", "oldest", "--json").stdout)
    accepted = [job["acceptedAt"] for job in listed]
    assert (len(accepted), accepted) == (3, sorted(accepted))
    tried = json.loads(command("list", "--sort", "attempts", "--json").stdout)
    assert [job["jobID"] for job in tried] == ["waits"]
    assert "1 of 1 jobs" in command("list", "--sort", "attempts").output
    counted = json.loads(command("count", "--json").stdout)
    assert {each["state"]: each["count"] for each in counted} == {
        "queued": 1, "running": 0, "completed": 0, "failed": 2, "cancelled": 0,
    }  # fmt: skip
    only = command("count", "--state", "failed", "--error", "abc123").output.split()
    assert only == ["state", "jobs", "failed", "1"]


def test_jobs_are_found_by_the_code_that_is_shown_of_them(engine: Engine, command: Command) -> None:
    with engine.begin() as connection:
        for job_id, status in (("unlinked", 401), ("ended", 410)):
            job = NewJob(1, job_id, Import(), "file/batch-manual", payload=b"{}")
            accept(connection, job)
            failed = "UPDATE jobs SET state = 'failed', error_message = 'Too bad.', error_status = "
            connection.execute(text(f"{failed}{status} WHERE job_id = '{job_id}'"))
    listed: list[Any] = json.loads(command("list", "--json").stdout)
    codes = {job["jobID"]: job["error"]["code"] for job in listed if job["error"]}
    assert len(codes) == len({*codes.values()}) == 4
    for job_id, code in codes.items():
        (found,) = json.loads(command("list", "--json", "--error", code).stdout)
        assert found["jobID"] == job_id


def test_the_queue_is_paused_and_resumed(command: Command, engine: Engine) -> None:
    assert "Nothing was paused." in command("resume").output
    paused = command("pause", "--reason", "a new disk").output
    assert "All jobs are paused since" in paused
    assert "by command: a new disk" in paused
    command("pause", "--lane", "background")
    assert "Jobs in the background are paused" in command("list").output
    assert "queued, the queue is paused" in command("show", "waits").output
    assert "queue is paused" not in command("show", "failed").output
    # Who lists for a program reads of the jobs only.
    assert states(command)["waits"] == "queued"
    resumed = command("resume").output
    assert "Jobs go on." in resumed
    assert "Jobs in the background are paused" in resumed
    with engine.connect() as connection:
        lanes = connection.scalars(text("SELECT lane FROM queue_pauses")).all()
    assert lanes == ["background"]


def test_jobs_are_retried_by_name_or_by_what_they_are(command: Command) -> None:
    done = command("retry", "failed", "refused")
    assert done.exit_code == 1
    assert "refused: left as it is: what it was given is at fault" in done.output
    assert "1 jobs queued again." in done.output
    assert states(command)["failed"] == "queued"
    bulk = command("retry", "--user", "somebody", "--json", "--yes")
    assert [each["jobID"] for each in json.loads(bulk.stdout)["refused"]] == ["refused"]


def test_many_are_changed_only_once_that_is_confirmed(command: Command) -> None:
    refused = command("cancel", "--user", "somebody", answer="n\n")
    assert refused.exit_code == 1
    assert "Cancel 1 jobs?" in refused.output
    assert states(command)["waits"] == "queued"
    done = command("cancel", "--user", "somebody", "--reason", "Enough.", answer="y\n")
    assert "1 jobs cancelled." in done.output
    assert states(command)["waits"] == "cancelled"
    assert "Enough." in command("show", "waits").output


def test_what_ended_is_removed_before_its_time(command: Command, engine: Engine) -> None:
    freed = command("purge", "--payloads", "--user", "somebody", "--yes")
    assert "2 uploads removed." in freed.output
    assert "2 jobs removed." in command("purge", "--newer-than", "1h", "--yes").output
    assert states(command) == {"waits": "queued"}
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM job_answers")) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("retry",), "say which jobs"),
        (("cancel",), "say which jobs"),
        (("purge",), "say which jobs"),
        (("cancel", "waits", "--user", "somebody"), "not both"),
        (("list", "--older-than", "soon"), "something like 90s"),
        (("list", "--user", "nobody"), "there is no user nobody"),
        (("list", "--state", "lost"), "'lost' is not one of"),
        (("list", "--sort", "longest", "--state", "failed"), "Only jobs that are running"),
    ],
)
def test_what_is_not_understood_is_refused(
    command: Command, arguments: tuple[str, ...], says: str
) -> None:
    refused = command(*arguments)
    assert refused.exit_code in (1, 2)
    assert says in refused.output
