"""How an import stands or ended, from PostgreSQL: what poll-status says when Redis has nothing."""

from __future__ import annotations

from sqlalchemy import Connection

from common.imports.import_documents import find_import
from common.jobs.job_tables import JobState
from common.jobs.outcomes import (
    RUNNING,
    completed_answer,
    failed_answer,
    job_answer,
    job_outcome,
    said_of_waiting,
)
from common.jobs.progress import FinalAnswer
from common.wire import Wire


def answer_from_record(connection: Connection, job_id: str, wire: Wire) -> FinalAnswer | str | None:
    """The final answer or the progress text of an import or another job; None if there is none."""
    outcome = job_outcome(connection, job_id)
    if outcome is not None and outcome.state is JobState.FAILED:
        return failed_answer(
            outcome.kind,
            outcome.error_status or 500,
            outcome.error_message or "",
            outcome.error_reference,
        )
    if outcome is not None and outcome.state is not JobState.COMPLETED:
        if outcome.state is JobState.RUNNING:
            return RUNNING
        return said_of_waiting(must_wait=outcome.must_wait, is_paused=outcome.is_paused)
    if outcome is not None and outcome.result is not None:
        return job_answer(outcome.result)
    document = find_import(connection, job_id, wire)
    return None if document is None else completed_answer(document)
