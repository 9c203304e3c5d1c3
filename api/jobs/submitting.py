"""What the endpoints that take imports have in common."""

from __future__ import annotations

from flask import Response, request

from api.http import bodies, limits
from api.http.answers import success
from api.http.service import service
from api.jobs import job_answers, keys
from api.jobs.door import Accepted
from common.jobs.accepting import NewJob

LOADED = (
    "Import loaded into queue. You can poll the provided URL for information on when its complete."
)


def too_many(user_id: int) -> Response | None:
    """The 429 answer where the user has submitted too often; all endpoints count together."""
    here = service()
    limit = limits.Limit("import", here.settings.import_rate_limit)
    return limits.refusal(
        bodies.remembered(
            request, "imports", lambda: limits.count(here.redis, limit, limits.user(user_id))
        )
    )


def submit(job: NewJob) -> Response:
    """Accepts the import: 202 with a poll URL, or 200 with the ImportDocument."""
    result = service().processor.submit(keys.named(job))
    if isinstance(result, Accepted):
        return job_answers.to_be_polled(LOADED, result.job_id)
    return success("Import successful.", result.document)


def is_set(header: str) -> bool:
    """Whether a header says `true`, in any case."""
    return request.headers.get(header, "").lower() == "true"
