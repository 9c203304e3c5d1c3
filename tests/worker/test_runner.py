"""Every job comes to one of its ends, and only once."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from sqlalchemy import Connection, text

from common import locks
from common.jobs import progress
from common.jobs.accepting import next_message
from common.jobs.progress import FinalAnswer
from tests.support.importer import Importer
from tests.support.stack import batch_manual
from worker import jobs, runner
from worker.imports import pipeline


def state(importer: Importer, job_id: str) -> tuple[str, int, bool]:
    return tuple(
        importer.query("SELECT state, attempts, deferred FROM jobs WHERE job_id = :id", id=job_id)[
            0
        ]
    )


def following(connection: Connection, user_id: int) -> str | None:
    message = next_message(connection, user_id)
    return None if message is None else message.job_id


def test_a_completed_import_leaves_no_payload_and_a_final_answer(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(3))
    importer.run(job_id)
    assert state(importer, job_id) == ("completed", 1, False)
    assert importer.query("SELECT FROM job_payloads") == []
    answer = progress.read(importer.runtime.redis, job_id)
    assert isinstance(answer, FinalAnswer)
    assert answer.status == 200
    assert b'"importStatus":"completed"' in answer.body


def test_a_message_for_a_finished_job_does_nothing(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(3))
    importer.run(job_id)
    importer.run(job_id)
    assert state(importer, job_id) == ("completed", 1, False)
    assert len(importer.query("SELECT FROM scores")) == 3


def test_the_users_fault_keeps_status_and_message(importer: Importer) -> None:
    outcome = importer.run(importer.accept(b"null"))
    assert outcome.error_status == 400
    assert outcome.error_message == "Invalid BATCH-MANUAL (Not an object, received null.)"
    assert outcome.error_reference is None


def test_our_fault_keeps_a_generic_message_and_a_reference_that_is_in_the_log(
    importer: Importer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(pipeline, "convert", broken)
    job_id = importer.accept(batch_manual(3))
    with caplog.at_level(logging.ERROR):
        outcome = importer.run(job_id)
    assert outcome.error_status == 500
    assert outcome.error_message == runner.INTERNAL_ERROR
    assert re.fullmatch("[0-9a-f]{12}", outcome.error_reference or "")
    assert outcome.error_reference is not None
    assert outcome.error_reference in caplog.text
    assert "the secret of the house" in caplog.text
    answer = progress.read(importer.runtime.redis, job_id)
    assert isinstance(answer, FinalAnswer)
    assert b"secret" not in answer.body
    assert outcome.error_reference.encode() in answer.body


def test_a_failure_after_the_scores_were_written_leaves_none_of_them(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(pipeline, "update_goals", broken)
    document = batch_manual(3)
    document["scores"][0]["identifier"] = "999999"
    outcome = importer.run(importer.accept(document))
    assert outcome.error_status == 500
    for table in ("scores", "orphan_scores", "imports"):
        assert importer.query(f"SELECT FROM {table}") == []
    assert len(importer.query("SELECT FROM job_payloads")) == 1, "to be run again"
    monkeypatch.undo()
    again = importer.imported(document)
    assert len(again["scoreIDs"]) == 2
    assert again["errors"][0]["type"] == "SongOrChartNotFound"


def test_the_oldest_job_runs_first_whichever_the_message_names(importer: Importer) -> None:
    first = importer.accept(batch_manual(1))
    second = importer.accept(batch_manual(1, first=1))
    importer.run(second)
    assert state(importer, first)[0] == "completed"
    assert state(importer, second)[0] == "queued"


def test_a_busy_users_job_stays_queued_and_is_named_to_whoever_frees_the_user(
    importer: Importer,
) -> None:
    job_id = importer.accept(batch_manual(1))
    with importer.runtime.engine.connect() as holder:
        assert jobs.try_lock(holder, importer.user_id)
        assert runner.run(importer.runtime, importer.user_id, job_id) is None
        assert state(importer, job_id) == ("queued", 0, True)
        # Another delivery of this message may come when the job has long ended: nothing is said.
        assert progress.read(importer.runtime.redis, job_id) is None
        jobs.unlock(holder, importer.user_id)
        assert following(holder, importer.user_id) == job_id


def test_a_message_spent_while_another_job_ran_is_sent_again_for_what_waits(
    importer: Importer,
) -> None:
    first, second = importer.accept(batch_manual(1)), importer.accept(batch_manual(1, first=1))
    with importer.runtime.engine.connect() as holder:
        jobs.try_lock(holder, importer.user_id)
        claimed = jobs.claim_oldest(holder, importer.user_id, 5)
        holder.commit()
        assert claimed is not None
        assert claimed.job_id == first
        # The message of the running job is spent; the waiting job must not be forgotten.
        runner.run(importer.runtime, importer.user_id, first)
        jobs.complete(holder, claimed)
        jobs.unlock(holder, importer.user_id)
        assert following(holder, importer.user_id) == second


def test_a_running_job_whose_lock_is_free_is_taken_over(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(2))
    importer.execute("UPDATE jobs SET state = 'running', attempts = 1")
    importer.run(job_id)
    assert state(importer, job_id) == ("completed", 2, False)


def test_a_job_taken_over_in_mid_import_is_not_committed_by_the_first_worker(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = importer.accept(batch_manual(2))
    real = pipeline.update_sessions

    def overtaken(*arguments: Any) -> Any:
        importer.execute("UPDATE jobs SET claims = claims + 1")
        return real(*arguments)

    monkeypatch.setattr(pipeline, "update_sessions", overtaken)
    importer.run(job_id)
    assert state(importer, job_id)[0] == "running"
    assert importer.query("SELECT FROM scores") == []


def test_a_job_is_given_up_after_the_last_attempt(importer: Importer) -> None:
    job_id = importer.accept(batch_manual(2))
    most = importer.runtime.settings.max_attempts
    importer.execute("UPDATE jobs SET state = 'running', attempts = :most", most=most)
    outcome = importer.run(job_id)
    assert outcome.error_status == 500
    assert f"started {most} times" in (outcome.error_message or "")
    assert state(importer, job_id)[1] == most
    assert len(importer.query("SELECT FROM job_payloads")) == 1, "to be run again"


def test_no_lock_is_held_once_a_job_has_ended(importer: Importer) -> None:
    for content in (b"null", b"[]", orjson_of(batch_manual(2))):
        importer.run(importer.accept(content))
    held = importer.query(
        "SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = :lock", lock=locks.USER
    )
    assert held == []


def test_no_transaction_is_open_while_the_input_is_parsed(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from worker.import_types import registry

    seen: list[Any] = []
    import_type = registry.get("file/batch-manual")
    real = type(import_type).parse

    def watched(self: Any, given: Any) -> Any:
        seen.extend(
            importer.query(
                "SELECT state FROM pg_stat_activity WHERE application_name ="
                " 'score-import worker' AND pid <> pg_backend_pid()"
                " AND datname = current_database()"
            )
        )
        return real(self, given)

    monkeypatch.setattr(type(import_type), "parse", watched)
    importer.imported(batch_manual(1))
    assert [tuple(row) for row in seen] == [("idle",)]


def test_a_worker_without_redis_still_applies_the_import(importer: Importer) -> None:
    importer.runtime.redis.connection_pool.disconnect()
    importer.runtime.redis.connection_pool.connection_kwargs["port"] = 1
    job_id = importer.accept(batch_manual(2))
    assert importer.run(job_id).error_status is None
    assert len(importer.query("SELECT FROM scores")) == 2


def orjson_of(value: Any) -> bytes:
    import orjson

    return orjson.dumps(value)


def test_the_lock_dies_with_its_connection(importer: Importer) -> None:
    with importer.runtime.engine.connect() as holder:
        assert jobs.try_lock(holder, importer.user_id)
        pid = holder.scalar(text("SELECT pg_backend_pid()"))
        with importer.runtime.engine.connect() as other:
            assert not jobs.try_lock(other, importer.user_id)
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
            assert jobs.try_lock(other, importer.user_id)
            jobs.unlock(other, importer.user_id)
        holder.invalidate()
