"""The header `Idempotency-Key`: what a client calls a submission, so that it counts once.

A request with a key that the user sent within a day before is answered as that one was: by the
job that it brought, whatever is in the new one.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from flask import request
from sqlalchemy import Connection

from api.http import context
from common.errors import UserError
from common.jobs import accepting, idempotency
from common.jobs.accepting import NewJob
from common.jobs.idempotency import LONGEST
from common.jobs.job_tables import JobKind

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"

_KEY: Final = re.compile(rf"[\x21-\x7e]{{1,{LONGEST}}}")
_SUBMITTED: Final = (JobKind.IMPORT, JobKind.ORPHANS, JobKind.CLASS_RISE)


def named(job: NewJob) -> NewJob:
    """The job with the request's key, where it is one that is submitted. Raises UserError."""
    key = request.headers.get(HEADER)
    if key is None or job.kind not in _SUBMITTED:
        return job
    if not _KEY.fullmatch(key):
        raise UserError(
            400,
            f"Idempotency-Key must be 1 to {LONGEST} printable ASCII characters without spaces.",
            "INVALID_IDEMPOTENCY_KEY",
        )
    return replace(job, idempotency_key=key)


def is_known(connection: Connection, user_id: int) -> bool:
    """Whether the request's key, if it has one, stands for a job of the user already."""
    key = request.headers.get(HEADER)
    return key is not None and idempotency.job_of(connection, user_id, key) is not None


def replayed(connection: Connection, job: NewJob, job_id: str) -> None:
    """Has the answer's headers say that it is that of an earlier request with the same key.

    Raises UserError where that one asked for something else, of which there is no such answer.
    """
    kind = accepting.kind_of(connection, job.user_id, job_id)
    if kind not in (None, job.kind):
        raise UserError(
            400,
            f"This Idempotency-Key stands for another kind of request: {kind}.",
            "IDEMPOTENCY_KEY_REUSED",
        )
    context.current().headers[REPLAYED] = "true"
