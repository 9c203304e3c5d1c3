"""Fetching scores from other services. Source: specification, http-api-import.md section 2."""

from __future__ import annotations

from flask import Response

from api.http import context, gates
from api.http.dialects import ApiBlueprint
from api.http.parameters import check, import_form
from api.http.service import service
from api.jobs import submitting
from api.jobs.door import service_import_types
from common.jobs.accepting import NewJob
from common.jobs.arguments import Import
from common.text.canonical import new_job_id

blueprint = ApiBlueprint("syncs", __name__)


@blueprint.post("/import/from-api")
def import_from_api() -> Response:
    """Starts a sync, or finds the one that runs: 202 with its poll URL, or 200 with its result.

    One sync at a time for a user and import type is limit enough.
    """
    user_id = gates.require("submit_score")
    form = import_form(service_import_types(service().settings))
    job = NewJob(
        user_id=user_id,
        job_id=new_job_id(),
        arguments=Import(),
        import_type=check(form, context.current().json_object())["importType"],
        user_intent=submitting.is_set("X-User-Intent"),
    )
    return submitting.submit(job)
