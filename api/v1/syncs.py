"""Fetching scores from other services. Source: specification, http-api-import.md section 2."""

from __future__ import annotations

from typing import Final

from flask import Response
from marshmallow import INCLUDE, Schema, fields

from api.http import context, gates
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.header_parameters import IDEMPOTENCY_KEY, USER_INTENT
from api.http.parameters import check, import_form
from api.http.service import service
from api.jobs import job_answers, submitting
from api.jobs.door import fetched_import_types, service_import_types
from common.errors import UserError
from common.imports.import_documents import ImportDocument, Submitted
from common.jobs.accepting import NewJob
from common.jobs.arguments import Import
from common.text.canonical import new_job_id

blueprint = ApiBlueprint("syncs", __name__)

NOTHING_OFFERED: Final = "This server is not set up for any other service."


class SyncBody(Schema):
    """What to fetch."""

    class Meta:
        unknown = INCLUDE

    importType = fields.String(required=True, metadata={"enum": list(fetched_import_types())})


@blueprint.post("/import/from-api")
@endpoint(
    "Starts a sync with another service, or finds the one that runs.",
    permissions=("submit_score",),
    own_body=SyncBody(),
    answers=Submitted,
    status=202,
    other_answers={200: ("The server works without workers: the import is done.", ImportDocument)},
    headers=job_answers.HEADERS,
    errors={
        400: "The import type is none that this server fetches, or what came is not understood.",
        409: "Another import of the user is on, and the server works without workers.",
    },
    takes=(IDEMPOTENCY_KEY, USER_INTENT),
)
def import_from_api() -> Response:
    """One sync at a time for a user and import type is limit enough."""
    user_id = gates.require("submit_score")
    offered = service_import_types(service().settings)
    if not offered:
        raise UserError(400, NOTHING_OFFERED)
    form = import_form(offered)
    job = NewJob(
        user_id=user_id,
        job_id=new_job_id(),
        arguments=Import(),
        import_type=check(form, context.current().json_object())["importType"],
        fetches=True,
        user_intent=submitting.is_set("X-User-Intent"),
    )
    return submitting.submit(job)
