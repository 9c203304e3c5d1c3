"""Submitting scores in a request's body. Source: specification, http-api-ir.md section 1."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, g, request

from api import identity, limits, waiting
from api.imports import LOADED
from api.processor import Accepted
from api.responses import success
from api.service import service
from common.canonical import new_import_id
from common.errors import UserError
from common.jobs import NewJob
from common.models import JobKind

blueprint = Blueprint("direct_manual", __name__)


@blueprint.post("/direct-manual/import")
def import_body() -> Response:
    """Accepts a BATCH-MANUAL document: 202 with a poll URL, or 200 with the ImportDocument."""
    here = service()
    if identity.current().user_id is None:
        raise UserError(401, "This endpoint requires authentication.")
    user_id = identity.require("submit_score")
    # The limit of file uploads: both count together.
    limit = limits.Limit("import", here.settings.import_rate_limit)
    refusal = limits.refusal(limits.count(here.redis, limit, f"user:{user_id}"))
    if refusal is not None:
        return refusal
    job = NewJob(
        user_id=user_id,
        job_id=new_import_id(),
        kind=JobKind.IMPORT,
        import_type="ir/direct-manual",
        user_intent=_is_set("X-User-Intent"),
        arguments={"options": {"inferTimestamp": _is_set("X-Infer-Score-TimeAchieved")}},
        payload=orjson.dumps(g.json),
    )
    result = here.processor.submit(job)
    if isinstance(result, Accepted):
        return success(LOADED, waiting.poll_body(result.job_id), 202)
    return success("Import successful.", result.document)


def _is_set(header: str) -> bool:
    return request.headers.get(header, "").lower() == "true"
