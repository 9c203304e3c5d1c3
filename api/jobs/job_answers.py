"""What a request for a job is answered: its outcome, or where to ask for it if that takes long."""

from __future__ import annotations

from typing import Final

from flask import Response, request

from api.http.answers import ready_made, success
from api.http.service import service
from api.jobs import keys
from api.jobs.door import Accepted
from api.server import lanes
from common.jobs.accepting import NewJob

# What an endpoint declares of its answers' headers.
HEADERS: Final = {"Location": "of a 202: where to ask how it stands, as `body.url`"}

LOADED = "This takes a while. You can poll the provided URL for information on when its complete."


def when_done(job: NewJob) -> Response:
    """The job's own answer, or 202 with a poll URL."""
    result = service().processor.run(keys.named(job), lanes.turn(request.environ))
    if isinstance(result, Accepted):
        return to_be_polled(LOADED, result.job_id)
    return ready_made(result)


def to_be_polled(description: str, job_id: str) -> Response:
    """202: what is asked for was accepted, and is not done yet."""
    body = poll_body(job_id)
    response = success(description, body, 202)
    response.headers["Location"] = body["url"]
    return response


def poll_body(job_id: str) -> dict[str, str]:
    """Where a client learns what became of a job."""
    url = f"{service().settings.our_url}/api/v1/imports/{job_id}/poll-status"
    return {"url": url, "importID": job_id}
