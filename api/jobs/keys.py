"""The header `Idempotency-Key`: what a client calls a submission, so that it counts once.

A request with a key that the user sent within a day before is answered as that one was: by the
job that it brought, whatever is in the new one.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from flask import request

from api.http import context
from common.errors import UserError
from common.jobs.accepting import NewJob
from common.jobs.idempotency import LONGEST
from common.jobs.job_tables import JobKind

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"

_KEY: Final = re.compile(rf"[\x21-\x7e]{{1,{LONGEST}}}")
_SUBMITTED: Final = (JobKind.IMPORT, JobKind.ORPHANS)


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


def tell(job: NewJob, job_id: str) -> None:
    """Says in the answer's headers where it is that of an earlier request with the same key."""
    if request.headers.get(HEADER) is not None and job_id != job.job_id:
        context.current().headers[REPLAYED] = "true"
