"""Jobs whose result the client waits for; what takes too long is to be polled."""

from __future__ import annotations

from flask import Response, request

from api.http.answers import ready_made, success
from api.http.service import service
from api.jobs.door import Accepted
from api.server import lanes
from common.jobs.accepting import NewJob

LOADED = "This takes a while. You can poll the provided URL for information on when its complete."


def answer(job: NewJob) -> Response:
    """The job's own answer, or 202 with a poll URL."""
    result = service().processor.run(job, lanes.turn(request.environ))
    if isinstance(result, Accepted):
        return success(LOADED, poll_body(result.job_id), 202)
    return ready_made(result)


def poll_body(job_id: str) -> dict[str, str]:
    """Where a client learns what became of a job."""
    url = f"{service().settings.our_url}/api/v1/imports/{job_id}/poll-status"
    return {"url": url, "importID": job_id}
