"""What a soak left behind, held against what was promised.

Everything accepted is noted by triggers of the database, as it is committed. Afterwards the same
jobs are run again, one after the other, by the same code in a database of their own to which
nothing happens: what is stored of each user has to be the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx
from sqlalchemy import Engine, text

from common.all_tables import Base
from tests.soak.users import User
from worker import runner
from worker.runtime import Runtime

NOTE_WHAT_IS_ACCEPTED = """
CREATE TABLE soak_jobs AS SELECT * FROM jobs LIMIT 0;
CREATE TABLE soak_payloads AS SELECT * FROM job_payloads LIMIT 0;
CREATE FUNCTION soak_note_job() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO soak_jobs SELECT NEW.*; RETURN NULL; END';
CREATE FUNCTION soak_note_payload() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO soak_payloads SELECT NEW.*; RETURN NULL; END';
CREATE TRIGGER soak AFTER INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION soak_note_job();
CREATE TRIGGER soak AFTER INSERT ON job_payloads
    FOR EACH ROW EXECUTE FUNCTION soak_note_payload();
"""

# Of the state of users: what says when something was done, or was drawn at random.
_NOT_COMPARED = {
    "time_started",
    "time_finished",
    "time_added",
    "time_inserted",
    "timings",
    "created_sessions",
    "session_id",
    "name",
    "sequence",
}
# Of these tables also the moment of a class or an event, and the number it was given.
_NOT_COMPARED_OF = {
    "class_achievements": {"id", "time_achieved"},
    "outbox_events": {"id", "event_id", "content", "created_at"},
}
_NOT_OF_USERS = {
    "jobs",
    "job_attempts",
    "job_payloads",
    "job_answers",
    "idempotency_keys",
    "api_tokens",
    "outbox",
    "events",
}


@dataclass
class Findings:
    """job ids, of what was promised and is not so."""

    lost: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    failed_by_us: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not any(vars(self).values())


def audit(url: str, engine: Engine, users: Sequence[User], control: Runtime) -> Findings:
    """Everything that does not hold, once the house is quiet."""
    found = Findings()
    with engine.connect() as connection:
        jobs = {row.job_id: row for row in connection.execute(text("SELECT * FROM jobs"))}
    for job in jobs.values():
        if job.state in ("queued", "running"):
            found.stuck.append(job.job_id)
        elif job.state == "failed" and (job.error_status or 500) >= 500:
            found.failed_by_us.append(f"{job.job_id}: {job.error_message}")
    with httpx.Client(base_url=url, timeout=60) as client:
        for user in users:
            for promise in user.promises:
                if promise.job_id not in jobs:
                    found.lost.append(promise.job_id)
                    continue
                answer = client.get(f"/api/v1/imports/{promise.job_id}/poll-status")
                body = answer.json().get("body") or {}
                if answer.status_code == 200 and body.get("importStatus") == "ongoing":
                    found.unreadable.append(promise.job_id)
                if answer.status_code == 404 and jobs[promise.job_id].kind != "import":
                    found.unreadable.append(promise.job_id)
    _check_order(engine, found)
    _check_doubles(engine, found)
    _compare(engine, control, found)
    return found


def _check_order(engine: Engine, found: Findings) -> None:
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT user_id, job_id, finished_at FROM jobs ORDER BY user_id, sequence")
        ).all()
    for before, after in pairwise(rows):
        ended = before.finished_at is not None and after.finished_at is not None
        if ended and before.user_id == after.user_id and after.finished_at < before.finished_at:
            found.out_of_order.append(after.job_id)


def _check_doubles(engine: Engine, found: Findings) -> None:
    with engine.connect() as connection:
        ids = connection.scalars(text("SELECT import_id FROM imports")).all()
        scores = connection.scalars(text("SELECT score_id FROM scores")).all()
    found.doubled += [each for each, count in Counter(ids).items() if count > 1]
    found.doubled += [each for each, count in Counter(scores).items() if count > 1]


def _compare(engine: Engine, control: Runtime, found: Findings) -> None:
    """Runs what was accepted again, in order and undisturbed, and compares what is stored."""
    with engine.connect() as connection:
        users = connection.execute(text("SELECT * FROM users ORDER BY id")).mappings().all()
        jobs = (
            connection.execute(text("SELECT * FROM soak_jobs ORDER BY sequence")).mappings().all()
        )
        payloads = {
            row["job_id"]: row
            for row in connection.execute(text("SELECT * FROM soak_payloads")).mappings()
        }
        # What failed by our fault is told apart already, and has no effect.
        without_effect = {line.partition(":")[0] for line in found.failed_by_us}
        without_effect |= set(found.stuck)
    tables = Base.metadata.tables
    with control.engine.begin() as connection:
        for user in users:
            connection.execute(tables["users"].insert().values(dict(user)))
    for job in jobs:
        if job["job_id"] in without_effect:
            continue
        columns = {name: value for name, value in job.items() if name != "sequence"}
        with control.engine.begin() as connection:
            connection.execute(tables["jobs"].insert().values(columns))
            if job["job_id"] in payloads:
                connection.execute(
                    tables["job_payloads"].insert().values(dict(payloads[job["job_id"]]))
                )
        runner.run_inline(control, job["user_id"], job["job_id"])
    for name in sorted(tables):
        table = tables[name]
        if "user_id" not in table.columns or name in _NOT_OF_USERS:
            continue
        ours, theirs = _rows(engine, name), _rows(control.engine, name)
        if ours != theirs:
            surplus, missing = ours - theirs, theirs - ours
            found.differences.append(
                f"{name}: {surplus.total()} rows that should not be, {missing.total()} missing;"
                f" such as {next(iter(surplus + missing))}"
            )


def _rows(engine: Engine, name: str) -> Counter[str]:
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT * FROM {name}")).mappings().all()
    return Counter(
        repr(
            sorted(
                (k, _plain(v))
                for k, v in row.items()
                if k not in _NOT_COMPARED | _NOT_COMPARED_OF.get(name, set())
            )
        )
        for row in rows
    )


def _plain(value: Any) -> Any:
    """Without what documents inside of documents say of times."""
    if isinstance(value, dict):
        return sorted((k, _plain(v)) for k, v in value.items() if k != "timeAdded")
    return list(map(_plain, value)) if isinstance(value, list) else value
