"""Submitting scores in a request's body. Source: specification, http-api-ir.md section 1."""

from __future__ import annotations

from flask import Response

from api.http import context, gates
from api.http.dialects import ApiBlueprint
from api.jobs import submitting
from common.errors import UserError
from common.jobs.accepting import NewJob
from common.jobs.arguments import Import
from common.text.canonical import new_job_id

blueprint = ApiBlueprint("direct_manual", __name__)


@blueprint.post("/direct-manual/import")
def import_body() -> Response:
    """Accepts a BATCH-MANUAL document: 202 with a poll URL, or 200 with the ImportDocument."""
    if context.current().identity.user_id is None:
        raise UserError(401, "This endpoint requires authentication.")
    user_id = gates.require("submit_score")
    refusal = submitting.too_many(user_id)
    if refusal is not None:
        return refusal
    options = {"inferTimestamp": submitting.is_set("X-Infer-Score-TimeAchieved")}
    job = NewJob(
        user_id=user_id,
        job_id=new_job_id(),
        import_type="ir/direct-manual",
        user_intent=submitting.is_set("X-User-Intent"),
        arguments=Import(options=options),
        payload=context.current().body,
    )
    return submitting.submit(job)
