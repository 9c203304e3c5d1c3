"""Submitting scores in a request's body. Source: specification, http-api-ir.md section 1."""

from __future__ import annotations

from flask import Response
from marshmallow import INCLUDE, Schema, fields

from api.http import context, gates
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.header_parameters import IDEMPOTENCY_KEY, INFER_TIME, USER_INTENT
from api.http.service import service
from api.jobs import job_answers, submitting
from api.jobs.door import refuse_unreadable
from common.errors import UserError
from common.imports.import_documents import ImportDocument, Submitted
from common.jobs.accepting import NewJob
from common.jobs.arguments import Import
from common.text.canonical import new_job_id

blueprint = ApiBlueprint("direct_manual", __name__)


class BatchManualBody(Schema):
    """A BATCH-MANUAL document; the page of import types says what it holds."""

    class Meta:
        unknown = INCLUDE

    meta = fields.Raw(
        metadata={
            "type": "object",
            "example": {"game": "sdvx", "playtype": "Single", "service": "My Script"},
        }
    )
    scores = fields.Raw(metadata={"type": "array", "items": {"type": "object"}})
    classes = fields.Raw(metadata={"type": ["object", "null"]})


@blueprint.post("/direct-manual/import")
@endpoint(
    "Submits a BATCH-MANUAL document.",
    permissions=("submit_score",),
    own_gates=True,
    own_body=BatchManualBody(),
    answers=Submitted,
    status=202,
    other_answers={200: ("The server works without workers: the import is done.", ImportDocument)},
    headers=job_answers.HEADERS,
    errors={
        400: "The body is no BATCH-MANUAL document.",
        403: "The token lacks `submit_score`.",
        409: "Another import of the user is on, and the server works without workers.",
    },
    takes=(IDEMPOTENCY_KEY, USER_INTENT, INFER_TIME),
    limits=("IMPORT_RATE_LIMIT",),
)
def import_body() -> Response:
    if context.current().identity.user_id is None:
        raise UserError(401, "This endpoint requires authentication.")
    user_id = gates.require("submit_score")
    refusal = submitting.too_many(user_id)
    if refusal is not None:
        return refusal
    here = context.current()
    if here.unread is not None:
        raise here.unread
    refuse_unreadable(service().settings, "ir/direct-manual", here.json)
    options = {"inferTimestamp": submitting.is_set("X-Infer-Score-TimeAchieved")}
    job = NewJob(
        user_id=user_id,
        job_id=new_job_id(),
        import_type="ir/direct-manual",
        user_intent=submitting.is_set("X-User-Intent"),
        arguments=Import(options=options),
        payload=here.body,
    )
    return submitting.submit(job)
